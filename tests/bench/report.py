"""The table of a benchmark, and its rows in DATA_DIR/bench.json, which all benchmarks share."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from config.launch.environment import ROOT

# A gate is not a target: machines that others use as well differ by a fifth from run to run.
TOLERANCE = 0.8
DATA_DIR = (ROOT / (os.environ.get("DATA_DIR") or ".data")).resolve()


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. `ratio` compares with the floor or the rival; `ok` says whether the target was met."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    target: float | None = None
    ok: bool | None = None

    @property
    def is_tolerable(self) -> bool:
        """Whether a gate lets it pass."""
        if self.target is None or self.ok:
            return True
        worse = self.target / self.value if self.ok is not None and self.value > self.target else 1.0
        return worse >= TOLERANCE


def at_most(
    name: str, value: float, unit: str, *, floor: float | None = None, most: float | None = None
) -> Figure:
    """Judge what should be small by the most that it may be."""
    ratio = value / floor if floor else None
    return Figure(name, round(value, 4), unit, floor, ratio, most, None if most is None else value <= most)


def p95(times: Iterable[float]) -> float:
    """What 95 of 100 stay under."""
    ordered = sorted(times)
    return ordered[max(0, round(len(ordered) * 0.95) - 1)]


def finish(figures: Iterable[Figure], *, folder: Path = DATA_DIR) -> int:
    """Print the table and merge it into bench.json. Returns 1 when a target was clearly missed."""
    rows = list(figures)
    width = max(len(each.name) for each in rows)
    for each in rows:
        floor = f"floor {each.floor:9.3f}  x{each.ratio:8.2f}" if each.floor and each.ratio else " " * 26
        verdict = (
            "" if each.target is None else f"target {each.target:8.2f}  {'met' if each.ok else 'MISSED'}"
        )
        print(f"{each.name:<{width}}  {each.value:10.3f} {each.unit:<4} {floor}  {verdict}".rstrip())
    file = folder / "bench.json"
    known = json.loads(file.read_text()) if file.exists() else []
    names = {each.name for each in rows}
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps([*(row for row in known if row["name"] not in names), *map(asdict, rows)], indent=1)
    )
    return 0 if all(each.is_tolerable for each in rows) else 1
