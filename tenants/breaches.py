"""What was found not to add up: kept for the staff from when it is first seen until it is in order again.

Rooms of a store look at their own rows (`core.kernel.invariants`); what the platform's rows must be like is
looked at here.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants import context, stores
from tenants.models import Breach, HostKind, Hostname, Store, StoreState

log = logging.getLogger(__name__)
_UNFINISHED = (StoreState.REQUESTED, StoreState.SCHEMA_MADE, StoreState.MIGRATED, StoreState.PREPARED)
# Building a store takes seconds, and a dead worker's duty is taken over after minutes.
_LONGEST_BUILD = timedelta(minutes=10)


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
    found = [*_unfinished(), *_schemas(), *_hosts()]
    keep(store=None, found=found)
    return found


def _unfinished() -> Iterator[Violation]:
    """No store stays half built."""
    with context.in_public():
        before = timezone.now() - _LONGEST_BUILD
        rows = list(Store.objects.filter(state__in=_UNFINISHED, state_changed_at__lt=before).order_by("pk"))
    for store in rows:
        yield Violation("tenants", "INV-8.1", store.slug, "open or closed", f"{store.state} for long")


def _schemas() -> Iterator[Violation]:
    """Every store has its schema, and every schema its store."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^s_[a-z2-7]{16}$'")
        there = {row[0] for row in cursor.fetchall()}
        known = set(Store.objects.values_list("schema_name", flat=True))
    for store in stores.with_tables():
        if store.schema_name not in there:
            yield Violation("tenants", "INV-8.2", store.slug, "a schema", "none")
    for name in sorted(there - known):
        yield Violation("tenants", "INV-8.3", f"schema {name}", "a store", "none")


def _hosts() -> Iterator[Violation]:
    """Every store has one verified main name of each kind."""
    with context.in_public():
        rows = Hostname.objects.filter(is_primary=True, verified_at__isnull=False)
        there = set(rows.values_list("store_id", "kind"))
    for store in stores.with_tables():
        for kind in HostKind.values:
            if (store.pk, kind) not in there:
                yield Violation("tenants", "INV-8.4", f"{store.slug} {kind}", "a main name", "none")
