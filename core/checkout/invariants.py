"""What must be true of carts."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from core.checkout.models import Cart
from core.kernel.invariants import MOST_PER_RULE, Finding, invariant
from core.orders.models import Order


@invariant("INV-7.2", "a cart that was ordered leads to its order")
def carts_lead_to_orders() -> Iterable[Finding]:
    """The shopper pressed the button and was told that it worked."""
    wrong = Cart.objects.exclude(order_id=None).exclude(Exists(Order.objects.filter(pk=OuterRef("order_id"))))
    told = wrong.order_by("pk").values_list("pk", "order_id")[:MOST_PER_RULE]
    return ((f"cart {pk}", f"order {order_id}", "no such order") for pk, order_id in told)
