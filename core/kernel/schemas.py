"""Shapes that every API shares."""

from ninja import Schema

from core.kernel.money import Money
from tenants.shapes import REFUSALS, Problem, StrictSchema, answers

__all__ = ["REFUSALS", "MoneyOut", "Problem", "StrictSchema", "answers"]


class MoneyOut(Schema):
    """Money in whole minor units: for IDR, rupiah."""

    amount: int
    currency: str = "IDR"

    @classmethod
    def of(cls, money: Money | int) -> "MoneyOut":
        if isinstance(money, int):
            return cls(amount=money)
        return cls(amount=money.amount, currency=money.currency)
