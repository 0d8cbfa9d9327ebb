"""What billing does when something happened in a store. It runs there."""

from django.utils.translation import gettext_lazy as _

from billing import services
from core import events
from core.kernel.outbox import on
from core.payments import selectors as payments
from tenants import context


@on(events.PaymentReceived, label=_("Count the fee of a payment"))
def count_fee(event: events.PaymentReceived) -> None:
    """Write down what a payment through a gateway costs the store."""
    _count(event.payment_id)


@on(events.PaymentRefunded, label=_("Give back the fee of a refund"))
def give_fee_back(event: events.PaymentRefunded) -> None:
    """Give back the part of the fee that was for what went back to the shopper."""
    payment_id = payments.payment_of_refund(event.refund_id)
    if payment_id is not None:
        _count(payment_id)


def _count(payment_id: int) -> None:
    money = payments.money_of(payment_id)
    if money is not None:
        services.count_fee(store=context.require_store(), money=money)
