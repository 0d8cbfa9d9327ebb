"""Read payments and the ways to pay."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.kernel.errors import NotFound
from core.payments.models import HOLDING_STATES, BankAccount, MethodCode, Payment, PaymentMethod


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
