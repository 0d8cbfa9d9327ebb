"""Read payments and the ways to pay."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.kernel.errors import NotFound
from core.payments.models import (
    HOLDING_STATES,
    BankAccount,
    MethodCode,
    Payment,
    PaymentMethod,
    PaymentState,
    Refund,
    RefundState,
)


@dataclass(frozen=True, slots=True)
class CheckoutMethod:
    """One way to pay, as a shopper is offered it."""

    code: str
    title: str
    instructions: str


def methods_for_checkout(total_amount: int) -> list[CheckoutMethod]:
    """The ways in which this total can be paid, in the seller's order."""
    rows = PaymentMethod.objects.filter(is_enabled=True).order_by("position", "pk")
    return [
        CheckoutMethod(row.code, row.title, row.instructions)
        for row in rows
        if total_amount > 0 or row.code == MethodCode.COD
    ]


def methods() -> list[PaymentMethod]:
    """Every way to pay that there is, in the seller's order."""
    return list(PaymentMethod.objects.order_by("position", "pk"))


def method(code: str) -> PaymentMethod:
    """One way to pay. Raises NotFound."""
    found = PaymentMethod.objects.filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no such payment method."))
    return found


def bank_accounts() -> QuerySet[BankAccount]:
    """Where shoppers transfer to."""
    return BankAccount.objects.order_by("position", "pk")


def payment_of(order_id: int) -> Payment | None:
    """The payment of an order that counts: the latest that holds money, else the latest attempt."""
    return in_force(Payment.objects.filter(order_id=order_id).order_by("-attempt"))


def in_force(attempts: Iterable[Payment]) -> Payment | None:
    """The one of an order's payments that counts; `attempts` are newest first."""
    rows = list(attempts)
    return next((row for row in rows if row.state in HOLDING_STATES), rows[0] if rows else None)


def payments_of(order_id: int) -> list[Payment]:
    """Every attempt to pay an order, newest first, with its refunds."""
    rows = Payment.objects.filter(order_id=order_id).prefetch_related("refunds")
    return list(rows.order_by("-attempt"))


def payment_by_public_id(public_id: str) -> Payment:
    """One payment with its order. Raises NotFound."""
    payment = Payment.objects.select_related("order").filter(public_id=public_id).first()
    if payment is None:
        raise NotFound(_("There is no such payment."))
    return payment


@dataclass(frozen=True, slots=True)
class PaymentMoney:
    """What came in by one payment and went back of it, for whoever counts money beside the shop.

    source    where its order came from;  is_hosted  whether a gateway that we speak to collected it
    refunds   public id, amount and moment of each that was sent, oldest first
    """

    reference: str
    order_number: str
    source: str
    currency: str
    is_hosted: bool
    received_amount: int
    paid_at: datetime
    is_taken_back: bool
    refunds: tuple[tuple[str, int, datetime], ...]


def money_of(payment_id: int) -> PaymentMoney | None:
    """One payment's money; None for one that was never received. Two queries."""
    payment = Payment.objects.select_related("order").filter(pk=payment_id, paid_at__isnull=False).first()
    if payment is None or payment.paid_at is None:
        return None
    sent = payment.refunds.filter(state=RefundState.DONE).order_by("done_at", "pk")
    return PaymentMoney(
        reference=payment.reference,
        order_number=payment.order.number,
        source=payment.order.source,
        currency=payment.currency,
        is_hosted=payment.method == MethodCode.MIDTRANS,
        received_amount=payment.received_amount,
        paid_at=payment.paid_at,
        is_taken_back=payment.state == PaymentState.REVERSED,
        refunds=tuple((row.public_id, row.amount, row.done_at or payment.paid_at) for row in sent),
    )


def payment_of_refund(refund_id: int) -> int | None:
    """The payment that a refund gives back from."""
    return Refund.objects.filter(pk=refund_id).values_list("payment_id", flat=True).first()


def received_since(moment: datetime) -> list[int]:
    """The payments through a gateway that came in since, oldest first."""
    rows = Payment.objects.filter(method=MethodCode.MIDTRANS, paid_at__gte=moment)
    return list(rows.order_by("pk").values_list("pk", flat=True))
