"""Who did what in the store: the audit log, for people."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from core.analytics import audit_words
from core.catalog.models import Product, Variant
from core.customers.models import Customer
from core.kernel import audit, paging
from core.kernel.models import AuditEntry
from core.orders.models import Order

MOST_ACTORS = 200
_NAMED: dict[str, tuple[Callable[[], QuerySet], str]] = {
    "order": (Order.objects.all, "number"),
    "product": (Product.objects.all, "title"),
    "variant": (Variant.objects.all, "sku"),
    "customer": (Customer.objects.all, "name"),
}


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What to look for; empty fields do not narrow. `actor` is `KIND` or `KIND:id`, days are whole ones."""

    actor: str = ""
    subject: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    query: str = ""

    @property
    def is_narrowed(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an entry; `is_fact` where there was nothing before and the entry only states it."""

    field: str
    before: Any
    after: Any
    is_fact: bool


def audit_entries(
    filters: AuditFilters, *, after: str = "", limit: int = 50
) -> tuple[list[AuditEntry], str | None]:
    """Entries, newest first, each with its `link`, and the cursor of the next page. Raises InvalidInput."""
    return paging.page(_narrowed(filters).select_related("link"), after=after, limit=limit, key="-at")


def all_entries(filters: AuditFilters, *, most: int) -> Iterator[AuditEntry]:
    """The newest entries that fit, for a file."""
    rows = _narrowed(filters).order_by("-at", "-pk").select_related("link")
    return iter(rows[:most])


def _narrowed(filters: AuditFilters) -> QuerySet[AuditEntry]:
    rows = audit.entries()
    kind, _colon, actor_id = filters.actor.partition(":")
    for column, value in (
        ("actor_kind", kind),
        ("actor_id", actor_id),
        ("subject", filters.subject),
        ("action", filters.action),
        ("at__gte", _begin(filters.since)),
        ("at__lt", _begin(filters.until and filters.until + timedelta(days=1))),
    ):
        rows = rows.filter(**{column: value}) if value else rows
    if words := filters.query.replace("\x00", " ").strip():
        text = Cast("changes", TextField())
        named = Q(actor_name__icontains=words) | Q(subject_id__iexact=words) | Q(told__icontains=words)
        rows = rows.annotate(told=text).filter(named)
    return rows


def _begin(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def changes_of(entry: AuditEntry) -> list[Change]:
    """The entry field by field, in the order of their names; what is told per SKU becomes `SKU.field`."""
    return [change for field, value in sorted(entry.changes.items()) for change in _changes(field, value)]


def _changes(field: str, value: Any) -> list[Change]:
    if isinstance(value, dict) and any(isinstance(inner, list | dict) for inner in value.values()):
        return [each for name, inner in sorted(value.items()) for each in _changes(f"{field}.{name}", inner)]
    if isinstance(value, list) and len(value) == 2:
        return [Change(field, value[0], value[1], is_fact=False)]
    return [Change(field, None, value, is_fact=True)]


def names_of(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """Public id -> what people call it: an order's number, a product's title, a customer's name."""
    asked: dict[str, set[str]] = {}
    for entry in entries:
        asked.setdefault(entry.subject, set()).add(entry.subject_id)
    named: dict[str, str] = {}
    for subject, (rows, column) in _NAMED.items():
        if ids := asked.get(subject):
            named |= dict(rows().filter(public_id__in=ids).values_list("public_id", column))
    return named


def actors() -> list[tuple[str, str]]:
    """Everybody who is in the log, as choices of the filter: kinds of programs first, then people by name."""
    kinds = [(kind, audit_words.kind_words(kind)) for kind in ("SYSTEM", "SHOPPER")]
    rows = audit.entries().exclude(actor_kind__in=("SYSTEM", "SHOPPER")).order_by("actor_name")
    known = rows.values_list("actor_kind", "actor_id", "actor_name").distinct()[:MOST_ACTORS]
    named = {f"{kind}:{actor_id}": name for kind, actor_id, name in known}
    return [*kinds, *named.items()]
