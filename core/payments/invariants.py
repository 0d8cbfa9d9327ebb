"""What must be true of money."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.kernel.invariants import MOST_PER_RULE, Finding, differing, invariant
from core.orders.models import Order
from core.orders.models import PaymentState as OrderPaymentState
from core.payments.models import (
    HOLDING_STATES,
    GatewayMessage,
    MessageState,
    Payment,
    PaymentState,
    RefundState,
)

_PAID = (OrderPaymentState.PAID, OrderPaymentState.PARTLY_REFUNDED)
_GRACE = timedelta(hours=1)


@invariant("INV-3.2", "a paid order has a payment of its amount")
def paid_orders_have_money() -> Iterable[Finding]:
    """The rupiah by which a transfer is told apart belong to the payment, not to the price."""
    price = F("amount") - F("unique_code_amount")
    payments = Payment.objects.annotate(price=price).filter(order=OuterRef("pk"), state__in=HOLDING_STATES)
    rows = Order.objects.filter(payment_state__in=_PAID).annotate(
        price=F("total_amount") - F("unique_code_amount")
    )
    wrong = rows.exclude(Exists(payments.filter(price=OuterRef("price")))).order_by("pk")
    told = wrong.values_list("number", "total_amount", "payment_state")[:MOST_PER_RULE]
    return ((number, f"a payment of {amount}", f"{state} without") for number, amount, state in told)


@invariant("INV-3.3", "the order of a payment that is in is not unpaid")
def money_reaches_its_order() -> Iterable[Finding]:
    """Money came in and nobody would send the goods."""
    wrong = Payment.objects.filter(
        state__in=(PaymentState.PAID, PaymentState.PARTLY_REFUNDED),
        order__payment_state=OrderPaymentState.UNPAID,
    )
    told = wrong.order_by("pk").values_list("reference", "state")[:MOST_PER_RULE]
    return ((reference, "a paid order", f"{state}, order unpaid") for reference, state in told)


@invariant("INV-4.1", "no more goes back than came in")
def refunds_within_receipts() -> Iterable[Finding]:
    """Neither in what was done nor in what is asked for."""
    asked = Sum("refunds__amount", filter=~Q(refunds__state=RefundState.REFUSED))
    wrong = Payment.objects.annotate(asked=Coalesce(asked, 0)).filter(
        Q(asked__gt=F("received_amount")) | Q(refunded_amount__gt=F("received_amount"))
    )
    told = wrong.order_by("pk").values_list("reference", "received_amount", "asked", "refunded_amount")
    return (
        (reference, f"at most {received}", max(asked, refunded))
        for reference, received, asked, refunded in told[:MOST_PER_RULE]
    )


@invariant("INV-4.2", "what a payment gave back is the sum of its refunds")
def refunds_add_up() -> Iterable[Finding]:
    """A refund that is done and not counted could be given again."""
    done = Sum("refunds__amount", filter=Q(refunds__state=RefundState.DONE))
    rows = Payment.objects.all()
    return differing(rows, subject="reference", expected=Coalesce(done, 0), found="refunded_amount")


@invariant("INV-4.3", "an order gave back no more than its payments did")
def orders_count_refunds() -> Iterable[Finding]:
    """Less may be: what was paid twice goes back without touching the order."""
    rows = Order.objects.annotate(back=Coalesce(Sum("payments__refunded_amount"), 0))
    wrong = rows.filter(refunded_amount__gt=F("back")).order_by("pk")
    told = wrong.values_list("number", "back", "refunded_amount")[:MOST_PER_RULE]
    return ((number, f"at most {back}", refunded) for number, back, refunded in told)


@invariant("INV-6.1", "every message of a gateway is dealt with")
def messages_are_applied() -> Iterable[Finding]:
    """A notice that nobody applied may be money that nobody saw."""
    old = GatewayMessage.objects.filter(
        state=MessageState.RECEIVED, received_at__lt=timezone.now() - _GRACE
    ).order_by("pk")
    told = old.values_list("provider", "reference", "received_at")[:MOST_PER_RULE]
    return (
        (f"{who} {about}", "applied or refused", f"waiting since {at:%Y-%m-%d %H:%M}")
        for who, about, at in told
    )
