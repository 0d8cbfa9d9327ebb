"""Each store's own key to its backups and archives: with the key they open, without it they are noise.

The key is made with the first file, kept in one row of public, itself sealed with SEALING_KEYS, and destroyed
when the store is deleted: copies of its files that nobody thought of are worth nothing then.
Files from before there were keys are clear, and still open.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import IntegrityError, transaction

from tenants import context, sealing
from tenants.archive import sealed
from tenants.models import Store, StoreArchive, StoreKey


@contextmanager
def written(path: Path, store: Store) -> Iterator[IO[bytes]]:
    """A file to write to that is kept sealed at `path`, below the store's own folder."""
    with sealed.written(path, key_of(store), place=_place(path)) as file:
        yield file


def opened(path: Path) -> IO[bytes]:
    """A file of a store's folder, to be closed by who asked. Raises FileNotFoundError, DoesNotOpen."""
    if not sealed.is_sealed(path):
        _refuse_clear(path)
        return path.open("rb")
    key = _known_key(_uid(path))
    if key is None:
        raise sealed.DoesNotOpen(path.name)
    return sealed.reader(path, key, place=_place(path))


def size(path: Path) -> int:
    """The bytes of a file's content, which are fewer than it takes on the disk."""
    with opened(path) as file:
        return file.seek(0, 2)


def key_of(store: Store) -> bytes:
    """The store's key, made when it is needed first."""
    known = _known_key(str(store.uid))
    if known is not None:
        return known
    with context.in_public():
        try:
            with transaction.atomic():
                text = _sealed(sealed.new_key(), str(store.uid))
                StoreKey.objects.create(store_id=store.pk, store_uid=store.uid, sealed=text)
        except IntegrityError:
            pass  # another worker was faster: its key is the key
    found = _known_key(str(store.uid))
    assert found is not None
    return found


def destroy(store: Store) -> int:
    """Forget the store's key for good. Returns how many there were."""
    with context.in_public():
        return StoreKey.objects.filter(store_uid=store.uid).delete()[0]


def reseal() -> int:
    """Seal the keys that an older one of SEALING_KEYS sealed with the newest. Raises SealBroken."""
    count = 0
    with context.in_public():
        for pk in StoreKey.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                row = StoreKey.objects.select_for_update().get(pk=pk)
                if sealing.key_of(row.sealed) != sealing.newest_key():
                    row.sealed = _sealed(_unsealed(row), str(row.store_uid))
                    row.save(update_fields=["sealed"])
                    count += 1
    return count


def _known_key(uid: str) -> bytes | None:
    with context.in_public():
        row = StoreKey.objects.filter(store_uid=uid).first()
    return _unsealed(row) if row else None


def _sealed(key: bytes, uid: str) -> str:
    return sealing.seal(base64.b64encode(key).decode(), bound_to=_bound_to(uid))


def _unsealed(row: StoreKey) -> bytes:
    return base64.b64decode(sealing.unseal(row.sealed, bound_to=_bound_to(str(row.store_uid))))


def _bound_to(uid: str) -> str:
    return f"{uid}|tenants_storekey"


def _uid(path: Path) -> str:
    """Whose folder a path lies in: <uid>/<file>, or <uid>/<backup or files>/<file>."""
    return path.parent.name if len(path.parent.name) == 36 else path.parent.parent.name


def _place(path: Path) -> str:
    """What a sealed file is bound to: moved to another store, backup or name it does not open."""
    return path.as_posix()[path.as_posix().index(_uid(path)) :]


def _refuse_clear(path: Path) -> None:
    """A clear file in place of a sealed one is somebody's work; kept pictures are held against their hash."""
    with context.in_public():
        names = [f"{_uid(path)}/{path.parent.name}", f"{_uid(path)}/{path.name}"]
        if StoreArchive.objects.filter(path__in=names, is_sealed=True).exists():
            path.stat()
            raise sealed.DoesNotOpen(path.name)
