"""Recurring revenue: the bridge from month to month, and what follows from it.

All of it is a sum over SubscriptionEvent, whose amounts before and after are for one month, before tax, after
discounts. What an event was is told by its amounts, not by its name:

    new           nothing before, and the store's first revenue ever
    reactivation  nothing before, but there was once
    expansion     more than before
    contraction   less than before, but something
    churn         nothing any more; a pause is churn until it ends, which is reactivation
    moved         the currency changed: out of one, into the other

Months are those of the platform's own time zone.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, CharField, Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, TruncMonth

from billing.models import AcquisitionCost, EventKind, Subscription, SubscriptionEvent
from billing.plans import TRIAL_DAYS
from billing.rounding import points

MOVEMENTS = ("NEW", "REACTIVATION", "EXPANSION", "CONTRACTION", "CHURN", "MOVED")


@dataclass(slots=True)
class Bridge:
    """One month: where revenue began, what moved it, and where it ended."""

    month: date
    opening_amount: int
    opening_stores: int
    amounts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MOVEMENTS, 0))
    stores: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MOVEMENTS, 0))

    @property
    def closing_amount(self) -> int:
        return self.opening_amount + sum(self.amounts.values())

    @property
    def closing_stores(self) -> int:
        return (
            self.opening_stores
            + self.stores["NEW"]
            + self.stores["REACTIVATION"]
            - self.stores["CHURN"]
            + self.stores["MOVED"]
        )

    @property
    def logo_churn_points(self) -> int | None:
        """Stores that left, in hundredths of a percent of those that paid when the month began."""
        return points(self.stores["CHURN"], self.opening_stores)

    @property
    def revenue_churn_points(self) -> int | None:
        """Revenue lost to churn and contraction, in hundredths of a percent of the opening."""
        return points(-self.amounts["CHURN"] - self.amounts["CONTRACTION"], self.opening_amount)

    @property
    def net_retention_points(self) -> int | None:
        """What the stores of the opening pay at the end, in hundredths of a percent of the opening."""
        kept = self.opening_amount + sum(self.amounts[name] for name in ("EXPANSION", "CONTRACTION", "CHURN"))
        return points(kept, self.opening_amount)


@dataclass(frozen=True, slots=True)
class Health:
    """What the last months say together, in the currency's unit; None where there is nothing to divide."""

    month_amount: int
    paying_stores: int
    arpa_amount: int | None
    # Average monthly share of stores that left over the months shown, in hundredths of a percent.
    logo_churn_points: int | None
    lifetime_amount: int | None
    # Only for rupiah, since costs are entered in rupiah.
    acquisition_amount: int | None
    payback_months: int | None
    trial_to_paid_points: int | None


def bridges(*, currency: str, now: datetime, many: int = 12) -> list[Bridge]:
    """The last `many` months, the running one last. Two queries."""
    moved: dict[date, list[tuple[str, int, int]]] = defaultdict(list)
    for month, movement, amount, stores in _movements(currency):
        moved[month].append((movement, amount, stores))
    wanted = _months_until(now, many)
    amount = stores = 0
    for month in sorted(moved):
        if month >= wanted[0]:
            break
        for movement, change, number in moved[month]:
            amount, stores = amount + change, stores + _in_stores(movement, number)
    found = []
    for month in wanted:
        bridge = Bridge(month, amount, stores)
        for movement, change, number in moved.get(month, ()):
            bridge.amounts[movement] += change
            bridge.stores[movement] += _in_stores(movement, number) if movement == "MOVED" else number
        amount, stores = bridge.closing_amount, bridge.closing_stores
        found.append(bridge)
    return found


def recount(currency: str) -> int:
    """Recurring revenue as the subscriptions themselves say: it has to equal the last bridge's closing."""
    rows = Subscription.objects.select_related("plan", "coupon").filter(currency=currency)
    return sum(row.month_net_amount for row in rows.iterator())


