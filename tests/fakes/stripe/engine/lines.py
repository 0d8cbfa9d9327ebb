"""Lines of invoices: amounts, discounts and taxes.

https://docs.stripe.com/api/invoice-line-item, https://docs.stripe.com/tax/tax-rates, https://docs.stripe.com/billing/subscriptions/coupons
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import people
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.money import MINIMUM, rounded
from tests.fakes.stripe.shapes import Obj, complete


def unit_of(price: Obj, currency: str) -> str:
    """The price of one in a currency, exact. Raises StripeRefused when it has none."""
    if price["currency"] == currency:
        return str(price["unit_amount_decimal"])
    option = price["_options"].get(currency)
    if option is None:
        raise invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the expected "
            f"currency: `{currency}`.",
            code="currency_mismatch",
        )
    return str(option["unit_amount_decimal"])


def amount_of(price: Obj, currency: str, quantity: int | None) -> int:
    """What a quantity costs."""
    return rounded(Fraction(unit_of(price, currency)) * (1 if quantity is None else quantity))


def line(
    *,
    amount: int,
    currency: str,
    description: str,
    period: tuple[int, int],
    parent: Obj,
    price: Obj | None = None,
    quantity: int | None = 1,
    rates: list[str] | None = None,
    discountable: bool = True,
    subscription: str | None = None,
    metadata: Obj | None = None,
    unit: str | None = None,
) -> Obj:
    """One line. `rates` are ids of tax rates; None means the invoice's own."""
    pricing = None
    if price:
        details = {"price": price["id"], "product": price["product"]}
        pricing = {
            "price_details": details,
            "type": "price_details",
            "unit_amount_decimal": unit or unit_of(price, currency),
        }
    return complete(
        {
            "id": f"il_{token()}",
            "object": "line_item",
            "amount": amount,
            "currency": currency,
            "description": description,
            "discount_amounts": [],
            "discountable": discountable,
            "discounts": [],
            "livemode": False,
            "metadata": dict(metadata or {}),
            "parent": parent,
            "period": {"start": period[0], "end": period[1]},
            "pretax_credit_amounts": [],
            "pricing": pricing,
            "quantity": quantity,
            "quantity_decimal": None if quantity is None else str(quantity),
            "subscription": subscription,
            "subtotal": amount,
            "taxes": [],
            "_rates": rates,
        }
    )


