"""Find and lock an order, and move its states by their tables."""

from django.utils.translation import gettext as _

from core.kernel.errors import CommerceError, NotFound
from core.orders.models import (
    FULFILMENT_MAY_BECOME,
    ORDER_MAY_BECOME,
    PAYMENT_MAY_BECOME,
    Order,
)


class MoveRefused(CommerceError):
    """The order is not in a state from which this can be done."""

    code = "order_state_conflict"
    http_status = 409

    def __init__(self, order: Order, message: str = "") -> None:
        self.number = order.number
        super().__init__(
            message
            or _("Order %(number)s has changed meanwhile. Look at it again.") % {"number": order.number}
        )


_TABLES = {
    "state": ORDER_MAY_BECOME,
    "payment_state": PAYMENT_MAY_BECOME,
    "fulfilment_state": FULFILMENT_MAY_BECOME,
}


def lock_order(order_id: int) -> Order:
    """The order, locked until the caller commits. Raises NotFound."""
    order = Order.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def move(order: Order, axis: str, to: str) -> list[str]:
    """Set one of the three states of a locked order; the caller saves. Raises MoveRefused.

    Returns  the state before and after, for the audit row
    """
    before = getattr(order, axis)
    if to not in _TABLES[axis][before]:
        raise MoveRefused(order)
    setattr(order, axis, to)
    return [before, to]
