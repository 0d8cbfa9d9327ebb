"""Read what is to be packed, and what left."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.fulfilment.models import Fulfilment
from core.kernel.errors import NotFound
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


def fulfilment_by_public_id(public_id: str) -> Fulfilment:
    """One parcel with its lines and its order. Raises NotFound."""
    rows = Fulfilment.objects.select_related("order").prefetch_related("lines__order_line")
    parcel = rows.filter(public_id=public_id).first()
    if parcel is None:
        raise NotFound(_("There is no such parcel."))
    return parcel


def orders_with_waybill(text: str) -> QuerySet:
    """Ids of the orders with a parcel whose waybill number contains this."""
    return Fulfilment.objects.filter(waybill__icontains=text).values("order_id")
