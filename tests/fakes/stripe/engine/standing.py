"""What payments and their failures make of a subscription.

https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.engine import invoicing
from tests.fakes.stripe.shapes import Obj

UPDATED = "customer.subscription.updated"
OVER = frozenset({"canceled", "incomplete_expired"})


def paid(account: Account, invoice: Obj) -> None:
    """An invoice was paid, or given up by hand."""
    customer = account.books.get("customer", invoice["customer"])
    owed = [
        row
        for row in account.books.all("invoice", customer=customer["id"], status="open")
        if row["attempted"]
    ]
    if customer["delinquent"] and not owed:
        with account.books.changing("customer.updated", customer):
            customer["delinquent"] = False
    subscription = invoicing.subscription_of(account, invoice)
    if subscription is None or subscription["status"] in OVER:
        return
    waited = subscription.get("_pending_invoice") == invoice["id"]
    with account.books.changing(UPDATED, subscription):
        _recover(account, subscription, invoice)
        if waited:
            _apply_pending(subscription)
    if waited:
        account.books.emit("customer.subscription.pending_update_applied", subscription)
    if subscription.get("_resuming") == invoice["id"]:
        resumed(account, subscription)


def _recover(account: Account, subscription: Obj, invoice: Obj) -> None:
    now = account.books.now_of(subscription)
    if subscription["status"] == "incomplete" and subscription["latest_invoice"] == invoice["id"]:
        subscription["status"] = "trialing" if (subscription["trial_end"] or 0) > now else "active"
    elif subscription["status"] in {"past_due", "unpaid"} and not _owes(account, subscription, invoice):
        subscription["status"] = "active"


def _owes(account: Account, subscription: Obj, settled: Obj) -> bool:
    """Whether the newest invoice that left the drafts is still open."""
    for row in account.books.all("invoice", customer=subscription["customer"]):
        if row["status"] != "draft" and invoicing.subscription_of(account, row) is subscription:
            return row["id"] != settled["id"] and row["status"] == "open"
    return False


def _apply_pending(subscription: Obj) -> None:
    subscription["items"]["data"] = subscription.pop("_pending_items")
    subscription["items"]["total_count"] = len(subscription["items"]["data"])
    subscription["billing_cycle_anchor"] = subscription.pop("_pending_anchor")
    subscription["pending_update"] = None
    subscription.pop("_pending_invoice")


def resumed(account: Account, subscription: Obj) -> None:
    """A paused subscription goes on."""
    subscription.pop("_resuming", None)
    with account.books.changing(UPDATED, subscription):
        subscription["status"] = "active"
        subscription.pop("status_details", None)
    account.books.emit("customer.subscription.resumed", subscription)


def pause(account: Account, subscription: Obj, reason: str) -> None:
    """Stop billing until somebody resumes it."""
    now = account.books.now_of(subscription)
    with account.books.changing(UPDATED, subscription):
        subscription["status"] = "paused"
        why = {"subscription": {"type": reason}, "transitioned_at": now, "type": "subscription"}
        subscription["status_details"] = {"paused": why}
    account.books.emit("customer.subscription.paused", subscription)


def failed(account: Account, invoice: Obj) -> None:
    """An invoice could not be paid. A change that waits for its money changes nothing by that."""
    subscription = invoicing.subscription_of(account, invoice)
    if subscription and subscription.get("_pending_invoice") == invoice["id"]:
        return
    customer = account.books.get("customer", invoice["customer"])
    if not customer["delinquent"]:
        with account.books.changing("customer.updated", customer):
            customer["delinquent"] = True
    if subscription and subscription["status"] in {"active", "trialing"}:
        with account.books.changing(UPDATED, subscription):
            subscription["status"] = "past_due"


def exhausted(account: Account, invoice: Obj) -> None:
    """The last try has failed. https://docs.stripe.com/billing/revenue-recovery/smart-retries"""
    invoice["auto_advance"] = False
    subscription = invoicing.subscription_of(account, invoice)
    if subscription is None or subscription["status"] != "past_due":
        return
    if account.dials.after_retries == "cancel":
        end(account, subscription, "payment_failed")
    elif account.dials.after_retries == "unpaid":
        with account.books.changing(UPDATED, subscription):
            subscription["status"] = "unpaid"


def end(account: Account, subscription: Obj, reason: str | None, *, status: str = "canceled") -> None:
    """A subscription is over; what is open stays open but is not collected any more."""
    now = account.books.now_of(subscription)
    subscription.update(
        status=status,
        ended_at=now,
        canceled_at=subscription["canceled_at"] or now,
        pause_collection=None,
        pending_update=None,
    )
    if reason:
        subscription["cancellation_details"]["reason"] = reason
    for row in account.books.all("invoice", customer=subscription["customer"]):
        if row["status"] in {"draft", "open"} and invoicing.subscription_of(account, row) is subscription:
            row.update(auto_advance=False, next_payment_attempt=None, automatically_finalizes_at=None)
    schedule = account.books.find("subscription_schedule", subscription["schedule"])
    if schedule and schedule["status"] in {"active", "not_started"}:
        schedule.update(status="canceled", canceled_at=now, current_phase=None)
        account.books.emit("subscription_schedule.canceled", schedule)
    kind = "customer.subscription.deleted" if status == "canceled" else UPDATED
    account.books.emit(kind, subscription, None if status == "canceled" else {"status": "incomplete"})
