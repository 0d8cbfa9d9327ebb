"""Taking one store from where it stands to head, and what to do when that does not work."""

import random
from datetime import timedelta
from typing import Final

from django.db import InterfaceError, OperationalError, connection
from psycopg2 import errorcodes

from tenants import context
from tenants.failpoints import failpoint
from tenants.fleet import ledger, steps
from tenants.fleet.plans import Had, Release
from tenants.models import FleetRun

TRIES: Final = 5
# Who was only in somebody's way, or lost its line, may come again; what is wrong stays wrong.
_PASSING: Final = {
    errorcodes.LOCK_NOT_AVAILABLE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.ADMIN_SHUTDOWN,
    errorcodes.CANNOT_CONNECT_NOW,
    errorcodes.TOO_MANY_CONNECTIONS,
    None,
}


class NoList(RuntimeError):
    """The schema is gone, or has no list of migrations: nobody can say what it lacks."""

    def __init__(self, schema_name: str) -> None:
        super().__init__(f"{schema_name} has no django_migrations: restore it, or delete the store.")


class StepFailed(RuntimeError):
    """A migration did not work in a schema, which is as it was before it."""

    def __init__(self, migration: str, had: Had) -> None:
        self.migration, self.had = migration, had
        super().__init__(migration)


def bring_to_head(release: Release, schema_name: str, had: Had | None) -> str:
    """Apply what a schema lacks, each migration in a transaction of its own.

    had      what the schema has had; None when it has no list of that
    Returns  the name of the last migration that was applied, or "" when nothing was to be done
    Raises   NoList; StepFailed from what stopped it
    """
    if had is None:
        raise NoList(schema_name)
    last, unsaid, of_stores = "", list[str](), frozenset(release.of_stores)
    for name in release.pending(had):
        if name not in of_stores:
            unsaid.append(name)
            continue
        try:
            steps.apply(release, schema_name, had=had, name=name, unsaid=unsaid)
        except Exception as trouble:
            raise StepFailed(name, had) from trouble
        had = had | {name, *unsaid}
        last, unsaid = name, []
    if unsaid:
        steps.note_only(schema_name, unsaid)
    return last


def move(release: Release, row: ledger.Claimed) -> bool:
    """Bring a store that was claimed to head and write down what came of it. Returns whether it failed."""
    failpoint("fleet.after_claim")
    try:
        migration = bring_to_head(release, row.schema_name, row.had)
    except (StepFailed, NoList) as trouble:
        return _give_way(row, trouble)
    with context.in_public():
        ledger.moved(row.store_id, migration)
    return False


def _give_way(row: ledger.Claimed, trouble: StepFailed | NoList) -> bool:
    cause = trouble.__cause__ or trouble
    migration = getattr(trouble, "migration", "")
    words = f"{type(cause).__name__}: {cause}".strip()
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    with context.in_public():
        if is_passing(cause) and row.attempts < TRIES:
            ledger.put_off(row.store_id, migration, words, _pause(row.attempts))
            return False
        ledger.failed(row.store_id, migration, words)
    return True


def is_passing(trouble: BaseException) -> bool:
    """Whether trying again may help."""
    if not isinstance(trouble, OperationalError | InterfaceError):
        return False
    return getattr(trouble.__cause__, "pgcode", None) in _PASSING


def _pause(attempts: int) -> timedelta:
    """Longer each time, and never in step with another process."""
    return timedelta(seconds=random.uniform(0.2, 1.0) * 0.5 * 2**attempts)  # noqa: S311


def work_off(release: Release, run: FleetRun) -> bool | None:
    """Move one store of a run that is due. Returns whether it failed, or None when none is due."""
    row = ledger.claim(run)
    return None if row is None else move(release, row)
