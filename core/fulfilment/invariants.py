"""What must be true of parcels."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Sum
from django.db.models.functions import Coalesce

from core.fulfilment.models import Fulfilment, FulfilmentState
from core.kernel.invariants import MOST_PER_RULE, Finding, differing, invariant
from core.orders.models import FulfilmentState as OrderFulfilmentState
from core.orders.models import Order, OrderLine


@invariant("INV-3.4", "what was sent of a line is what its parcels hold")
def parcels_hold_what_was_sent() -> Iterable[Finding]:
    """Each unit that left is in exactly one parcel."""
    packed = Coalesce(Sum("fulfilment_lines__quantity"), 0)
    rows = OrderLine.objects.all()
    return differing(rows, subject="order__number", expected=packed, found="fulfilled_quantity")


@invariant("INV-3.5", "no parcel of a delivered order is still on its way")
def delivered_is_delivered() -> Iterable[Finding]:
    """The order was said to have arrived."""
    travelling = Fulfilment.objects.filter(order=OuterRef("pk"), state=FulfilmentState.SHIPPED)
    wrong = Order.objects.filter(Exists(travelling), fulfilment_state=OrderFulfilmentState.DELIVERED)
    told = wrong.order_by("pk").values_list("number", flat=True)[:MOST_PER_RULE]
    return ((number, "every parcel delivered", "one on its way") for number in told)
