"""What the rooms of a store say about their rows, for whoever writes a store down or brings one back.

Called from `AppConfig.ready`. The platform knows no table of a store by name; what is special about one is
said here, once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenants.models import Store
    from tenants.permissions import Actor


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not in an archive that leaves the house: a column or a whole table. `why` is for readers."""

    table: str
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Counter:
    """A table that counts what the world has seen: going back to a backup must not count down."""

    table: str
    key: str
    column: str


@dataclass(frozen=True, slots=True)
class Found:
    """One thing in a backup: its public id, what it is called, and a line about it."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Thing:
    """What can be brought back alone. Both functions run in the store, beside the backup's tables.

    tables       the tables that are needed; of the backup they are called `back_<table>`
    find         what somebody looks for, by its words
    bring_back   puts one thing back as it was; answers with the files that it needs again
    """

    label: Any
    tables: tuple[str, ...]
    find: Callable[[str], list[Found]]
    bring_back: Callable[[str, "Actor"], list[str]]


Check = Callable[[], list[str]]
Arrival = Callable[["Store"], None]

_left_out: dict[tuple[str, str], LeftOut] = {}
_counters: dict[str, Counter] = {}
_checks: list[Check] = []
_arrivals: list[Arrival] = []
_returns: list[Arrival] = []
_moves: list[Arrival] = []
_things: dict[str, Thing] = {}
_words: dict[str, Any] = {}


def leave_out(table: str, column: str = "", *, why: str) -> None:
    """Keep a table, or the texts of one column, out of archives. Backups of ours hold everything."""
    _left_out[table, column] = LeftOut(table, column, why)


def counts_up(table: str, *, key: str, column: str) -> None:
    """Say that numbers in `column`, one row per `key`, were given out and must never be given out again."""
    _counters[table] = Counter(table, key, column)


def check_with(check: Check) -> None:
    """Have `check` look at the rows of a store, inside it. It answers with what does not add up."""
    if check not in _checks:
        _checks.append(check)


def on_arrival(arrival: Arrival) -> None:
    """Have `arrival` called in a store that came from an archive, before its doors open."""
    if arrival not in _arrivals:
        _arrivals.append(arrival)


def on_return(back: Arrival) -> None:
    """Have `back` called in a store that was brought back to a backup."""
    if back not in _returns:
        _returns.append(back)


def on_move(moved: Arrival) -> None:
    """Have `moved` called in a store that moved here with all its secrets, before its doors open."""
    if moved not in _moves:
        _moves.append(moved)


def can_bring_back(code: str, thing: Thing) -> None:
    """Offer sellers to bring one kind of thing back alone."""
    _things[code] = thing


def is_told_as(table: str, label: Any) -> None:
    """Say how sellers call the rows of a table: backups are compared by these."""
    _words[table] = label


def left_out() -> list[LeftOut]:
    """Everything that archives are without, by table."""
    return [_left_out[key] for key in sorted(_left_out)]


def counters() -> list[Counter]:
    """Every table that only counts up."""
    return [_counters[table] for table in sorted(_counters)]


def troubles() -> list[str]:
    """What does not add up in the store in force."""
    return [trouble for check in _checks for trouble in check()]


def arrivals() -> Iterable[Arrival]:
    """What the rooms do with a store that has come."""
    return tuple(_arrivals)


def returns() -> Iterable[Arrival]:
    """What the rooms do in a store that was brought back."""
    return tuple(_returns)


def moves() -> Iterable[Arrival]:
    """What the rooms do with a store that moved here."""
    return tuple(_moves)


def things() -> dict[str, Thing]:
    """What can be brought back alone, by code."""
    return dict(_things)


def words() -> dict[str, Any]:
    """Table -> how sellers call its rows."""
    return dict(_words)
