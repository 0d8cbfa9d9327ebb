"""Changing a subscription while it runs: other prices, prorations, cancelling, pausing.

https://docs.stripe.com/billing/subscriptions/change-price, https://docs.stripe.com/billing/subscriptions/prorations
https://docs.stripe.com/billing/subscriptions/pending-updates, https://docs.stripe.com/billing/subscriptions/cancel
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tests.fakes.stripe.account import Account, merge_metadata
from tests.fakes.stripe.engine import (
    cards,
    charging,
    collecting,
    coupons,
    invoicing,
    items,
    lines,
    standing,
    usage,
)
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import DAY, day, part, rounded
from tests.fakes.stripe.shapes import Obj, public


@dataclass(slots=True)
class Swap:
    """What a change of items comes to."""

    rows: list[Obj]
    credits: list[tuple[Obj, int]] = field(default_factory=list)  # item, amount below zero
    debits: list[tuple[Obj, int]] = field(default_factory=list)
    restarts: bool = False


def change_items(account: Account, subscription: Obj, params: Params, wishes: list[Params]) -> str | None:
    """Swap, add or remove items. Returns the id of the invoice that was made at once, if one was.

    Raises StripeRefused: with error_if_incomplete also when the bank says no.
    """
    behaviour = params.get("proration_behavior") or "create_prorations"
    at = _moment(account, subscription, params)
    swap = _swap(account, subscription, wishes, at, restart=params.get("billing_cycle_anchor") == "now")
    if not swap.rows:
        raise invalid("A subscription must have at least one active plan.", param="items")
    trialing = subscription["status"] == "trialing"
    if trialing or subscription["status"] in {"paused", "incomplete"}:
        swap.credits, swap.debits, swap.restarts = [], [], False
    before = items.held(subscription)
    if behaviour == "none":
        swap.credits, swap.debits = [], []
    made = _prorate(account, subscription, swap, at)
    anchor, rows = subscription["billing_cycle_anchor"], []
    if swap.restarts:
        rows = usage_lines(account, subscription, at)
        subscription["billing_cycle_anchor"] = at
        for row in swap.rows:
            items.begin(subscription, row, at)
    items.hold(subscription, swap.rows)
    if not swap.restarts and (behaviour != "always_invoice" or not made):
        return None
    rows += [
        items.line_of(account, subscription, row)
        for row in swap.rows
        if swap.restarts and not items.is_metered(row)
    ]
    invoice = _invoice_now(account, subscription, rows, at)
    _pay_now(account, subscription, invoice, params, before, anchor)
    return str(invoice["id"])


def _moment(account: Account, subscription: Obj, params: Params) -> int:
    now = account.books.now_of(subscription)
    at = params.get("proration_date", now)
    start = min(item["current_period_start"] for item in items.held(subscription))
    if not start <= at <= items.period_end(subscription):
        raise invalid(
            "Cannot specify proration date outside of current subscription period.", param="proration_date"
        )
    return int(at)


def _swap(account: Account, subscription: Obj, wishes: list[Params], at: int, *, restart: bool) -> Swap:
    rows = {item["id"]: item for item in items.held(subscription)}
    swap = Swap(rows=[], restarts=restart)
    for place, wish in enumerate(wishes):
        param = f"items[{place}]"
        ref = wish.get("id")
        if ref is not None and ref not in rows:
            raise invalid(
                f"No such subscription item: '{ref}'", param=f"{param}[id]", code="resource_missing"
            )
        old = rows.get(ref) if ref else None
        new = None if wish.get("deleted") else _new(account, subscription, old, wish, at, param)
        key = ref or (new["id"] if new else "")
        if new is None:
            rows.pop(key, None)
        else:
            rows[key] = new
        _compare(subscription, swap, old, new, at)
    swap.rows = list(rows.values())
    if swap.restarts:
        told = {id(item) for item, _ in swap.credits}
        changed = {wish.get("id") for wish in wishes}
        for item in items.held(subscription):
            if item["id"] not in changed and id(item) not in told and not items.is_metered(item):
                _credit(subscription, swap, item, at)
        swap.debits = []
    return swap


def _new(account: Account, subscription: Obj, old: Obj | None, wish: Params, at: int, param: str) -> Obj:
    if old is None:
        if any(item["price"]["id"] == wish.get("price") for item in items.held(subscription)):
            raise invalid(
                "Cannot add multiple subscription items with the same price.", param=f"{param}[price]"
            )
        item = items.make(account, subscription, wish, at, param)
        items.begin(subscription, item, at)
        return item
    item = {**old, "metadata": dict(old["metadata"])}
    if "price" in wish:
        item["price"] = items.price_of(account, wish, param)
        lines.unit_of(item["price"], subscription["currency"])
    if items.is_metered(item):
        item.pop("quantity", None)
    else:
        item["quantity"] = items.quantity({"quantity": old.get("quantity", 1), **wish}, param)
    if "tax_rates" in wish:
        item["tax_rates"] = items.rates(account, wish["tax_rates"] or [])
    merge_metadata(item, wish)
    return item


def _compare(subscription: Obj, swap: Swap, old: Obj | None, new: Obj | None, at: int) -> None:
    if old and new and items.beat(old) != items.beat(new):
        swap.restarts = True
    if old and new and not swap.restarts and _bought(old) == _bought(new):
        return
    if old and not items.is_metered(old):
        _credit(subscription, swap, old, at)
    if new and not items.is_metered(new):
        end = new["current_period_end"]
        whole_start = old["current_period_start"] if old else _beat_before(subscription, new, end)
        swap.debits.append((new, part(items.cost(subscription, new), whole_start, end, at)))


def _bought(item: Obj) -> tuple[str, int | None]:
    return item["price"]["id"], item.get("quantity")


def _beat_before(subscription: Obj, item: Obj, end: int) -> int:
    """Where the whole period that ends at `end` would have begun."""
    same = [row for row in items.held(subscription) if row["current_period_end"] == end]
    return int(same[0]["current_period_start"] if same else item["current_period_start"])


def _credit(subscription: Obj, swap: Swap, item: Obj, at: int) -> None:
    amount = part(
        items.cost(subscription, item), item["current_period_start"], item["current_period_end"], at
    )
    swap.credits.append((item, -amount))


def _prorate(account: Account, subscription: Obj, swap: Swap, at: int) -> bool:
    """Let prorations wait as invoice items, net of discounts in percent. Returns whether there are any."""
    customer = account.books.get("customer", subscription["customer"])
    kept = _kept(account, subscription)
    for item, amount in swap.credits + swap.debits:
        words = "Unused time on" if amount < 0 or (item, amount) in swap.credits else "Remaining time on"
        unit = lines.unit_of(item["price"], subscription["currency"])
        made = invoicing.new_item(
            account,
            customer,
            amount=rounded(amount * kept),
            currency=subscription["currency"],
            description=f"{words} {items.words(account, subscription, item).split(' (')[0]} after {day(at)}",
            discountable=False,
            proration=True,
            proration_details={"credited_items": None, "discount_amounts": []},
            parent={
                "subscription_details": {"subscription": subscription["id"], "subscription_item": item["id"]},
                "type": "subscription_details",
            },
            period={"start": at, "end": item["current_period_end"]},
            pricing=invoicing.pricing_of(item["price"], unit),
            quantity=item.get("quantity") or 1,
            tax_rates=list(item["tax_rates"] or []),
            _price=item["price"]["id"],
        )
        account.books.emit("invoiceitem.created", made)
    return bool(swap.credits or swap.debits)


def _kept(account: Account, subscription: Obj) -> Fraction:
    """What discounts in percent leave of an amount."""
    kept = Fraction(1)
    for ref in coupons.live(account, subscription):
        discount = account.books.get("discount", ref)
        coupon = account.books.get("coupon", discount["source"]["coupon"])
        if coupon["percent_off"] is not None and not coupon.get("_applies_to"):
            kept *= 1 - Fraction(Decimal(str(coupon["percent_off"]))) / 100
    return kept


def _invoice_now(account: Account, subscription: Obj, rows: list[Obj], at: int) -> Obj:
    customer = account.books.get("customer", subscription["customer"])
    invoice = invoicing.draft(
        account,
        customer,
        reason="subscription_update",
        rows=rows,
        currency=subscription["currency"],
        subscription=subscription,
        discounts=coupons.live(account, subscription),
        period=(at, at),
    )
    invoice["parent"]["subscription_details"]["subscription_proration_date"] = at
    subscription["latest_invoice"] = invoice["id"]
    invoicing.announce(account, invoice)
    coupons.spend(account, subscription, invoice)
    return invoicing.finalize(account, invoice)


def _pay_now(
    account: Account, subscription: Obj, invoice: Obj, params: Params, before: list[Obj], anchor: int
) -> None:
    behaviour = params.get("payment_behavior") or "allow_incomplete"
    if subscription["collection_method"] == "send_invoice":
        return
    if behaviour == "default_incomplete" and invoice["amount_remaining"] > 0:
        charging.intent_of(account, invoice)
        standing.failed(account, invoice)
        return
    if behaviour == "pending_if_incomplete":
        _hold_back(account, subscription, invoice, before, anchor)
    outcome = collecting.collect(account, invoice, off_session=behaviour == "error_if_incomplete")
    if outcome.what != charging.PAID and behaviour == "error_if_incomplete":
        raise cards.declined(outcome.code or "generic_decline")


def _hold_back(account: Account, subscription: Obj, invoice: Obj, before: list[Obj], anchor: int) -> None:
    """Let the change wait for its money, at most 23 hours."""
    after, now = items.held(subscription), account.books.now_of(subscription)
    items.hold(subscription, before)
    subscription.update(
        _pending_items=after,
        _pending_anchor=subscription["billing_cycle_anchor"],
        _pending_invoice=invoice["id"],
        billing_cycle_anchor=anchor,
        pending_update={
            "billing_cycle_anchor": None,
            "cancel_at_period_end": None,
            "discount": None,
            "discounts": None,
            "expires_at": now + 23 * 3600,
            "metadata": None,
            "subscription_items": public(after),
            "trial_end": None,
            "trial_from_plan": None,
        },
    )
    invoice["auto_advance"] = False


# --- Ends and pauses ----------------------------------------------------------------------------------


def end_at_period_end(account: Account, subscription: Obj, wanted: bool) -> None:
    """Plan the end, or take that back."""
    now = account.books.now_of(subscription)
    if wanted:
        last = max(item["current_period_end"] for item in items.held(subscription))
        subscription.update(cancel_at_period_end=True, cancel_at=last, canceled_at=now)
        subscription["cancellation_details"]["reason"] = "cancellation_requested"
    elif subscription["cancel_at_period_end"]:
        subscription.update(cancel_at_period_end=False, cancel_at=None, canceled_at=None)
        subscription["cancellation_details"]["reason"] = None


def end_now(
    account: Account,
    subscription: Obj,
    *,
    prorate: bool = False,
    invoice_now: bool = False,
    reason: str | None = None,
) -> None:
    """Cancel at once. Unused time is credited only if wished; then it waits unless it is invoiced."""
    now = account.books.now_of(subscription)
    alive = subscription["status"] in {"active", "past_due"}
    if prorate and alive:
        credit_unused(account, subscription, now)
    if invoice_now and alive:
        final_invoice(account, subscription)
    standing.end(account, subscription, reason or "cancellation_requested")


def credit_unused(account: Account, subscription: Obj, at: int) -> None:
    """Let what is left of the licensed periods wait as a credit."""
    swap = Swap(rows=[])
    for item in items.held(subscription):
        if not items.is_metered(item):
            _credit(subscription, swap, item, at)
    _prorate(account, subscription, swap, at)


def final_invoice(account: Account, subscription: Obj) -> Obj | None:
    """Bill what was used and what waits. Returns None if there is nothing."""
    now = account.books.now_of(subscription)
    rows = usage_lines(account, subscription, now)
    customer = account.books.get("customer", subscription["customer"])
    if not rows and not invoicing.pending(
        account, customer["id"], subscription["id"], subscription["currency"]
    ):
        return None
    invoice = invoicing.draft(
        account,
        customer,
        reason="subscription_cycle" if subscription["cancel_at_period_end"] else "subscription_update",
        rows=rows,
        currency=subscription["currency"],
        subscription=subscription,
        discounts=coupons.live(account, subscription),
        period=(now, now),
    )
    subscription["latest_invoice"] = invoice["id"]
    invoicing.announce(account, invoice)
    invoicing.finalize(account, invoice)
    collecting.collect(account, invoice)
    return invoice


def usage_lines(account: Account, subscription: Obj, at: int) -> list[Obj]:
    """What was used of metered items in their periods so far; nothing for those not used."""
    rows = []
    for item in items.held(subscription):
        if items.is_metered(item):
            start = item["current_period_start"]
            used = usage.of_item(account, subscription, item, start, at)
            if used:
                rows.append(items.usage_line(account, subscription, item, used, start, at))
    return rows


def extend_trial(account: Account, subscription: Obj, wish: int | str) -> None:
    """Move the end of a trial; `now` ends it."""
    now = account.books.now_of(subscription)
    if wish == "now":
        subscription.update(trial_end=now, _at_once=True)
        for item in items.held(subscription):
            item["current_period_end"] = now
        return
    end = int(wish)
    if end <= now or end > now + 730 * DAY:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future", param="trial_end")
    if subscription["status"] not in {"trialing", "active", "past_due", "paused"}:
        raise invalid("This subscription cannot get a trial.", param="trial_end")
    subscription.update(
        status="trialing",
        trial_start=subscription["trial_start"] or now,
        trial_end=end,
        billing_cycle_anchor=end,
        _warned=end - now <= 3 * DAY,
    )
    for item in items.held(subscription):
        item["current_period_end"] = end
