"""Stripe's subscriptions, pages and events in our words.

https://docs.stripe.com/api/subscriptions/object, https://docs.stripe.com/billing/subscriptions/overview
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import stripe

from billing.ports import (
    CardCheckout,
    CardNotice,
    CardState,
    CardSubscription,
    ChangePreview,
    CheckoutState,
    InvalidNotice,
    PreviewLine,
)

# Prices carry our name of them here; a lookup key can wander to another price.
KEY = "key"
FEES = "fees"
_STATES = {
    "incomplete": CardState.INCOMPLETE,
    "incomplete_expired": CardState.NEVER_BEGUN,
    "trialing": CardState.FREE,
    "active": CardState.ACTIVE,
    "past_due": CardState.PAST_DUE,
    "unpaid": CardState.UNPAID,
    "paused": CardState.PAUSED,
    "canceled": CardState.CANCELED,
}
_CHECKOUTS = {
    "open": CheckoutState.OPEN,
    "complete": CheckoutState.DONE,
    "expired": CheckoutState.EXPIRED,
}
# https://docs.stripe.com/currencies#special-cases: rupiah are sent in hundredths, which nobody has.
_UNIT = {"IDR": 100, "USD": 1}

KeyOf = Callable[[str], str]


def to_stripe(amount: int, currency: str) -> int:
    """Our amount as Stripe counts it."""
    return amount * _UNIT[currency]


def to_ours(amount: int, currency: str) -> int:
    """Stripe's amount as we count it, half up, away from nothing."""
    unit = _UNIT[currency]
    whole = (abs(amount) * 2 + unit) // (2 * unit)
    return whole if amount >= 0 else -whole


