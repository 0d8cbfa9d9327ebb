"""Shapes of an order's money in the API."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.kernel.money import Money
from core.kernel.schemas import MoneyOut, StrictSchema
from core.payments.models import MethodCode, Payment, PaymentState, Refund, RefundState


class MoneyIn(StrictSchema):
    """Money in whole minor units: for IDR, rupiah."""

    amount: Annotated[int, Field(ge=1, le=10**15)]
    currency: Literal["IDR"] = "IDR"


class RefundOut(Schema):
    """Money on its way back, or back already."""

    id: str
    amount: MoneyOut
    reason: str
    state: RefundState
    is_by_hand: bool
    refusal: str
    requested_at: datetime
    done_at: datetime | None

    @classmethod
    def of(cls, refund: Refund, currency: str) -> Self:
        names = ("reason", "state", "is_by_hand", "refusal", "requested_at", "done_at")
        return cls(
            id=refund.public_id,
            amount=MoneyOut.of(Money(refund.amount, currency)),
            **{name: getattr(refund, name) for name in names},
        )


class PaymentOut(Schema):
    """One attempt to pay an order."""

    id: str
    reference: str
    method: MethodCode
    state: PaymentState
    amount: MoneyOut
    unique_code: MoneyOut
    received: MoneyOut
    refunded: MoneyOut
    provider_method: str
    created_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    refunds: list[RefundOut]

    @classmethod
    def of(cls, payment: Payment) -> Self:
        names = ("reference", "method", "state", "provider_method", "created_at", "expires_at", "paid_at")
        amounts = ("unique_code", "received", "refunded")
        currency = payment.currency
        facts: dict[str, Any] = {name: getattr(payment, name) for name in names}
        facts["amount"] = MoneyOut.of(Money(payment.amount, currency))
        facts |= {name: MoneyOut.of(Money(getattr(payment, f"{name}_amount"), currency)) for name in amounts}
        refunds = [RefundOut.of(refund, currency) for refund in payment.refunds.all()]
        return cls(id=payment.public_id, refunds=refunds, **facts)


class PaymentsOut(Schema):
    """Every attempt to pay an order, newest first."""

    items: list[PaymentOut]
    next: str | None = None


class ConfirmIn(StrictSchema):
    """Money that a person saw on the account, or got from the courier."""

    amount: MoneyIn | None = Field(None, description="What came in; left out, exactly what was asked for.")
    accept_difference: bool = Field(
        False, description="Count the order as paid although another amount came in."
    )


class RefundIn(StrictSchema):
    """Money that goes back."""

    amount: MoneyIn
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    is_by_hand: bool = Field(
        False, description="A person has sent it. Transfers and cash always go back by hand."
    )
