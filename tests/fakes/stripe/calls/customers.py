"""Customers, their tax ids and their balance.

https://docs.stripe.com/api/customers, /api/customer_tax_ids, /api/customer_balance_transactions
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import cards, changes
from tests.fakes.stripe.engine.people import add_tax_id, living, move_balance
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.paging import INCLUDES
from tests.fakes.stripe.routes import listing, route
from tests.fakes.stripe.shapes import Obj, list_of

_PLAIN = "address description email name phone preferred_locales shipping tax_exempt".split()
_ADDRESS = "city country line1 line2 postal_code state".split()


@route("POST", "/v1/customers", "customers.create", "CustomerCreateParams")
def create(account: Account, params: Params) -> Obj:
    """Make a customer."""
    books = account.books
    if clock := params.get("test_clock"):
        books.get("test_helpers.test_clock", clock, param="test_clock")
    customer = books.add(
        "customer",
        "cus",
        id=f"cus_{token(14)}",
        test_clock=params.get("test_clock"),
        balance=params.get("balance") or 0,
        delinquent=False,
        invoice_prefix=token(8).upper(),
        next_invoice_sequence=1,
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        metadata={},
        preferred_locales=[],
        tax_exempt="none",
    )
    _write(account, customer, params)
    books.emit("customer.created", customer)
    if method := params.get("payment_method"):
        cards.attach(account, books.get("payment_method", method, param="payment_method"), customer)
    for wish in params.get("tax_id_data") or []:
        add_tax_id(account, customer, wish["type"], wish["value"])
    return customer


def _write(account: Account, customer: Obj, params: Params) -> None:
    for name in _PLAIN:
        if name in params:
            customer[name] = settle(params[name])
    if customer["email"] and "@" not in customer["email"]:
        raise invalid(f"Invalid email address: {customer['email']}", param="email", code="email_invalid")
    if isinstance(customer["address"], dict):
        customer["address"] = {name: customer["address"].get(name) or None for name in _ADDRESS}
    merge_metadata(customer, params)
    wish = params.get("invoice_settings") or {}
    for name in ("default_payment_method", "footer", "custom_fields"):
        if name in wish:
            customer["invoice_settings"][name] = settle(wish[name])
    if wish.get("default_payment_method"):
        method = account.books.get(
            "payment_method", wish["default_payment_method"], param="invoice_settings[default_payment_method]"
        )
        if method["customer"] != customer["id"]:
            raise invalid(
                "The customer does not have a payment method with the ID "
                f"{method['id']}. The payment method must be attached to the customer.",
                param="invoice_settings[default_payment_method]",
                code="resource_missing",
            )


@route("GET", "/v1/customers/{}", "customers.retrieve", "CustomerRetrieveParams")
def show(account: Account, params: Params, id: str) -> Obj:
    """One customer; a deleted one is only a stub."""
    customer = account.books.get("customer", id)
    if customer.get("_deleted"):
        return {"id": id, "object": "customer", "deleted": True}
    return customer


@route("POST", "/v1/customers/{}", "customers.update", "CustomerUpdateParams")
def update(account: Account, params: Params, id: str) -> Obj:
    """Change a customer."""
    customer = living(account, id)
    with account.books.changing("customer.updated", customer):
        _write(account, customer, params)
        if "balance" in params:
            move_balance(account, customer, params["balance"] - customer["balance"], "adjustment")
    return customer


@route("DELETE", "/v1/customers/{}", "customers.delete", "CustomerDeleteParams")
def delete(account: Account, params: Params, id: str) -> Obj:
    """Delete a customer; its subscriptions end at once."""
    customer = living(account, id)
    for subscription in account.books.all("subscription", customer=id):
        if subscription["status"] not in {"canceled", "incomplete_expired"}:
            changes.end_now(account, subscription)
    customer["_deleted"] = True
    account.books.emit("customer.deleted", customer)
    return {"id": id, "object": "customer", "deleted": True}


@route("GET", "/v1/customers", "customers.list", "CustomerListParams")
def index(account: Account, params: Params) -> Obj:
    """Customers, newest first; those of a test clock only when it is named."""
    rows = [
        row
        for row in account.books.all("customer", test_clock=params.get("test_clock"))
        if not row.get("_deleted") and ("email" not in params or row["email"] == params["email"])
    ]
    return account.page(rows, params, "/v1/customers")


# --- Tax ids ------------------------------------------------------------------------------------------


@route("POST", "/v1/customers/{}/tax_ids", "customers.tax_ids.create", "CustomerTaxIdCreateParams")
def create_tax_id(account: Account, params: Params, id: str) -> Obj:
    """Give a customer a tax id."""
    return add_tax_id(account, living(account, id), params["type"], params["value"])


@route("GET", "/v1/customers/{}/tax_ids", "customers.tax_ids.list", "CustomerTaxIdListParams")
def list_tax_ids(account: Account, params: Params, id: str) -> Obj:
    """A customer's tax ids."""
    rows = account.books.all("tax_id", customer=living(account, id)["id"])
    return account.page(rows, params, f"/v1/customers/{id}/tax_ids")


