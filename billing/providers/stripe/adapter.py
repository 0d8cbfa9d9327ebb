"""Stripe Billing: pages where a card is entered, and subscriptions that collect by themselves.

https://docs.stripe.com/billing/subscriptions/build-subscriptions, https://docs.stripe.com/billing/subscriptions/change-price
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import stripe

from billing.ports import (
    CardCheckout,
    CardCustomer,
    CardNotice,
    CardRefused,
    CardSubscription,
    CardTrouble,
    ChangePreview,
    CheckoutAsk,
    InvalidNotice,
    InvalidSignature,
    PortalPart,
)
from billing.providers.stripe import mapping
from billing.providers.stripe.catalogue import FEES_CURRENCY, PORTAL, CatalogueDesk, fees_key
from billing.providers.stripe.client import build as build_client
from billing.providers.stripe.client import in_our_words
from billing.providers.stripe.desk import asked, keyed
from billing.providers.stripe.mapping import EXPAND, KEY, ref, seconds
from billing.providers.stripe.paper_desk import PaperDesk

# How old a signature may be: https://docs.stripe.com/webhooks#replay-prevention
TOLERANCE_SECONDS = 300
_WHOLE: Any = {"expand": EXPAND}
_FLOWS = {PortalPart.CARD: "payment_method_update", PortalPart.CANCEL: "subscription_cancel"}


def build(*, secret_key: str, webhook_secret: str, base_url: str, timeout_seconds: float) -> StripeCards:
    """The platform's account at Stripe, or at a fake of it."""
    client = build_client(secret_key=secret_key, base_url=base_url, timeout_seconds=timeout_seconds)
    return StripeCards(client, webhook_secret)


