"""Subscriptions and their items.

https://docs.stripe.com/api/subscriptions, /api/subscription_items
"""

from __future__ import annotations

from typing import Any

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.engine import changes, collecting, coupons, cycle, invoicing, items, standing
from tests.fakes.stripe.engine.people import living
from tests.fakes.stripe.engine.subscribing import refuse_unless_alive, subscribe
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.routes import retrieve, route
from tests.fakes.stripe.shapes import Obj

_PLAIN = "collection_method days_until_due description".split()


@route("POST", "/v1/subscriptions", "subscriptions.create", "SubscriptionCreateParams")
def create(account: Account, params: Params) -> Obj:
    """Begin a subscription."""
    customer = living(account, params.get("customer", ""), param="customer")
    return subscribe(account, customer, params)


@route("GET", "/v1/subscriptions", "subscriptions.list", "SubscriptionListParams")
def index(account: Account, params: Params) -> Obj:
    """Subscriptions, newest first; ended ones only when asked for."""
    wanted = {
        name: params[name] for name in ("customer", "collection_method", "test_clock") if name in params
    }
    status = params.get("status")
    rows = account.books.all("subscription", **wanted)
    if status == "ended":
        rows = [row for row in rows if row["status"] in standing.OVER]
    elif status is None:
        rows = [row for row in rows if row["status"] != "canceled"]
    elif status != "all":
        rows = [row for row in rows if row["status"] == status]
    if "price" in params:
        rows = [
            row for row in rows if any(item["price"]["id"] == params["price"] for item in items.held(row))
        ]
    return account.page(rows, params, "/v1/subscriptions")


@route("POST", "/v1/subscriptions/{}", "subscriptions.update", "SubscriptionUpdateParams")
def update(account: Account, params: Params, id: str) -> Obj:
    """Change a subscription; nothing is changed if it is refused."""
    refuse(account, account.books.get("subscription", id), params)
    with account.books.undoing(customer=account.books.get("subscription", id)["customer"]):
        subscription = account.books.get("subscription", id)
        with account.books.changing(standing.UPDATED, subscription):
            rewrite(account, subscription, params)
    cycle.run_until(account, subscription["test_clock"], account.books.now_of(subscription))
    return subscription


def refuse(account: Account, subscription: Obj, params: Params) -> None:
    """Raise StripeRefused for what cannot be changed now."""
    if set(params) - {"cancellation_details", "metadata", "expand"}:
        refuse_unless_alive(subscription)
    managed = set(params) & {"items", "trial_end", "cancel_at_period_end", "cancel_at", "discounts"}
    if subscription["schedule"] and managed - {"discounts"}:
        raise invalid(
            f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, "
            "and updating "
            f"any {sorted(managed)[0]} directly is not allowed. Please update the schedule instead.",
            param=sorted(managed)[0],
        )
    if params.get("payment_behavior") == "pending_if_incomplete":
        allowed = (
            "items payment_behavior proration_behavior proration_date billing_cycle_anchor trial_end expand"
        )
        if extra := sorted(set(params) - set(allowed.split())):
            raise invalid(f"You cannot update {extra[0]} with pending_if_incomplete.", param=extra[0])


def rewrite(account: Account, subscription: Obj, params: Params) -> str | None:
    """Apply the parameters of an update. Returns the id of an invoice that was made at once."""
    for name in _PLAIN:
        if name in params:
            subscription[name] = settle(params[name])
    merge_metadata(subscription, params)
    _rewrite_payment(account, subscription, params)
    _rewrite_end(account, subscription, params)
    if "discounts" in params:
        _rewrite_discounts(account, subscription, settle(params["discounts"]) or [])
    if "pause_collection" in params:
        wish = settle(params["pause_collection"])
        subscription["pause_collection"] = wish and {
            "behavior": wish["behavior"],
            "resumes_at": wish.get("resumes_at"),
        }
    if "trial_end" in params:
        changes.extend_trial(account, subscription, params["trial_end"])
    if "trial_settings" in params:
        subscription["trial_settings"]["end_behavior"].update(
            (params["trial_settings"] or {}).get("end_behavior", {})
        )
    if params.get("items") or params.get("billing_cycle_anchor") == "now":
        return changes.change_items(account, subscription, params, params.get("items") or [])
    return None


