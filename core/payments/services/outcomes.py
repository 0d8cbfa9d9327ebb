"""Bring a payment to where its gateway says it is: the only road from a gateway's word to our state."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core.orders import services as orders
from core.orders.models import Order
from core.payments.models import Payment, PaymentState, RefundState
from core.payments.ports import GatewayNotice, Outcome
from core.payments.services.expiry import expire
from core.payments.services.locking import lock_payment, may_move, move
from core.payments.services.receiving import receive
from core.payments.services.refunding import finish_refund, is_held_by_another, note_foreign_refund
from tenants.permissions import SYSTEM

_REFUNDS = (Outcome.REFUNDED, Outcome.PARTLY_REFUNDED)
_AFTER_PAID = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED)


@transaction.atomic
def apply_outcome(*, payment_id: int, found: GatewayNotice, now: datetime) -> bool:
    """Move a payment to what its gateway found. A late or repeated word never moves it back.

    found    an answer of `find` about this payment, with the amount already compared
    Returns  whether anything changed
    Locks    the order, then the payment
    Records  PaymentReceived, PaymentExpired or PaymentRefunded, and what follows for the order
    """
    payment, order = lock_payment(payment_id)
    _note_provider(payment, found)
    if found.outcome in _REFUNDS:
        return _apply_refunds(payment, order, found, now)
    target = _target(payment, found.outcome)
    if target == payment.state or not may_move(payment, target):
        return False
    if target == PaymentState.PAID:
        receive(payment, order, amount=payment.amount, actor=SYSTEM, now=now)
    elif target == PaymentState.EXPIRED:
        expire(payment_id=payment.pk, now=now)
    else:
        move(payment, target, actor=SYSTEM)
        payment.save(update_fields=["state"])
        if target == PaymentState.REVERSED and not is_held_by_another(payment):
            orders.mark_reversed(order_id=order.pk, actor=SYSTEM)
    return True


def _target(payment: Payment, outcome: Outcome) -> str:
    if outcome == Outcome.FAILED and payment.state in _AFTER_PAID:
        return PaymentState.REVERSED
    return PaymentState(outcome.value)


def _note_provider(payment: Payment, found: GatewayNotice) -> None:
    known = (payment.provider_reference, payment.provider_method)
    payment.provider_reference = found.provider_reference or payment.provider_reference
    payment.provider_method = found.method or payment.provider_method
    if known != (payment.provider_reference, payment.provider_method):
        payment.save(update_fields=["provider_reference", "provider_method"])


def _apply_refunds(payment: Payment, order: Order, found: GatewayNotice, now: datetime) -> bool:
    """Finish the refunds we asked for, then write down what was refunded at the gateway itself."""
    if may_move(payment, PaymentState.PAID):
        receive(payment, order, amount=payment.amount, actor=SYSTEM, now=now)
    before = payment.refunded_amount
    ours = payment.refunds.filter(public_id__in=found.refund_ids).exclude(state=RefundState.DONE)
    for refund in ours.order_by("pk"):
        finish_refund(refund_id=refund.pk, actor=SYSTEM, now=now)
    rest = found.refunded.amount - sum(_sent_by_gateway(payment))
    if rest > 0:
        note_foreign_refund(payment_id=payment.pk, amount=rest, now=now)
    payment.refresh_from_db()
    return payment.refunded_amount != before


def _sent_by_gateway(payment: Payment) -> Iterable[int]:
    """The refunds that the gateway knows of: what a person sent by hand is not in its sum."""
    sent = payment.refunds.filter(state=RefundState.DONE, is_by_hand=False)
    return sent.values_list("amount", flat=True)
