"""Shapes that every API shares."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field

from core.kernel.money import Money
from tenants.shapes import REFUSALS, Problem, StrictSchema, answers

__all__ = ["REFUSALS", "Moment", "MoneyOut", "Problem", "StrictSchema", "answers"]

# In UTC, since PostgreSQL takes no zone that is more than 16 hours away.
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
    AfterValidator(lambda moment: moment.astimezone(UTC)),
]


class MoneyOut(Schema):
    """Money in whole minor units: for IDR, rupiah."""

    amount: int
    currency: str = "IDR"

    @classmethod
    def of(cls, money: Money | int) -> "MoneyOut":
        if isinstance(money, int):
            return cls(amount=money)
        return cls(amount=money.amount, currency=money.currency)
