"""Amounts, periods and their fractions. Amounts are in Stripe's smallest unit: a rupiah is 100 of them.

https://docs.stripe.com/currencies, https://docs.stripe.com/billing/subscriptions/prorations
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CURRENCIES = {"usd": ("$", 2), "idr": ("Rp", 2)}
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
MINIMUM = {"usd": 50}
DAY = 86_400


def rounded(value: Fraction | Decimal | int) -> int:
    """Half away from zero, as money is rounded everywhere."""
    exact = Fraction(value)
    whole = Decimal(exact.numerator) / Decimal(exact.denominator)
    return int(whole.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shown(amount: int, currency: str) -> str:
    """An amount for people."""
    sign, _ = CURRENCIES.get(currency, (currency.upper() + " ", 2))
    minus = "-" if amount < 0 else ""
    if currency == "idr":
        return f"{minus}{sign}{abs(amount) // 100:,}".replace(",", ".")
    return f"{minus}{sign}{abs(amount) / 100:,.2f}"


def day(at: int | None) -> str:
    """A date for people."""
    return datetime.fromtimestamp(at, UTC).strftime("%-d %b %Y") if at else "-"


def later(anchor: int, interval: str, count: int) -> int:
    """The moment `count` intervals after an anchor, in a short month on its last day."""
    at = datetime.fromtimestamp(anchor, UTC)
    if interval in {"day", "week"}:
        return int((at + timedelta(days=count * (7 if interval == "week" else 1))).timestamp())
    months = at.month - 1 + count * (12 if interval == "year" else 1)
    year, month = at.year + months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return int(at.replace(year=year, month=month, day=min(at.day, last)).timestamp())


def period_after(anchor: int, start: int, interval: str, count: int) -> int:
    """Where the period that begins at `start` ends: the first beat of the anchor after it."""
    beat = 0
    while later(anchor, interval, beat * count) <= start:
        beat += 1
    while beat > 0 and later(anchor, interval, (beat - 1) * count) > start:
        beat -= 1
    return later(anchor, interval, beat * count)


def part(amount: int, start: int, end: int, at: int) -> int:
    """The share of an amount for what is left of a period, to the second."""
    if end <= start:
        return 0
    return rounded(Fraction(amount * max(0, end - max(at, start)), end - start))
