"""Find and lock a payment, and move its state by the table."""

from django.utils.translation import gettext as _

from core.kernel import audit
from core.kernel.errors import CommerceError, NotFound
from core.orders import services as orders
from core.orders.models import Order
from core.payments.models import MAY_BECOME, Payment
from tenants.permissions import Actor


class PaymentClosed(CommerceError):
    """The payment is not in a state from which this can be done."""

    code = "payment_closed"
    http_status = 409

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("This payment is no longer open. Look at the order again."))


class MethodUnavailable(CommerceError):
    """The store does not offer this way to pay."""

    code = "payment_method_unavailable"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("This way to pay is not available now. Choose another one."))


def lock_payment(payment_id: int) -> tuple[Payment, Order]:
    """The payment and its order, locked until the caller commits. Raises NotFound.

    Locks    the order first, then the payment, as every service here does
    """
    order_id = Payment.objects.filter(pk=payment_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(_("There is no such payment."))
    order = orders.lock_order(order_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    return payment, order


def may_move(payment: Payment, to: str) -> bool:
    """Whether a payment may go to a state; never from paid back to waiting."""
    return to in MAY_BECOME[payment.state]


def move(payment: Payment, to: str, *, actor: Actor, **facts: object) -> None:
    """Set the state of a locked payment and note it on its order; the caller saves.

    Raises   PaymentClosed for a move that the table does not allow
    """
    if not may_move(payment, to):
        raise PaymentClosed
    before, payment.state = payment.state, to
    audit.write(
        actor=actor,
        action=f"payment.{to.lower()}",
        subject="order",
        subject_id=payment.order.public_id,
        changes={"reference": payment.reference, "state": [before, str(to)], **facts},
    )