class StripeCards(CatalogueDesk, PaperDesk):
    """The CardProvider of one Stripe account."""

    name = "STRIPE"

    def __init__(self, client: stripe.StripeClient, webhook_secret: str) -> None:
        super().__init__(client)
        self._webhook_secret = webhook_secret

    # --- Customers and pages -----------------------------------------------------------------------

    def open_customer(self, customer: CardCustomer, *, key: str) -> str:
        """Make a customer. Returns its ref."""
        told = _customer(customer)
        if customer.npwp:
            told["tax_id_data"] = [{"type": "id_npwp", "value": customer.npwp}]
        with in_our_words():
            return self._api.customers.create(told, keyed(key)).id

    def correct_customer(self, customer_ref: str, customer: CardCustomer) -> None:
        """Write the customer's name, address and tax number anew."""
        with in_our_words():
            self._api.customers.update(customer_ref, _customer(customer))
            known = list(self._api.customers.tax_ids.list(customer_ref, {"limit": 100}).auto_paging_iter())
            for tax_id in known:
                if tax_id.type == "id_npwp" and tax_id.value != customer.npwp:
                    self._api.customers.tax_ids.delete(customer_ref, tax_id.id)
            if customer.npwp and all(tax_id.value != customer.npwp for tax_id in known):
                told: Any = {"type": "id_npwp", "value": customer.npwp}
                self._api.customers.tax_ids.create(customer_ref, told)

    def start_checkout(self, ask: CheckoutAsk, *, key: str) -> CardCheckout:
        """Open a page where a card is entered and the subscription begins."""
        with in_our_words():
            return mapping.checkout(self._api.checkout.sessions.create(self._session(ask), keyed(key)))

    def _session(self, ask: CheckoutAsk) -> Any:
        lines: list[dict[str, Any]] = [{"price": self.price_of(ask.price_key), "quantity": 1}]
        if ask.currency == FEES_CURRENCY:
            lines.append({"price": self.price_of(fees_key(_interval_of(ask.price_key)))})
        begins: dict[str, Any] = {
            "default_tax_rates": self.tax_rates(),
            "metadata": {mapping.KEY: ask.reference},
        }
        if ask.free_until:
            begins["trial_end"] = seconds(ask.free_until)
            begins["trial_settings"] = {"end_behavior": {"missing_payment_method": "cancel"}}
        return {
            "mode": "subscription",
            "ui_mode": "hosted_page",
            "customer": ask.customer_ref,
            "client_reference_id": ask.reference,
            "line_items": lines,
            "subscription_data": begins,
            "payment_method_collection": "always",
            "allow_promotion_codes": True,
            "locale": ask.language,
            "success_url": ask.success_url,
            "cancel_url": ask.cancel_url,
        }

    def find_checkout(self, checkout_ref: str) -> CardCheckout | None:
        """What became of such a page."""
        found = asked(self._api.checkout.sessions.retrieve, checkout_ref)
        with in_our_words():
            return None if found is None else mapping.checkout(found)

    def end_checkout(self, checkout_ref: str) -> None:
        """Close such a page, so that nobody subscribes there any more. Raises CardRefused when it is done."""
        with in_our_words():
            self._api.checkout.sessions.expire(checkout_ref)

    def portal_url(
        self, *, customer_ref: str, subscription_ref: str, part: PortalPart, return_url: str, language: str
    ) -> str:
        """The address of one of Stripe's own pages for a customer, for a few minutes."""
        told: dict[str, Any] = {"customer": customer_ref, "return_url": return_url, "locale": language}
        if part in _FLOWS:
            told["flow_data"] = {
                "type": _FLOWS[part],
                "after_completion": {"type": "redirect", "redirect": {"return_url": return_url}},
            }
        if part is PortalPart.CANCEL:
            told["flow_data"]["subscription_cancel"] = {"subscription": subscription_ref}
        with in_our_words():
            for found in self._api.billing_portal.configurations.list({"limit": 100}).auto_paging_iter():
                if found.metadata and found.metadata.to_dict().get(KEY) == PORTAL:
                    told["configuration"] = found.id
            return self._api.billing_portal.sessions.create(told).url  # type: ignore[arg-type]

    # --- Subscriptions -----------------------------------------------------------------------------

    def find_subscription(self, subscription_ref: str) -> CardSubscription | None:
        """A subscription as it is now."""
        found = asked(self._api.subscriptions.retrieve, subscription_ref, _WHOLE)
        return None if found is None else self._ours(found)

    def all_subscriptions(self) -> Iterator[CardSubscription]:
        """Every subscription, ended ones too."""
        with in_our_words():
            listed: Any = {"status": "all", "limit": 100, "expand": [f"data.{path}" for path in EXPAND]}
            for found in self._api.subscriptions.list(listed).auto_paging_iter():
                yield mapping.subscription(found, self.key_of)

    def preview_change(self, subscription_ref: str, *, price_key: str, at: datetime) -> ChangePreview:
        """What a change at a moment would cost."""
        with in_our_words():
            found = self._api.subscriptions.retrieve(subscription_ref)
            asked_for: Any = {
                "subscription": subscription_ref,
                "subscription_details": {
                    "items": self._items(found, price_key),
                    "proration_behavior": "always_invoice",
                    "proration_date": seconds(at),
                },
            }
            return mapping.preview(self._api.invoices.create_preview(asked_for), at)

    def change_now(
        self, subscription_ref: str, *, price_key: str, at: datetime, key: str
    ) -> CardSubscription:
        """Change the price and charge the difference. Without the money, nothing changes."""
        with in_our_words():
            found = self._api.subscriptions.retrieve(subscription_ref)
            if mapping.price_key(mapping.plan_item(found).price) == price_key:
                return self._again(subscription_ref)
        return self._change(
            subscription_ref,
            key,
            items=self._items(found, price_key),
            proration_behavior="always_invoice",
            payment_behavior="pending_if_incomplete",
            proration_date=seconds(at),
        )

    def _items(self, found: stripe.Subscription, price_key: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = [
            {"id": mapping.plan_item(found).id, "price": self.price_of(price_key), "quantity": 1}
        ]
        fees = mapping.fees_item(found)
        wanted = fees_key(_interval_of(price_key))
        if fees is not None and mapping.price_key(fees.price) != wanted:
            # What is counted belongs to the meter, so the other price goes on counting.
            items.append({"id": fees.id, "price": self.price_of(wanted)})
        return items

    def change_later(self, subscription_ref: str, *, price_key: str, key: str) -> CardSubscription:
        """Change the price when the period ends, by a schedule of two phases.

        https://docs.stripe.com/billing/subscriptions/subscription-schedules
        """
        with in_our_words():
            found = self._api.subscriptions.retrieve(subscription_ref, {"expand": ["schedule"]})
            schedule = found.schedule
            if not isinstance(schedule, stripe.SubscriptionSchedule):
                begin: Any = {"from_subscription": subscription_ref}
                schedule = self._api.subscription_schedules.create(begin, keyed(f"{key}:begin"))
            now = schedule.phases[0]
            kept = [_phase_item(ref(item.price), item.quantity) for item in now["items"]]
            rates = [rate.id for rate in now.default_tax_rates or []]
            discounts = [{"coupon": ref(part.coupon)} for part in now.discounts or [] if part.coupon]
            same: dict[str, Any] = {"default_tax_rates": rates, "discounts": discounts or ""}
            phases: Any = [
                {"items": kept, "start_date": now.start_date, "end_date": now.end_date, **same},
                {
                    "items": self._later_items(found, price_key),
                    "proration_behavior": "none",
                    "duration": {"interval": _interval_of(price_key).lower(), "interval_count": 1},
                    **same,
                },
            ]
            self._api.subscription_schedules.update(
                schedule.id, {"phases": phases, "end_behavior": "release"}, keyed(f"{key}:phases")
            )
        return self._again(subscription_ref)

    def _later_items(self, found: stripe.Subscription, price_key: str) -> list[dict[str, Any]]:
        items = [_phase_item(self.price_of(price_key), 1)]
        if mapping.fees_item(found) is not None:
            items.append(_phase_item(self.price_of(fees_key(_interval_of(price_key))), None))
        return items

    def keep_price(self, subscription_ref: str, *, key: str) -> CardSubscription:
        """Undo what `change_later` planned."""
        with in_our_words():
            found = self._api.subscriptions.retrieve(subscription_ref)
            if found.schedule:
                self._api.subscription_schedules.release(ref(found.schedule), {}, keyed(key))
        return self._again(subscription_ref)

    def cancel_later(self, subscription_ref: str, *, key: str) -> CardSubscription:
        """End the subscription with its period."""
        return self._change(subscription_ref, key, cancel_at_period_end=True)

    def keep(self, subscription_ref: str, *, key: str) -> CardSubscription:
        """Undo what `cancel_later` planned."""
        return self._change(subscription_ref, key, cancel_at_period_end=False)

    def cancel_now(self, subscription_ref: str, *, key: str) -> CardSubscription:
        """End the subscription at once; nothing is given back by this."""
        with in_our_words():
            try:
                self._api.subscriptions.cancel(subscription_ref, {"prorate": False}, keyed(key))
            except stripe.InvalidRequestError:
                found = self._api.subscriptions.retrieve(subscription_ref)
                if found.status not in ("canceled", "incomplete_expired"):
                    raise
        return self._again(subscription_ref)

    def pause(self, subscription_ref: str, *, resumes_at: datetime, key: str) -> CardSubscription:
        """Collect nothing until a moment. https://docs.stripe.com/billing/subscriptions/pause-payment"""
        rest = {"behavior": "void", "resumes_at": seconds(resumes_at)}
        return self._change(subscription_ref, key, pause_collection=rest)

    def resume(self, subscription_ref: str, *, key: str) -> CardSubscription:
        """Collect again."""
        return self._change(subscription_ref, key, pause_collection="")

    def discount(self, subscription_ref: str, *, code: str, key: str) -> CardSubscription:
        """Apply a coupon of the catalogue; an empty code takes it away."""
        return self._change(subscription_ref, key, discounts=[{"coupon": code}] if code else "")

    def _change(self, subscription_ref: str, key: str, **changes: Any) -> CardSubscription:
        with in_our_words():
            told: Any = {**_WHOLE, **changes}
            return self._ours(self._api.subscriptions.update(subscription_ref, told, keyed(key)))

    def _again(self, subscription_ref: str) -> CardSubscription:
        found = self.find_subscription(subscription_ref)
        if found is None:
            raise CardRefused(CardTrouble.UNKNOWN, subscription_ref)
        return found

    def _ours(self, found: stripe.Subscription) -> CardSubscription:
        with in_our_words():
            return mapping.subscription(found, self.key_of)

    # --- The meter, and messages -------------------------------------------------------------------

    def report_use(self, *, event: str, customer_ref: str, value: int, identifier: str, at: datetime) -> None:
        """Add to a meter, once per identifier. Telling it again is harmless.

        https://docs.stripe.com/api/billing/meter-event
        """
        told: Any = {
            "event_name": event,
            "identifier": identifier,
            "timestamp": seconds(at),
            "payload": {"stripe_customer_id": customer_ref, "value": str(value)},
        }
        try:
            with in_our_words():
                self._api.billing.meter_events.create(told, keyed(f"use:{identifier}"))
        except CardRefused as refused:
            if identifier not in refused.words or "already" not in refused.words:
                raise

    def read_notice(self, *, signature: str, body: bytes) -> CardNotice:
        """Verify and read a message, on its bytes as they came. https://docs.stripe.com/webhooks/signature"""
        if not self._webhook_secret:
            # Anybody could sign with nothing.
            raise InvalidSignature
        try:
            stripe.WebhookSignature.verify_header(
                body.decode(), signature, self._webhook_secret, TOLERANCE_SECONDS
            )
        except (stripe.SignatureVerificationError, ValueError) as forged:
            raise InvalidSignature from forged
        try:
            return mapping.notice(json.loads(body))
        except (ValueError, RecursionError) as unreadable:
            raise InvalidNotice("no JSON") from unreadable


def _customer(customer: CardCustomer) -> Any:
    return {
        "name": customer.name,
        "email": customer.email,
        "preferred_locales": [customer.language],
        "metadata": {mapping.KEY: customer.number},
    }


def _phase_item(price: str, quantity: int | None) -> dict[str, Any]:
    return {"price": price} if quantity is None else {"price": price, "quantity": quantity}


def _interval_of(price_key: str) -> str:
    """A price's key ends in its interval and its currency."""
    return price_key.rsplit("_", 2)[-2].upper()
