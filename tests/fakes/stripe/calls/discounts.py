"""Coupons and promotion codes.

https://docs.stripe.com/api/coupons, /api/promotion_codes
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import coupons, standing
from tests.fakes.stripe.errors import invalid, missing
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.paging import INCLUDES
from tests.fakes.stripe.routes import retrieve, route
from tests.fakes.stripe.shapes import Obj


@route("POST", "/v1/coupons", "coupons.create", "CouponCreateParams")
def create_coupon(account: Account, params: Params) -> Obj:
    """Make a coupon."""
    ref = params.get("id") or token(8)
    if account.books.find("coupon", ref):
        raise invalid("Coupon already exists.", param="id", code="resource_already_exists")
    percent, amount = params.get("percent_off"), params.get("amount_off")
    if (percent is None) == (amount is None):
        raise invalid("Exactly one of percent_off and amount_off must be given.", param="percent_off")
    if percent is not None and not 0 < percent <= 100:
        raise invalid("Invalid percent_off: must be greater than 0 and at most 100", param="percent_off")
    if amount is not None and not params.get("currency"):
        raise missing("currency")
    duration = params.get("duration") or "once"
    if (duration == "repeating") != bool(params.get("duration_in_months")):
        raise invalid("duration_in_months belongs to duration=repeating.", param="duration_in_months")
    coupon = account.books.add(
        "coupon",
        "",
        id=ref,
        amount_off=amount,
        currency=params.get("currency") if amount is not None else None,
        duration=duration,
        duration_in_months=params.get("duration_in_months"),
        max_redemptions=params.get("max_redemptions"),
        metadata={},
        name=settle(params.get("name")),
        percent_off=percent,
        redeem_by=params.get("redeem_by"),
        times_redeemed=0,
        valid=True,
        _applies_to=params.get("applies_to"),
        _currency_options=params.get("currency_options") or {},
    )
    merge_metadata(coupon, params)
    account.books.emit("coupon.created", coupon)
    return coupon


@route("POST", "/v1/coupons/{}", "coupons.update", "CouponUpdateParams")
def update_coupon(account: Account, params: Params, id: str) -> Obj:
    """Only the name and the metadata of a coupon can change."""
    coupon = account.books.get("coupon", id)
    with account.books.changing("coupon.updated", coupon):
        if "name" in params:
            coupon["name"] = settle(params["name"])
        merge_metadata(coupon, params)
    return coupon


@route("GET", "/v1/coupons/{}", "coupons.retrieve", "CouponRetrieveParams")
def show_coupon(account: Account, params: Params, id: str) -> Obj:
    """One coupon, as valid as it is now."""
    coupon = account.books.get("coupon", id)
    coupons.expire(coupon, account.books.now())
    return coupon


@route("GET", "/v1/coupons", "coupons.list", "CouponListParams")
def list_coupons(account: Account, params: Params) -> Obj:
    """Coupons, newest first."""
    rows = account.books.all("coupon")
    for coupon in rows:
        coupons.expire(coupon, account.books.now())
    return account.page(rows, params, "/v1/coupons")


@route("DELETE", "/v1/coupons/{}", "coupons.delete", "CouponDeleteParams")
def delete_coupon(account: Account, params: Params, id: str) -> Obj:
    """Nobody can redeem it any more; discounts that were given stay."""
    coupon = account.books.get("coupon", id)
    coupon["valid"] = False
    account.books.emit("coupon.deleted", coupon)
    return {"id": id, "object": "coupon", "deleted": True}


@route("POST", "/v1/promotion_codes", "promotion_codes.create", "PromotionCodeCreateParams")
def create_code(account: Account, params: Params) -> Obj:
    """Make a code that people type."""
    promotion = params["promotion"]
    coupon = account.books.get("coupon", promotion.get("coupon"), param="promotion[coupon]")
    text = params.get("code") or token(8).upper()
    if any(row["code"].lower() == text.lower() for row in account.books.all("promotion_code", active=True)):
        raise invalid("An active promotion code with this code already exists.", param="code")
    wish = params.get("restrictions") or {}
    code = account.books.add(
        "promotion_code",
        "promo",
        active=params.get("active", True),
        code=text,
        customer=params.get("customer"),
        expires_at=params.get("expires_at"),
        max_redemptions=params.get("max_redemptions"),
        metadata={},
        promotion={"coupon": coupon["id"], "type": "coupon"},
        restrictions={
            "first_time_transaction": wish.get("first_time_transaction", False),
            "minimum_amount": wish.get("minimum_amount"),
            "minimum_amount_currency": wish.get("minimum_amount_currency"),
        },
        times_redeemed=0,
    )
    merge_metadata(code, params)
    account.books.emit("promotion_code.created", code)
    return code


@route("POST", "/v1/promotion_codes/{}", "promotion_codes.update", "PromotionCodeUpdateParams")
def update_code(account: Account, params: Params, id: str) -> Obj:
    """Switch a code off or on."""
    code = account.books.get("promotion_code", id)
    with account.books.changing("promotion_code.updated", code):
        if "active" in params:
            code["active"] = params["active"]
        merge_metadata(code, params)
    return code


@route("GET", "/v1/promotion_codes", "promotion_codes.list", "PromotionCodeListParams")
def list_codes(account: Account, params: Params) -> Obj:
    """Codes, also by what people type."""
    rows = account.books.all(
        "promotion_code", **{name: params[name] for name in ("active", "customer") if name in params}
    )
    if "code" in params:
        rows = [row for row in rows if row["code"].lower() == params["code"].lower()]
    if "coupon" in params:
        rows = [row for row in rows if row["promotion"]["coupon"] == params["coupon"]]
    return account.page(rows, params, "/v1/promotion_codes")


@route(
    "DELETE",
    "/v1/subscriptions/{}/discount",
    "subscriptions.delete_discount",
    "SubscriptionDeleteDiscountParams",
)
def delete_discount(account: Account, params: Params, id: str) -> Obj:
    """Take every discount from a subscription."""
    subscription = account.books.get("subscription", id)
    if not subscription["discounts"]:
        raise invalid("This subscription has no discount.", code="resource_missing")
    gone = account.books.get("discount", subscription["discounts"][0])
    with account.books.changing(standing.UPDATED, subscription):
        subscription["discounts"] = []
    account.books.emit("customer.discount.deleted", gone)
    return {**gone, "deleted": True}


INCLUDES["coupon", "applies_to"] = lambda books, coupon: coupon["_applies_to"]
INCLUDES["coupon", "currency_options"] = lambda books, coupon: coupon["_currency_options"]
retrieve(
    "/v1/promotion_codes/{}", "promotion_code", "promotion_codes.retrieve", "PromotionCodeRetrieveParams"
)
