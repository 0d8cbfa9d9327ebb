"""A full disk refuses a file with a word for people, and keeps no part of it."""

import errno
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.storage.filesystem import FileSystemStorage

from core.kernel import files

pytestmark = pytest.mark.usefixtures("store")


def test_a_full_disk_keeps_no_part_of_a_file(monkeypatch: pytest.MonkeyPatch):
    key = files.new_key("products", ".jpg")

    def half(self: object, name: str, content: object) -> str:
        path = Path(default_storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half of i")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", half)
    with pytest.raises(files.NoRoom) as refusal:
        default_storage.save(key, ContentFile(b"half of it is missing"))

    assert refusal.value.http_status == 507
    assert not default_storage.exists(key)


def test_another_trouble_stays_what_it_is(monkeypatch: pytest.MonkeyPatch):
    def broken(self: object, name: str, content: object) -> str:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(FileSystemStorage, "_save", broken)
    with pytest.raises(PermissionError):
        default_storage.save(files.new_key("products", ".jpg"), ContentFile(b"x"))
