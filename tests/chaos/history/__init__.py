"""T-HIST: clients do random things while a nemesis breaks their connections; is there a story that fits?

`run_history(seconds, seed)` is what `make chaos` calls; by hand it is

    python -m tests.chaos.history --seconds 120 --seed 7

It starts its own PostgreSQL and Redis, so nothing else is in danger.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one history.

    ok, failed, unknown  how many calls ended so; nobody knows what became of the unknown ones
    broken               how often the nemesis broke something, by what it did
    invariants_checked   rules looked at afterwards, over both stores
    problems             why no story fits; empty when the history is accepted
    """

    seed: int
    seconds: float
    ok: int
    failed: int
    unknown: int
    broken: dict[str, int]
    invariants_checked: int
    problems: list[str]

    @property
    def is_accepted(self) -> bool:
        return not self.problems


def run_history(seconds: float, seed: int) -> Report:
    """Make a history of so many seconds and judge it, in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chaos.history", "--seconds", str(seconds), "--seed", str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds + 240,
        check=False,
    )
    told = ended.stdout.strip().splitlines()
    if ended.returncode > 1 or not told:
        raise RuntimeError(f"The history broke off: {ended.stderr[-2000:]}")
    return Report(**json.loads(told[-1]))
