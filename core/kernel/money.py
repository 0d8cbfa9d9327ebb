"""Money: whole minor units and a currency, never a float."""

from __future__ import annotations

from dataclasses import dataclass


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum or comparison."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units: 150000 IDR is Rp150.000, 150000 USD is $1,500.00."""

    amount: int
    currency: str = "IDR"

    @classmethod
    def zero(cls, currency: str = "IDR") -> Money:
        """Nothing at all, in a currency."""
        return cls(0, currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._beside(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._beside(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._beside(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._beside(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._beside(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._beside(other)

    def _beside(self, other: Money) -> int:
        if not isinstance(other, Money) or other.currency != self.currency:
            raise CurrencyMismatch(f"{self} does not mix with {other}")
        return other.amount
