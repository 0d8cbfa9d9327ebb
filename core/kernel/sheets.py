"""Tables that people bring: CSV in any of the usual spellings, and Excel workbooks, row by row."""

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _

from core.kernel.errors import InvalidInput

ENDINGS: Final = (".csv", ".xlsx")
MOST_BYTES: Final = 64 * 1024 * 1024
_SEPARATORS: Final = ",;\t"
# Enough to see in which alphabet a file is written; Excel's own CSV is often not UTF-8.
_SAMPLE: Final = 256 * 1024


def ending_of(name: str, size: int) -> str:
    """The kind of a file by its name. Raises InvalidInput for a kind we do not read, or one too large."""
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise InvalidInput(_("Choose a CSV file or an Excel file (.xlsx)."), "file")
    if size > MOST_BYTES:
        raise InvalidInput(_("This file is larger than 64 MB. Split it into several."), "file")
    return ending


def rows(path: str | Path) -> Iterator[list[str]]:
    """The file's rows, the heading first. Reads as it goes: a large file takes no more memory.

    Raises   InvalidInput for a file that is no table
    """
    opened = _of_workbook if str(path).lower().endswith(".xlsx") else _of_csv
    with opened(Path(path)) as lines:
        yield from _cells(lines)


def _cells(lines: IO[str]) -> Iterator[list[str]]:
    first = lines.readline()
    if "\0" in first:
        raise _unreadable()
    separator = max(_SEPARATORS, key=first.count)
    try:
        yield next(csv.reader([first], delimiter=separator), [])
        yield from csv.reader(lines, delimiter=separator)
    except (csv.Error, UnicodeDecodeError) as odd:
        raise _unreadable() from odd


@contextmanager
def _of_csv(path: Path) -> Iterator[IO[str]]:
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    with path.open(encoding=_alphabet_of(sample), newline="") as lines:
        yield lines


def _alphabet_of(sample: bytes) -> str:
    try:
        # The last letter of the sample may be cut.
        sample[:-4].decode("utf-8-sig") if len(sample) == _SAMPLE else sample.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


@contextmanager
def _of_workbook(path: Path) -> Iterator[IO[str]]:
    """A process of its own decodes it, see `core.kernel.sheet_worker`."""
    command = [sys.executable, "-m", "core.kernel.sheet_worker", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_bare()) as child:
        assert child.stdout is not None
        try:
            yield io.TextIOWrapper(child.stdout, encoding="utf-8", newline="")
        except GeneratorExit:
            child.kill()
            raise
        if child.wait() != 0:
            raise _unreadable()


def _bare() -> dict[str, str]:
    """No secret of ours where a stranger's file is decoded."""
    return {"PYTHONPATH": str(Path(__file__).resolve().parent.parent.parent), "PYTHONUTF8": "1"}


def _unreadable() -> InvalidInput:
    return InvalidInput(_("This file cannot be read. Save it again as CSV or Excel, then bring it."), "file")
