"""An order is cancelled or paid: nobody shall pay it any more."""

from django.db import transaction

from core.orders import services as orders
from core.orders.models import OrderState
from core.orders.models import PaymentState as OrderPaymentState
from core.payments.models import OPEN_STATES, PaymentState
from core.payments.services import connections
from core.payments.services.asking import call_off
from core.payments.services.locking import move
from tenants.permissions import SYSTEM


@transaction.atomic
def cancel_open(*, order_id: int) -> None:
    """Cancel every open payment of an order and call off its page at the gateway. Safe to run twice.

    An order that waits for money, because it was opened again meanwhile, keeps its payments.
    Locks    the order, then its payments
    """
    order = orders.lock_order(order_id)
    if order.state == OrderState.OPEN and order.payment_state == OrderPaymentState.UNPAID:
        return
    for payment in order.payments.select_for_update().filter(state__in=OPEN_STATES).order_by("pk"):
        move(payment, PaymentState.CANCELLED, actor=SYSTEM)
        payment.save(update_fields=["state"])
        if payment.method in connections.GATEWAY_OF:
            call_off(payment_id=payment.pk)
