"""Previews: the change is made, its invoice is read, and everything is put back.

https://docs.stripe.com/api/invoices/create_preview, https://docs.stripe.com/billing/subscriptions/prorations#preview-proration
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.calls import subscriptions
from tests.fakes.stripe.engine import cycle, invoicing, items, scheduling
from tests.fakes.stripe.engine.people import living
from tests.fakes.stripe.engine.subscribing import subscribe
from tests.fakes.stripe.errors import StripeRefused
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.shapes import Obj

_DETAILS = (
    "billing_cycle_anchor cancel_at cancel_at_period_end default_tax_rates items proration_behavior "
    "proration_date "
    "trial_end"
).split()


def create_preview(account: Account, params: Params) -> Obj:
    """Compute an invoice without making it. Raises StripeRefused when nothing will be billed."""
    books = account.books
    wish = {
        name: value for name, value in (params.get("subscription_details") or {}).items() if name in _DETAILS
    }
    ref = params.get("subscription")
    if schedule := books.find("subscription_schedule", params.get("schedule")):
        ref = schedule["subscription"]
    running = books.find("subscription", ref)
    with books.undoing(always=True, customer=running["customer"] if running else params.get("customer")):
        if ref:
            return _of_running(account, ref, params, wish)
        return _of_new(account, params, wish)


def _of_new(account: Account, params: Params, wish: Params) -> Obj:
    books = account.books
    if customer := params.get("customer"):
        buyer = living(account, customer, param="customer")
        running = [row for row in books.all("subscription", customer=customer) if row["status"] in cycle.RUNS]
        if not wish.get("items") and running:
            return _of_running(account, running[0]["id"], params, wish)
    else:
        buyer = books.add(
            "customer",
            "cus",
            balance=0,
            delinquent=False,
            invoice_prefix="PREVIEW",
            invoice_settings={"default_payment_method": None},
            metadata={},
            next_invoice_sequence=1,
            tax_exempt=(params.get("customer_details") or {}).get("tax_exempt") or "none",
        )
    given = {"currency": params["currency"]} if "currency" in params else {}
    discounts = {"discounts": params["discounts"]} if params.get("discounts") else {}
    begun = subscribe(
        account, buyer, {**wish, **given, **discounts, "payment_behavior": "default_incomplete"}
    )
    return cycle.preview(books.get("invoice", begun["latest_invoice"]))


def _of_running(account: Account, id: str, params: Params, wish: Params) -> Obj:
    books = account.books
    subscription = books.get("subscription", id, param="subscription")
    if subscription["status"] in {"canceled", "incomplete_expired"}:
        raise _nothing()
    wish = dict(wish)
    if params.get("discounts"):
        wish["discounts"] = params["discounts"]
    subscriptions.refuse(account, {**subscription, "schedule": None}, wish)
    before = {row["id"] for row in books.all("invoiceitem")}
    made = subscriptions.rewrite(account, subscription, {**wish, "payment_behavior": "default_incomplete"})
    if made:
        return cycle.preview(books.get("invoice", made))
    if subscription["cancel_at"] and not [row for row in books.all("invoiceitem") if row["id"] not in before]:
        waiting = invoicing.pending(account, subscription["customer"], id, subscription["currency"])
        if not waiting and not any(items.is_metered(item) for item in items.held(subscription)):
            raise _nothing()
    _jump_phase(account, subscription)
    end = items.period_end(subscription)
    with books.pinned(subscription["test_clock"], end):
        return cycle.preview(cycle.renew(account, subscription))


def _jump_phase(account: Account, subscription: Obj) -> None:
    schedule = account.books.find("subscription_schedule", subscription["schedule"])
    if not schedule or schedule["status"] != "active":
        return
    end = schedule["current_phase"]["end_date"]
    if end <= items.period_end(subscription) and len(schedule["phases"]) > 1:
        with account.books.pinned(subscription["test_clock"], end):
            scheduling.advance(account, schedule)


def _nothing() -> StripeRefused:
    return StripeRefused(404, "No upcoming invoices for customer", code="invoice_upcoming_none")
