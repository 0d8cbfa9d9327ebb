"""The items of a subscription: what is bought, for which period, and what that costs.

https://docs.stripe.com/api/subscription_items, https://docs.stripe.com/billing/subscriptions/usage-based
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.fakes.stripe.account import Account, merge_metadata
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import lines
from tests.fakes.stripe.errors import invalid, missing
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import period_after, rounded, shown
from tests.fakes.stripe.shapes import Obj, complete, list_of


def price_of(account: Account, wish: Params, param: str) -> Obj:
    """The price an item names. Raises StripeRefused unless it recurs and is active."""
    if not wish.get("price"):
        raise missing(f"{param}[price]")
    price = account.books.get("price", wish["price"], param=f"{param}[price]")
    if price["type"] != "recurring":
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with "
            "`type=recurring`.",
            param=f"{param}[price]",
        )
    if not price["active"]:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param=param)
    return price


def make(account: Account, subscription: Obj, wish: Params, at: int, param: str) -> Obj:
    """A new item; its period is set by the caller."""
    price = price_of(account, wish, param)
    metered = price["recurring"]["usage_type"] == "metered"
    if metered and "quantity" in wish:
        raise invalid(f"Quantity cannot be set for metered price {price['id']}.", param=f"{param}[quantity]")
    lines.unit_of(price, subscription["currency"])
    item = complete(
        {
            "id": f"si_{token(14)}",
            "object": "subscription_item",
            "created": at,
            "current_period_start": at,
            "current_period_end": at,
            "discounts": [],
            "metadata": {},
            "price": price,
            "subscription": subscription["id"],
            "tax_rates": rates(account, wish.get("tax_rates")),
        }
    )
    if not metered:
        item["quantity"] = quantity(wish, param)
    else:
        del item["quantity"]
    merge_metadata(item, wish)
    return item


def quantity(wish: Params, param: str) -> int:
    """How many are wished; one unless said."""
    number = wish.get("quantity", 1)
    if not 0 <= number <= 999_999:
        raise invalid("Invalid non-negative integer", param=f"{param}[quantity]")
    return int(number)


def rates(account: Account, ids: Any) -> list[Obj]:
    """Tax rates by their ids."""
    return [account.books.get("tax_rate", ref, param="tax_rates") for ref in ids or []]


def held(subscription: Obj) -> list[Obj]:
    """The items of a subscription."""
    return list(subscription["items"]["data"])


def hold(subscription: Obj, rows: list[Obj]) -> None:
    """Give a subscription these items."""
    listed = list_of(rows, f"/v1/subscription_items?subscription={subscription['id']}")
    subscription["items"] = {**listed, "total_count": len(rows)}


def is_metered(item: Obj) -> bool:
    """Whether an item is billed by use."""
    return item["price"]["recurring"]["usage_type"] == "metered"


def beat(item: Obj) -> tuple[str, int]:
    """How often an item is billed."""
    recurring = item["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def begin(subscription: Obj, item: Obj, at: int) -> None:
    """Begin an item's period; it ends with the next beat of the subscription's anchor."""
    item["current_period_start"] = at
    item["current_period_end"] = period_after(subscription["billing_cycle_anchor"], at, *beat(item))


def period_end(subscription: Obj) -> int:
    """When the next item is due."""
    return min(item["current_period_end"] for item in held(subscription))


def cost(subscription: Obj, item: Obj) -> int:
    """What a licensed item costs for a whole period."""
    if is_metered(item):
        return 0
    return lines.amount_of(item["price"], subscription["currency"], item["quantity"])


def name_of(account: Account, item: Obj) -> str:
    """The product's name."""
    product = account.books.find("product", item["price"]["product"])
    return str(product["name"]) if product else item["price"]["product"]


def words(account: Account, subscription: Obj, item: Obj) -> str:
    """How a line describes an item: 1 × Basic (at $29.00 / month)."""
    currency = subscription["currency"]
    interval, count = beat(item)
    every = interval if count == 1 else f"{count} {interval}s"
    unit = shown(rounded(Fraction(lines.unit_of(item["price"], currency))), currency)
    return f"{item.get('quantity') or 1} × {name_of(account, item)} (at {unit} / {every})"


def line_of(
    account: Account, subscription: Obj, item: Obj, *, amount: int | None = None, text: str = ""
) -> Obj:
    """The line for an item's current period."""
    return lines.line(
        amount=cost(subscription, item) if amount is None else amount,
        currency=subscription["currency"],
        description=text or words(account, subscription, item),
        period=(item["current_period_start"], item["current_period_end"]),
        parent=lines.of_item(subscription, item),
        price=item["price"],
        quantity=item.get("quantity"),
        rates=[rate["id"] for rate in item["tax_rates"] or []] or None,
        subscription=subscription["id"],
        metadata=item["metadata"],
        discountable=amount is None,
    )


def usage_line(account: Account, subscription: Obj, item: Obj, used: Fraction, start: int, end: int) -> Obj:
    """The line for what was used in a period that is over."""
    currency = subscription["currency"]
    unit = Fraction(lines.unit_of(item["price"], currency))
    shown_quantity = rounded(used)
    return lines.line(
        amount=rounded(unit * used),
        currency=currency,
        description=f"{shown_quantity} × {name_of(account, item)}",
        period=(start, end),
        parent=lines.of_item(subscription, item),
        price=item["price"],
        quantity=shown_quantity,
        rates=[rate["id"] for rate in item["tax_rates"] or []] or None,
        subscription=subscription["id"],
        metadata=item["metadata"],
    )
