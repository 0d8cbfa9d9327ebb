"""What was found not to add up: kept for the staff from when it is first seen until it is in order again.

Rooms of a store look at their own rows (`core.kernel.invariants`); what the platform's rows must be like is
looked at here.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants import blueprint, context, stores, structure
from tenants.models import Blueprint, Breach, HostKind, Hostname, SpareSchema, Store, StoreState

log = logging.getLogger(__name__)
_UNFINISHED = (StoreState.REQUESTED, StoreState.SCHEMA_MADE, StoreState.MIGRATED, StoreState.PREPARED)
# Building a store takes seconds, and a dead worker's duty is taken over after minutes.
_LONGEST_BUILD = timedelta(minutes=10)
_LONGEST_ROLL_OUT = timedelta(hours=1)
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be: which rule, of what, and how it should be."""

    room: str
    rule: str
    subject: str
    expected: str
    found: str


@transaction.atomic
def keep(*, store: Store | None, found: Sequence[Violation]) -> None:
    """Replace what is known to be broken in a store (None: on the platform) by what was found now.

    What was known before stays open with the time it was first seen; what is no longer found ends.
    """
    now = timezone.now()
    with context.in_public():
        rows = Breach.objects.filter(store=store, ended_at=None)
        known = {(row.rule, row.subject): row for row in rows.select_for_update().order_by("pk")}
        fresh = {(each.rule, each.subject[:120]): each for each in found}
        gone = [row.pk for key, row in known.items() if key not in fresh]
        Breach.objects.filter(pk__in=gone).update(ended_at=now)
        for key, each in fresh.items():
            row = known.get(key) or Breach(store=store, rule=each.rule, subject=key[1], first_seen_at=now)
            row.room, row.expected, row.found = each.room, each.expected[:200], each.found[:200]
            row.last_seen_at = now
            row.save()
    # Which rule and how often is enough for a log: the rows are the seller's.
    for rule, count in Counter(each.rule for each in found).items():
        log.critical("%s is broken in %s places", rule, count)


def open_breaches() -> QuerySet[Breach]:
    """What is broken now, for the console: newest first."""
    return Breach.objects.filter(ended_at=None).select_related("store").order_by("-first_seen_at", "-pk")


# The platform's own rules


def check_platform() -> list[Violation]:
    """Look at what must be true of stores as a whole (INV-8), and keep what is broken for the console."""
    found = [*_unfinished(), *_schemas(), *_hosts(), *_structures(timezone.now())]
    keep(store=None, found=found)
    return found


def _unfinished() -> Iterator[Violation]:
    """No store stays half built."""
    with context.in_public():
        before = timezone.now() - _LONGEST_BUILD
        rows = list(Store.objects.filter(state__in=_UNFINISHED, state_changed_at__lt=before).order_by("pk"))
    for store in rows:
        yield Violation("tenants", "INV-8.1", store.slug, "open or closed", f"{store.state} for long")


# One statement, so one moment: a spare that becomes a store's is seen as the one or as the other.
_OWNERS = """
WITH owner AS (
    SELECT schema_name, slug AS name, state = ANY(%s) AS has_tables FROM tenants_store
    UNION ALL SELECT schema_name, 'spare ' || schema_name, true FROM tenants_spareschema
    UNION ALL SELECT kept_schema, 'kept ' || kept_schema, true FROM tenants_restoration
        WHERE kept_schema <> ''
    UNION ALL SELECT new_schema, 'new ' || new_schema, false FROM tenants_restoration
        WHERE new_schema <> ''
)
SELECT owner.name, nspname
FROM owner FULL JOIN (SELECT nspname FROM pg_namespace WHERE nspname ~ '^s_[a-z2-7]{16}$') AS there
    ON nspname = schema_name
WHERE (nspname IS NULL AND has_tables) OR schema_name IS NULL
ORDER BY schema_name, nspname
"""


def _schemas() -> Iterator[Violation]:
    """Every store and every spare has its schema, and every schema a store or a spare."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_OWNERS, [[str(state) for state in stores.WITH_TABLES]])
        found = cursor.fetchall()
    for owner, schema in found:
        if schema is None:
            yield Violation("tenants", "INV-8.2", owner, "a schema", "none")
        else:
            yield Violation("tenants", "INV-8.3", f"schema {schema}", "a store", "none")


def _structures(now: datetime) -> Iterator[Violation]:
    """Every store and every spare is at head; while a release is rolled out, at what was head once."""
    with context.in_public():
        head = blueprint.head()
        if head is None:
            return
        accepted = {head.fingerprint}
        if head.drawn_at > now - _LONGEST_ROLL_OUT:
            accepted.update(Blueprint.objects.values_list("fingerprint", flat=True))
        spares = SpareSchema.objects.filter(fingerprint=head.fingerprint)
        owners = {spare.schema_name: f"spare {spare.schema_name}" for spare in spares}
    owners.update((store.schema_name, store.slug) for store in stores.with_tables())
    found = _fingerprints(list(owners))
    for name, owner in owners.items():
        # A schema that is not there is another rule's.
        if found.get(name, head.fingerprint) not in accepted:
            yield Violation("tenants", "INV-8.5", owner, f"like {head.fingerprint[:12]}", found[name][:12])


def _fingerprints(names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for begin in range(0, len(names), _AT_ONCE):
        found |= structure.fingerprints(names[begin : begin + _AT_ONCE])
    return found


def _hosts() -> Iterator[Violation]:
    """Every store has one verified main name of each kind."""
    with context.in_public():
        rows = Hostname.objects.filter(is_primary=True, verified_at__isnull=False)
        there = set(rows.values_list("store_id", "kind"))
    for store in stores.with_tables():
        for kind in HostKind.values:
            if (store.pk, kind) not in there:
                yield Violation("tenants", "INV-8.4", f"{store.slug} {kind}", "a main name", "none")
