"""Money goes back to the shopper, through the gateway or by hand."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import events
from core.kernel import audit, ids, outbox
from core.kernel.errors import CommerceError, InvalidInput
from core.kernel.money import Money
from core.orders import services as orders
from core.orders.models import Order
from core.orders.models import PaymentState as OrderPaymentState
from core.payments.models import HOLDING_STATES, Payment, PaymentState, Refund, RefundState
from core.payments.ports import GatewayRefused
from core.payments.services import connections
from core.payments.services.locking import PaymentClosed, lock_payment, may_move, move
from tenants.failpoints import failpoint
from tenants.permissions import SYSTEM, Actor
from tenants.work import store_task


class RefundTooLarge(CommerceError):
    """More than is left of what came in."""

    code = "refund_too_large"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("This is more than can still be refunded."))


@transaction.atomic
def refund(
    *, payment_id: int, amount: int, reason: str, is_by_hand: bool, actor: Actor, now: datetime
) -> Refund:
    """Give money back. By hand means that a person has sent it; otherwise the gateway is asked later.

    Raises   PaymentClosed when it is not paid, RefundTooLarge, InvalidInput
    Locks    the order, then the payment
    Records  PaymentRefunded once the money is on its way
    """
    payment, order = lock_payment(payment_id)
    if payment.state not in (PaymentState.PAID, PaymentState.PARTLY_REFUNDED):
        raise PaymentClosed
    if amount <= 0:
        raise InvalidInput(_("Write how much goes back."), "amount")
    if amount > refundable_now(payment):
        raise RefundTooLarge
    by_hand = is_by_hand or payment.method not in connections.GATEWAY_OF
    row = Refund.objects.create(
        public_id=ids.new_id("ref"),
        payment=payment,
        amount=amount,
        reason=reason,
        is_by_hand=by_hand,
        requested_at=now,
    )
    audit.write(
        actor=actor,
        action="refund.requested",
        subject="order",
        subject_id=order.public_id,
        changes={"amount": amount, "reason": reason, "is_by_hand": by_hand},
    )
    if by_hand:
        finish_refund(refund_id=row.pk, actor=actor, now=now)
        row.refresh_from_db()
    else:
        send_refund(refund_id=row.pk)
    return row


@dataclass(frozen=True, slots=True)
class RefundWish:
    """How much goes back and why; by hand means that a person has sent it."""

    amount: int
    reason: str
    is_by_hand: bool = False


@transaction.atomic
def refund_as_seen(
    *, payment_id: int, refundable_seen: int, wish: RefundWish, actor: Actor, now: datetime
) -> Refund:
    """Refund, if as much can still go back as the member saw: a form sent twice refunds once.

    Raises   PaymentClosed when something was refunded meanwhile, and whatever `refund` raises
    Locks    the order, then the payment
    Records  as `refund`
    """
    payment, _order = lock_payment(payment_id)
    if refundable_now(payment) != refundable_seen:
        raise PaymentClosed
    return refund(
        payment_id=payment_id,
        amount=wish.amount,
        reason=wish.reason,
        is_by_hand=wish.is_by_hand,
        actor=actor,
        now=now,
    )


def refundable_now(payment: Payment) -> int:
    """What can still go back, less what is on its way."""
    on_its_way = payment.refunds.filter(state=RefundState.REQUESTED).values_list("amount", flat=True)
    return payment.refundable_amount - sum(on_its_way)


@store_task(retries=10, atomic=False, label=gettext_lazy("Send a refund"))
def send_refund(*, refund_id: int) -> None:
    """Ask the gateway to send a refund. The refund's id makes repeating it harmless."""
    row = Refund.objects.select_related("payment").get(pk=refund_id)
    if row.state != RefundState.REQUESTED:
        return
    payment = row.payment
    failpoint("payments.before_refund")
    try:
        connections.gateway_for(payment).refund(
            reference=payment.reference,
            refund_id=row.public_id,
            amount=Money(row.amount, payment.currency),
            reason=row.reason,
        )
    except GatewayRefused as refused:
        refuse_refund(refund_id=refund_id, why=refused.message)
        return
    failpoint("payments.after_refund")
    finish_refund(refund_id=refund_id, actor=SYSTEM, now=timezone.now())


@transaction.atomic
def finish_refund(*, refund_id: int, actor: Actor, now: datetime) -> None:
    """Write down that a refund is on its way. Twice changes nothing.

    Locks    the order, then the payment
    Records  PaymentRefunded
    """
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    payment, order = lock_payment(payment_id)
    row = Refund.objects.select_for_update().get(pk=refund_id)
    if row.state == RefundState.DONE:
        return
    row.state, row.done_at, row.refusal = RefundState.DONE, now, ""
    row.save(update_fields=["state", "done_at", "refusal"])
    _take_off(payment, order, row, actor)


def _take_off(payment: Payment, order: Order, row: Refund, actor: Actor) -> None:
    """Count a refund, whatever became of the payment meanwhile: one that a bank disputes stays disputed."""
    failpoint("payments.in_refund")
    payment.refunded_amount += row.amount
    is_all = payment.refunded_amount >= payment.received_amount
    to = PaymentState.REFUNDED if is_all else PaymentState.PARTLY_REFUNDED
    if payment.state != to and may_move(payment, to):
        move(payment, to, actor=actor, amount=row.amount)
    payment.save(update_fields=["refunded_amount", "state"])
    if order.payment_state != OrderPaymentState.UNPAID and not _is_paid_by_another(payment):
        orders.mark_refunded(
            order_id=payment.order_id,
            amount=row.amount,
            is_all=is_all and not is_held_by_another(payment),
            actor=actor,
        )
    outbox.record(events.PaymentRefunded(refund_id=row.pk))


def _is_paid_by_another(payment: Payment) -> bool:
    """Whether other payments of the order cover it: this one was paid too much, and the order stays paid."""
    others = payment.order.payments.exclude(pk=payment.pk).filter(state__in=HOLDING_STATES)
    return sum(other.refundable_amount for other in others) >= payment.order.total_amount


def is_held_by_another(payment: Payment) -> bool:
    """Whether the store has money of another payment of the same order."""
    return payment.order.payments.exclude(pk=payment.pk).filter(state__in=HOLDING_STATES).exists()


@transaction.atomic
def refuse_refund(*, refund_id: int, why: str) -> None:
    """Write down that the gateway will not send a refund; a person has to, by hand.

    Locks    the order, then the payment
    """
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    _payment, order = lock_payment(payment_id)
    row = Refund.objects.select_for_update().get(pk=refund_id)
    if row.state != RefundState.REQUESTED:
        return
    row.state, row.refusal = RefundState.REFUSED, why[:200]
    row.save(update_fields=["state", "refusal"])
    audit.write(
        actor=SYSTEM,
        action="refund.refused",
        subject="order",
        subject_id=order.public_id,
        changes={"amount": row.amount, "why": row.refusal},
    )


@transaction.atomic
def note_foreign_refund(*, payment_id: int, amount: int, now: datetime) -> None:
    """Write down a refund that somebody made in the gateway's own dashboard.

    Records  PaymentRefunded
    """
    row = Refund.objects.create(
        public_id=ids.new_id("ref"),
        payment_id=payment_id,
        amount=amount,
        reason=_("Refunded at the payment provider"),
        requested_at=now,
    )
    finish_refund(refund_id=row.pk, actor=SYSTEM, now=now)
