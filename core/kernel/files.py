"""Files of a store: every key starts with the store's id, and none outside it can be opened."""

import errno
import logging
import secrets
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext as _

from tenants.context import require_store
from tenants.errors import CommerceError

log = logging.getLogger(__name__)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class NoRoom(CommerceError):
    """The disk that files lie on is full. Nothing was kept."""

    code = "no_room"
    http_status = 507

    def __init__(self) -> None:
        super().__init__(_("Our storage is full at the moment. We have been told; try again in a while."))


class StoreStorage(FileSystemStorage):
    """The file system, fenced: a path outside the current store's folder is refused."""

    def path(self, name: str) -> str:
        prefix = f"{require_store().uid}/"
        parts = PurePosixPath(name).parts
        if not name.startswith(prefix) or ".." in parts:
            raise SuspiciousFileOperation("The file belongs to another store.")
        return super().path(name)

    def _save(self, name: str, content: Any) -> str:
        try:
            return str(super()._save(name, content))  # type: ignore[misc]
        except OSError as trouble:
            if trouble.errno not in _NO_ROOM:
                raise
            Path(self.path(name)).unlink(missing_ok=True)
            log.exception("no room for a file")
            raise NoRoom from trouble

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def url(self, name: str | None) -> str:
        """Where the storefront serves a public file: the store's own prefix is left out."""
        return "/media/" + str(name).split("/", 1)[1]


def new_key(folder: str, suffix: str) -> str:
    """A fresh key in a folder of the current store, for example `<store>/products/<random>.webp`."""
    return f"{require_store().uid}/{folder}/{secrets.token_hex(12)}{suffix}"


def key_of(public_path: str) -> str:
    """The storage key of the path after `/media/`, in the store in force."""
    return f"{require_store().uid}/{public_path}"


def size_of(storage: Any, key: str) -> int:
    """Bytes of a stored file; 0 when it is gone."""
    return storage.size(key) if storage.exists(key) else 0
