"""Runs each named test with its guard in place, and again without it. A pytest plugin.

A test that stays green without its guard watches over nothing; one that fails for a reason of another kind
proves nothing; one that fails with the guard in place is broken. Each of them fails the run.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from _pytest.runner import runtestprotocol
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from tests.mutations.guards import Guard

_SAID = (AssertionError, pytest.fail.Exception)
_raised = pytest.StashKey[list[BaseException]]()


@dataclass
class Row:
    """One test without one guard (or with all of them): what came of it."""

    guard: str
    test: str
    verdict: str
    seconds: float

    @property
    def is_fault(self) -> bool:
        return self.verdict not in ("green", "red")


@dataclass(eq=False)
class Runner:
    """In place of pytest's own loop: first every test as it is, then guard by guard."""

    guards: Sequence[Guard]
    rows: list[Row] = field(default_factory=list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
        """Keep what a test raised: its report has only the text."""
        if call.excinfo is not None:
            item.stash.setdefault(_raised, []).append(call.excinfo.value)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:
            return None
        named: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            named.setdefault(item.nodeid.partition("[")[0], []).append(item)
        for test, items in named.items():
            self._try(None, test, items, session)
        for guard in self.guards:
            with _without(guard, session.config.stash[blocking_manager_key]):
                for test in guard.tests:
                    self._try(guard, test, named.get(test, []), session)
        session._setupstate.teardown_exact(None)
        session.testsfailed = sum(row.is_fault for row in self.rows)
        return True

    def _try(self, guard: Guard | None, test: str, items: list[pytest.Item], session: pytest.Session) -> None:
        begin = time.perf_counter()
        raised = [error for item in items for error in _run(item, session)]
        verdict = verdict_without(guard, raised) if guard else _with_all(raised)
        if not items:
            verdict = "not found"
        self.rows.append(Row(guard.id if guard else "", test, verdict, time.perf_counter() - begin))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table: a line per guard and test."""
        say = terminalreporter.write_line
        for guard in self.guards:
            say(f"\n{guard.id} (taken away: {guard.told})", bold=True)
            for row in self.rows:
                if row.guard == guard.id:
                    say(f"  {row.verdict:6} {row.seconds:6.1f} s  {row.test}", red=row.is_fault)
        for row in self.rows:
            if row.guard == "" and row.is_fault:
                say(f"\nwith all guards: {row.verdict}  {row.test}", red=True)
        faults = sum(row.is_fault for row in self.rows)
        tests = len({row.test for row in self.rows})
        say(f"\n{len(self.guards)} guards taken away, {tests} tests, {faults} faults")


def _run(item: pytest.Item, session: pytest.Session) -> list[BaseException]:
    """What a test raised. Afterwards everything is torn down but what the whole session shares."""
    item.stash[_raised] = []
    runtestprotocol(item, nextitem=session, log=False)  # type: ignore[arg-type]
    return item.stash[_raised]


def _with_all(raised: Sequence[BaseException]) -> str:
    return f"broken: {raised[0]!r:.300}" if raised else "green"


def verdict_without(guard: Guard, raised: Sequence[BaseException]) -> str:
    """Any parameter of a test may be the one that notices, but each only by saying so."""
    if not raised:
        return "stays green"
    strange = [error for error in raised if not isinstance(error, (*_SAID, *guard.fails))]
    return f"fails for another reason: {strange[0]!r:.300}" if strange else "red"


@contextmanager
def _without(guard: Guard, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Take a guard away; what is done in the database for that happens outside of any test."""
    with blocker.unblock():
        breaking = guard.breaks()
        breaking.__enter__()
    try:
        yield
    finally:
        with blocker.unblock():
            breaking.__exit__(None, None, None)
