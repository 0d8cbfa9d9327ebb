"""Checkout sessions: made by the API, completed by a person on the page.

https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/payments/checkout/how-checkout-works
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.books import token
from tests.fakes.stripe.calls.payments import complete_setup
from tests.fakes.stripe.engine import cards, charging, cycle, invoicing, lines
from tests.fakes.stripe.engine.people import add_tax_id, living
from tests.fakes.stripe.engine.subscribing import open_setup, subscribe
from tests.fakes.stripe.errors import invalid, missing
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.paging import INCLUDES
from tests.fakes.stripe.routes import retrieve, route
from tests.fakes.stripe.shapes import Obj, complete, list_of

_KEPT = (
    "allow_promotion_codes billing_address_collection cancel_url client_reference_id locale submit_type"
).split()


@route("POST", "/v1/checkout/sessions", "checkout.sessions.create", "checkout.SessionCreateParams")
def create(account: Account, params: Params) -> Obj:
    """Open a page for one purchase, good for a day."""
    books = account.books
    mode, ui = params.get("mode") or "payment", params.get("ui_mode") or "hosted_page"
    if ui == "hosted_page" and not params.get("success_url"):
        raise missing("success_url")
    if mode != "setup" and not params.get("line_items"):
        raise missing("line_items")
    customer = living(account, params["customer"], param="customer") if params.get("customer") else None
    if customer and params.get("customer_email"):
        raise invalid("You may only specify one of these parameters: customer, customer_email.")
    now = books.now_of(customer)
    expires = params.get("expires_at", now + DAY)
    if not now + 1800 <= expires <= now + DAY:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", param="expires_at"
        )
    ref = f"cs_test_{token(58)}"
    tax = (params.get("automatic_tax") or {}).get("enabled", False)
    session = books.add(
        "checkout.session",
        "cs",
        id=ref,
        created=now,
        automatic_tax={
            "enabled": tax,
            "liability": None,
            "provider": None,
            "status": "complete" if tax else None,
        },
        custom_fields=[],
        custom_text=dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        customer=customer["id"] if customer else None,
        customer_creation=None if customer else "always",
        customer_email=params.get("customer_email"),
        expires_at=expires,
        metadata={},
        mode=mode,
        payment_method_collection=params.get("payment_method_collection") or "always",
        payment_method_types=["card"],
        payment_status="no_payment_required" if mode == "setup" else "unpaid",
        phone_number_collection={"enabled": False},
        shipping_options=[],
        status="open",
        success_url=params.get("success_url"),
        tax_id_collection={
            "enabled": (params.get("tax_id_collection") or {}).get("enabled", False),
            "required": "never",
        },
        ui_mode=ui,
        url=account.link(f"c/pay/{ref}"),
        _params=dict(params),
        **{name: params.get(name) for name in _KEPT},
    )
    merge_metadata(session, params)
    measure(account, session, settle(params.get("discounts")) or [])
    return session


def measure(account: Account, session: Obj, discounts: list[Params]) -> Obj | None:
    """Compute what the page asks for with these discounts. Raises StripeRefused, then nothing has changed."""
    if session["mode"] == "setup":
        return None
    with account.books.undoing(always=True, customer=session["customer"]):
        invoice = _try(account, account.books.get("checkout.session", session["id"]), discounts)
    cut = sum(row["amount"] for row in invoice["total_discount_amounts"])
    tax = sum(row["amount"] for row in invoice["total_taxes"])
    exclusive = invoice["total"] - invoice["subtotal"] + cut
    session.update(
        amount_subtotal=invoice["subtotal"],
        amount_total=invoice["total"],
        currency=invoice["currency"],
        discounts=[
            {"coupon": wish.get("coupon"), "promotion_code": wish.get("promotion_code")} for wish in discounts
        ],
        total_details={"amount_discount": cut, "amount_shipping": 0, "amount_tax": tax},
        _discounts=discounts,
        _exclusive=exclusive,
        _lines=invoice["lines"]["data"],
    )
    return invoice


def _try(account: Account, session: Obj, discounts: list[Params]) -> Obj:
    customer = _buyer(account, session, "test@example.com")
    if session["mode"] == "payment":
        return cycle.preview(_invoice(account, session, customer, discounts))
    begun = subscribe(
        account, customer, {**_wish(account, session, discounts), "payment_behavior": "default_incomplete"}
    )
    return cycle.preview(account.books.get("invoice", begun["latest_invoice"]))


def _buyer(account: Account, session: Obj, email: str) -> Obj:
    if session["customer"]:
        return account.books.get("customer", session["customer"])
    return account.books.add(
        "customer",
        "cus",
        id=f"cus_{token(14)}",
        balance=0,
        delinquent=False,
        email=session["customer_email"] or email,
        invoice_prefix=token(8).upper(),
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        metadata={},
        next_invoice_sequence=1,
        preferred_locales=[],
        tax_exempt="none",
    )


def _wish(account: Account, session: Obj, discounts: list[Params]) -> Params:
    """The parameters of the subscription that a session begins."""
    params = session["_params"]
    wish: Params = {
        name: value
        for name, value in (params.get("subscription_data") or {}).items()
        if name != "billing_mode"
    }
    if "currency" in params:
        wish["currency"] = params["currency"]
    rows, extras = [], []
    for at, row in enumerate(params["line_items"]):
        price = _price(account, row, at)
        item = {name: row[name] for name in ("quantity", "tax_rates", "metadata") if name in row}
        (rows if price["type"] == "recurring" else extras).append({**item, "price": price["id"]})
    return {**wish, "items": rows, "add_invoice_items": extras, "discounts": discounts}


def _price(account: Account, row: Params, at: int) -> Obj:
    if "price" in row:
        return account.books.get("price", row["price"], param=f"line_items[{at}][price]")
    raise missing(f"line_items[{at}][price]")


def _invoice(account: Account, session: Obj, customer: Obj, discounts: list[Params]) -> Obj:
    rows, currency = [], None
    for at, row in enumerate(session["_params"]["line_items"]):
        price = _price(account, row, at)
        currency = session["_params"].get("currency") or price["currency"]
        number = row.get("quantity") or 1
        item = invoicing.new_item(account, customer, amount=0, currency=currency, invoice="none")
        rows.append(
            lines.line(
                amount=lines.amount_of(price, currency, number),
                currency=currency,
                description=account.books.get("product", price["product"])["name"],
                period=(item["date"], item["date"]),
                parent=lines.of_invoice_item(item),
                price=price,
                quantity=number,
                rates=row.get("tax_rates"),
            )
        )
    assert currency
    return invoicing.draft(
        account, customer, reason="manual", rows=rows, currency=currency, take_pending=False
    )


def finish(
    account: Account,
    session: Obj,
    method: Obj | None,
    *,
    email: str = "",
    tax_id: tuple[str, str] | None = None,
) -> Obj:
    """The person has paid. Raises StripeRefused when the bank says no; then the page stays open."""
    books = account.books
    with books.undoing(customer=session["customer"]):
        session = books.get("checkout.session", session["id"])
        customer = _buyer(account, session, email)
        if not session["customer"]:
            books.emit("customer.created", customer)
            session["customer"] = customer["id"]
        if tax_id:
            add_tax_id(account, customer, *tax_id)
        if method:
            method = cards.attach(account, books.get("payment_method", method["id"]), customer)
            method["_set_up"] = True
        {"subscription": _subscribe, "setup": _save, "payment": _pay}[session["mode"]](
            account, session, customer, method
        )
        session.update(status="complete", url=None, customer_details=_details(account, customer))
        books.emit("checkout.session.completed", session)
    return session


def _subscribe(account: Account, session: Obj, customer: Obj, method: Obj | None) -> None:
    wish = _wish(account, session, session["_discounts"])
    if method:
        wish["default_payment_method"] = method["id"]
    begun = subscribe(account, customer, {**wish, "payment_behavior": "error_if_incomplete"}, confirmed=True)
    invoice = account.books.get("invoice", begun["latest_invoice"])
    session.update(
        subscription=begun["id"],
        invoice=invoice["id"],
        payment_status="paid" if invoice["amount_due"] else "no_payment_required",
    )


def _save(account: Account, session: Obj, customer: Obj, method: Obj | None) -> None:
    if method is None:
        raise missing("payment_method")
    fields = (session["_params"].get("setup_intent_data") or {}).get("metadata") or {}
    intent = open_setup(account, customer)
    intent.update(payment_method=method["id"], metadata=dict(fields))
    session["setup_intent"] = complete_setup(account, intent)["id"]


def _pay(account: Account, session: Obj, customer: Obj, method: Obj | None) -> None:
    invoice = _invoice(account, session, customer, session["_discounts"])
    account.books.remove("invoice", invoice["id"])
    data = session["_params"].get("payment_intent_data") or {}
    intent = charging.open_intent(
        account,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer["id"],
        description=data.get("description"),
    )
    merge_metadata(intent, data)
    outcome = charging.confirm(account, intent, method, off_session=False, confirmed=True)
    if outcome.what != charging.PAID:
        raise cards.declined(outcome.code or "generic_decline")
    session.update(payment_intent=intent["id"], payment_status="paid")


def _details(account: Account, customer: Obj) -> Obj:
    rows = account.books.all("tax_id", customer=customer["id"])
    return {
        "address": customer["address"],
        "business_name": None,
        "email": customer["email"],
        "individual_name": None,
        "name": customer["name"],
        "phone": customer["phone"],
        "tax_exempt": customer["tax_exempt"],
        "tax_ids": [{"type": row["type"], "value": row["value"]} for row in rows],
    }


def needs_card(session: Obj) -> bool:
    """Whether the page asks for a card."""
    return session["payment_method_collection"] == "always" or bool(session["amount_total"])


@route("POST", "/v1/checkout/sessions/{}/expire", "checkout.sessions.expire", "checkout.SessionExpireParams")
def expire(account: Account, params: Params, id: str) -> Obj:
    """Close the page."""
    session = account.books.get("checkout.session", id)
    if session["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session '
            "has a status "
            f"of {session['status']}."
        )
    cycle.expire_session(account, session)
    return session


@route("POST", "/v1/checkout/sessions/{}", "checkout.sessions.update", "checkout.SessionUpdateParams")
def update(account: Account, params: Params, id: str) -> Obj:
    """Change its metadata."""
    session = account.books.get("checkout.session", id)
    merge_metadata(session, params)
    return session


@route("GET", "/v1/checkout/sessions", "checkout.sessions.list", "checkout.SessionListParams")
def index(account: Account, params: Params) -> Obj:
    """Sessions, newest first."""
    fields = ("customer", "subscription", "status", "payment_intent")
    rows = account.books.all("checkout.session", **{name: params[name] for name in fields if name in params})
    if email := (params.get("customer_details") or {}).get("email"):
        rows = [row for row in rows if (row["customer_details"] or {}).get("email") == email]
    return account.page(rows, params, "/v1/checkout/sessions")


def _line_items(books: object, session: Obj) -> Obj:
    rows = []
    for row in session.get("_lines") or []:
        cut = sum(one["amount"] for one in row["discount_amounts"])
        tax = sum(one["amount"] for one in row["taxes"])
        exclusive = sum(one["amount"] for one in row["taxes"] if one["tax_behavior"] == "exclusive")
        price = books.get("price", row["pricing"]["price_details"]["price"])  # type: ignore[attr-defined]
        item = {
            "id": row["id"].replace("il_", "li_"),
            "object": "item",
            "amount_discount": cut,
            "amount_subtotal": row["amount"],
            "amount_tax": tax,
            "amount_total": row["amount"] - cut + exclusive,
            "currency": row["currency"],
            "description": row["description"],
            "price": price,
            "quantity": row["quantity"],
        }
        rows.append(complete(item))
    return list_of(rows, f"/v1/checkout/sessions/{session['id']}/line_items")


@route(
    "GET",
    "/v1/checkout/sessions/{}/line_items",
    "checkout.sessions.line_items",
    "checkout.SessionLineItemListParams",
)
def line_items(account: Account, params: Params, id: str) -> Obj:
    """What is bought."""
    listed = _line_items(account.books, account.books.get("checkout.session", id))
    return account.page(listed["data"], params, listed["url"])


INCLUDES["checkout.session", "line_items"] = _line_items
retrieve(
    "/v1/checkout/sessions/{}",
    "checkout.session",
    "checkout.sessions.retrieve",
    "checkout.SessionRetrieveParams",
)
