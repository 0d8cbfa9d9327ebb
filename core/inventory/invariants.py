"""What must be true of stock."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Case, F, Q, Sum, Value, When, Window
from django.db.models.functions import Coalesce, Concat, Greatest
from django.utils import timezone

from core.catalog.models import Variant
from core.inventory.models import Reservation, StockItem, StockMovement
from core.kernel.invariants import MOST_PER_RULE, Finding, differing, invariant
from tenants import worklist

_PLACE = Concat("variant__sku", Value(" at "), "location__code")
_FREE = Greatest(F("stock__on_hand") - F("stock__allocated") - F("stock__reserved") - F("stock__safety"), 0)
_TELLING = "core.inventory.handlers.show_availability"
# The net under lost duties runs every ten minutes.
_GRACE = timedelta(hours=1)


def _sum_is(column: str, total: Sum) -> Iterable[Finding]:
    return differing(StockItem.objects.all(), subject=_PLACE, expected=Coalesce(total, 0), found=column)


@invariant("INV-1.1", "what is on hand is the sum of its movements")
def on_hand_is_explained() -> Iterable[Finding]:
    """A count that no movement explains was written past the services."""
    return _sum_is("on_hand", Sum("movements__quantity"))


@invariant("INV-1.2", "what is allocated is the sum of the open promises")
def allocated_is_promised() -> Iterable[Finding]:
    """Units that are held for nobody could be sold; units promised twice cannot be sent."""
    return _sum_is("allocated", Sum(F("allocations__quantity") - F("allocations__consumed")))


@invariant("INV-1.3", "what is reserved is the sum of the reservations")
def reserved_is_held() -> Iterable[Finding]:
    """The same for what is put aside."""
    return _sum_is("reserved", Sum("reservations__quantity"))


@invariant("INV-1.4", "no count is negative, and no more is promised than is there")
def never_oversold() -> Iterable[Finding]:
    """The database refuses this as well."""
    promised = F("allocated") + F("reserved")
    wrong = StockItem.objects.annotate(promised=promised).filter(
        Q(on_hand__lt=0) | Q(allocated__lt=0) | Q(reserved__lt=0) | Q(promised__gt=F("on_hand"))
    )
    told = wrong.order_by("pk").values_list(_PLACE, "promised", "on_hand")[:MOST_PER_RULE]
    return ((place, f"at least {promised}", on_hand) for place, promised, on_hand in told)


@invariant("INV-1.5", "each movement tells the count that it left")
def movements_follow_each_other() -> Iterable[Finding]:
    """A movement that was changed or removed shows in the ones after it."""
    running = Window(Sum("quantity"), partition_by="stock_item_id", order_by="pk")
    wrong = StockMovement.objects.annotate(running=running).exclude(running=F("on_hand_after"))
    told = wrong.order_by("pk").values_list("pk", "running", "on_hand_after")[:MOST_PER_RULE]
    return ((f"movement {pk}", expected, found) for pk, expected, found in told)


@invariant("INV-1.6", "the shop says that a variant is in stock exactly when it can be sold")
def shop_shows_what_is_there() -> Iterable[Finding]:
    """The shop follows a moment later: nothing is said while it is being told."""
    if worklist.is_open(_TELLING):
        return []
    units = Coalesce(Sum(_FREE, filter=Q(stock__location__is_active=True)), 0)
    in_stock = Case(When(units__gt=0, then=Value(True)), default=Value(False))
    rows = Variant.objects.filter(retired_at=None).annotate(units=units)
    return differing(rows, subject="sku", expected=in_stock, found="in_stock")


@invariant("INV-11.1", "no reservation outlives its time")
def reservations_end() -> Iterable[Finding]:
    """Units that are held for a checkout nobody is in."""
    over = Reservation.objects.filter(expires_at__lt=timezone.now() - _GRACE).order_by("pk")
    told = over.values_list("reference", "expires_at")[:MOST_PER_RULE]
    return ((reference, "ended", f"open since {expires_at:%Y-%m-%d %H:%M}") for reference, expires_at in told)
