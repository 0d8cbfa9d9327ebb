"""The table of a benchmark, and its rows in DATA_DIR/bench.json, which all benchmarks share."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from config.launch.environment import ROOT

# A gate is not a target: machines that others use as well differ by a fifth from run to run.
TOLERANCE = 0.8
# What a part returns that ran to its end but missed a target: not what a part returns that broke.
MISSED = 3
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
        # What was missed is either too large or too small, never both.
        smaller, larger = sorted((self.target, self.value))
        return larger > 0 and smaller / larger >= TOLERANCE


def at_most(
    name: str, value: float, unit: str, *, floor: float | None = None, most: float | None = None
) -> Figure:
    """Judge what should be small by the most that it may be."""
    ratio = value / floor if floor else None
    return Figure(name, round(value, 4), unit, floor, ratio, most, None if most is None else value <= most)


def at_least(
    name: str, value: float, unit: str, *, floor: float | None = None, least: float | None = None
) -> Figure:
    """Judge what should be large by the least that is enough."""
    ratio = value / floor if floor else None
    return Figure(name, round(value, 4), unit, floor, ratio, least, None if least is None else value >= least)


def p95(times: Iterable[float]) -> float:
    """What 95 of 100 stay under."""
    ordered = sorted(times)
    return ordered[max(0, round(len(ordered) * 0.95) - 1)]


def finish(figures: Iterable[Figure], *, folder: Path | None = None) -> int:
    """Print the table and merge it into bench.json. Returns MISSED when a target was, clearly."""
    rows = list(figures)
    _show(rows)
    names = {each.name for each in rows}
    _write([*(each for each in _known(folder) if each.name not in names), *rows], folder)
    return 0 if all(each.is_tolerable for each in rows) else MISSED


def forget(*, folder: Path | None = None) -> None:
    """Begin a table anew: what is not measured this time is not told."""
    _write([], folder)


def verdict(named: Mapping[str, str], failed: Iterable[str], *, folder: Path | None = None) -> int:
    """Print the whole table, what was missed, and what could not be measured. Returns what a gate returns.

    named    row of the plan -> why there is no figure
    failed   parts that broke
    """
    rows = _known(folder)
    print("\nAll figures")
    _show(rows)
    judged = [each for each in rows if each.target is not None]
    close = [each for each in judged if not each.ok and each.is_tolerable]
    missed = [each for each in judged if not each.is_tolerable]
    met = len(judged) - len(close) - len(missed)
    print(f"\n{len(judged)} targets: {met} met, {len(close)} nearly, {len(missed)} missed.")
    for each in [*close, *missed]:
        word = "nearly" if each.is_tolerable else "missed"
        print(f"  {word}: {each.name}: {each.value:g} {each.unit}, target {each.target:g}")
    for name, why in named.items():
        print(f"  not measured: {name}: {why}")
    for part in failed:
        print(f"  ended badly: {part}")
    return 1 if missed or list(failed) else 0


def _show(rows: Sequence[Figure]) -> None:
    width = max((len(each.name) for each in rows), default=0)
    for each in rows:
        floor = f"floor {each.floor:9.3f}  x{each.ratio:8.2f}" if each.floor and each.ratio else " " * 26
        word = "met" if each.ok else "nearly" if each.is_tolerable else "MISSED"
        judged = "" if each.target is None else f"target {each.target:8.2f}  {word}"
        print(f"{each.name:<{width}}  {each.value:10.3f} {each.unit:<4} {floor}  {judged}".rstrip())


def _known(folder: Path | None) -> list[Figure]:
    file = (folder or DATA_DIR) / "bench.json"
    return [Figure(**row) for row in json.loads(file.read_text())] if file.exists() else []


def _write(rows: Iterable[Figure], folder: Path | None) -> None:
    (folder or DATA_DIR).mkdir(parents=True, exist_ok=True)
    told = json.dumps([asdict(each) for each in rows], indent=1)
    ((folder or DATA_DIR) / "bench.json").write_text(told)