def _rewrite_payment(account: Account, subscription: Obj, params: Params) -> None:
    if "default_payment_method" in params:
        ref = settle(params["default_payment_method"])
        if (
            ref
            and account.books.get("payment_method", ref, param="default_payment_method")["customer"]
            != (subscription["customer"])
        ):
            raise invalid(
                "The payment method must be attached to the customer.", param="default_payment_method"
            )
        subscription["default_payment_method"] = ref
    if "default_tax_rates" in params:
        subscription["default_tax_rates"] = items.rates(account, settle(params["default_tax_rates"]))
    if "payment_settings" in params:
        subscription["payment_settings"].update(params["payment_settings"])
    if "automatic_tax" in params:
        subscription["automatic_tax"].update(params["automatic_tax"])


def _rewrite_end(account: Account, subscription: Obj, params: Params) -> None:
    details = params.get("cancellation_details") or {}
    subscription["cancellation_details"].update({name: settle(value) for name, value in details.items()})
    if "cancel_at_period_end" in params:
        changes.end_at_period_end(account, subscription, params["cancel_at_period_end"])
    if "cancel_at" in params:
        at: Any = settle(params["cancel_at"])
        ends = [item["current_period_end"] for item in items.held(subscription)]
        words = {"min_period_end": min(ends), "max_period_end": max(ends)}
        subscription["cancel_at"] = words.get(at, at)
        subscription["canceled_at"] = account.books.now_of(subscription) if at else None
        subscription["cancel_at_period_end"] = False


def _rewrite_discounts(account: Account, subscription: Obj, wishes: list[Params]) -> None:
    customer = account.books.get("customer", subscription["customer"])
    subscription["discounts"] = [
        coupons.redeem(
            account,
            wish,
            customer=customer,
            currency=subscription["currency"],
            subscription=subscription["id"],
        )["id"]
        for wish in wishes
    ]


@route("DELETE", "/v1/subscriptions/{}", "subscriptions.cancel", "SubscriptionCancelParams")
def cancel(account: Account, params: Params, id: str) -> Obj:
    """End a subscription now."""
    subscription = account.books.get("subscription", id)
    refuse_unless_alive(subscription)
    details = params.get("cancellation_details") or {}
    subscription["cancellation_details"].update({name: settle(value) for name, value in details.items()})
    changes.end_now(
        account,
        subscription,
        prorate=params.get("prorate", False),
        invoice_now=params.get("invoice_now", False),
    )
    return subscription


@route("POST", "/v1/subscriptions/{}/pause", "subscriptions.pause", "SubscriptionPauseParams")
def pause(account: Account, params: Params, id: str) -> Obj:
    """Pause a subscription. https://docs.stripe.com/billing/subscriptions/pause"""
    subscription = account.books.get("subscription", id)
    if subscription["schedule"]:
        raise invalid("Cannot pause subscriptions with attached schedules.")
    if subscription["status"] not in {"active", "past_due", "trialing", "unpaid"}:
        raise invalid(f"A subscription that is {subscription['status']} cannot be paused.")
    bill = params.get("bill_for") or {}
    now = account.books.now_of(subscription)
    if (bill.get("unused_time_from") or {}).get("type", "now") != "none" and subscription[
        "status"
    ] == "active":
        changes.credit_unused(account, subscription, now)
    if params.get("invoicing_behavior") == "invoice":
        changes.final_invoice(account, subscription)
    standing.pause(account, subscription, "pause_requested")
    return subscription


