"""Sales, orders and profit over days of the store's own time zone.

Sales are the totals of paid orders less refunds, by the day on which the order was placed. Orders are those
that were not cancelled. Today is compared with yesterday up to the same minute: half a day with a whole one
would always look bad.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from core.catalog.models import Variant
from core.orders.models import Order, OrderLine, OrderState, PaymentState
from tenants import context

EARNING = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED)
CHART_DAYS = 30
_EARNED = F("total_amount") - F("refunded_amount")


@dataclass(frozen=True, slots=True)
class Day:
    """One day in the store's own time zone, in minor units."""

    day: date
    sales_amount: int
    orders: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Sales and orders of some stretch of time."""

    sales_amount: int
    orders: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures from `since` until now, and of the stretch that they are compared with."""

    since: date
    until: date
    now: Figures
    before: Figures


@dataclass(frozen=True, slots=True)
class Summary:
    """Today, the last seven days and the last thirty, each with the stretch before it."""

    today: Comparison
    week: Comparison
    month: Comparison


@dataclass(frozen=True, slots=True)
class Profit:
    """What is left of paid goods after their cost. `lines_without_cost` count as if they cost nothing.

    before_amount   the profit of yesterday, up to the same minute
    """

    day: date
    amount: int
    lines_without_cost: int
    before_amount: int


def summary(*, now: datetime, time_zone: str) -> Summary:
    """The figures of the front page, in one query."""
    midnight = _midnight(now, time_zone)
    stretches = {
        "today": (midnight, now, _back(midnight, 1), _back(now, 1)),
        "week": (_back(midnight, 6), now, _back(midnight, 13), _back(now, 7)),
        "month": (_back(midnight, 29), now, _back(midnight, 59), _back(now, 30)),
    }
    wanted: dict[str, Sum | Count] = {}
    for name, (since, until, since_before, until_before) in stretches.items():
        wanted |= _sums(name, since, until) | _sums(f"{name}_before", since_before, until_before)
    found = _counted().filter(placed_at__gte=_back(midnight, 59)).aggregate(**wanted)
    return Summary(
        **{
            name: Comparison(
                since=since.date(),
                until=midnight.date(),
                now=Figures(found[f"{name}_sales"] or 0, found[f"{name}_orders"]),
                before=Figures(found[f"{name}_before_sales"] or 0, found[f"{name}_before_orders"]),
            )
            for name, (since, *_rest) in stretches.items()
        }
    )


def daily_sales(*, now: datetime, time_zone: str, days: int = CHART_DAYS) -> list[Day]:
    """The last `days` days up to today, oldest first; days without orders are zeros."""
    zone = ZoneInfo(time_zone)
    start = _back(_midnight(now, time_zone), days - 1)
    rows = (
        _counted()
        .filter(placed_at__gte=start)
        .annotate(day=TruncDate("placed_at", tzinfo=zone))
        .values("day")
        .annotate(orders=Count("pk"), sales=Sum(_EARNED, filter=Q(payment_state__in=EARNING)))
        .order_by("day")
    )
    found = {row["day"]: (row["sales"] or 0, row["orders"]) for row in rows}
    dates = [start.date() + timedelta(days=number) for number in range(days)]
    return [Day(day, *found.get(day, (0, 0))) for day in dates]


def profit_today(*, now: datetime, time_zone: str) -> Profit:
    """Paid goods of today less discounts, refunds and their cost as it is known now. Shipping is left out."""
    midnight = _midnight(now, time_zone)
    amount, unknown = _profit(midnight, now)
    before, _unknown = _profit(_back(midnight, 1), _back(now, 1))
    return Profit(midnight.date(), amount, unknown, before)


def _profit(since: datetime, until: datetime) -> tuple[int, int]:
    """The profit of a stretch of time, and how many of its lines have no cost."""
    paid = _counted().filter(placed_at__gte=since, placed_at__lte=until, payment_state__in=EARNING)
    earned = paid.aggregate(sum=Sum(F("subtotal_amount") - F("discount_amount") - F("refunded_amount")))
    cost = Variant.objects.filter(pk=OuterRef("variant_id")).values("cost_amount")[:1]
    lines = OrderLine.objects.filter(order__in=paid).annotate(
        cost=Subquery(cost, output_field=IntegerField())
    )
    spent = lines.aggregate(
        sum=Sum(F("cost") * F("quantity")), unknown=Count("pk", filter=Q(cost__isnull=True))
    )
    return (earned["sum"] or 0) - (spent["sum"] or 0), spent["unknown"]


def _counted() -> QuerySet[Order]:
    return Order.objects.exclude(state=OrderState.CANCELLED)


def _sums(name: str, since: datetime, until: datetime) -> dict[str, Sum | Count]:
    within = Q(placed_at__gte=since, placed_at__lte=until)
    return {
        f"{name}_sales": Sum(_EARNED, filter=within & Q(payment_state__in=EARNING)),
        f"{name}_orders": Count("pk", filter=within),
    }


def orders_this_month() -> int:
    """How many orders were placed since the first of the month, where the store is."""
    zone = ZoneInfo(context.require_store().time_zone)
    first = timezone.now().astimezone(zone).date().replace(day=1)
    return Order.objects.filter(placed_at__gte=datetime.combine(first, time.min, tzinfo=zone)).count()


def _midnight(now: datetime, time_zone: str) -> datetime:
    zone = ZoneInfo(time_zone)
    return datetime.combine(now.astimezone(zone).date(), time.min, tzinfo=zone)


def _back(moment: datetime, days: int) -> datetime:
    return moment - timedelta(days=days)
