"""Subscription schedules: what changes at the end of a phase.

https://docs.stripe.com/billing/subscriptions/subscription-schedules
"""

from __future__ import annotations

from typing import Any

from tests.fakes.stripe.account import Account, merge_metadata
from tests.fakes.stripe.engine import changes, coupons, items, standing, subscribing
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import later
from tests.fakes.stripe.shapes import Obj

_SETTINGS: Obj = {
    "application_fee_percent": None,
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
    "billing_cycle_anchor": "automatic",
    "billing_thresholds": None,
    "collection_method": "charge_automatically",
    "default_payment_method": None,
    "description": None,
    "invoice_settings": {
        "account_tax_ids": None,
        "days_until_due": None,
        "issuer": {"account": None, "type": "self"},
    },
    "on_behalf_of": None,
    "transfer_data": None,
}
LIVE = frozenset({"active", "not_started"})


def open_schedule(account: Account, customer: Obj, **fields: Any) -> Obj:
    """A schedule with the fields that always stand there."""
    return account.books.add(
        "subscription_schedule",
        "sub_sched",
        billing_mode={
            "flexible": {"proration_discounts": "included"},
            "type": "flexible",
            "updated_at": None,
        },
        customer=customer["id"],
        default_settings=dict(_SETTINGS),
        end_behavior="release",
        metadata={},
        pause_schedules=[],
        test_clock=customer["test_clock"],
        **fields,
    )


def phase_of(account: Account, wish: Params, start: int, currency: str, place: int) -> Obj:
    """One phase from the parameters of a call."""
    param = f"phases[{place}]"
    rows = []
    for at, row in enumerate(wish.get("items") or []):
        price = items.price_of(account, row, f"{param}[items][{at}]")
        rows.append(
            {
                "billing_thresholds": None,
                "discounts": [],
                "metadata": dict(row.get("metadata") or {}),
                "plan": price["id"],
                "price": price["id"],
                "quantity": row.get("quantity", 1)
                if price["recurring"]["usage_type"] == "licensed"
                else None,
                "tax_rates": items.rates(account, row.get("tax_rates")),
            }
        )
    if not rows:
        raise invalid("A phase needs items.", param=f"{param}[items]", code="parameter_missing")
    for row in rows:
        del row["plan"]
    end = _end(account, wish, start, rows[0]["price"], param)
    settings = dict.fromkeys("application_fee_percent billing_thresholds description on_behalf_of".split())
    return {
        **settings,
        "add_invoice_items": [],
        "automatic_tax": None,
        "billing_cycle_anchor": wish.get("billing_cycle_anchor"),
        "collection_method": wish.get("collection_method"),
        "currency": wish.get("currency") or currency,
        "default_payment_method": wish.get("default_payment_method"),
        "default_tax_rates": items.rates(account, wish.get("default_tax_rates") or []),
        "discounts": [
            {"coupon": None, "discount": None, "promotion_code": None, **row}
            for row in wish.get("discounts") or []
        ],
        "end_date": end,
        "invoice_settings": None,
        "items": rows,
        "metadata": dict(wish.get("metadata") or {}),
        "proration_behavior": wish.get("proration_behavior") or "create_prorations",
        "start_date": start,
        "transfer_data": None,
        "trial": None,
        "trial_end": wish["trial_end"] if isinstance(wish.get("trial_end"), int) else None,
        "_tax_rates_given": "default_tax_rates" in wish,
    }


def _end(account: Account, wish: Params, start: int, price: str, param: str) -> int:
    if isinstance(wish.get("end_date"), int):
        if wish["end_date"] <= start:
            raise invalid("The end of a phase must be after its start.", param=f"{param}[end_date]")
        return int(wish["end_date"])
    interval, count = items.beat({"price": account.books.get("price", price)})
    if duration := wish.get("duration"):
        return later(start, duration["interval"], duration.get("interval_count") or 1)
    return later(start, interval, count * (wish.get("iterations") or 1))


def due_at(schedule: Obj) -> int | None:
    """When the next thing happens to a schedule."""
    if schedule["status"] == "not_started":
        return int(schedule["phases"][0]["start_date"])
    if schedule["status"] == "active":
        return int(schedule["current_phase"]["end_date"])
    return None


