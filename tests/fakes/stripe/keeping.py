"""Keeps the account in a file, so that a fake that is started again remembers its customers."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from tests.fakes.stripe.account import Account


class Keeper:
    """Writes the books at most once a second, whole or not at all."""

    def __init__(self, account: Account, path: Path | None) -> None:
        self._account, self._path = account, path
        self._changed = False
        self._guard = threading.Lock()
        if path and path.exists():
            try:
                account.books.load(json.loads(path.read_text()))
            except (ValueError, KeyError):
                path.rename(path.with_suffix(".unreadable"))

    def touch(self) -> None:
        """Something changed."""
        self._changed = True

    def save(self, *, force: bool = False) -> None:
        """Write what has changed."""
        if self._path is None or not (self._changed or force):
            return
        with self._guard:
            self._changed = False
            with self._account.books.lock:
                text = json.dumps(self._account.books.dump())
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part = self._path.with_suffix(".part")
            part.write_text(text)
            part.replace(self._path)


class SharedClock:
    """How far ahead the platform and the fake pretend to be, as seconds in a file. It never goes back."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self) -> int:
        """The seconds; none if there is no file."""
        try:
            return int(self._path.read_text() or 0) if self._path else 0
        except (OSError, ValueError):
            return 0

    def write(self, seconds: int) -> None:
        """Take the platform along."""
        if self._path and seconds > self.read():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part = self._path.with_suffix(".part")
            part.write_text(str(seconds))
            part.replace(self._path)
