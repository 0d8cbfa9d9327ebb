"""Time runs out: for a payment that nobody made, and for the stock that waited for it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import events
from core.kernel import outbox
from core.orders import services as orders
from core.orders.models import Order, OrderState
from core.orders.models import PaymentState as OrderPaymentState
from core.payments.models import OPEN_STATES, PaymentState
from core.payments.services.locking import lock_payment, move
from tenants.failpoints import failpoint
from tenants.permissions import SYSTEM


@transaction.atomic
def expire(*, payment_id: int, now: datetime) -> None:
    """End a payment whose time is over, and cancel its order when it waits for no other one.

    A payment that is no longer open stays as it is; that of a cancelled order ends without a word to the
    shopper, who was told of the cancelling. Safe to run twice.
    Locks    the order, then the payment, then the order's stock
    Records  PaymentExpired, OrderCancelled, StockChanged
    """
    payment, order = lock_payment(payment_id)
    if payment.state in OPEN_STATES and order.state == OrderState.CANCELLED:
        move(payment, PaymentState.CANCELLED, actor=SYSTEM)
        payment.save(update_fields=["state"])
    elif payment.state in OPEN_STATES:
        move(payment, PaymentState.EXPIRED, actor=SYSTEM)
        payment.save(update_fields=["state"])
        outbox.record(events.PaymentExpired(payment_id=payment.pk))
    failpoint("payments.in_expire")
    if payment.state in (PaymentState.EXPIRED, PaymentState.CANCELLED) and _waits_in_vain(order):
        orders.cancel(order_id=order.pk, reason=_("Not paid in time"), restock=True, actor=SYSTEM, now=now)


def _waits_in_vain(order: Order) -> bool:
    is_unpaid = order.state == OrderState.OPEN and order.payment_state == OrderPaymentState.UNPAID
    return is_unpaid and order.may_be_cancelled and not order.payments.filter(state__in=OPEN_STATES).exists()
