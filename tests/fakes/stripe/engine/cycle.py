"""What happens by itself when time passes.

https://docs.stripe.com/billing/subscriptions/billing-cycle, https://docs.stripe.com/billing/subscriptions/webhooks
https://docs.stripe.com/billing/subscriptions/pause-payment
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.engine import (
    cards,
    changes,
    collecting,
    coupons,
    invoicing,
    items,
    scheduling,
    standing,
    usage,
)
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.shapes import Obj, public

Deed = tuple[int, int, Callable[[], None]]
_TOO_MANY = 100_000
RUNS = frozenset({"active", "past_due", "unpaid"})


def run_until(account: Account, clock: str | None, target: int) -> None:
    """Do, in order of time, everything that is due on a clock up to a moment."""
    for _ in range(_TOO_MANY):
        deeds = [deed for deed in _due(account, clock) if deed[0] <= target]
        if not deeds:
            return
        at, _, act = min(deeds, key=lambda deed: deed[:2])
        with account.books.pinned(clock, at):
            act()
    raise RuntimeError("time does not pass")


def catch_up(account: Account) -> None:
    """Do what is due on the account's own clock."""
    run_until(account, None, account.books.now())


def _due(account: Account, clock: str | None) -> Iterator[Deed]:
    books = account.books
    for subscription in books.kinds.get("subscription", {}).values():
        if subscription["test_clock"] == clock and subscription["status"] not in standing.OVER:
            yield from _of_subscription(account, subscription)
    for invoice in books.kinds.get("invoice", {}).values():
        if invoice["test_clock"] == clock:
            yield from _of_invoice(account, invoice)
    for session in books.kinds.get("checkout.session", {}).values():
        if session["status"] == "open" and books.clock_of(session) == clock:
            yield session["expires_at"], 2, _bind(expire_session, account, session)
    for schedule in books.kinds.get("subscription_schedule", {}).values():
        if schedule["test_clock"] == clock and (at := scheduling.due_at(schedule)) is not None:
            yield at, 0, _bind(scheduling.advance, account, schedule)


def _bind(act: Callable[[Account, Obj], object], account: Account, obj: Obj) -> Callable[[], None]:
    return lambda: (act(account, obj), None)[1]


def _of_subscription(account: Account, subscription: Obj) -> Iterator[Deed]:
    status = subscription["status"]
    if status == "incomplete":
        yield subscription["created"] + 23 * 3600, 1, _bind(_expire, account, subscription)
    if subscription["cancel_at"] and status != "incomplete":
        yield subscription["cancel_at"], 0, _bind(_end_as_planned, account, subscription)
    if update := subscription["pending_update"]:
        yield update["expires_at"], 1, _bind(_drop_update, account, subscription)
    if at := (subscription["pause_collection"] or {}).get("resumes_at"):
        yield at, 0, _bind(_resume_collection, account, subscription)
    if status == "trialing":
        if not subscription.get("_warned"):
            yield subscription["trial_end"] - 3 * DAY, 1, _bind(_warn, account, subscription)
        yield subscription["trial_end"], 1, _bind(_end_trial, account, subscription)
    if status in RUNS:
        yield from _of_period(account, subscription)


def _of_period(account: Account, subscription: Obj) -> Iterator[Deed]:
    end = items.period_end(subscription)
    if (
        subscription["status"] == "active"
        and subscription.get("_upcoming") != end
        and not subscription["cancel_at"]
    ):
        notice = end - account.dials.upcoming_days * DAY
        if notice > subscription["start_date"]:
            yield notice, 1, _bind(_foretell, account, subscription)
    yield end, 1, _bind(renew, account, subscription)


def _of_invoice(account: Account, invoice: Obj) -> Iterator[Deed]:
    if invoice["status"] == "draft" and invoice["automatically_finalizes_at"] and invoice["auto_advance"]:
        yield invoice["automatically_finalizes_at"], 2, _bind(_finish, account, invoice)
    if invoice["status"] != "open":
        return
    if invoice["next_payment_attempt"] and invoice["auto_advance"]:
        yield invoice["next_payment_attempt"], 2, _bind(_retry, account, invoice)
    if invoice["collection_method"] == "send_invoice" and invoice["due_date"] and not invoice.get("_overdue"):
        yield invoice["due_date"], 2, _bind(_overdue, account, invoice)


# --- Subscriptions ------------------------------------------------------------------------------------


def _expire(account: Account, subscription: Obj) -> None:
    invoice = account.books.find("invoice", subscription["latest_invoice"])
    standing.end(account, subscription, None, status="incomplete_expired")
    if invoice and invoice["status"] == "open":
        invoicing.void(account, invoice)


def _end_as_planned(account: Account, subscription: Obj) -> None:
    changes.final_invoice(account, subscription)
    standing.end(
        account, subscription, subscription["cancellation_details"]["reason"] or "cancellation_requested"
    )


def _drop_update(account: Account, subscription: Obj) -> None:
    invoice = account.books.find("invoice", subscription.pop("_pending_invoice", None))
    for note in ("_pending_items", "_pending_anchor"):
        subscription.pop(note, None)
    subscription["pending_update"] = None
    account.books.emit("customer.subscription.pending_update_expired", subscription)
    if invoice and invoice["status"] == "open":
        invoicing.void(account, invoice)


