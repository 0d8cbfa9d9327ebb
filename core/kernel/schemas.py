"""Shapes that every API shares."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from core.kernel.money import Money
from tenants.shapes import REFUSALS, Problem, StrictSchema, answers

__all__ = [
    "REFUSALS",
    "Cursor",
    "Limit",
    "Moment",
    "MoneyOut",
    "Problem",
    "PublicId",
    "StrictSchema",
    "answers",
]

PublicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
Cursor = Annotated[str, StringConstraints(max_length=400, pattern=r"^[A-Za-z0-9_-]*$")]
Limit = Annotated[int, Field(ge=1, le=100)]
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
