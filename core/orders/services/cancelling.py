"""Cancel an order, and open it again when its money comes late."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import events
from core.customers import services as customers
from core.inventory import services as inventory
from core.kernel import audit, outbox
from core.orders.models import Order, OrderState
from core.orders.services.locking import MoveRefused, lock_order, move
from tenants.permissions import Actor


@transaction.atomic
def cancel(*, order_id: int, reason: str, restock: bool = True, actor: Actor, now: datetime) -> Order:
    """End an order of which nothing has left. Cancelling twice changes nothing.

    restock  put its units back on sale; False takes them out of the count, as lost or damaged
    Raises   MoveRefused once a parcel has left
    Locks    the order, then its stock
    Records  OrderCancelled
    """
    order = lock_order(order_id)
    if order.state == OrderState.CANCELLED:
        return order
    if not order.may_be_cancelled:
        raise MoveRefused(
            order,
            _("Order %(number)s cannot be cancelled: a parcel has already left.") % {"number": order.number},
        )

    changes = {"state": move(order, "state", OrderState.CANCELLED), "reason": reason, "restock": restock}
    order.cancelled_at, order.cancel_reason, order.expires_at = now, reason, None
    order.save(update_fields=["state", "cancelled_at", "cancel_reason", "expires_at"])
    if not restock:
        inventory.consume(reference=order.number, taken=wanted(order), actor=actor)
    inventory.release(reference=order.number)
    audit.write(
        actor=actor, action="order.cancelled", subject="order", subject_id=order.public_id, changes=changes
    )
    outbox.record(events.OrderCancelled(order_id=order.pk))
    return order


def wanted(order: Order) -> dict[str, int]:
    """SKU -> units of an order."""
    return dict(order.lines.order_by("pk").values_list("sku", "quantity"))


@transaction.atomic
def reopen(*, order_id: int, actor: Actor) -> Order:
    """Open a cancelled order again and promise its stock anew.

    Raises   InsufficientStock when its units are gone
    Locks    the order, then its customer, then its stock
    """
    order = lock_order(order_id)
    if order.state != OrderState.CANCELLED:
        return order
    customers.hold(customer_id=order.customer_id)
    inventory.allocate(reference=order.number, wanted=wanted(order), location_id=order.location_id)
    changes = {"state": move(order, "state", OrderState.OPEN)}
    order.cancelled_at, order.cancel_reason = None, ""
    order.save(update_fields=["state", "cancelled_at", "cancel_reason"])
    audit.write(
        actor=actor, action="order.reopened", subject="order", subject_id=order.public_id, changes=changes
    )
    return order