def _resume_collection(account: Account, subscription: Obj) -> None:
    with account.books.changing(standing.UPDATED, subscription):
        subscription["pause_collection"] = None


def _warn(account: Account, subscription: Obj) -> None:
    subscription["_warned"] = True
    account.books.emit("customer.subscription.trial_will_end", subscription)


def _foretell(account: Account, subscription: Obj) -> None:
    subscription["_upcoming"] = items.period_end(subscription)
    told = upcoming(account, subscription)
    told.pop("id")
    account.books.emit("invoice.upcoming", told)


def _end_trial(account: Account, subscription: Obj) -> None:
    customer = account.books.get("customer", subscription["customer"])
    wish = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    automatic = subscription["collection_method"] == "charge_automatically"
    if not automatic or cards.default_for(account, customer, subscription) or wish == "create_invoice":
        renew(account, subscription)
    elif wish == "cancel":
        standing.end(account, subscription, None)
    else:
        standing.pause(account, subscription, "trial_end_without_payment_method")


def renew(account: Account, subscription: Obj) -> Obj:
    """Begin the next period of the items that are due, and make its invoice."""
    books = account.books
    now = books.now_of(subscription)
    customer = books.get("customer", subscription["customer"])
    begun = min(item["current_period_start"] for item in items.held(subscription))
    rows, delay = [], account.dials.draft_minutes * 60
    with books.changing(standing.UPDATED, subscription):
        if subscription["status"] == "trialing":
            subscription["status"] = "active"
            subscription["billing_cycle_anchor"] = now
        if subscription.pop("_at_once", False):
            delay = 0
        for item in items.held(subscription):
            if item["current_period_end"] <= now:
                rows += _next_period(account, subscription, item)
        invoice = invoicing.draft(
            account,
            customer,
            reason="subscription_cycle",
            rows=rows,
            currency=subscription["currency"],
            subscription=subscription,
            discounts=coupons.live(account, subscription),
            period=(begun, now),
        )
        subscription["latest_invoice"] = invoice["id"]
    coupons.spend(account, subscription, invoice)
    invoice["automatically_finalizes_at"] = now + delay
    if (
        subscription["status"] == "unpaid"
        or (subscription["pause_collection"] or {}).get("behavior") == "keep_as_draft"
    ):
        invoice.update(auto_advance=False, automatically_finalizes_at=None)
    invoicing.announce(account, invoice)
    return invoice


def _next_period(account: Account, subscription: Obj, item: Obj) -> list[Obj]:
    start, end = item["current_period_start"], item["current_period_end"]
    items.begin(subscription, item, end)
    if not items.is_metered(item):
        return [items.line_of(account, subscription, item)]
    used = usage.of_item(account, subscription, item, start, end)
    return [items.usage_line(account, subscription, item, used, start, end)]


def upcoming(account: Account, subscription: Obj) -> Obj:
    """The next renewal's invoice as it would be now. Nothing is changed."""
    books = account.books
    end = items.period_end(subscription)
    with (
        books.undoing(always=True, customer=subscription["customer"]),
        books.pinned(subscription["test_clock"], end),
    ):
        told = books.get("subscription", subscription["id"])
        invoice = renew(account, told)
        invoice["next_payment_attempt"] = end + account.dials.draft_minutes * 60
        return preview(invoice)


def preview(invoice: Obj) -> Obj:
    """A copy of an invoice that never was."""
    told = public(invoice)
    told["id"] = f"upcoming_{invoice['id']}"
    told.update(number=None, auto_advance=True, automatically_finalizes_at=None, status="draft")
    told.update(hosted_invoice_url=None, invoice_pdf=None, attempted=False, attempt_count=0)
    for row in told["lines"]["data"]:
        row["invoice"] = told["id"]
    return told


# --- Invoices -----------------------------------------------------------------------------------------


def _finish(account: Account, invoice: Obj) -> None:
    subscription = invoicing.subscription_of(account, invoice)
    invoicing.finalize(account, invoice)
    behaviour = ((subscription or {}).get("pause_collection") or {}).get("behavior")
    if behaviour == "void":
        invoicing.void(account, invoice)
    elif behaviour == "mark_uncollectible":
        invoicing.give_up(account, invoice)
    elif invoice["collection_method"] == "charge_automatically" or invoice["amount_remaining"] <= 0:
        collecting.collect(account, invoice, automatic=True)


def _retry(account: Account, invoice: Obj) -> None:
    invoice["next_payment_attempt"] = None
    collecting.collect(account, invoice, automatic=True)


def _overdue(account: Account, invoice: Obj) -> None:
    invoice["_overdue"] = True
    account.books.emit("invoice.overdue", invoice)
    standing.failed(account, invoice)


def expire_session(account: Account, session: Obj) -> None:
    """A checkout page that nobody can use any more."""
    session.update(status="expired", url=None)
    account.books.emit("checkout.session.expired", session)
