"""Files that only the store's own key opens, sealed in pieces so that they stream (AES-256-GCM).

    magic (8 bytes) | salt (16) | piece | piece | ... | last piece

Each file has a key of its own, derived (HKDF-SHA-256) from the store's key, the salt and the file's place. A
piece is 256 KiB and its tag; its nonce is its number and whether it is the last. So a piece that was changed,
moved, left out or taken from another file does not open, and neither does a file that was cut short or made
longer: the last piece is tried before the first is used.
"""

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from tenants.archive import places
from tenants.archive.manifest import NotAnArchive

MAGIC: Final = b"SSeller1"
PIECE: Final = 1 << 18
_SALT, _TAG, _COUNT, _KEY = 16, 16, 11, 32
_HEAD: Final = len(MAGIC) + _SALT


class DoesNotOpen(NotAnArchive):
    """Changed, cut short, of another place, or sealed with a key that is gone."""

    code = "does_not_open"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s was changed, or its key is gone") % {"name": name})


def new_key() -> bytes:
    """A fresh key for one store."""
    return AESGCM.generate_key(bit_length=8 * _KEY)


def is_sealed(path: Path) -> bool:
    """Whether a file is one of these; False where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except FileNotFoundError:
        return False


@contextmanager
def written(path: Path, key: bytes, *, place: str) -> Iterator[IO[bytes]]:
    """A file to write to; it stands sealed at `path` when the block ends well, nowhere when it does not."""
    with places.written(path) as part, part.open("wb") as file:
        writer = _Writer(file, key, place)
        yield writer  # type: ignore[misc]
        writer.end()


@contextmanager
def opened(path: Path, key: bytes, *, place: str) -> Iterator[IO[bytes]]:
    """The content of a sealed file, to read and to seek in. Raises DoesNotOpen, also while it is read."""
    with reader(path, key, place=place) as file:
        yield file


def reader(path: Path, key: bytes, *, place: str) -> IO[bytes]:
    """As `opened`, for somebody who closes it later. Raises DoesNotOpen."""
    raw = _Reader(path.open("rb"), key, place)
    try:
        raw.try_last()
    except BaseException:
        raw.close()
        raise
    return io.BufferedReader(raw, PIECE)


def _cipher(key: bytes, salt: bytes, place: str) -> AESGCM:
    derived = HKDF(SHA256(), _KEY, salt, b"smartseller file " + place.encode()).derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNT, "big") + bytes([is_last])


class _Writer:
    """Seals what is written to it. It cannot be sought in, so that ZIP files are written in one go."""

    def __init__(self, file: IO[bytes], key: bytes, place: str) -> None:
        salt = secrets.token_bytes(_SALT)
        self._file, self._cipher = file, _cipher(key, salt, place)
        self._waiting, self._number = bytearray(), 0
        file.write(MAGIC + salt)

    def write(self, content: Any) -> int:
        self._waiting += content
        # One piece is kept back: whether it is the last is not known before more comes.
        while len(self._waiting) > PIECE:
            self._seal(self._waiting[:PIECE], is_last=False)
            del self._waiting[:PIECE]
        return len(content)

    def flush(self) -> None:
        """Pieces are written when they are full."""

    def end(self) -> None:
        self._seal(self._waiting, is_last=True)
        self._waiting = bytearray()
        self._file.flush()

    def _seal(self, piece: bytearray, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._file.write(self._cipher.encrypt(nonce, bytes(piece), None))
        self._number += 1


class _Reader(io.RawIOBase):
    """Opens one piece after the other; one at a time is in memory."""

    def __init__(self, file: IO[bytes], key: bytes, place: str) -> None:
        super().__init__()
        self._file, self._name = file, place.rpartition("/")[2]
        head = file.read(_HEAD)
        self._cipher = _cipher(key, head[len(MAGIC) :], place)
        body = os.fstat(file.fileno()).st_size - _HEAD
        self._pieces = -(-body // (PIECE + _TAG))
        self._size = body - self._pieces * _TAG
        self._at, self._held, self._piece = 0, -1, b""
        self._is_whole = head.startswith(MAGIC) and self._pieces > 0 and self._size >= 0

    def try_last(self) -> None:
        if not self._is_whole:
            raise DoesNotOpen(self._name)
        self._open(self._pieces - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        number, within = divmod(self._at, PIECE)
        self._open(number)
        found = self._piece[within : within + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _open(self, number: int) -> None:
        if number == self._held:
            return
        self._file.seek(_HEAD + number * (PIECE + _TAG))
        nonce = _nonce(number, is_last=number == self._pieces - 1)
        try:
            self._piece = self._cipher.decrypt(nonce, self._file.read(PIECE + _TAG), None)
        except InvalidTag as wrong:
            raise DoesNotOpen(self._name) from wrong
        self._held = number