@route("POST", "/v1/subscriptions/{}/resume", "subscriptions.resume", "SubscriptionResumeParams")
def resume(account: Account, params: Params, id: str) -> Obj:
    """Resume a paused subscription; a new period begins now unless the anchor stays."""
    subscription = account.books.get("subscription", id)
    if subscription["status"] != "paused":
        raise invalid("Only a paused subscription can be resumed.")
    now = account.books.now_of(subscription)
    unchanged = (params.get("billing_cycle_anchor") or {}).get("type") == "unchanged"
    if unchanged and items.period_end(subscription) > now:
        standing.resumed(account, subscription)
        return subscription
    subscription["billing_cycle_anchor"] = now
    for item in items.held(subscription):
        items.begin(subscription, item, now)
    customer = account.books.get("customer", subscription["customer"])
    rows = [
        items.line_of(account, subscription, item)
        for item in items.held(subscription)
        if not items.is_metered(item)
    ]
    invoice = invoicing.draft(
        account,
        customer,
        reason="subscription_update",
        rows=rows,
        currency=subscription["currency"],
        subscription=subscription,
        discounts=coupons.live(account, subscription),
    )
    subscription.update(latest_invoice=invoice["id"], _resuming=invoice["id"])
    invoicing.announce(account, invoice)
    invoicing.finalize(account, invoice)
    collecting.collect(account, invoice)
    return subscription


# --- Items --------------------------------------------------------------------------------------------


def _holder(account: Account, item: str) -> Obj:
    for subscription in account.books.all("subscription"):
        if any(row["id"] == item for row in items.held(subscription)):
            return subscription
    raise invalid(f"No such subscription item: '{item}'", param="id", code="resource_missing")


def _item(account: Account, id: str) -> Obj:
    return next(row for row in items.held(_holder(account, id)) if row["id"] == id)


def _change(account: Account, subscription: Obj, params: Params, wish: Params) -> None:
    refuse(account, subscription, {"items": []})
    books = account.books
    with books.undoing(customer=subscription["customer"]), books.changing(standing.UPDATED, subscription):
        changes.change_items(account, subscription, params, [wish])


@route("GET", "/v1/subscription_items", "subscription_items.list", "SubscriptionItemListParams")
def list_items(account: Account, params: Params) -> Obj:
    """The items of one subscription."""
    rows = items.held(account.books.get("subscription", params["subscription"], param="subscription"))
    return account.page(rows, params, "/v1/subscription_items")


@route("GET", "/v1/subscription_items/{}", "subscription_items.retrieve", "SubscriptionItemRetrieveParams")
def show_item(account: Account, params: Params, id: str) -> Obj:
    """One item."""
    return _item(account, id)


@route("POST", "/v1/subscription_items", "subscription_items.create", "SubscriptionItemCreateParams")
def create_item(account: Account, params: Params) -> Obj:
    """Add an item."""
    subscription = account.books.get("subscription", params["subscription"], param="subscription")
    known = {row["id"] for row in items.held(subscription)}
    wish = {name: params[name] for name in ("price", "quantity", "metadata", "tax_rates") if name in params}
    _change(account, subscription, params, wish)
    return next(row for row in items.held(subscription) if row["id"] not in known)


@route("POST", "/v1/subscription_items/{}", "subscription_items.update", "SubscriptionItemUpdateParams")
def update_item(account: Account, params: Params, id: str) -> Obj:
    """Change an item."""
    wish = {name: params[name] for name in ("price", "quantity", "metadata", "tax_rates") if name in params}
    _change(account, _holder(account, id), params, {"id": id, **wish})
    return _item(account, id)


@route("DELETE", "/v1/subscription_items/{}", "subscription_items.delete", "SubscriptionItemDeleteParams")
def delete_item(account: Account, params: Params, id: str) -> Obj:
    """Take an item away."""
    _change(account, _holder(account, id), params, {"id": id, "deleted": True})
    return {"id": id, "object": "subscription_item", "deleted": True}


retrieve("/v1/subscriptions/{}", "subscription", "subscriptions.retrieve", "SubscriptionRetrieveParams")
