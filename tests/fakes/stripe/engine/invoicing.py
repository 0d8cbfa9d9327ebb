"""Invoices from draft to paid, void or given up.

https://docs.stripe.com/invoicing/overview#invoice-statuses, https://docs.stripe.com/api/invoices
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import lines, people
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.paging import INCLUDES
from tests.fakes.stripe.shapes import Obj, list_of

_AUTOMATIC_TAX = {
    "disabled_reason": None,
    "enabled": False,
    "liability": None,
    "provider": None,
    "status": None,
}
_TRANSITIONS = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")


def subscription_of(account: Account, invoice: Obj) -> Obj | None:
    """The subscription that an invoice is for."""
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return account.books.find("subscription", details.get("subscription"))


def draft(
    account: Account,
    customer: Obj,
    *,
    reason: str,
    rows: list[Obj],
    currency: str,
    subscription: Obj | None = None,
    discounts: list[str] | None = None,
    take_pending: bool = True,
    period: tuple[int, int] | None = None,
) -> Obj:
    """Make a draft from lines, and from what waits to be invoiced."""
    books, now = account.books, account.books.now_of(customer)
    parent = None
    if subscription:
        details = {
            "metadata": dict(subscription["metadata"]),
            "subscription": subscription["id"],
            "subscription_proration_date": None,
        }
        parent = {
            "quote_details": None,
            "subscription_details": details,
            "type": "subscription_details",
        }
    begin, end = period or (now, now)
    of = subscription or {}
    invoice = books.add(
        "invoice",
        "in",
        id=f"in_{token()}",
        created=now,
        account_country="ID",
        account_name="TEST account",
        amount_due=0,
        amount_overpaid=0,
        amount_paid=0,
        amount_paid_off_stripe=0,
        amount_remaining=0,
        amount_shipping=0,
        attempt_count=0,
        attempted=False,
        auto_advance=True,
        automatic_tax=dict(of.get("automatic_tax_of_invoice") or _AUTOMATIC_TAX),
        billing_reason=reason,
        collection_method=of.get("collection_method", "charge_automatically"),
        currency=currency,
        customer=customer["id"],
        default_tax_rates=list(of.get("default_tax_rates") or []),
        description=of.get("description"),
        discounts=list(discounts or []),
        issuer={"account": None, "type": "self"},
        lines=None,
        metadata={},
        parent=parent,
        payment_settings={
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        period_end=end,
        period_start=begin,
        post_payment_credit_notes_amount=0,
        pre_payment_credit_notes_amount=0,
        starting_balance=0,
        status="draft",
        status_transitions=dict.fromkeys(_TRANSITIONS),
        test_clock=customer["test_clock"],
        customer_tax_exempt=customer["tax_exempt"],
        _days_until_due=of.get("days_until_due"),
    )
    invoice["lines"] = list_of(rows, f"/v1/invoices/{invoice['id']}/lines")
    if take_pending:
        take(account, invoice, subscription)
    write_customer(account, invoice, customer)
    lines.total_up(account, invoice)
    return invoice


def write_customer(account: Account, invoice: Obj, customer: Obj) -> None:
    """What an invoice says of the buyer, as they are now."""
    if customer["currency"] is None:
        customer["currency"] = invoice["currency"]
    invoice.update(
        customer_address=customer["address"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_phone=customer["phone"],
        customer_tax_ids=people.tax_ids_of(account.books, customer),
    )


def pending(account: Account, customer: str, subscription: str | None, currency: str) -> list[Obj]:
    """Invoice items that wait, oldest first."""
    rows = []
    for item in reversed(account.books.all("invoiceitem", customer=customer, invoice=None)):
        details = (item["parent"] or {}).get("subscription_details") or {}
        if item["currency"] == currency and details.get("subscription") in {None, subscription}:
            rows.append(item)
    return rows


def take(account: Account, invoice: Obj, subscription: Obj | None) -> None:
    """Move waiting invoice items into a draft."""
    ref = subscription["id"] if subscription else None
    for item in pending(account, invoice["customer"], ref, invoice["currency"]):
        item["invoice"] = invoice["id"]
        invoice["lines"]["data"].append(_line_of(account, item))


def add_item(account: Account, invoice: Obj, item: Obj) -> None:
    """Put one invoice item into a draft."""
    item["invoice"] = invoice["id"]
    invoice["lines"]["data"].append(_line_of(account, item))
    lines.total_up(account, invoice)


def _line_of(account: Account, item: Obj) -> Obj:
    details = (item["parent"] or {}).get("subscription_details") or {}
    parent = lines.of_invoice_item(item)
    if details.get("subscription_item"):
        fields = {**parent["invoice_item_details"], "subscription_item": details["subscription_item"]}
        parent = {
            "invoice_item_details": None,
            "subscription_item_details": fields,
            "type": "subscription_item_details",
        }
    price = item.get("_price") and account.books.find("price", item["_price"])
    return lines.line(
        amount=item["amount"],
        currency=item["currency"],
        description=item["description"],
        period=(item["period"]["start"], item["period"]["end"]),
        parent=parent,
        price=price or None,
        quantity=item["quantity"],
        rates=[rate["id"] for rate in item["tax_rates"] or []] or None,
        discountable=item["discountable"],
        subscription=details.get("subscription"),
        metadata=item["metadata"],
        unit=(item["pricing"] or {}).get("unit_amount_decimal"),
    )


def announce(account: Account, invoice: Obj) -> None:
    """Tell that a draft is there."""
    account.books.emit("invoice.created", invoice)


def finalize(account: Account, invoice: Obj) -> Obj:
    """Give a draft its number and freeze it; one that costs nothing is paid at once."""
    if invoice["status"] != "draft":
        raise invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
    books, now = account.books, account.books.now_of(invoice)
    customer = books.get("customer", invoice["customer"])
    write_customer(account, invoice, customer)
    lines.total_up(account, invoice)
    ending = invoice["_ending"]
    people.move_balance(
        account,
        customer,
        ending - customer["balance"],
        "applied_to_invoice",
        invoice=invoice["id"],
        currency=invoice["currency"],
    )
    number = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] += 1
    invoice.update(
        status="open",
        number=f"{customer['invoice_prefix']}-{number:04d}",
        ending_balance=ending,
        effective_at=now,
        automatically_finalizes_at=None,
        hosted_invoice_url=account.link(f"i/{invoice['id']}"),
        invoice_pdf=account.link(f"i/{invoice['id']}/pdf"),
    )
    invoice["status_transitions"]["finalized_at"] = now
    if invoice["collection_method"] == "send_invoice":
        invoice["due_date"] = invoice["due_date"] or now + (invoice["_days_until_due"] or 30) * DAY
    books.emit("invoice.finalized", invoice)
    return invoice


def paid(account: Account, invoice: Obj, *, off_stripe: bool = False) -> None:
    """Close an invoice as paid."""
    now = account.books.now_of(invoice)
    invoice.update(
        status="paid",
        attempted=True,
        amount_paid=invoice["amount_paid"] + (0 if off_stripe else invoice["amount_remaining"]),
        amount_paid_off_stripe=invoice["amount_remaining"] if off_stripe else 0,
        amount_remaining=0,
        next_payment_attempt=None,
    )
    if off_stripe:
        invoice["amount_paid"] = invoice["amount_due"] - invoice["pre_payment_credit_notes_amount"]
    invoice["status_transitions"]["paid_at"] = now
    account.books.emit("invoice.paid", invoice)
    account.books.emit("invoice.payment_succeeded", invoice)


def void(account: Account, invoice: Obj) -> None:
    """Let an invoice count for nothing; what the balance gave goes back."""
    if invoice["status"] not in {"open", "uncollectible"}:
        raise invalid(
            f"You can only void open or uncollectible invoices; this one is {invoice['status']}.",
            code="invoice_not_editable",
        )
    customer = account.books.get("customer", invoice["customer"])
    people.move_balance(
        account,
        customer,
        invoice["starting_balance"] - (invoice["ending_balance"] or 0),
        "unapplied_from_invoice",
        invoice=invoice["id"],
        currency=invoice["currency"],
    )
    invoice.update(status="void", next_payment_attempt=None, auto_advance=False)
    invoice["status_transitions"]["voided_at"] = account.books.now_of(invoice)
    _cancel_intents(account, invoice, "void_invoice")
    account.books.emit("invoice.voided", invoice)


def give_up(account: Account, invoice: Obj) -> None:
    """Mark as uncollectible."""
    if invoice["status"] != "open":
        raise invalid("You can only mark an open invoice as uncollectible.", code="invoice_not_editable")
    invoice.update(status="uncollectible", next_payment_attempt=None, auto_advance=False)
    invoice["status_transitions"]["marked_uncollectible_at"] = account.books.now_of(invoice)
    account.books.emit("invoice.marked_uncollectible", invoice)


def _cancel_intents(account: Account, invoice: Obj, reason: str) -> None:
    for intent in account.books.all("payment_intent", _invoice=invoice["id"]):
        if intent["status"] not in {"succeeded", "canceled"}:
            intent.update(
                status="canceled", cancellation_reason=reason, canceled_at=account.books.now_of(invoice)
            )
            account.books.emit("payment_intent.canceled", intent)
    for payment in account.books.all("invoice_payment", invoice=invoice["id"], status="open"):
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = account.books.now_of(invoice)


def new_item(account: Account, customer: Obj, **fields: object) -> Obj:
    """An invoice item with the fields that always stand there."""
    now = account.books.now_of(customer)
    return account.books.add(
        "invoiceitem",
        "ii",
        customer=customer["id"],
        date=now,
        test_clock=customer["test_clock"],
        **{
            "discountable": True,
            "discounts": [],
            "metadata": {},
            "period": {"start": now, "end": now},
            "proration": False,
            "quantity": 1,
            "quantity_decimal": str(fields.get("quantity") or 1),
            "tax_rates": [],
            "invoice": None,
            "net_amount": fields.get("amount"),
            "parent": None,
            "pricing": None,
            **fields,
        },
    )


def pricing_of(price: Obj, unit: str) -> Obj:
    """How an invoice item says which price it is of."""
    details = {"price": price["id"], "product": price["product"]}
    return {"price_details": details, "type": "price_details", "unit_amount_decimal": unit}


INCLUDES["invoice", "payments"] = lambda books, invoice: list_of(
    books.all("invoice_payment", invoice=invoice["id"]), "/v1/invoice_payments"
)


def _secret(books: object, invoice: Obj) -> Obj | None:
    intents = books.all("payment_intent", _invoice=invoice["id"])  # type: ignore[attr-defined]
    return {"client_secret": intents[0]["client_secret"], "type": "payment_intent"} if intents else None


INCLUDES["invoice", "confirmation_secret"] = _secret
