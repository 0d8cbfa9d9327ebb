"""Money came in: from a gateway that says so, or from a member who saw it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import events
from core.inventory import services as inventory
from core.kernel import audit, outbox
from core.kernel.errors import CommerceError, InvalidInput
from core.kernel.formats import format_money
from core.orders import services as orders
from core.orders.models import Order, OrderState
from core.orders.models import PaymentState as OrderPaymentState
from core.payments.models import MethodCode, Payment, PaymentState
from core.payments.services.locking import PaymentClosed, lock_payment, move
from tenants.failpoints import failpoint
from tenants.permissions import Actor

BY_HAND = (MethodCode.MANUAL_TRANSFER, MethodCode.COD)


class AmountDiffers(CommerceError):
    """Less or more came in than was asked for; a person has to decide."""

    code = "amount_differs"
    http_status = 409

    def __init__(self, wanted: int, received: int) -> None:
        self.wanted, self.received = wanted, received
        super().__init__(
            _("%(received)s came in, %(wanted)s was asked for. Confirm the difference to accept it.")
            % {"received": format_money(received), "wanted": format_money(wanted)}
        )


@transaction.atomic
def confirm_transfer(
    *,
    payment_id: int,
    received_amount: int,
    accepts_difference: bool = False,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Write down that a transfer, or a courier's cash, has arrived. Confirming twice changes nothing.

    Also accepts a transfer that came after its time ran out.
    Raises   AmountDiffers unless accepted, PaymentClosed, InvalidInput
    Locks    the order, then the payment
    Records  PaymentReceived, OrderPaid
    """
    payment, order = lock_payment(payment_id)
    if payment.state == PaymentState.PAID:
        return payment
    if payment.method not in BY_HAND:
        raise PaymentClosed(_("Only bank transfers and cash on delivery are confirmed by hand."))
    if received_amount <= 0:
        raise InvalidInput(_("Write the amount that came in."), "received_amount")
    if received_amount != payment.amount and not accepts_difference:
        raise AmountDiffers(payment.amount, received_amount)
    receive(payment, order, amount=received_amount, actor=actor, now=now)
    return payment


def receive(payment: Payment, order: Order, *, amount: int, actor: Actor, now: datetime) -> None:
    """Mark a locked payment as paid, and with it its locked order.

    An unpaid order that was cancelled meanwhile is opened again when its goods are still there; else it
    stays cancelled and paid, for a person to refund. So does money for an order that was paid before.
    """
    is_paid_already = order.payment_state != OrderPaymentState.UNPAID
    move(payment, PaymentState.PAID, actor=actor, received_amount=amount)
    payment.paid_at, payment.received_amount = now, amount
    payment.save(update_fields=["state", "paid_at", "received_amount"])
    if order.state == OrderState.CANCELLED and not is_paid_already:
        _try_to_reopen(order, actor)
    if is_paid_already:
        audit.write(
            actor=actor,
            action="order.paid_again",
            subject="order",
            subject_id=order.public_id,
            changes={"reference": payment.reference, "amount": amount},
        )
    failpoint("payments.in_receive")
    orders.mark_paid(order_id=order.pk, actor=actor, now=now)
    outbox.record(events.PaymentReceived(payment_id=payment.pk))


def _try_to_reopen(order: Order, actor: Actor) -> None:
    try:
        with transaction.atomic():
            orders.reopen(order_id=order.pk, actor=actor)
    except inventory.InsufficientStock as short:
        audit.write(
            actor=actor,
            action="order.paid_too_late",
            subject="order",
            subject_id=order.public_id,
            changes={"sku": short.sku},
        )
