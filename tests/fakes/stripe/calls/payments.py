"""Payment methods, payment intents, setup intents and charges.

https://docs.stripe.com/api/payment_methods, /api/payment_intents, /api/setup_intents, /api/charges
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.engine import cards, charging, collecting
from tests.fakes.stripe.engine.people import living
from tests.fakes.stripe.engine.subscribing import open_setup
from tests.fakes.stripe.errors import invalid, no_such
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.routes import listing, retrieve, route
from tests.fakes.stripe.shapes import Obj, public


@route("POST", "/v1/payment_methods", "payment_methods.create", "PaymentMethodCreateParams")
def create(account: Account, params: Params) -> Obj:
    """Make a card from its number or the name of a test card."""
    if params.get("type") != "card":
        raise invalid("This fake knows cards only.", param="type")
    card = params.get("card") or {}
    if token := card.get("token"):
        number = cards.TOKENS.get("pm_card_" + token.removeprefix("tok_"))
        if number is None:
            raise no_such("token", token, param="card[token]", status=400)
        return cards.make_card(account, number, details=params.get("billing_details"))
    method = cards.make_card(
        account,
        card.get("number", ""),
        month=int(card.get("exp_month", 12)),
        year=int(card.get("exp_year", 2034)),
        details=params.get("billing_details"),
    )
    merge_metadata(method, params)
    return method


@route("GET", "/v1/payment_methods/{}", "payment_methods.retrieve", "PaymentMethodRetrieveParams")
def show(account: Account, params: Params, id: str) -> Obj:
    """One payment method."""
    return cards.method_named(account, id, param="id")


@route("POST", "/v1/payment_methods/{}", "payment_methods.update", "PaymentMethodUpdateParams")
def update(account: Account, params: Params, id: str) -> Obj:
    """Change its billing details, expiry or metadata."""
    method = account.books.get("payment_method", id)
    with account.books.changing("payment_method.updated", method):
        for name, value in (params.get("billing_details") or {}).items():
            method["billing_details"][name] = settle(value)
        for name in ("exp_month", "exp_year"):
            if name in (params.get("card") or {}):
                method["card"][name] = params["card"][name]
        merge_metadata(method, params)
    return method


@route("POST", "/v1/payment_methods/{}/attach", "payment_methods.attach", "PaymentMethodAttachParams")
def attach(account: Account, params: Params, id: str) -> Obj:
    """Save a card for a customer."""
    customer = living(account, params.get("customer", ""), param="customer")
    return cards.attach(account, cards.method_named(account, id, param="id"), customer)


@route("POST", "/v1/payment_methods/{}/detach", "payment_methods.detach", "PaymentMethodDetachParams")
def detach(account: Account, params: Params, id: str) -> Obj:
    """Forget a card."""
    method = account.books.get("payment_method", id)
    if not method["customer"]:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    customer = account.books.get("customer", method["customer"])
    if customer["invoice_settings"]["default_payment_method"] == id:
        with account.books.changing("customer.updated", customer):
            customer["invoice_settings"]["default_payment_method"] = None
    for subscription in account.books.all("subscription", default_payment_method=id):
        subscription["default_payment_method"] = None
    method["customer"] = None
    account.books.emit("payment_method.detached", method)
    return method


@route("GET", "/v1/payment_methods", "payment_methods.list", "PaymentMethodListParams")
def index(account: Account, params: Params) -> Obj:
    """Cards of a customer."""
    rows = account.books.all("payment_method", customer=params.get("customer"))
    return account.page(rows if params.get("customer") else [], params, "/v1/payment_methods")


@route(
    "GET",
    "/v1/customers/{}/payment_methods",
    "customers.payment_methods.list",
    "CustomerPaymentMethodListParams",
)
def of_customer(account: Account, params: Params, id: str) -> Obj:
    """Cards of a customer."""
    rows = account.books.all("payment_method", customer=living(account, id)["id"])
    return account.page(rows, params, f"/v1/customers/{id}/payment_methods")


# --- Payment intents ----------------------------------------------------------------------------------


@route("POST", "/v1/payment_intents", "payment_intents.create", "PaymentIntentCreateParams")
def create_intent(account: Account, params: Params) -> Obj:
    """Ask for one payment."""
    if params["amount"] < 1:
        raise invalid("This value must be greater than or equal to 1.", param="amount")
    customer = params.get("customer")
    if customer:
        living(account, customer, param="customer")
    intent = charging.open_intent(
        account,
        amount=params["amount"],
        currency=params["currency"],
        customer=customer,
        description=settle(params.get("description")),
        setup_future_usage=settle(params.get("setup_future_usage")),
    )
    merge_metadata(intent, params)
    if params.get("payment_method"):
        intent.update(payment_method=params["payment_method"], status="requires_confirmation")
    if params.get("confirm"):
        confirm_intent(account, params, intent["id"])
    return intent


@route("POST", "/v1/payment_intents/{}/confirm", "payment_intents.confirm", "PaymentIntentConfirmParams")
def confirm_intent(account: Account, params: Params, id: str) -> Obj:
    """Try to take the money."""
    intent = account.books.get("payment_intent", id)
    if intent["status"] in {"succeeded", "canceled"}:
        raise invalid(
            "This PaymentIntent's payment could not be confirmed because it has a status of "
            f"{intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    chosen = params.get("payment_method") or intent["payment_method"]
    if not chosen:
        raise invalid("You cannot confirm this PaymentIntent because it's missing a payment method.")
    method = cards.method_named(account, chosen)
    session = not params.get("off_session", False)
    if invoice := account.books.find("invoice", intent.get("_invoice")):
        outcome = collecting.collect(account, invoice, method=method, off_session=not session)
    else:
        outcome = charging.confirm(account, intent, method, off_session=not session)
    if outcome.what == charging.DECLINED:
        raise cards.declined(outcome.code, payment_intent=public(intent))
    return intent


@route("POST", "/v1/payment_intents/{}/cancel", "payment_intents.cancel", "PaymentIntentCancelParams")
def cancel_intent(account: Account, params: Params, id: str) -> Obj:
    """Ask no more."""
    intent = account.books.get("payment_intent", id)
    if intent["status"] in {"succeeded", "canceled"} or intent.get("_invoice"):
        raise invalid("This PaymentIntent cannot be canceled.", code="payment_intent_unexpected_state")
    intent.update(
        status="canceled",
        canceled_at=account.books.now_of(intent),
        cancellation_reason=params.get("cancellation_reason"),
    )
    account.books.emit("payment_intent.canceled", intent)
    return intent


# --- Setup intents ------------------------------------------------------------------------------------


@route("POST", "/v1/setup_intents", "setup_intents.create", "SetupIntentCreateParams")
def create_setup(account: Account, params: Params) -> Obj:
    """Ask for a card to be saved."""
    customer = living(account, params["customer"], param="customer") if params.get("customer") else None
    intent = open_setup(account, customer, description=settle(params.get("description")))
    intent["usage"] = params.get("usage") or "off_session"
    merge_metadata(intent, params)
    if params.get("payment_method"):
        intent.update(payment_method=params["payment_method"], status="requires_confirmation")
    if params.get("confirm"):
        confirm_setup(account, params, intent["id"])
    return intent


@route("POST", "/v1/setup_intents/{}/confirm", "setup_intents.confirm", "SetupIntentConfirmParams")
def confirm_setup(account: Account, params: Params, id: str) -> Obj:
    """Save the card, unless its bank wants to ask the cardholder."""
    intent = account.books.get("setup_intent", id)
    if intent["status"] in {"succeeded", "canceled"}:
        raise invalid(
            f"This SetupIntent has a status of {intent['status']}.", code="setup_intent_unexpected_state"
        )
    method = cards.method_named(account, params.get("payment_method") or intent["payment_method"] or "")
    intent["payment_method"] = method["id"]
    if cards.bank_of(account, method).asks != "never":
        intent["status"] = "requires_action"
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {
                "return_url": params.get("return_url"),
                "url": account.link(f"3ds/{intent['id']}"),
            },
        }
        account.books.emit("setup_intent.requires_action", intent)
        return intent
    return complete_setup(account, intent)


def complete_setup(account: Account, intent: Obj) -> Obj:
    """The card is saved. Raises StripeRefused when its bank says no."""
    method = account.books.get("payment_method", intent["payment_method"])
    if intent["customer"]:
        cards.attach(account, method, account.books.get("customer", intent["customer"]))
    method["_set_up"] = True
    intent.update(status="succeeded", next_action=None)
    account.books.emit("setup_intent.succeeded", intent)
    return intent


for _path, _kind, _name, _types in (
    ("payment_intents", "payment_intent", "payment_intents", "PaymentIntent"),
    ("setup_intents", "setup_intent", "setup_intents", "SetupIntent"),
    ("charges", "charge", "charges", "Charge"),
):
    retrieve(f"/v1/{_path}/{{}}", _kind, f"{_name}.retrieve", f"{_types}RetrieveParams")
listing(
    "/v1/payment_intents", "payment_intent", "payment_intents.list", "PaymentIntentListParams", "customer"
)
listing("/v1/setup_intents", "setup_intent", "setup_intents.list", "SetupIntentListParams", "customer")
listing("/v1/charges", "charge", "charges.list", "ChargeListParams", "customer", "payment_intent")
