"""What fulfilment tells an order: units left, everything arrived."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from core.kernel import audit
from core.kernel.errors import InvalidInput
from core.orders.models import FulfilmentState, Order
from core.orders.services.locking import MoveRefused, lock_order, move
from core.orders.services.money import close_when_complete
from tenants.permissions import Actor


@transaction.atomic
def mark_fulfilled(*, order_id: int, quantities: Mapping[int, int], actor: Actor) -> Order:
    """Count units as sent.

    quantities  order line id -> units in this parcel, each at least 1
    Raises      MoveRefused when the order may not be shipped, InvalidInput for more units than are left
    Locks       the order and its lines
    """
    order = lock_order(order_id)
    if not order.may_be_shipped:
        raise MoveRefused(order, _("Order %(number)s cannot be shipped now.") % {"number": order.number})
    lines = {line.pk: line for line in order.lines.select_for_update().order_by("pk")}
    for line_id, quantity in quantities.items():
        line = lines.get(line_id)
        if line is None or not 1 <= quantity <= line.left_quantity:
            raise InvalidInput(_("More units than are left to send."), "quantities")
        line.fulfilled_quantity += quantity
        line.save(update_fields=["fulfilled_quantity"])

    is_all = all(line.left_quantity == 0 for line in lines.values())
    to = FulfilmentState.FULFILLED if is_all else FulfilmentState.PARTLY_FULFILLED
    changes = {"fulfilment_state": move(order, "fulfilment_state", to)}
    order.save(update_fields=["fulfilment_state"])
    audit.write(
        actor=actor, action="order.fulfilled", subject="order", subject_id=order.public_id, changes=changes
    )
    return order


@transaction.atomic
def mark_delivered(*, order_id: int, actor: Actor) -> Order:
    """Write down that everything arrived; a paid order is then closed. Twice changes nothing.

    Locks    the order
    """
    order = lock_order(order_id)
    if order.fulfilment_state != FulfilmentState.FULFILLED:
        return order
    changes = {"fulfilment_state": move(order, "fulfilment_state", FulfilmentState.DELIVERED)}
    close_when_complete(order)
    order.save(update_fields=["fulfilment_state", "state"])
    audit.write(
        actor=actor, action="order.delivered", subject="order", subject_id=order.public_id, changes=changes
    )
    return order
