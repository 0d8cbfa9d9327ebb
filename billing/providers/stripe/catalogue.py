"""Tells Stripe what is for sale: what is missing is made, what differs is corrected, nothing is doubled.

https://docs.stripe.com/products-prices/manage-prices#lookup-keys, https://docs.stripe.com/billing/subscriptions/usage-based
https://docs.stripe.com/billing/taxes/tax-rates, https://docs.stripe.com/customer-management/configure-portal
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from billing.ports import (
    CardCatalogue,
    CardCoupon,
    CardPlan,
    CardPrice,
    CardRefused,
    CardTax,
    CataloguePart,
)
from billing.providers.stripe.client import in_our_words
from billing.providers.stripe.desk import Desk, asked, keyed
from billing.providers.stripe.mapping import FEES, KEY, seconds, to_stripe

# Fees are counted in rupiah, so only subscriptions in rupiah can carry them.
FEES_EVENT = "fee_idr"
FEES_CURRENCY = "IDR"
PORTAL = "sellers"


def fees_key(interval: str) -> str:
    """The name of the price that a counted rupiah has: one rupiah."""
    return f"{FEES}_{interval.lower()}_{FEES_CURRENCY.lower()}"


class CatalogueDesk(Desk):
    """Products, prices, the meter, the tax rate, coupons and the portal."""

    def sync_catalogue(self, catalogue: CardCatalogue) -> Sequence[CataloguePart]:
        """Make what is missing and correct what differs. Changes nothing the second time."""
        with in_our_words():
            parts = [part for plan in catalogue.plans for part in self._plan(plan)]
            parts += self._fees()
            if catalogue.tax is not None:
                parts.append(self._tax(catalogue.tax))
            parts += [self._coupon(coupon) for coupon in catalogue.coupons]
            parts.append(self._portal(catalogue.home_url))
        return parts

    def _plan(self, plan: CardPlan) -> list[CataloguePart]:
        product = f"plan_{plan.code}_v{plan.version}"
        parts = [self._product(product, plan.name)]
        return parts + [self._price(product, price) for price in plan.prices]

    def _product(self, id: str, name: str) -> CataloguePart:
        found = asked(self._api.products.retrieve, id)
        if found is None:
            self._api.products.create({"id": id, "name": name, "tax_code": "txcd_10103001"})
        elif found.name != name:
            self._api.products.update(id, {"name": name})
        return CataloguePart("product", id, id, is_new=found is None)

    def _price(self, product: str, price: CardPrice) -> CataloguePart:
        amount = to_stripe(price.amount, price.currency)
        known = self._api.prices.list({"lookup_keys": [price.key], "active": True, "limit": 1}).data
        if known and known[0].unit_amount == amount:
            return CataloguePart("price", price.key, known[0].id, is_new=False)
        made = self._api.prices.create(
            {
                "product": product,
                "currency": price.currency.lower(),
                "unit_amount": amount,
                "recurring": {"interval": _interval(price.interval)},
                "tax_behavior": "exclusive",
                "lookup_key": price.key,
                "transfer_lookup_key": True,
                "metadata": {KEY: price.key},
            }
        )
        if known:
            # Who is on it stays on it; nobody new comes to it.
            self._api.prices.update(known[0].id, {"active": False})
        self._price_refs.pop(price.key, None)
        return CataloguePart("price", price.key, made.id, is_new=True)

    def _fees(self) -> list[CataloguePart]:
        meter = self._meter()
        product = self._product("transaction_fees", "Transaction fees")
        prices = [self._fees_price(interval, meter.ref) for interval in ("MONTH", "YEAR")]
        return [meter, product, *prices]

    def _meter(self) -> CataloguePart:
        for meter in self._api.billing.meters.list({"status": "active", "limit": 100}).auto_paging_iter():
            if meter.event_name == FEES_EVENT:
                return CataloguePart("meter", FEES_EVENT, meter.id, is_new=False)
        made = self._api.billing.meters.create(
            {
                "display_name": "Transaction fees (Rp)",
                "event_name": FEES_EVENT,
                "default_aggregation": {"formula": "sum"},
                "customer_mapping": {"type": "by_id", "event_payload_key": "stripe_customer_id"},
                "value_settings": {"event_payload_key": "value"},
            }
        )
        return CataloguePart("meter", FEES_EVENT, made.id, is_new=True)

    def _fees_price(self, interval: str, meter: str) -> CataloguePart:
        key = fees_key(interval)
        known = self._api.prices.list({"lookup_keys": [key], "active": True, "limit": 1}).data
        if known:
            return CataloguePart("price", key, known[0].id, is_new=False)
        made = self._api.prices.create(
            {
                "product": "transaction_fees",
                "currency": FEES_CURRENCY.lower(),
                "unit_amount": to_stripe(1, FEES_CURRENCY),
                "recurring": {"interval": _interval(interval), "usage_type": "metered", "meter": meter},
                "tax_behavior": "exclusive",
                "lookup_key": key,
                "metadata": {KEY: key},
            }
        )
        return CataloguePart("price", key, made.id, is_new=True)

    def _tax(self, tax: CardTax) -> CataloguePart:
        key = f"{tax.name}_{tax.basis_points}"
        known = ""
        for rate in self._api.tax_rates.list({"active": True, "limit": 100}).auto_paging_iter():
            name = rate.metadata.to_dict().get(KEY) if rate.metadata else None
            if name == key:
                known = rate.id
            elif name:
                self._api.tax_rates.update(rate.id, {"active": False})
        if known:
            return CataloguePart("tax_rate", key, known, is_new=False)
        terms: Any = {
            "display_name": tax.name,
            "percentage": f"{tax.basis_points // 100}.{tax.basis_points % 100:02d}",
            "inclusive": False,
            "country": "ID",
            "metadata": {KEY: key},
        }
        made = self._api.tax_rates.create(terms)
        return CataloguePart("tax_rate", key, made.id, is_new=True)

    def _coupon(self, coupon: CardCoupon) -> CataloguePart:
        """A coupon never changes but for whether it still counts, as at Stripe."""
        known = asked(self._api.coupons.retrieve, coupon.code)
        if known is None:
            self._api.coupons.create(_coupon_terms(coupon))
        codes = self._api.promotion_codes.list({"coupon": coupon.code, "code": coupon.code, "limit": 1}).data
        if not codes:
            terms: dict[str, Any] = {
                "promotion": {"type": "coupon", "coupon": coupon.code},
                "code": coupon.code,
                "active": coupon.is_active,
            }
            self._api.promotion_codes.create(terms)  # type: ignore[arg-type]
        elif codes[0].active != coupon.is_active:
            self._correct_code(codes[0].id, is_active=coupon.is_active)
        return CataloguePart("coupon", coupon.code, coupon.code, is_new=known is None)

    def _correct_code(self, ref: str, *, is_active: bool) -> None:
        try:
            with in_our_words():
                self._api.promotion_codes.update(ref, {"active": is_active})
        except CardRefused:
            # Used up or over: it cannot be opened again, which is as it should be.
            return

    def _portal(self, home_url: str) -> CataloguePart:
        for found in self._api.billing_portal.configurations.list({"limit": 100}).auto_paging_iter():
            if found.metadata and found.metadata.to_dict().get(KEY) == PORTAL:
                return CataloguePart("portal", PORTAL, found.id, is_new=False)
        made = self._api.billing_portal.configurations.create(
            {
                "default_return_url": home_url,
                "features": {
                    "customer_update": {"enabled": True, "allowed_updates": ["email", "address", "tax_id"]},
                    "invoice_history": {"enabled": True},
                    "payment_method_update": {"enabled": True},
                    "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
                    # Plans are changed on our own pages, which know limits and rules.
                    "subscription_update": {"enabled": False},
                },
                "metadata": {KEY: PORTAL},
            },
            keyed("catalogue:portal"),
        )
        return CataloguePart("portal", PORTAL, made.id, is_new=True)


def _interval(interval: str) -> Any:
    return interval.lower()


def _coupon_terms(coupon: CardCoupon) -> Any:
    terms: dict[str, Any] = {
        "id": coupon.code,
        "name": coupon.code,
        "percent_off": coupon.percent_off,
        "duration": "repeating" if coupon.months else "forever",
    }
    if coupon.months:
        terms["duration_in_months"] = coupon.months
    if coupon.most_uses:
        terms["max_redemptions"] = coupon.most_uses
    if coupon.ends_at:
        terms["redeem_by"] = seconds(coupon.ends_at)
    return terms
