"""Who may make or move stores while the fleet moves: locks of the database, which end with their holder."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from tenants import context

_RUNNER: Final = 8_446
_STORES: Final = 8_448
_IS_HELD: Final = """
SELECT EXISTS (
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND objid = %s AND granted AND datname = current_database()
)
"""


@contextmanager
def one_runner() -> Iterator[None]:
    """Wait until no other process brings the fleet to head. Taking it again in the same process is free."""
    _ask("SELECT pg_advisory_lock(%s)", _RUNNER)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s)", _RUNNER)


def is_runner_there() -> bool:
    """Whether some process brings the fleet to head right now."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_IS_HELD, [_RUNNER])
        return bool(cursor.fetchone()[0])


def pass_new_store() -> None:
    """Until the caller's transaction ends, the last look for stores behind head waits for its new store."""
    _ask("SELECT pg_advisory_xact_lock_shared(%s)", _STORES)


@contextmanager
def building() -> Iterator[None]:
    """The same for a store that is built in several transactions."""
    _ask("SELECT pg_advisory_lock_shared(%s)", _STORES)
    try:
        yield
    finally:
        raw = connection.connection
        # What failed inside a caller's transaction takes no statement before that ends.
        if raw is not None and raw.info.transaction_status != TRANSACTION_STATUS_INERROR:
            _ask("SELECT pg_advisory_unlock_shared(%s)", _STORES)


@contextmanager
def unhurried_disk() -> Iterator[None]:
    """Let commits of this connection not wait for the disk, until one afterwards does so for all of them.

    A machine that loses power meanwhile loses whole transactions: a store and its list of migrations alike.
    """
    _say("SET synchronous_commit = off")
    try:
        yield
    finally:
        raw = connection.connection
        if raw is not None and raw.info.transaction_status != TRANSACTION_STATUS_INERROR:
            _say("RESET synchronous_commit")


@contextmanager
def no_new_stores() -> Iterator[None]:
    """For the last look: no store is half made, and none begins. A sign-up waits that long."""
    _ask("SELECT pg_advisory_lock(%s)", _STORES)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s)", _STORES)


def _ask(statement: str, number: int) -> None:
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(statement, [number])


def _say(statement: str) -> None:
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(statement)
