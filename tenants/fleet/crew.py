"""Several processes that move stores side by side, and one that watches them.

They are forked: each inherits the release as it was read and rendered. Who they are does not matter: each
store is claimed in the ledger, so one that dies loses nothing but the store it was at, until the next run.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from typing import Final

from django.db import connection
from django.utils import timezone

from tenants import context
from tenants.fleet import gate, ledger, moving
from tenants.fleet.plans import Release
from tenants.models import FleetRun, RunState, StepState

Watch = Callable[[dict[str, int]], None]
_LOOKS_SECONDS: Final = 0.1
# Fewer stores than this are moved before other processes would have begun.
_ALONE: Final = 8
# More failures than one in a hundred: the migration is wrong, not the stores.
_MANY, _MOST_FAILED = 100, 0.01


def work(release: Release, run: FleetRun, *, processes: int, watch: Watch) -> None:
    """Move every store of a run that waits; return when none does, or too many failed."""
    if processes < 2 or ledger.counts(run)[StepState.WAITING] <= _ALONE:
        for _ in _steadily(release, run):
            watch(ledger.counts(run))
        return
    fork = multiprocessing.get_context("fork")
    parent = os.getpid()
    crew: list[BaseProcess] = [
        fork.Process(target=_go, args=(release, run, parent), daemon=True) for _ in range(processes)
    ]
    for each in crew:
        each.start()
    while any(each.is_alive() for each in crew):
        crew[0].join(_LOOKS_SECONDS)
        crew[-1].join(_LOOKS_SECONDS if crew[0].exitcode is not None else 0)
        watch(ledger.counts(run))
    # What a process that was killed held, and what it would still have done.
    ledger.reclaim(run)
    for _ in _steadily(release, run):
        watch(ledger.counts(run))


def is_too_much(counts: dict[str, int]) -> bool:
    """Whether so many stores failed that the rest must not be touched."""
    return counts["all"] > _MANY and counts[StepState.FAILED] > counts["all"] * _MOST_FAILED


def _go(release: Release, run: FleetRun, parent: int) -> None:
    # The parent goes on using the line that was inherited: it is left alone, not closed.
    connection.connection = None
    context.enter(None)
    with gate.unhurried_disk():
        for _ in _steadily(release, run):
            if os.getppid() != parent:
                return


def _steadily(release: Release, run: FleetRun) -> Iterator[None]:
    while True:
        with context.in_public():
            has_failed = moving.work_off(release, run)
            if has_failed and is_too_much(ledger.counts(run)):
                ledger.close_run(run, RunState.STOPPED)
            due = ledger.next_due(run) if has_failed is None else timezone.now()
        if due is None:
            return
        time.sleep(min(max((due - timezone.now()).total_seconds(), 0), 1))
        yield
