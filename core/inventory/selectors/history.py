"""What changed the counts, and what they were."""

from datetime import datetime

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

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
    """What was on the shelf at a past moment: rows with `counted`, by location and SKU.

    Rows that had nothing then are left out.
    """
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
    if location_id:
        rows = rows.filter(location__public_id=location_id)
    return page(rows, after=after, limit=limit, key="sku")


def drift() -> QuerySet[StockItem]:
    """Rows whose count is not the sum of their movements: there must be none."""
    total = Coalesce(Sum("movements__quantity"), 0, output_field=IntegerField())
    return StockItem.objects.annotate(total=total).exclude(total=F("on_hand")).order_by("pk")