def health(found: list[Bridge], *, currency: str, now: datetime) -> Health:
    """Averages and what they promise, from the bridges of the months shown."""
    last = found[-1]
    arpa = last.closing_amount // last.closing_stores if last.closing_stores else None
    began = sum(each.opening_stores for each in found)
    churn = points(sum(each.stores["CHURN"] for each in found), began)
    cost = _acquisition_amount(found) if currency == "IDR" else None
    return Health(
        month_amount=last.closing_amount,
        paying_stores=last.closing_stores,
        arpa_amount=arpa,
        logo_churn_points=churn,
        lifetime_amount=arpa * 10_000 // churn if arpa and churn else None,
        acquisition_amount=cost,
        payback_months=-(-cost // arpa) if cost is not None and arpa else None,
        trial_to_paid_points=trial_to_paid(now),
    )


def trial_to_paid(now: datetime, days: int = 90) -> int | None:
    """Of the trials that have had their fourteen days within `days` days, how many ever paid, in points."""
    until = now - timedelta(days=TRIAL_DAYS)
    begun = SubscriptionEvent.objects.filter(
        kind=EventKind.TRIAL_STARTED, at__lt=until, at__gte=until - timedelta(days=days)
    )
    paid = begun.filter(store_id__in=_paid_ever().values("store_id"))
    return points(paid.count(), begun.count())


@dataclass(frozen=True, slots=True)
class Cohort:
    """Stores whose first payment was in one month, and how many of them paid in each month after it."""

    month: date
    stores: int
    # In hundredths of a percent of `stores`: the first month, the second, ...
    kept_points: list[int]


def cohorts(*, now: datetime, many: int = 12) -> list[Cohort]:
    """The last `many` months' cohorts, oldest first. Whoever pays at a month's end was kept in it."""
    wanted = _months_until(now, many)
    history: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = SubscriptionEvent.objects.annotate(month=_month()).order_by("at", "pk")
    for store_id, month, after in rows.values_list("store_id", "month", "mrr_after_amount"):
        history[store_id].append((month.date(), after))
    groups: dict[date, list[list[tuple[date, int]]]] = defaultdict(list)
    for events in history.values():
        first = next((month for month, after in events if after > 0), None)
        if first in wanted:
            groups[first].append(events)
    return [_cohort(month, groups[month], wanted) for month in wanted if month in groups]


def _cohort(month: date, members: list[list[tuple[date, int]]], wanted: list[date]) -> Cohort:
    kept = []
    for later in wanted[wanted.index(month) :]:
        paying = sum(1 for events in members if [after for at, after in events if at <= later][-1] > 0)
        kept.append(points(paying, len(members)) or 0)
    return Cohort(month, len(members), kept)


def _movements(currency: str) -> Iterator[tuple[date, str, int, int]]:
    """(month, movement, change, how many) over all time."""
    here = Q(currency=currency)
    was_here = Q(currency_before=currency)
    first_paid = _paid_ever().filter(store_id=OuterRef("store_id")).values("first")
    rows = (
        SubscriptionEvent.objects.filter(here | was_here)
        .annotate(month=_month(), first_paid=Subquery(first_paid))
        .annotate(
            before=Case(When(was_here, then=F("mrr_before_amount")), default=Value(0)),
            after=Case(When(here, then=F("mrr_after_amount")), default=Value(0)),
        )
        .exclude(before=F("after"))
        .annotate(movement=_movement())
    )
    grouped = rows.values("month", "movement").annotate(
        change=Coalesce(Sum(F("after") - F("before")), 0),
        # A store that comes in the new currency counts one, one that goes out of the old counts one less.
        into=Count("pk", filter=Q(before=0)),
        out=Count("pk", filter=Q(after=0)),
        number=Count("pk"),
    )
    for row in grouped.order_by("month"):
        number = row["into"] - row["out"] if row["movement"] == "MOVED" else row["number"]
        yield row["month"].date(), row["movement"], row["change"], number


def _movement() -> Case:
    changed_currency = ~Q(currency=F("currency_before")) & Q(mrr_before_amount__gt=0, mrr_after_amount__gt=0)
    return Case(
        When(changed_currency, then=Value("MOVED")),
        When(before=0, pk=F("first_paid"), then=Value("NEW")),
        When(before=0, then=Value("REACTIVATION")),
        When(after=0, then=Value("CHURN")),
        When(after__gt=F("before"), then=Value("EXPANSION")),
        default=Value("CONTRACTION"),
        output_field=CharField(),
    )


def _paid_ever() -> QuerySet[Any, Any]:
    """Each store that ever paid, with its first event that brought revenue."""
    return (
        SubscriptionEvent.objects.filter(mrr_after_amount__gt=0)
        .order_by()
        .values("store_id")
        .annotate(first=Min("pk"))
    )


def _in_stores(movement: str, number: int) -> int:
    return {"NEW": number, "REACTIVATION": number, "CHURN": -number, "MOVED": number}.get(movement, 0)


def _acquisition_amount(found: list[Bridge]) -> int | None:
    """What one new paying store cost over the months shown; None as long as no cost was entered."""
    spent = AcquisitionCost.objects.filter(month__gte=found[0].month, month__lte=found[-1].month)
    total = spent.aggregate(total=Sum("idr_amount"))["total"]
    won = sum(each.stores["NEW"] for each in found)
    return total // won if total is not None and won else None


def _month() -> TruncMonth:
    return TruncMonth("at", tzinfo=zone())


def zone() -> ZoneInfo:
    """Where the platform keeps its books."""
    return ZoneInfo(settings.TIME_ZONE)


def _months_until(now: datetime, many: int) -> list[date]:
    here = now.astimezone(zone()).date()
    last = here.year * 12 + here.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(last - many + 1, last + 1)]
