"""Meter events summed up.

https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api
"""

from __future__ import annotations

from fractions import Fraction

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.shapes import Obj


def used(account: Account, meter: Obj, customer: str, start: int, end: int) -> Fraction:
    """What a customer used of a meter in [start, end)."""
    rows = [
        row
        for row in reversed(account.books.all("billing.meter_event", event_name=meter["event_name"]))
        if row["_counted"] and row["_customer"] == customer and start <= row["timestamp"] < end
    ]
    formula = meter["default_aggregation"]["formula"]
    if formula == "count":
        return Fraction(len(rows))
    values = [(row["timestamp"], Fraction(row["_value"])) for row in rows]
    if formula == "last":
        return max(values, key=lambda row: row[0])[1] if values else Fraction(0)
    return sum((value for _, value in values), Fraction(0))


def of_item(account: Account, subscription: Obj, item: Obj, start: int, end: int) -> Fraction:
    """What a metered item's customer used in a period."""
    meter = account.books.get("billing.meter", item["price"]["recurring"]["meter"])
    return max(Fraction(0), used(account, meter, subscription["customer"], start, end))
