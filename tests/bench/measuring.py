"""One workload in a few lines: a second under load beside its floor, and one client beside the rows alone."""

import os
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench import floors
from tests.bench.client import Pages, Work, load
from tests.bench.report import Figure, at_least, at_most, p95

SECONDS, ROUNDS = float(os.environ.get("SECONDS") or 2), int(os.environ.get("ROUNDS") or 3)
CROWD = 16


@dataclass(frozen=True, slots=True)
class Held:
    """What a workload is held against.

    floor     the same for a bare server, and what it is called
    share     the least part of the floor that is enough; 0 shows it without judging
    rows      what the page needs of PostgreSQL, asked by one client
    least     a second under load
    slowest   95 of 100 with one client, in milliseconds
    median    half of them, in milliseconds
    """

    floor: tuple[str, Pages]
    share: float | None = None
    rows: floors.Rows | None = None
    least: float | None = None
    slowest: float | None = None
    median: float | None = None


def measured(name: str, work: Work, held: Held, *, clients: int = CROWD) -> Iterator[Figure]:
    """Measure it and its floors in turns, so that both meet the same machine; medians count."""
    called, floor = held.floor
    load(work, clients=2, seconds=SECONDS)
    rates, floor_rates, shares, alone, rows = [], [], [], [], []
    for _ in range(ROUNDS):
        rates.append(load(work, clients=clients, seconds=SECONDS).rate)
        floor_rates.append(load(floor, clients=CROWD, seconds=SECONDS).rate)
        shares.append(rates[-1] / floor_rates[-1])
        alone += load(work, clients=1, seconds=SECONDS).times
        if held.rows is not None:
            rows += floors.timed(held.rows, seconds=SECONDS / 4)
    share, straight = statistics.median(shares), statistics.median(rows) if rows else None
    yield at_least(
        f"{name}: {clients} clients",
        statistics.median(rates),
        "/s",
        least=held.least,
        floor=statistics.median(floor_rates),
    )
    if held.share is not None:
        # An aim is shown; no gate is made of it.
        yield at_least(f"{name}: share of {called}", share, "x", least=held.share or None)
    yield at_most(
        f"{name}: one client, p50", statistics.median(alone), "ms", floor=straight, most=held.median
    )
    yield at_most(f"{name}: one client, p95", p95(alone), "ms", most=held.slowest)
    if straight is not None:
        yield Figure(
            f"{name}: its rows straight from PostgreSQL, one client", round(1000 / straight, 1), "/s"
        )
