"""How long this process lets a statement run, a lock keep it waiting, and a transaction do nothing.

Unset in a process that does not say so: a migration may take its time. The web and the workers say so when
they start. What takes longer fails with an OperationalError, which the web answers with 503 and a worker
with another try, and takes no thread or row with it.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds, as PostgreSQL's settings of these names mean it."""

    statement: int
    lock: int
    idle_in_transaction: int


WEB = Limits(statement=5, lock=3, idle_in_transaction=15)
# A duty may hold its transaction while it waits for a mail server.
WORKER = Limits(statement=60, lock=10, idle_in_transaction=60)

_SET = (
    "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false), "
    "set_config('idle_in_transaction_session_timeout', %s, false)"
)
_in_force: list[Limits] = []


def for_web() -> None:
    """Limit every connection that this process opens from now on, as a web process."""
    _in_force[:] = [WEB]


def for_worker() -> None:
    """Limit every connection that this process opens from now on, as a worker."""
    _in_force[:] = [WORKER]


def impose(connection: Any) -> None:
    """Set the limits of this process on a connection that has just been opened."""
    for limits in _in_force:
        seconds = (limits.statement, limits.lock, limits.idle_in_transaction)
        with connection.cursor() as cursor:
            cursor.execute(_SET, [f"{each}s" for each in seconds])
