"""What payments do when something happened elsewhere."""

from django.utils.translation import gettext_lazy as _

from core import events
from core.kernel.outbox import on
from core.payments import services as payments


@on(events.OrderCancelled, label=_("Call off the payment of a cancelled order"))
def cancel_open_payments(event: events.OrderCancelled) -> None:
    """Nobody shall pay a cancelled order."""
    payments.cancel_open(order_id=event.order_id)


@on(events.OrderPaid, label=_("Call off what else was to pay a paid order"))
def cancel_other_payments(event: events.OrderPaid) -> None:
    """Nobody shall pay an order twice."""
    payments.cancel_open(order_id=event.order_id)