@route("GET", "/v1/customers/{}/tax_ids/{}", "customers.tax_ids.retrieve", "CustomerTaxIdRetrieveParams")
def show_tax_id(account: Account, params: Params, id: str, tax_id: str) -> Obj:
    """One tax id."""
    return account.books.get("tax_id", tax_id)


@route("DELETE", "/v1/customers/{}/tax_ids/{}", "customers.tax_ids.delete", "CustomerTaxIdDeleteParams")
def delete_tax_id(account: Account, params: Params, id: str, tax_id: str) -> Obj:
    """Take a tax id away."""
    account.books.emit("customer.tax_id.deleted", account.books.get("tax_id", tax_id))
    return account.books.remove("tax_id", tax_id)


# --- Balance ------------------------------------------------------------------------------------------


@route(
    "POST",
    "/v1/customers/{}/balance_transactions",
    "customers.balance_transactions.create",
    "CustomerBalanceTransactionCreateParams",
)
def create_balance_transaction(account: Account, params: Params, id: str) -> Obj:
    """Credit (negative) or debit a customer."""
    customer = living(account, id)
    if customer["currency"] not in {None, params["currency"]}:
        raise invalid("The currency must match the customer's currency.", param="currency")
    if params["amount"] == 0:
        raise invalid("amount must not be zero", param="amount")
    with account.books.changing("customer.updated", customer):
        customer["currency"] = params["currency"]
        moved = move_balance(
            account,
            customer,
            params["amount"],
            "adjustment",
            currency=params["currency"],
            description=settle(params.get("description")),
        )
    assert moved is not None
    merge_metadata(moved, params)
    return moved


@route(
    "GET",
    "/v1/customers/{}/balance_transactions",
    "customers.balance_transactions.list",
    "CustomerBalanceTransactionListParams",
)
def list_balance_transactions(account: Account, params: Params, id: str) -> Obj:
    """What moved a customer's balance."""
    rows = account.books.all("customer_balance_transaction", customer=living(account, id)["id"])
    return account.page(rows, params, f"/v1/customers/{id}/balance_transactions")


INCLUDES["customer", "tax_ids"] = lambda books, customer: list_of(
    books.all("tax_id", customer=customer["id"]), f"/v1/customers/{customer['id']}/tax_ids"
)
INCLUDES["customer", "sources"] = lambda books, customer: list_of(
    [], f"/v1/customers/{customer['id']}/sources"
)
INCLUDES["customer", "subscriptions"] = lambda books, customer: list_of(
    [
        row
        for row in books.all("subscription", customer=customer["id"])
        if row["status"] not in {"canceled", "incomplete_expired"}
    ],
    f"/v1/customers/{customer['id']}/subscriptions",
)
listing("/v1/tax_ids", "tax_id", "tax_ids.list", "TaxIdListParams")
