"""What is on its way, and what is promised or put aside."""

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.inventory.models import Allocation, Reservation, Transfer, TransferLine
from core.kernel.errors import NotFound
from core.kernel.paging import page


def transfers(*, state: str = "", after: str = "", limit: int = 50) -> tuple[list[Transfer], str | None]:
    """Transfers, newest first, each with `line_count`, `units` and `arrived`."""
    rows = Transfer.objects.select_related("source", "destination").annotate(
        line_count=Count("lines"),
        units=Coalesce(Sum("lines__quantity"), 0),
        arrived=Coalesce(Sum("lines__received_quantity"), 0),
    )
    if state:
        rows = rows.filter(state=state)
    return page(rows, after=after, limit=limit)


def transfer(public_id: str) -> tuple[Transfer, list[TransferLine]]:
    """One transfer with its lines. Raises NotFound."""
    found = Transfer.objects.filter(public_id=public_id).select_related("source", "destination").first()
    if found is None:
        raise NotFound(_("There is no such transfer."))
    return found, list(found.lines.select_related("variant__product").order_by("pk"))


def reservations(
    *, variant_id: str = "", after: str = "", limit: int = 50
) -> tuple[list[Reservation], str | None]:
    """Units that are put aside, newest first."""
    rows = Reservation.objects.select_related("stock_item__variant__product", "stock_item__location")
    if variant_id:
        rows = rows.filter(stock_item__variant__public_id=variant_id)
    return page(rows, after=after, limit=limit)


def allocations(
    *, variant_id: str = "", after: str = "", limit: int = 50
) -> tuple[list[Allocation], str | None]:
    """Units that are promised to orders and still here, newest first."""
    rows = Allocation.objects.filter(consumed__lt=F("quantity")).select_related(
        "stock_item__variant__product", "stock_item__location"
    )
    if variant_id:
        rows = rows.filter(stock_item__variant__public_id=variant_id)
    return page(rows, after=after, limit=limit)


def outstanding_units() -> QuerySet:
    """`reference` and the `units` that are promised to it and still here; also for a subquery."""
    rows = Allocation.objects.order_by().values("reference")
    return rows.annotate(units=Sum(F("quantity") - F("consumed")))
