"""Where the files of a store are: its pictures, the archives of it, and the backups."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from tenants.context import require_store

CHUNK: Final = 1 << 20


def archive_dir() -> Path:
    """Where archives wait to be fetched. Web and workers must see the same folder."""
    return Path(settings.ARCHIVE_DIR)


def backup_dir() -> Path:
    """Where backups are kept: on another disk than the database, if it is to help."""
    return Path(settings.BACKUP_DIR)


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A path to write to; it becomes `path` when the block ends well, and goes when it does not."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def remove(path: Path) -> int:
    """Remove a file or a folder with everything in it. Returns how many files went."""
    if path.is_dir():
        count = sum(1 for each in path.rglob("*") if each.is_file())
        shutil.rmtree(path)
        return count
    is_there = path.exists()
    path.unlink(missing_ok=True)
    return int(is_there)


def copy(source: IO[bytes], target: IO[bytes] | None = None) -> tuple[int, str]:
    """Copy bytes, a piece at a time, or only read them. Returns how many, and their SHA-256."""
    count, seen = 0, hashlib.sha256()
    while piece := source.read(CHUNK):
        seen.update(piece)
        count += len(piece)
        if target is not None:
            target.write(piece)
    return count, seen.hexdigest()


# Pictures and other files of the store in force, by their name below the store's own folder


def _prefix() -> str:
    return f"{require_store().uid}/"


def media_names() -> Iterator[str]:
    """Every file of the store, in a fixed order."""
    yield from _below("")


def _below(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(f"{_prefix()}{folder}")
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in sorted(files))
    for name in sorted(folders):
        yield from _below(f"{folder}{name}/")


def open_media(name: str) -> Any:
    """A file of the store, to read. Raises FileNotFoundError."""
    return default_storage.open(f"{_prefix()}{name}", "rb")


def media_size(name: str) -> int:
    """Its bytes; -1 where there is none."""
    key = f"{_prefix()}{name}"
    return default_storage.size(key) if default_storage.exists(key) else -1


def keep_media(name: str, content: IO[bytes]) -> None:
    """Write a file of the store, in place of one of the same name."""
    key = f"{_prefix()}{name}"
    if default_storage.exists(key):
        default_storage.delete(key)
    default_storage.save(key, File(content))


def drop_media() -> tuple[int, int]:
    """Remove every file of the store. Returns how many, and their bytes."""
    count = size = 0
    for name in list(media_names()):
        size += max(media_size(name), 0)
        default_storage.delete(f"{_prefix()}{name}")
        count += 1
    _drop_folders("")
    return count, size


def _drop_folders(folder: str) -> None:
    try:
        folders, _files = default_storage.listdir(f"{_prefix()}{folder}")
    except FileNotFoundError:
        return
    for name in folders:
        _drop_folders(f"{folder}{name}/")
    default_storage.delete(f"{_prefix()}{folder}".rstrip("/") if folder else _prefix())
