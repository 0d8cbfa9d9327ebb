"""What came of each fault: a table for people and `chaos.json` for machines."""

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_SHOWN = 5


@dataclass(slots=True)
class Row:
    """One fault: how often it was caused, and what was wrong afterwards."""

    id: str
    runs: int = 0
    failures: list[str] = field(default_factory=list)
    invariants_checked: int = 0
    seconds: float = 0.0
    skipped: str = ""

    def expect(self, holds: object, otherwise: str) -> None:
        """Note a failure unless it holds; the same one counts once."""
        if not holds and otherwise not in self.failures:
            self.failures.append(otherwise)
            print(f"    ! {self.id}: {otherwise}", flush=True)

    def eventually(self, holds: Callable[[], object], otherwise: str, within: float = 30) -> bool:
        """Note a failure unless it holds soon. Returns whether it did."""
        deadline = time.monotonic() + within
        while not holds():
            if time.monotonic() > deadline:
                self.expect(False, f"{otherwise} (not within {within:.0f} s)")
                return False
            time.sleep(0.1)
        return True


class Report:
    """The rows of one run, in the order in which they were made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Row] = []

    @contextmanager
    def row(self, id: str) -> Iterator[Row]:
        """A row that is measured, and that survives whatever happens inside."""
        row = Row(id)
        self.rows.append(row)
        began = time.monotonic()
        try:
            yield row
        except Exception as error:  # one fault that gets out of hand must not hide the others
            traceback.print_exc()
            row.expect(False, f"{type(error).__name__}: {error}")
        row.seconds = round(time.monotonic() - began, 1)
        self.write()
        print(f"  {_line(row)}", flush=True)

    def skip(self, id: str, reason: str) -> None:
        """A fault that cannot be caused here, which nobody may overlook."""
        row = Row(id, skipped=reason)
        self.rows.append(row)
        print(f"  {_line(row)}", flush=True)

    def write(self) -> None:
        """Write what is known so far."""
        told = [
            {
                "id": row.id,
                "runs": row.runs,
                "failed": len(row.failures),
                "invariants_checked": row.invariants_checked,
                "seconds": row.seconds,
                **({"skipped": row.skipped} if row.skipped else {}),
                **({"failures": row.failures[:50]} if row.failures else {}),
            }
            for row in self.rows
        ]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(told, indent=1))

    def print(self) -> None:
        """The table, and what failed below it."""
        print(f"\n  {'fault':<14}{'runs':>6}{'failed':>8}{'invariants':>12}{'seconds':>9}")
        for row in self.rows:
            print(f"  {_line(row)}")
        for row in self.rows:
            for failure in row.failures[:_SHOWN]:
                print(f"    {row.id}: {failure}")
            if len(row.failures) > _SHOWN:
                print(f"    {row.id}: and {len(row.failures) - _SHOWN} more")
        print(f"\n  {self.path}")
        sys.stdout.flush()

    @property
    def has_failed(self) -> bool:
        return any(row.failures for row in self.rows)


def _line(row: Row) -> str:
    if row.skipped:
        return f"{row.id:<14}{'skipped':>14}  {row.skipped}"
    return f"{row.id:<14}{row.runs:>6}{len(row.failures):>8}{row.invariants_checked:>12}{row.seconds:>9.1f}"