def moment(seconds: int | None) -> datetime | None:
    """A time of Stripe's, which are seconds."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def known(seconds: int) -> datetime:
    """A time that is always there."""
    return datetime.fromtimestamp(seconds, UTC)


def seconds(at: datetime) -> int:
    """A moment as Stripe takes it."""
    return int(at.timestamp())


def ref(thing: Any) -> str:
    """The id of something that may stand there whole, as an id, or not at all."""
    if thing is None or isinstance(thing, str):
        return thing or ""
    return str(thing.id)


def plan_item(subscription: stripe.Subscription) -> stripe.SubscriptionItem:
    """The item that is the plan; the other one, if any, are the fees."""
    for item in subscription["items"].data:
        if item.price.recurring is not None and item.price.recurring.usage_type == "licensed":
            return item
    raise ValueError("a subscription without a plan")


def fees_item(subscription: stripe.Subscription) -> stripe.SubscriptionItem | None:
    """The item that is metered, if there is one."""
    for item in subscription["items"].data:
        if item.price.recurring is not None and item.price.recurring.usage_type == "metered":
            return item
    return None


def price_key(price: stripe.Price) -> str:
    """Our name of a price; empty for one that is not ours."""
    return str((price.metadata and price.metadata.to_dict().get(KEY)) or price.lookup_key or "")


def subscription(found: stripe.Subscription, key_of: KeyOf) -> CardSubscription:
    """A subscription that was read with EXPAND. `key_of` names a price that stands there as an id."""
    item = plan_item(found)
    code, code_ends_at = _coupon(found)
    pause = found.pause_collection
    return CardSubscription(
        ref=found.id,
        customer_ref=ref(found.customer),
        state=_state(found),
        price_key=price_key(item.price),
        currency=found.currency.upper(),
        period_starts_at=moment(item.current_period_start),
        period_ends_at=moment(item.current_period_end),
        started_at=known(found.start_date),
        free_until=moment(found.trial_end),
        ends_at_period_end=found.cancel_at_period_end or found.cancel_at is not None,
        canceled_at=moment(found.canceled_at),
        resumes_at=moment(pause.resumes_at) if pause else None,
        owes_since=_owes_since(found),
        next_price_key=_next_price_key(found, key_of),
        schedule_ref=ref(found.schedule),
        coupon_code=code,
        coupon_ends_at=code_ends_at,
        paid_with=_paid_with(found),
        waits_at_url=_waits_at(found),
    )


# What `subscription` looks into.
EXPAND = [
    "customer.invoice_settings.default_payment_method",
    "default_payment_method",
    "latest_invoice",
    "discounts",
    "schedule",
]


def _state(found: stripe.Subscription) -> CardState:
    state = _STATES[found.status]
    if found.pause_collection and state in (CardState.ACTIVE, CardState.FREE):
        return CardState.PAUSED
    return state


def _owes_since(found: stripe.Subscription) -> datetime | None:
    invoice = found.latest_invoice
    if not isinstance(invoice, stripe.Invoice) or invoice.status != "open":
        return None
    return moment(invoice.status_transitions.finalized_at or invoice.created)


def _next_price_key(found: stripe.Subscription, key_of: KeyOf) -> str:
    schedule = found.schedule
    if not isinstance(schedule, stripe.SubscriptionSchedule) or schedule.status != "active":
        return ""
    begun = schedule.current_phase.start_date if schedule.current_phase else 0
    later = [phase for phase in schedule.phases if phase.start_date > begun]
    return key_of(ref(later[0]["items"][0].price)) if later else ""


def _coupon(found: stripe.Subscription) -> tuple[str, datetime | None]:
    for discount in found.discounts or []:
        if isinstance(discount, stripe.Discount):
            return ref(discount.source.coupon), moment(discount.end)
    return "", None


def _paid_with(found: stripe.Subscription) -> str:
    way = found.default_payment_method
    if way is None and isinstance(found.customer, stripe.Customer) and found.customer.invoice_settings:
        way = found.customer.invoice_settings.default_payment_method
    if not isinstance(way, stripe.PaymentMethod):
        return ""
    return card_words(way.card) if way.card else str(way.type)[:60]


def card_words(card: Any) -> str:
    """A card as a person may read it: "visa 4242"."""
    return f"{card.brand} {card.last4}"[:60]


def _waits_at(found: stripe.Subscription) -> str:
    invoice = found.latest_invoice
    if not isinstance(invoice, stripe.Invoice) or invoice.status != "open":
        return ""
    waits = found.pending_update is not None or found.status == "incomplete"
    return (invoice.hosted_invoice_url or "") if waits else ""


def checkout(found: stripe.checkout.Session) -> CardCheckout:
    """A page where a card is entered."""
    return CardCheckout(
        ref=found.id,
        reference=found.client_reference_id or "",
        state=_CHECKOUTS[str(found.status)],
        url=found.url or "",
        ends_at=moment(found.expires_at),
        customer_ref=ref(found.customer),
        subscription_ref=ref(found.subscription),
    )


def preview(found: stripe.Invoice, at: datetime) -> ChangePreview:
    """What a change would cost: the invoice that there is not."""
    currency = found.currency.upper()
    total = to_ours(found.total, currency)
    net = total - sum(to_ours(tax.amount, currency) for tax in found.total_taxes or [])
    return ChangePreview(
        currency=currency,
        lines=tuple(
            PreviewLine((line.description or "")[:200], to_ours(line.amount, currency))
            for line in found.lines.data
        ),
        net_amount=net,
        tax_amount=total - net,
        total_amount=total,
        at=at,
    )


def notice(told: Any) -> CardNotice:
    """An event, of either of Stripe's two forms. Raises InvalidNotice.

    https://docs.stripe.com/api/events/object, https://docs.stripe.com/api/v2/core/events/object
    """
    if not isinstance(told, dict) or not (event_id := _word(told, "id")) or not (kind := _word(told, "type")):
        raise InvalidNotice("no event")
    whole = told.get("data")
    thing = whole.get("object") if isinstance(whole, dict) else None
    thing = thing if isinstance(thing, dict) else told.get("related_object")
    thing = thing if isinstance(thing, dict) else {}
    is_of = _word(thing, "object")
    own = _word(thing, "id")
    return CardNotice(
        event_id=event_id,
        kind=kind,
        object_ref=own,
        customer_ref=own if is_of == "customer" else _word(thing, "customer"),
        subscription_ref=own if is_of == "subscription" else _subscription_of(thing),
        invoice_ref=own if is_of == "invoice" else _word(thing, "invoice"),
        at=_at(told.get("created")),
    )


def _word(told: dict[str, Any], name: str) -> str:
    """A short text, or the id of what stands there whole; empty when there is anything else."""
    found = told.get(name)
    if isinstance(found, dict):
        found = found.get("id")
    is_short = isinstance(found, str) and len(found) <= 120 and found.isascii() and found.isprintable()
    return str(found) if is_short else ""


def _subscription_of(thing: dict[str, Any]) -> str:
    parent = thing.get("parent")
    details = parent.get("subscription_details") if isinstance(parent, dict) else None
    return _word(details, "subscription") if isinstance(details, dict) else _word(thing, "subscription")


def _at(created: object) -> datetime | None:
    try:
        if isinstance(created, str):
            return datetime.fromisoformat(created).astimezone(UTC)
        return known(int(created)) if isinstance(created, int) else None
    except (ValueError, OverflowError, OSError):
        return None