def of_item(subscription: Obj, item: Obj, *, proration: bool = False, invoice_item: str | None = None) -> Obj:
    """The parent of a line that a subscription's item caused."""
    details = {
        "invoice_item": invoice_item,
        "proration": proration,
        "proration_details": {"credited_items": None} if proration else None,
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    return {
        "invoice_item_details": None,
        "subscription_item_details": details,
        "type": "subscription_item_details",
    }


def of_invoice_item(item: Obj) -> Obj:
    """The parent of a line that an invoice item caused."""
    subscription = (item["parent"] or {}).get("subscription_details") or {}
    details = {
        "invoice_item": item["id"],
        "proration": item["proration"],
        "proration_details": {"credited_items": None} if item["proration"] else None,
        "subscription": subscription.get("subscription"),
    }
    return {
        "invoice_item_details": details,
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }


def total_up(account: Account, invoice: Obj) -> None:
    """Compute every sum of a draft from its lines."""
    rows = invoice["lines"]["data"]
    for row in rows:
        row.update(discount_amounts=[], taxes=[], pretax_credit_amounts=[], invoice=invoice["id"])
    discounts = _discount(account, invoice, rows)
    taxes: dict[str, Obj] = {}
    for row in rows:
        _tax(account, invoice, row, taxes)
    exclusive = sum(tax["amount"] for tax in taxes.values() if tax["tax_behavior"] == "exclusive")
    subtotal = sum(row["amount"] for row in rows)
    total = subtotal - sum(discounts.values()) + exclusive
    every_tax = sum(tax["amount"] for tax in taxes.values())
    invoice.update(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - every_tax + exclusive,
        total=total,
        total_excluding_tax=total - every_tax,
        total_taxes=list(taxes.values()),
        total_discount_amounts=[{"amount": amount, "discount": ref} for ref, amount in discounts.items()],
        total_pretax_credit_amounts=[
            {"amount": amount, "credit_balance_transaction": None, "discount": ref, "type": "discount"}
            for ref, amount in discounts.items()
        ],
    )
    _due(account, invoice)


def _due(account: Account, invoice: Obj) -> None:
    customer = account.books.get("customer", invoice["customer"])
    balance, total = customer["balance"], invoice["total"]
    due = max(0, total + balance) if total >= 0 else 0
    if 0 < due < MINIMUM.get(invoice["currency"], 0):
        due = 0
    invoice.update(
        starting_balance=balance,
        amount_due=due,
        amount_remaining=due - invoice["amount_paid"],
        _ending=balance + total - due,
    )


def _discount(account: Account, invoice: Obj, rows: list[Obj]) -> dict[str, int]:
    given: dict[str, int] = {}
    for ref in invoice["discounts"]:
        discount = account.books.find("discount", ref)
        if discount is None:
            continue
        coupon = account.books.get("coupon", discount["source"]["coupon"])
        hit = [
            row
            for row in rows
            if row["discountable"] and row["amount"] > 0 and _applies(account, coupon, row)
        ]
        left = [row["amount"] - sum(cut["amount"] for cut in row["discount_amounts"]) for row in hit]
        for row, amount in zip(hit, _shares(coupon, left, invoice["currency"]), strict=True):
            row["discount_amounts"].append({"amount": amount, "discount": ref})
            row["pretax_credit_amounts"].append(
                {"amount": amount, "credit_balance_transaction": None, "discount": ref, "type": "discount"}
            )
            given[ref] = given.get(ref, 0) + amount
        given.setdefault(ref, 0)
    return given


def _applies(account: Account, coupon: Obj, row: Obj) -> bool:
    products = (coupon.get("_applies_to") or {}).get("products")
    return not products or ((row["pricing"] or {}).get("price_details") or {}).get("product") in products


def _shares(coupon: Obj, amounts: list[int], currency: str) -> list[int]:
    if coupon["percent_off"] is not None:
        percent = Fraction(Decimal(str(coupon["percent_off"])))
        return [rounded(amount * percent / 100) for amount in amounts]
    off = min(amount_off(coupon, currency), sum(amounts))
    shares: list[int] = []
    for place, amount in enumerate(amounts):
        rest = sum(amounts[place:])
        share = rounded(Fraction((off - sum(shares)) * amount, rest)) if rest else 0
        shares.append(share)
    return shares


def amount_off(coupon: Obj, currency: str) -> int:
    """What a coupon takes off in a currency; 0 if it does not know it."""
    if coupon["currency"] == currency:
        return int(coupon["amount_off"])
    return int(((coupon.get("_currency_options") or {}).get(currency) or {}).get("amount_off") or 0)


def _tax(account: Account, invoice: Obj, row: Obj, sums: dict[str, Obj]) -> None:
    ids = row["_rates"] if row["_rates"] else [rate["id"] for rate in invoice["default_tax_rates"]]
    customer = account.books.get("customer", invoice["customer"])
    if customer["tax_exempt"] != "none":
        ids = []
    net = row["amount"] - sum(cut["amount"] for cut in row["discount_amounts"])
    rates = [account.books.get("tax_rate", ref) for ref in ids]
    inclusive = sum(Fraction(Decimal(str(rate["percentage"]))) for rate in rates if rate["inclusive"])
    base = Fraction(net) / (1 + inclusive / 100)
    for rate in rates:
        amount = rounded(base * Fraction(Decimal(str(rate["percentage"]))) / 100)
        tax = {
            "amount": amount,
            "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
            "tax_rate_details": {"tax_rate": rate["id"]},
            "taxability_reason": "standard_rated",
            "taxable_amount": rounded(base),
            "type": "tax_rate_details",
        }
        row["taxes"].append(tax)
        known = sums.setdefault(rate["id"], {**tax, "amount": 0, "taxable_amount": 0})
        known["amount"] += amount
        known["taxable_amount"] += tax["taxable_amount"]


def tax_ids(account: Account, invoice: Obj) -> list[Obj]:
    """The buyer's tax ids as they stand on an invoice."""
    return people.tax_ids_of(account.books, account.books.get("customer", invoice["customer"]))
