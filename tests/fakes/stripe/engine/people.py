"""Customers: who is one, their tax ids and what they are owed.

https://docs.stripe.com/billing/customer/tax-ids, https://docs.stripe.com/billing/customer/balance
"""

from __future__ import annotations

import re

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.books import Books
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.shapes import Obj

# https://docs.stripe.com/billing/customer/tax-ids: what is sold to here; an NPWP has 12 or 16 digits.
_TAX_IDS = {
    "id_npwp": ("ID", re.compile(r"\d{12}|\d{15}|\d{16}")),
    "sg_gst": ("SG", re.compile(r"[A-Za-z0-9]{9,11}")),
    "my_sst": ("MY", re.compile(r"[A-Za-z0-9-]{12,17}")),
    "eu_vat": ("DE", re.compile(r"[A-Z]{2}[A-Z0-9]{2,13}")),
}


def living(account: Account, id: str, *, param: str = "id") -> Obj:
    """A customer that is not deleted. Raises StripeRefused."""
    customer = account.books.get("customer", id, param=param)
    if customer.get("_deleted"):
        raise invalid(f"No such customer: '{id}'", param=param, code="resource_missing")
    return customer


def add_tax_id(account: Account, customer: Obj, kind: str, value: str) -> Obj:
    """Give a customer a tax id."""
    country, form = _TAX_IDS.get(kind, (kind[:2].upper(), re.compile(r".{2,30}")))
    digits = re.sub(r"[.\-\s]", "", value)
    if not form.fullmatch(digits):
        raise invalid(f"Invalid value for {kind}.", param="value", code="tax_id_invalid")
    verification = {"status": "unavailable", "verified_address": None, "verified_name": None}
    owner = {"account": None, "application": None, "customer": customer["id"], "type": "customer"}
    tax_id = account.books.add(
        "tax_id",
        "txi",
        country=country,
        customer=customer["id"],
        owner={**owner, "customer_account": None},
        type=kind,
        value=digits,
        verification=verification,
    )
    account.books.emit("customer.tax_id.created", tax_id)
    return tax_id


def tax_ids_of(books: Books, customer: Obj) -> list[Obj]:
    """A customer's tax ids as an invoice shows them."""
    rows = reversed(books.all("tax_id", customer=customer["id"]))
    return [{"type": row["type"], "value": row["value"]} for row in rows]


def move_balance(account: Account, customer: Obj, amount: int, kind: str, **of: str | None) -> Obj | None:
    """Add to what a customer owes (negative: is owed). Returns the transaction."""
    if amount == 0:
        return None
    customer["balance"] += amount
    return account.books.add(
        "customer_balance_transaction",
        "cbtxn",
        amount=amount,
        currency=of.get("currency") or customer["currency"] or "usd",
        customer=customer["id"],
        ending_balance=customer["balance"],
        type=kind,
        metadata={},
        **{name: value for name, value in of.items() if name != "currency"},
    )
