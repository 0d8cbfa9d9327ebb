"""Which store stands where, read from the stores themselves, and what became of moving it, kept in public."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from tenants import context
from tenants.fleet.plans import Had, Release
from tenants.models import FleetRun, RunState, StepState, StoreState, StoreVersion

LONGEST_ERROR: Final = 2_000
# Stores that have all their tables; the others get them from whoever builds them.
MADE: Final = (
    StoreState.MIGRATED,
    StoreState.PREPARED,
    StoreState.ACTIVE,
    StoreState.SUSPENDED,
    StoreState.MOVING,
    StoreState.LEAVING,
)
# A function, for it reads a table of each schema: as a UNION, a thousand of them take a second to be planned.
_BEHIND: Final = """
SELECT store.id, store.slug, store.schema_name, store.is_demo, had.names
FROM tenants_store AS store, LATERAL (SELECT tenants_migrations_of(store.schema_name) OFFSET 0) AS had(names)
WHERE NOT coalesce(%(known)s::text[] <@ had.names, false)
  AND (store.state = ANY(%(made)s) OR %(half_made)s AND store.state = 'SCHEMA_MADE' AND had.names IS NOT NULL)
ORDER BY store.id
"""
_SIZES: Final = """
SELECT nspname, sum(relpages) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname = ANY(%s) GROUP BY nspname
"""


@dataclass(frozen=True, slots=True)
class Behind:
    """A store that lacks something. `had` is None when its list of migrations is gone."""

    store_id: int
    slug: str
    schema_name: str
    is_canary: bool
    had: Had | None


def behind(release: Release, *, half_made: bool = False) -> list[Behind]:
    """Every store that lacks a migration of this release, in one query.

    half_made   also those whose building broke off after their tables
    """
    told: dict[str, Any] = {"made": list(MADE), "known": release.of_stores, "half_made": half_made}
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_BEHIND, told)
        rows = [
            Behind(pk, slug, schema_name, is_canary, _as_had(names))
            for pk, slug, schema_name, is_canary, names in cursor.fetchall()
        ]
    return [row for row in rows if row.had is None or release.is_behind(row.had)]


def had(schema_name: str) -> Had | None:
    """What one schema has had; None when it has no list."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT tenants_migrations_of(%s)", [schema_name])
        return _as_had(cursor.fetchone()[0])


def _as_had(names: list[str] | None) -> Had | None:
    return None if names is None else frozenset(names)


def in_order(rows: Sequence[Behind]) -> list[Behind]:
    """Our own stores first, since they are asked about first; then small ones before large ones."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_SIZES, [[row.schema_name for row in rows]])
        sizes = dict(cursor.fetchall())
    return sorted(rows, key=lambda row: (not row.is_canary, sizes.get(row.schema_name, 0), row.store_id))


@transaction.atomic
def open_run(release: Release, rows: Sequence[Behind]) -> FleetRun:
    """Write down who is to be moved, in this order. What an earlier run left half done is part of it."""
    now = timezone.now()
    FleetRun.objects.filter(state=RunState.RUNNING).update(state=RunState.BROKEN_OFF, ended_at=now)
    run = FleetRun.objects.create(target=release.target, started_at=now)
    add(run, rows)
    return run


def add(run: FleetRun, rows: Sequence[Behind]) -> None:
    """Put stores at the end of a run."""
    first = StoreVersion.objects.filter(run=run).count()
    StoreVersion.objects.bulk_create(
        [
            StoreVersion(
                store_id=row.store_id, run=run, target=run.target, place=place, due_at=run.started_at
            )
            for place, row in enumerate(rows, start=first)
        ],
        update_conflicts=True,
        unique_fields=["store"],
        update_fields=["run", "target", "state", "place", "attempts", "error", "due_at", "ended_at"],
    )


_CLAIM: Final = """
UPDATE tenants_storeversion SET state = 'RUNNING', attempts = attempts + 1, started_at = clock_timestamp()
WHERE id = (
    SELECT id FROM tenants_storeversion
    WHERE run_id = %(run)s AND state = 'WAITING' AND due_at <= clock_timestamp()
      AND EXISTS (SELECT 1 FROM tenants_fleetrun WHERE id = %(run)s AND state = 'RUNNING')
    ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING store_id, attempts,
    (SELECT schema_name FROM tenants_store AS store WHERE store.id = store_id),
    (SELECT tenants_migrations_of(schema_name) FROM tenants_store AS store WHERE store.id = store_id)
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A store that this process, and no other, brings to head now. `attempts` counts this one."""

    store_id: int
    attempts: int
    schema_name: str
    had: Had | None


def claim(run: FleetRun) -> Claimed | None:
    """Take the next store of a run that is due, for this process alone."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"run": run.pk})
        found = cursor.fetchone()
    return Claimed(found[0], found[1], found[2], _as_had(found[3])) if found else None


def next_due(run: FleetRun) -> datetime | None:
    """When the earliest of those that wait is due; None when nobody waits, or the run was stopped."""
    waiting = StoreVersion.objects.filter(run=run, state=StepState.WAITING, run__state=RunState.RUNNING)
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()


def moved(store_id: int, migration: str) -> None:
    """The store is at head; `migration` is the one that took it there, if any was needed."""
    named = {"migration": migration} if migration else {}
    _write(store_id, state=StepState.DONE, error="", ended_at=timezone.now(), **named)


def put_off(store_id: int, migration: str, error: str, wait: timedelta) -> None:
    """The store was too busy: again a little later, and others meanwhile."""
    _write(
        store_id,
        state=StepState.WAITING,
        migration=migration,
        error=error[:LONGEST_ERROR],
        due_at=timezone.now() + wait,
    )


def failed(store_id: int, migration: str, error: str) -> None:
    """The store stays where it is; somebody has to look."""
    _write(
        store_id,
        state=StepState.FAILED,
        migration=migration,
        error=error[:LONGEST_ERROR],
        ended_at=timezone.now(),
    )


def _write(store_id: int, **fields: Any) -> None:
    StoreVersion.objects.filter(store_id=store_id).update(**fields)


_COUNTS: Final = "SELECT state, count(*) FROM tenants_storeversion WHERE run_id = %s GROUP BY state"


def counts(run: FleetRun) -> dict[str, int]:
    """How many stores of a run are in each state, and `all` of them."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [run.pk])
        found = dict(cursor.fetchall())
    return {**dict.fromkeys(StepState.values, 0), **found, "all": sum(found.values())}


def failures(run: FleetRun) -> list[StoreVersion]:
    """The stores of a run that stay behind, with the reason."""
    rows = StoreVersion.objects.select_related("store").filter(run=run, state=StepState.FAILED)
    return list(rows.order_by("place"))


def close_run(run: FleetRun, state: RunState) -> None:
    """Say how a run ended."""
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["state", "ended_at"])


def settle(rows: Sequence[Behind]) -> None:
    """Say that all others are done: a runner was killed before it could, or somebody healed the store."""
    open_rows = StoreVersion.objects.exclude(state=StepState.DONE)
    open_rows.exclude(store_id__in=[row.store_id for row in rows]).update(
        state=StepState.DONE, error="", ended_at=timezone.now()
    )


def reclaim(run: FleetRun) -> None:
    """Let stores wait again that were taken by a process that is no more."""
    StoreVersion.objects.filter(run=run, state=StepState.RUNNING).update(state=StepState.WAITING)
