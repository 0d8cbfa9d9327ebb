"""Products, prices and tax rates.

https://docs.stripe.com/api/products, /api/prices, /api/tax_rates
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.errors import invalid, missing
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import CURRENCIES
from tests.fakes.stripe.paging import INCLUDES
from tests.fakes.stripe.routes import listing, retrieve, route
from tests.fakes.stripe.shapes import Obj

_PRODUCT = (
    "active description images marketing_features name statement_descriptor tax_code unit_label url".split()
)


@route("POST", "/v1/products", "products.create", "ProductCreateParams")
def create_product(account: Account, params: Params) -> Obj:
    """Make a product, with a price of its own if wished."""
    ref = params.get("id") or ""
    if ref and account.books.find("product", ref):
        raise invalid(f"Product already exists: {ref}", param="id", code="resource_already_exists")
    product = account.books.add(
        "product", "prod", id=ref, active=True, images=[], marketing_features=[], metadata={}, updated=0
    )
    product.update(updated=product["created"], type="service")
    _write_product(product, params)
    account.books.emit("product.created", product)
    if wish := params.get("default_price_data"):
        product["default_price"] = make_price(account, {**wish, "product": product["id"]})["id"]
    return product


def _write_product(product: Obj, params: Params) -> None:
    for name in _PRODUCT:
        if name in params:
            product[name] = settle(params[name])
    merge_metadata(product, params)


@route("POST", "/v1/products/{}", "products.update", "ProductUpdateParams")
def update_product(account: Account, params: Params, id: str) -> Obj:
    """Change a product."""
    product = account.books.get("product", id)
    with account.books.changing("product.updated", product):
        _write_product(product, params)
        if "default_price" in params:
            product["default_price"] = settle(params["default_price"])
        product["updated"] = account.books.now()
    return product


@route("DELETE", "/v1/products/{}", "products.delete", "ProductDeleteParams")
def delete_product(account: Account, params: Params, id: str) -> Obj:
    """Only a product without prices can be deleted."""
    product = account.books.get("product", id)
    if account.books.all("price", product=id):
        raise invalid("This product cannot be deleted because it has one or more user-created prices.")
    account.books.emit("product.deleted", product)
    return account.books.remove("product", id)


@route("GET", "/v1/products", "products.list", "ProductListParams")
def list_products(account: Account, params: Params) -> Obj:
    """Products, newest first."""
    rows = account.books.all(
        "product", **{name: params[name] for name in ("active", "url") if name in params}
    )
    if ids := params.get("ids"):
        rows = [row for row in rows if row["id"] in ids]
    return account.page(rows, params, "/v1/products")


# --- Prices -------------------------------------------------------------------------------------------


def make_price(account: Account, params: Params) -> Obj:
    """Make a price from the parameters of a call or of inline `price_data`."""
    books = account.books
    if wish := params.get("product_data"):
        name = {name: value for name, value in wish.items() if name in _PRODUCT or name == "metadata"}
        product = create_product(account, name)
    elif "product" in params:
        product = books.get("product", params["product"], param="product")
    else:
        raise missing("product")
    currency = params["currency"].lower()
    if currency not in CURRENCIES:
        raise invalid(
            f"Invalid currency: {currency}. This fake knows {', '.join(CURRENCIES)}.", param="currency"
        )
    recurring = _recurring(account, params.get("recurring"))
    price = books.add(
        "price",
        "price",
        active=params.get("active", True),
        billing_scheme=params.get("billing_scheme") or "per_unit",
        currency=currency,
        metadata={},
        nickname=settle(params.get("nickname")),
        product=product["id"],
        recurring=recurring,
        tax_behavior=params.get("tax_behavior") or "unspecified",
        type="recurring" if recurring else "one_time",
        **_amounts(params),
    )
    if price["billing_scheme"] == "tiered" or params.get("tiers"):
        raise invalid("This fake has no tiered prices.", param="tiers")
    price["_options"] = {
        code.lower(): {"custom_unit_amount": None, "tax_behavior": wish.get("tax_behavior"), **_amounts(wish)}
        for code, wish in (params.get("currency_options") or {}).items()
    }
    _claim_lookup_key(account, price, params)
    merge_metadata(price, params)
    books.emit("price.created", price)
    return price


def _amounts(params: Params) -> Obj:
    if params.get("unit_amount") is None and params.get("unit_amount_decimal") is None:
        raise missing("unit_amount")
    exact = Decimal(str(params.get("unit_amount_decimal") or params.get("unit_amount")))
    if exact < 0:
        raise invalid("Invalid non-negative integer", param="unit_amount", code="parameter_invalid_integer")
    text = format(exact.normalize(), "f")
    return {"unit_amount": int(exact) if exact == int(exact) else None, "unit_amount_decimal": text}


def _recurring(account: Account, wish: Params | None) -> Obj | None:
    if not wish:
        return None
    usage, meter = wish.get("usage_type") or "licensed", wish.get("meter")
    if usage == "metered" and not meter:
        raise invalid("Metered prices must be backed by a meter.", param="recurring[meter]")
    if meter:
        account.books.get("billing.meter", meter, param="recurring[meter]")
    count = wish.get("interval_count") or 1
    if not 1 <= count <= {"year": 3, "month": 36, "week": 156, "day": 1095}[wish["interval"]]:
        raise invalid("The maximum interval is three years.", param="recurring[interval_count]")
    return {
        "interval": wish["interval"],
        "interval_count": count,
        "meter": meter,
        "trial_period_days": None,
        "usage_type": usage,
    }


def _claim_lookup_key(account: Account, price: Obj, params: Params) -> None:
    if "lookup_key" not in params:
        return
    key = settle(params["lookup_key"])
    for other in account.books.all("price", lookup_key=key) if key else []:
        if other is price or not other["active"]:
            continue
        if not params.get("transfer_lookup_key"):
            raise invalid(
                f"A price (`{other['id']}`) already uses that lookup key.",
                param="lookup_key",
                code="resource_already_exists",
            )
        with account.books.changing("price.updated", other):
            other["lookup_key"] = None
    price["lookup_key"] = key


@route("POST", "/v1/prices", "prices.create", "PriceCreateParams")
def create_price(account: Account, params: Params) -> Obj:
    """Make a price."""
    with account.books.undoing():
        return make_price(account, params)


@route("POST", "/v1/prices/{}", "prices.update", "PriceUpdateParams")
def update_price(account: Account, params: Params, id: str) -> Obj:
    """What can be changed of a price: not its amount."""
    price = account.books.get("price", id)
    with account.books.changing("price.updated", price):
        for name in ("active", "nickname", "tax_behavior"):
            if name in params:
                price[name] = settle(params[name])
        for code, wish in (params.get("currency_options") or {}).items():
            price["_options"][code.lower()] = {
                "custom_unit_amount": None,
                "tax_behavior": None,
                **_amounts(wish),
            }
        _claim_lookup_key(account, price, params)
        merge_metadata(price, params)
    return price


@route("GET", "/v1/prices", "prices.list", "PriceListParams")
def list_prices(account: Account, params: Params) -> Obj:
    """Prices, newest first, by lookup keys, product, currency, type."""
    wanted: dict[str, Any] = {
        name: params[name] for name in ("active", "currency", "product", "type") if name in params
    }
    rows = account.books.all("price", **wanted)
    if keys := params.get("lookup_keys"):
        rows = [row for row in rows if row["lookup_key"] in keys]
    for name, value in (params.get("recurring") or {}).items():
        rows = [row for row in rows if (row["recurring"] or {}).get(name) == value]
    return account.page(rows, params, "/v1/prices")


def _currency_options(books: object, price: Obj) -> Obj:
    own = {
        name: price[name]
        for name in ("custom_unit_amount", "tax_behavior", "unit_amount", "unit_amount_decimal")
    }
    return {price["currency"]: own, **price["_options"]}


INCLUDES["price", "currency_options"] = _currency_options
INCLUDES["price", "tiers"] = lambda books, price: None


# --- Tax rates ----------------------------------------------------------------------------------------


@route("POST", "/v1/tax_rates", "tax_rates.create", "TaxRateCreateParams")
def create_tax_rate(account: Account, params: Params) -> Obj:
    """Make a tax rate, such as PPN 11 %."""
    if not 0 <= params["percentage"] <= 100:
        raise invalid("percentage must be between 0 and 100", param="percentage")
    names = "country description jurisdiction state tax_type".split()
    rate = account.books.add(
        "tax_rate",
        "txr",
        active=params.get("active", True),
        display_name=params["display_name"],
        inclusive=params["inclusive"],
        percentage=params["percentage"],
        rate_type="percentage",
        metadata={},
        **{name: settle(params.get(name)) for name in names},
    )
    merge_metadata(rate, params)
    account.books.emit("tax_rate.created", rate)
    return rate


@route("POST", "/v1/tax_rates/{}", "tax_rates.update", "TaxRateUpdateParams")
def update_tax_rate(account: Account, params: Params, id: str) -> Obj:
    """Archive or rename a tax rate; its percentage never changes."""
    rate = account.books.get("tax_rate", id)
    with account.books.changing("tax_rate.updated", rate):
        for name in "active country description display_name jurisdiction state tax_type".split():
            if name in params:
                rate[name] = settle(params[name])
        merge_metadata(rate, params)
    return rate


retrieve("/v1/products/{}", "product", "products.retrieve", "ProductRetrieveParams")
retrieve("/v1/prices/{}", "price", "prices.retrieve", "PriceRetrieveParams")
retrieve("/v1/tax_rates/{}", "tax_rate", "tax_rates.retrieve", "TaxRateRetrieveParams")
listing("/v1/tax_rates", "tax_rate", "tax_rates.list", "TaxRateListParams", "active", "inclusive")
