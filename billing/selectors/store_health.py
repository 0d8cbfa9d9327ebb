"""How well a store is, out of a hundred: five parts, each of which staff can see and do something about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from billing.models import FeeEntry, FeeKind, FunnelStep, Invoice, InvoiceState, Step
from tenants.breach_models import Breach
from tenants.models import Job, JobState, Membership, Store

_FRESH, _STALE = timedelta(days=7), timedelta(days=30)
LOG_IN: Final = "LOG_IN"
SALE: Final = "SALE"
WORK: Final = "WORK"
MONEY: Final = "MONEY"
RULES: Final = "RULES"
_MOST: Final = {LOG_IN: 25, SALE: 25, MONEY: 20, WORK: 15, RULES: 15}


@dataclass(frozen=True, slots=True)
class HealthPart:
    """One part: its points of the most there are, and what they come from, a moment or a number."""

    name: str
    points: int
    most: int
    at: datetime | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """All parts together."""

    parts: list[HealthPart]

    @property
    def score(self) -> int:
        """Out of a hundred."""
        return sum(part.points for part in self.parts)


def health_of(store: Store, now: datetime) -> StoreHealth:
    """The last log-in of a member, the last sale we know of, overdue invoices, dead duties, open breaches."""
    seen = Membership.objects.filter(store_id=store.pk).aggregate(at=Max("user__last_login"))["at"]
    overdue = Invoice.objects.filter(store_id=store.pk, state=InvoiceState.OPEN, due_at__lt=now).count()
    dead = Job.objects.filter(store_id=store.pk, state=JobState.DEAD).count()
    broken = Breach.objects.filter(store_id=store.pk, ended_at__isnull=True).count()
    return StoreHealth(
        [
            _by_age(LOG_IN, seen, now),
            _by_age(SALE, _last_sale(store), now),
            _by_count(MONEY, overdue),
            _by_count(WORK, dead),
            _by_count(RULES, broken),
        ]
    )


def _last_sale(store: Store) -> datetime | None:
    """The last payment through a gateway, or the first sale of all."""
    fees = FeeEntry.objects.filter(store_id=store.pk, kind=FeeKind.ACCRUED).aggregate(at=Max("at"))["at"]
    first = FunnelStep.objects.filter(store_id=store.pk, step=Step.FIRST_SALE).aggregate(at=Max("at"))["at"]
    return max(filter(None, (fees, first)), default=None)


def _by_age(name: str, at: datetime | None, now: datetime) -> HealthPart:
    most = _MOST[name]
    if at is None or now - at > _STALE:
        return HealthPart(name, 0, most, at)
    return HealthPart(name, most if now - at <= _FRESH else most // 2, most, at)


def _by_count(name: str, number: int) -> HealthPart:
    return HealthPart(name, 0 if number else _MOST[name], _MOST[name], number=number)
