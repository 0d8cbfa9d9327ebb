"""Invoices, their lines, invoice items, previews and invoice payments.

https://docs.stripe.com/api/invoices, /api/invoiceitems, /api/invoices/create_preview, /api/invoice-payment
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.calls.previews import create_preview
from tests.fakes.stripe.engine import cards, collecting, coupons, invoicing, items, lines, standing
from tests.fakes.stripe.engine.people import living
from tests.fakes.stripe.errors import StripeRefused, invalid, missing
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.routes import retrieve, route
from tests.fakes.stripe.shapes import Obj

_PLAIN = (
    "auto_advance collection_method default_payment_method description footer statement_descriptor"
).split()


@route("POST", "/v1/invoices", "invoices.create", "InvoiceCreateParams")
def create(account: Account, params: Params) -> Obj:
    """Make a draft by hand."""
    customer = living(account, params.get("customer", ""), param="customer")
    subscription = None
    if ref := params.get("subscription"):
        subscription = account.books.get("subscription", ref, param="subscription")
    currency = params.get("currency") or customer["currency"] or "usd"
    take = params.get("pending_invoice_items_behavior") == "include" or subscription is not None
    if params.get("collection_method") == "send_invoice" and not (
        params.get("days_until_due") or params.get("due_date")
    ):
        raise invalid("You must set due_date or days_until_due.", param="days_until_due")
    invoice = invoicing.draft(
        account,
        customer,
        reason="manual",
        rows=[],
        currency=currency,
        subscription=subscription,
        discounts=_discounts(account, customer, currency, params),
        take_pending=take,
    )
    invoice["auto_advance"] = params.get("auto_advance", False)
    invoice["collection_method"] = params.get("collection_method", "charge_automatically")
    _write(account, invoice, params)
    invoicing.announce(account, invoice)
    return invoice


def _discounts(account: Account, customer: Obj, currency: str, params: Params) -> list[str]:
    return [
        coupons.redeem(account, wish, customer=customer, currency=currency)["id"]
        for wish in settle(params.get("discounts")) or []
    ]


def _write(account: Account, invoice: Obj, params: Params) -> None:
    for name in _PLAIN:
        if name in params:
            invoice[name] = settle(params[name])
    if "days_until_due" in params:
        invoice["_days_until_due"] = params["days_until_due"]
    if "due_date" in params:
        invoice["due_date"] = params["due_date"]
    if "default_tax_rates" in params:
        invoice["default_tax_rates"] = items.rates(account, settle(params["default_tax_rates"]))
    merge_metadata(invoice, params)
    lines.total_up(account, invoice)


@route("POST", "/v1/invoices/create_preview", "invoices.create_preview", "InvoiceCreatePreviewParams")
def preview(account: Account, params: Params) -> Obj:
    """What would be billed; nothing is kept."""
    return create_preview(account, params)


@route("POST", "/v1/invoices/{}", "invoices.update", "InvoiceUpdateParams")
def update(account: Account, params: Params, id: str) -> Obj:
    """Change a draft; of an invoice that left the drafts only a few fields."""
    invoice = account.books.get("invoice", id)
    free = {
        "metadata",
        "description",
        "auto_advance",
        "default_payment_method",
        "expand",
        "footer",
        "rendering",
    }
    if invoice["status"] != "draft" and set(params) - free:
        raise _closed()
    with account.books.changing("invoice.updated", invoice):
        for name in set(params) & {"auto_advance", "default_payment_method", "description", "footer"}:
            invoice[name] = settle(params[name])
        merge_metadata(invoice, params)
        if invoice["status"] == "draft":
            if "discounts" in params:
                customer = account.books.get("customer", invoice["customer"])
                invoice["discounts"] = _discounts(account, customer, invoice["currency"], params)
            _write(account, invoice, params)
    return invoice


def _closed() -> StripeRefused:
    return invalid("Finalized invoices can't be updated in this way.", code="invoice_not_editable")


@route("DELETE", "/v1/invoices/{}", "invoices.delete", "InvoiceDeleteParams")
def delete(account: Account, params: Params, id: str) -> Obj:
    """Delete a draft that was made by hand."""
    invoice = account.books.get("invoice", id)
    if invoice["status"] != "draft" or invoice["billing_reason"] != "manual":
        raise invalid("You can only delete draft invoices that no subscription made.")
    for item in account.books.all("invoiceitem", invoice=id):
        item["invoice"] = None
    account.books.emit("invoice.deleted", invoice)
    return account.books.remove("invoice", id)


@route("POST", "/v1/invoices/{}/finalize", "invoices.finalize", "InvoiceFinalizeInvoiceParams")
def finalize(account: Account, params: Params, id: str) -> Obj:
    """Make a draft final; one that costs nothing is paid."""
    invoice = account.books.get("invoice", id)
    invoicing.finalize(account, invoice)
    if "auto_advance" in params:
        invoice["auto_advance"] = params["auto_advance"]
    if invoice["amount_remaining"] <= 0:
        collecting.settle(account, invoice)
    elif invoice["auto_advance"] and invoice["collection_method"] == "charge_automatically":
        invoice["next_payment_attempt"] = account.books.now_of(invoice) + 3600
    return invoice


@route("POST", "/v1/invoices/{}/pay", "invoices.pay", "InvoicePayParams")
def pay(account: Account, params: Params, id: str) -> Obj:
    """Pay now, with a card or outside of Stripe."""
    invoice = account.books.get("invoice", id)
    if invoice["status"] == "draft":
        invoicing.finalize(account, invoice)
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in {"open", "uncollectible"}:
        raise invalid(f"An invoice that is {invoice['status']} cannot be paid.", code="invoice_not_editable")
    if params.get("paid_out_of_band"):
        collecting.settle(account, invoice, off_stripe=True)
        return invoice
    method = None
    if chosen := params.get("payment_method"):
        method = cards.method_named(account, chosen)
        if method["customer"] is None:
            cards.attach(account, method, account.books.get("customer", invoice["customer"]))
    outcome = collecting.collect(account, invoice, method=method, off_session=params.get("off_session", True))
    if outcome.what == "no_card":
        raise invalid(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set a default.",
            code="missing",
        )
    if outcome.what == "asks":
        raise StripeRefused(
            402,
            "Payment for this invoice requires additional user action before it can be completed "
            "successfully.",
            kind="card_error",
            code="invoice_payment_intent_requires_action",
        )
    if outcome.what == "declined":
        raise cards.declined(outcome.code)
    return invoice


@route("POST", "/v1/invoices/{}/void", "invoices.void", "InvoiceVoidInvoiceParams")
def void(account: Account, params: Params, id: str) -> Obj:
    """Let it count for nothing."""
    invoice = account.books.get("invoice", id)
    invoicing.void(account, invoice)
    subscription = invoicing.subscription_of(account, invoice)
    if subscription and subscription["status"] == "incomplete" and subscription["latest_invoice"] == id:
        standing.end(account, subscription, None, status="incomplete_expired")
    elif subscription:
        standing.paid(account, invoice)
    return invoice


@route(
    "POST",
    "/v1/invoices/{}/mark_uncollectible",
    "invoices.mark_uncollectible",
    "InvoiceMarkUncollectibleParams",
)
def mark_uncollectible(account: Account, params: Params, id: str) -> Obj:
    """Give it up as a bad debt."""
    invoice = account.books.get("invoice", id)
    invoicing.give_up(account, invoice)
    standing.paid(account, invoice)
    return invoice


@route("POST", "/v1/invoices/{}/send", "invoices.send", "InvoiceSendInvoiceParams")
def send(account: Account, params: Params, id: str) -> Obj:
    """Mail it (nothing is mailed here)."""
    invoice = account.books.get("invoice", id)
    if invoice["status"] == "draft":
        invoicing.finalize(account, invoice)
    account.books.emit("invoice.sent", invoice)
    return invoice


@route("GET", "/v1/invoices", "invoices.list", "InvoiceListParams")
def index(account: Account, params: Params) -> Obj:
    """Invoices, newest first."""
    wanted = {name: params[name] for name in ("customer", "status", "collection_method") if name in params}
    rows = account.books.all("invoice", **wanted)
    if "subscription" in params:
        rows = [
            row
            for row in rows
            if ((row["parent"] or {}).get("subscription_details") or {}).get("subscription")
            == params["subscription"]
        ]
    return account.page(rows, params, "/v1/invoices")


@route("GET", "/v1/invoices/{}/lines", "invoices.lines", "InvoiceLineItemListParams")
def list_lines(account: Account, params: Params, id: str) -> Obj:
    """The lines of an invoice, in their order."""
    return account.page(account.books.get("invoice", id)["lines"]["data"], params, f"/v1/invoices/{id}/lines")


# --- Invoice items ------------------------------------------------------------------------------------


@route("POST", "/v1/invoiceitems", "invoice_items.create", "InvoiceItemCreateParams")
def create_item(account: Account, params: Params) -> Obj:
    """Let an amount wait for the next invoice, or add it to a draft."""
    books = account.books
    customer = living(account, params.get("customer", ""), param="customer")
    price, fields = None, _amount(account, customer, params)
    if ref := (params.get("pricing") or {}).get("price"):
        price = books.get("price", ref, param="pricing[price]")
    parent = None
    if ref := params.get("subscription"):
        books.get("subscription", ref, param="subscription")
        parent = {
            "subscription_details": {"subscription": ref, "subscription_item": None},
            "type": "subscription_details",
        }
    item = invoicing.new_item(
        account,
        customer,
        description=settle(params.get("description")),
        discountable=params.get("discountable", True),
        parent=parent,
        tax_rates=items.rates(account, params.get("tax_rates") or []),
        _price=price["id"] if price else None,
        **fields,
    )
    if "period" in params:
        item["period"] = {"start": params["period"]["start"], "end": params["period"]["end"]}
    merge_metadata(item, params)
    if ref := params.get("invoice"):
        invoice = books.get("invoice", ref, param="invoice")
        if invoice["status"] != "draft":
            raise _closed()
        invoicing.add_item(account, invoice, item)
    books.emit("invoiceitem.created", item)
    return item


def _amount(account: Account, customer: Obj, params: Params) -> Obj:
    currency = params.get("currency") or customer["currency"] or "usd"
    number = params.get("quantity") or 1
    if ref := (params.get("pricing") or {}).get("price"):
        price = account.books.get("price", ref, param="pricing[price]")
        if price["type"] != "one_time":
            raise invalid("The price specified must be one_time.", param="pricing[price]")
        currency = params.get("currency") or price["currency"]
        unit = lines.unit_of(price, currency)
        amount = lines.amount_of(price, currency, number)
        return {
            "amount": amount,
            "currency": currency,
            "quantity": number,
            "pricing": invoicing.pricing_of(price, unit),
        }
    amount = params.get("amount")
    if amount is None and (unit := params.get("unit_amount_decimal")) is not None:
        amount = round(float(unit) * number)
    if amount is None:
        raise missing("amount")
    return {"amount": amount, "currency": currency, "quantity": number}


@route("DELETE", "/v1/invoiceitems/{}", "invoice_items.delete", "InvoiceItemDeleteParams")
def delete_item(account: Account, params: Params, id: str) -> Obj:
    """Take back what waits."""
    item = account.books.get("invoiceitem", id)
    invoice = account.books.find("invoice", item["invoice"])
    if invoice and invoice["status"] != "draft":
        raise _closed()
    if invoice:
        invoice["lines"]["data"] = [
            row
            for row in invoice["lines"]["data"]
            if (row["parent"].get("invoice_item_details") or {}).get("invoice_item") != id
        ]
        lines.total_up(account, invoice)
    account.books.emit("invoiceitem.deleted", item)
    return account.books.remove("invoiceitem", id)


@route("GET", "/v1/invoiceitems", "invoice_items.list", "InvoiceItemListParams")
def list_items(account: Account, params: Params) -> Obj:
    """Invoice items, newest first."""
    rows = account.books.all(
        "invoiceitem", **{name: params[name] for name in ("customer", "invoice") if name in params}
    )
    if "pending" in params:
        rows = [row for row in rows if (row["invoice"] is None) == params["pending"]]
    return account.page(rows, params, "/v1/invoiceitems")


@route("GET", "/v1/invoice_payments", "invoice_payments.list", "InvoicePaymentListParams")
def list_payments(account: Account, params: Params) -> Obj:
    """How invoices were paid, also by payment intent."""
    rows = account.books.all(
        "invoice_payment", **{name: params[name] for name in ("invoice", "status") if name in params}
    )
    if intent := (params.get("payment") or {}).get("payment_intent"):
        rows = [row for row in rows if row["payment"].get("payment_intent") == intent]
    return account.page(rows, params, "/v1/invoice_payments")


retrieve("/v1/invoices/{}", "invoice", "invoices.retrieve", "InvoiceRetrieveParams")
retrieve("/v1/invoiceitems/{}", "invoiceitem", "invoice_items.retrieve", "InvoiceItemRetrieveParams")
retrieve(
    "/v1/invoice_payments/{}", "invoice_payment", "invoice_payments.retrieve", "InvoicePaymentRetrieveParams"
)