def advance(account: Account, schedule: Obj) -> None:
    """Begin the next phase, or end."""
    now = account.books.now_of(schedule)
    phases = schedule["phases"]
    if schedule["status"] == "not_started":
        return _start(account, schedule)
    following = [phase for phase in phases if phase["start_date"] >= schedule["current_phase"]["end_date"]]
    if not following:
        return _finish(account, schedule)
    phase = following[0]
    with account.books.changing("subscription_schedule.updated", schedule):
        schedule["current_phase"] = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    subscription = account.books.get("subscription", schedule["subscription"])
    with account.books.changing(standing.UPDATED, subscription):
        apply(account, subscription, phase, at_boundary=items.period_end(subscription) <= now)
    return None


def _start(account: Account, schedule: Obj) -> None:
    phase = schedule["phases"][0]
    customer = account.books.get("customer", schedule["customer"])
    wish: Params = {
        "items": [
            {name: row[name] for name in ("price", "quantity") if row[name] is not None}
            for row in phase["items"]
        ],
        "default_tax_rates": [rate["id"] for rate in phase["default_tax_rates"]],
        "metadata": phase["metadata"],
    }
    subscription = subscribing.subscribe(account, customer, wish)
    subscription["schedule"] = schedule["id"]
    with account.books.changing("subscription_schedule.updated", schedule):
        schedule.update(status="active", subscription=subscription["id"])
        schedule["current_phase"] = {"start_date": phase["start_date"], "end_date": phase["end_date"]}


def apply(account: Account, subscription: Obj, phase: Obj, *, at_boundary: bool) -> None:
    """Give a subscription what a phase says."""
    wishes: list[Params] = []
    held = {item["price"]["id"]: item for item in items.held(subscription)}
    spare = [item for item in items.held(subscription) if item["price"]["id"] not in _prices(phase)]
    for row in phase["items"]:
        known = held.get(row["price"])
        wish: Params = {"price": row["price"], "tax_rates": [rate["id"] for rate in row["tax_rates"]]}
        if row["quantity"] is not None:
            wish["quantity"] = row["quantity"]
        if known is None and (twin := _twin(account, spare, row["price"])):
            spare.remove(twin)
            known = twin
        wishes.append({**wish, "id": known["id"]} if known else wish)
    wishes += [{"id": item["id"], "deleted": True} for item in spare]
    if phase["metadata"]:
        merge_metadata(subscription, {"metadata": phase["metadata"]})
    if phase["_tax_rates_given"]:
        subscription["default_tax_rates"] = phase["default_tax_rates"]
    _rediscount(account, subscription, phase)
    behaviour = "none" if at_boundary else phase["proration_behavior"]
    changes.change_items(account, subscription, {"proration_behavior": behaviour}, wishes)


def _rediscount(account: Account, subscription: Obj, phase: Obj) -> None:
    """A phase has the discounts that it names and no others."""
    customer = account.books.get("customer", subscription["customer"])
    subscription["discounts"] = [
        coupons.redeem(
            account,
            wish,
            customer=customer,
            currency=subscription["currency"],
            subscription=subscription["id"],
        )["id"]
        for wish in phase["discounts"]
    ]


def _prices(phase: Obj) -> set[str]:
    return {row["price"] for row in phase["items"]}


def _twin(account: Account, spare: list[Obj], price: str) -> Obj | None:
    """An item that goes and is billed in the same way: the new price takes its place."""
    usage = account.books.get("price", price)["recurring"]["usage_type"]
    return next((item for item in spare if item["price"]["recurring"]["usage_type"] == usage), None)


def _finish(account: Account, schedule: Obj) -> None:
    subscription = account.books.get("subscription", schedule["subscription"])
    if schedule["end_behavior"] == "cancel":
        schedule.update(status="completed", completed_at=account.books.now_of(schedule), current_phase=None)
        account.books.emit("subscription_schedule.completed", schedule)
        changes.final_invoice(account, subscription)
        standing.end(account, subscription, "cancellation_requested")
        return
    release(account, schedule)


def release(account: Account, schedule: Obj) -> None:
    """Let the subscription go on without the schedule."""
    if schedule["status"] not in LIVE:
        raise invalid(
            f"You cannot release a schedule that is currently in the `{schedule['status']}` status."
        )
    subscription = account.books.find("subscription", schedule["subscription"])
    schedule.update(
        status="released",
        released_at=account.books.now_of(schedule),
        released_subscription=schedule["subscription"],
        subscription=None,
        current_phase=None,
    )
    account.books.emit("subscription_schedule.released", schedule)
    if subscription:
        with account.books.changing(standing.UPDATED, subscription):
            subscription["schedule"] = None
