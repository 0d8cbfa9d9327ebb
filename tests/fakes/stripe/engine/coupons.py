"""Redeeming coupons and promotion codes.

https://docs.stripe.com/billing/subscriptions/coupons, https://docs.stripe.com/api/discounts
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.engine import lines
from tests.fakes.stripe.errors import StripeRefused, invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import later
from tests.fakes.stripe.shapes import Obj


def redeem(
    account: Account, wish: Params, *, customer: Obj, currency: str, subscription: str | None = None
) -> Obj:
    """Turn a wish for a coupon or a promotion code into a discount. Raises StripeRefused."""
    books, now = account.books, account.books.now_of(customer)
    if wish.get("discount"):
        return books.get("discount", wish["discount"], param="discounts")
    code = (
        books.get("promotion_code", wish["promotion_code"], param="discounts[0][promotion_code]")
        if wish.get("promotion_code")
        else None
    )
    ref = code["promotion"]["coupon"] if code else wish.get("coupon")
    coupon = books.get("coupon", ref, param="discounts[0][coupon]")
    if code:
        _check_code(account, code, customer, now)
    check_coupon(coupon, now)
    if coupon["amount_off"] is not None and not lines.amount_off(coupon, currency):
        raise invalid(
            f"Coupon `{coupon['id']}` does not support the currency `{currency}`.", param="discounts"
        )
    months = coupon["duration_in_months"]
    discount = books.add(
        "discount",
        "di",
        customer=customer["id"],
        promotion_code=code["id"] if code else None,
        source={"coupon": coupon["id"], "type": "coupon"},
        start=now,
        end=later(now, "month", months) if months else None,
        subscription=subscription,
        _once=coupon["duration"] == "once",
    )
    for used in (coupon, code):
        if used:
            used["times_redeemed"] += 1
    expire(coupon, now)
    if code and code["max_redemptions"] and code["times_redeemed"] >= code["max_redemptions"]:
        code["active"] = False
    books.emit("customer.discount.created", discount)
    return discount


def check_coupon(coupon: Obj, now: int) -> None:
    """Raise StripeRefused when nobody can redeem it any more."""
    expire(coupon, now)
    if not coupon["valid"]:
        raise StripeRefused(
            400, f"Coupon expired: {coupon['id']}", code="coupon_expired", param="discounts[0][coupon]"
        )


def expire(coupon: Obj, now: int) -> None:
    """Note that a coupon is used up, or that its last day is over."""
    used_up = coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]
    if used_up or (coupon["redeem_by"] and coupon["redeem_by"] < now):
        coupon["valid"] = False


def _check_code(account: Account, code: Obj, customer: Obj, now: int) -> None:
    over = code["expires_at"] is not None and code["expires_at"] <= now
    if over or not code["active"]:
        raise invalid(
            "This promotion code is expired or not active.", param="discounts", code="promotion_code_expired"
        )
    if code["customer"] not in {None, customer["id"]}:
        raise invalid("This promotion code cannot be redeemed by this customer.", param="discounts")
    had = [
        row for row in account.books.all("invoice", customer=customer["id"], status="paid") if row["total"]
    ]
    if code["restrictions"]["first_time_transaction"] and had:
        raise invalid(
            "This promotion code cannot be redeemed because the associated customer has prior transactions.",
            param="discounts",
        )


def live(account: Account, subscription: Obj) -> list[str]:
    """The discounts of a subscription that still count; the others are taken away."""
    now, kept = account.books.now_of(subscription), []
    for ref in subscription["discounts"]:
        discount = account.books.find("discount", ref)
        if discount and (discount["end"] is None or discount["end"] > now):
            kept.append(ref)
        elif discount:
            account.books.emit("customer.discount.deleted", discount)
    subscription["discounts"] = kept
    return list(kept)


def spend(account: Account, subscription: Obj, invoice: Obj) -> None:
    """A discount for once is gone after the first invoice that it lowered."""
    lowered = {cut["discount"] for cut in invoice["total_discount_amounts"] or [] if cut["amount"]}
    for ref in list(subscription["discounts"]):
        discount = account.books.get("discount", ref)
        if discount["_once"] and ref in lowered:
            subscription["discounts"].remove(ref)
            discount["end"] = account.books.now_of(subscription)
            account.books.emit("customer.discount.deleted", discount)
