"""Read what is to be packed, and what left."""

from django.db.models import Q, QuerySet

from core.fulfilment.models import Fulfilment
from core.orders.models import FulfilmentState, Order, OrderState, PaymentState


def ready_to_pick() -> QuerySet[Order]:
    """Orders whose goods may leave now: open, paid or payable on delivery, not wholly sent."""
    return Order.objects.filter(
        Q(payment_state__in=[PaymentState.PAID, PaymentState.PARTLY_REFUNDED]) | Q(payment_method="COD"),
        state=OrderState.OPEN,
        fulfilment_state__in=[FulfilmentState.UNFULFILLED, FulfilmentState.PARTLY_FULFILLED],
    )


def fulfilments_of(order_id: int) -> list[Fulfilment]:
    """The parcels of an order with their lines, oldest first."""
    rows = Fulfilment.objects.filter(order_id=order_id).prefetch_related("lines__order_line")
    return list(rows.order_by("shipped_at", "pk"))


def fulfilment_by_public_id(public_id: str) -> Fulfilment | None:
    """One parcel with its lines; None when there is none."""
    return Fulfilment.objects.prefetch_related("lines__order_line").filter(public_id=public_id).first()
