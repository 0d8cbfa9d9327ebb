"""What changed the counts, and what they were."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate

from core.inventory.models import StockItem, StockMovement
from core.kernel.paging import page


def movements(
    *, variant_id: str = "", location_id: str = "", kind: str = "", after: str = "", limit: int = 50
) -> tuple[list[StockMovement], str | None]:
    """What changed the counts, newest first, with the cursor of the next page.

    variant_id, location_id   public ids; empty for all
    """
    rows = StockMovement.objects.select_related("stock_item__variant__product", "stock_item__location")
    if variant_id:
        rows = rows.filter(stock_item__variant__public_id=variant_id)
    if location_id:
        rows = rows.filter(stock_item__location__public_id=location_id)
    if kind:
        rows = rows.filter(kind=kind)
    return page(rows, after=after, limit=limit)


def stock_at(
    *, moment: datetime, location_id: str = "", after: str = "", limit: int = 100
) -> tuple[list[StockItem], str | None]:
    """What was on the shelf at a past moment: rows with `counted`, by SKU.

    Rows that had nothing then are left out.
    """
    return page(_counted_at(moment, location_id), after=after, limit=limit, key="sku")


def whole_stock_at(*, moment: datetime, location_id: str = "") -> Iterator[StockItem]:
    """Every row of `stock_at`, for a file."""
    return _counted_at(moment, location_id).order_by("variant__sku", "pk").iterator(chunk_size=1000)


def totals_at(*, moment: datetime, location_id: str = "") -> tuple[int, int]:
    """How many SKUs lay on the shelves at a past moment, and how many units in all."""
    found = _counted_at(moment, location_id).aggregate(
        skus=Count("variant_id", distinct=True), units=Coalesce(Sum("counted"), 0)
    )
    return found["skus"], found["units"]


@dataclass(frozen=True, slots=True)
class DayCount:
    """What was on the shelf when a day ended, and how that came about."""

    day: date
    on_hand: int
    came: int
    left: int


def on_hand_by_day(*, variant_id: str, today: date, days: int = 90) -> list[DayCount]:
    """The count of one variant over all locations at the end of each day, oldest first.

    today   in the store's time zone, which must be the active one
    """
    items = StockItem.objects.filter(variant__public_id=variant_id)
    left_over = items.aggregate(units=Coalesce(Sum("on_hand"), 0))["units"]
    first = today - timedelta(days=days - 1)
    moved = {
        row["day"]: (row["came"], row["left"])
        for row in StockMovement.objects.filter(stock_item__in=items)
        .annotate(day=TruncDate("at"))
        .filter(day__gte=first)
        .values("day")
        .annotate(
            came=Coalesce(Sum("quantity", filter=Q(quantity__gt=0)), 0),
            left=Coalesce(Sum("quantity", filter=Q(quantity__lt=0)), 0),
        )
    }
    found = []
    for number in range(days):
        day = today - timedelta(days=number)
        came, left = moved.get(day, (0, 0))
        found.append(DayCount(day, left_over, came, -left))
        left_over -= came + left
    return found[::-1]


def _counted_at(moment: datetime, location_id: str) -> QuerySet[StockItem]:
    last = (
        StockMovement.objects.filter(stock_item=OuterRef("pk"), at__lte=moment)
        .order_by("-at", "-pk")
        .values("on_hand_after")[:1]
    )
    rows = (
        StockItem.objects.annotate(counted=Subquery(last), sku=F("variant__sku"))
        .filter(counted__gt=0)
        .select_related("variant__product", "location")
    )
    return rows.filter(location__public_id=location_id) if location_id else rows


def drift() -> QuerySet[StockItem]:
    """Rows whose count is not the sum of their movements: there must be none."""
    total = Coalesce(Sum("movements__quantity"), 0, output_field=IntegerField())
    return StockItem.objects.annotate(total=total).exclude(total=F("on_hand")).order_by("pk")
