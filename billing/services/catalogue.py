"""What the card provider has to know of our plans, coupons and taxes, and how its prices name them."""

import re
from collections.abc import Sequence
from datetime import datetime

from billing.models import Coupon, Currency, Interval, Plan
from billing.ports import CardCatalogue, CardCoupon, CardPlan, CardPrice, CardTax, CataloguePart
from billing.registry import cards
from billing.services import taxing
from tenants.hosts import platform_origin

_KEY = re.compile(
    r"(?P<code>[a-z0-9_-]+)_v(?P<version>[0-9]+)_(?P<interval>month|year)_(?P<currency>idr|usd)"
)


class UnknownPrice(Exception):
    """A subscription costs something that is not of our catalogue: somebody changed it by hand."""


def sync_catalogue(now: datetime) -> Sequence[CataloguePart]:
    """Tell the card provider what is for sale. Safe to run again; changes nothing the second time."""
    rate = taxing.rate_at(now)
    tax = None
    if rate is not None:
        points = taxing.half_up(rate.basis_points * rate.base_numerator, rate.base_denominator)
        tax = CardTax(rate.name, points)
    return cards().sync_catalogue(
        CardCatalogue(
            plans=tuple(_plan(plan) for plan in Plan.objects.order_by("position", "code", "version")),
            tax=tax,
            coupons=tuple(_coupon(coupon) for coupon in Coupon.objects.order_by("pk")),
            home_url=f"{platform_origin()}/stores/",
        )
    )


def _plan(plan: Plan) -> CardPlan:
    prices = tuple(
        CardPrice(plan.lookup_key(interval, currency), interval, currency, plan.amount(interval, currency))
        for interval in Interval.values
        for currency in Currency.values
    )
    return CardPlan(plan.code, plan.version, plan.name, plan.is_offered, prices)


def _coupon(coupon: Coupon) -> CardCoupon:
    return CardCoupon(
        code=coupon.code,
        percent_off=coupon.percent_off,
        months=coupon.months,
        most_uses=coupon.most_uses,
        ends_at=coupon.ends_at,
        is_active=coupon.is_active,
    )


def priced(key: str) -> tuple[Plan, str]:
    """The plan and interval that a price's key names. Withdrawn plans are found as well.

    Raises   UnknownPrice
    """
    named = _KEY.fullmatch(key)
    plan = (
        Plan.objects.filter(code=named["code"], version=int(named["version"][:4])).first() if named else None
    )
    if named is None or plan is None:
        raise UnknownPrice(f"no plan has the price {key[:60]!r}")
    return plan, named["interval"].upper()
