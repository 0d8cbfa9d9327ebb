"""The process that opens a stranger's workbook: `python -m core.kernel.sheet_worker <file>`.

It writes the first sheet to standard output as CSV in UTF-8. The decoder runs here, with little memory,
little time and no secrets. Imports nothing of Django and nothing of ours: it must start in about 0.1 s.
"""

import csv
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, load_workbook

try:
    import resource
except ImportError:  # Windows has no rlimits; the parent's time-out still holds there.
    resource = None  # type: ignore[assignment]

MOST_UNPACKED: Final = 512 * 1024 * 1024
MOST_MEMORY: Final = 1536 * 1024 * 1024
MOST_CPU_SECONDS: Final = 60
# What the parent is told when the file cannot be used.
REFUSED: Final = 3


def limit_this_process() -> None:
    """Cap memory, processor time and open files before a single byte is decoded."""
    if resource is None:
        return
    for name, most in (
        ("RLIMIT_AS", MOST_MEMORY),
        ("RLIMIT_CPU", MOST_CPU_SECONDS),
        ("RLIMIT_NOFILE", 64),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # macOS refuses RLIMIT_AS, and a lower hard limit may already hold
            continue


def refuse_bombs(path: Path) -> None:
    """Raise ValueError for an archive that unpacks to more than any honest sheet."""
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
            raise ValueError("too large")


def written(cell: Any) -> str:
    """A cell as somebody would have typed it: 150000 and not 150000.0."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def main() -> int:
    """Write the rows of the first sheet."""
    limit_this_process()
    path = Path(sys.argv[1])
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout)
    try:
        refuse_bombs(path)
        sheet = load_workbook(str(path)).get_sheet_by_index(0)
        for row in sheet.iter_rows():
            writer.writerow([written(cell) for cell in row])
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError, MemoryError) as odd:
        sys.stderr.write(f"{odd}\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
