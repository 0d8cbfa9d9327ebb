"""Collecting the money of an invoice, now and again later.

https://docs.stripe.com/invoicing/automatic-collection, https://docs.stripe.com/billing/revenue-recovery/smart-retries
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.engine import cards, charging, invoicing, standing
from tests.fakes.stripe.engine.charging import ASKS, NO_CARD, PAID, Outcome
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.shapes import Obj


def collect(
    account: Account,
    invoice: Obj,
    *,
    method: Obj | None = None,
    off_session: bool = True,
    automatic: bool = False,
    confirmed: bool = False,
) -> Outcome:
    """Try to take what is open on an invoice, and let everything follow that follows."""
    if invoice["amount_remaining"] <= 0:
        settle(account, invoice)
        return Outcome(PAID)
    first = invoice["attempt_count"] == 0
    if first or automatic:
        invoice["attempt_count"] += 1
    invoice["attempted"] = True
    if automatic and _is_hopeless(account, invoice):
        _again(account, invoice)
        return Outcome(charging.DECLINED, invoice["_hard"])
    intent = charging.intent_of(account, invoice)
    method = method or _method(account, invoice)
    outcome = charging.confirm(account, intent, method, off_session=off_session, confirmed=confirmed)
    if outcome.what == PAID:
        settle(account, invoice)
        return outcome
    invoice["_hard"] = outcome.code if outcome.code in cards.HARD or outcome.what == NO_CARD else ""
    invoice["_hard_method"] = method["id"] if method else None
    if first or automatic:
        _again(account, invoice, quiet=True)
    if outcome.what != ASKS or off_session:
        account.books.emit("invoice.payment_failed", invoice)
    if outcome.what == ASKS:
        account.books.emit("invoice.payment_action_required", invoice)
    standing.failed(account, invoice)
    if invoice.pop("_exhausted", False):
        standing.exhausted(account, invoice)
    return outcome


def settle(account: Account, invoice: Obj, *, off_stripe: bool = False) -> None:
    """An invoice is paid."""
    now = account.books.now_of(invoice)
    for payment in account.books.all("invoice_payment", invoice=invoice["id"], status="open"):
        payment.update(status="paid", amount_paid=payment["amount_requested"])
        payment["status_transitions"]["paid_at"] = now
        account.books.emit("invoice_payment.paid", payment)
    invoicing.paid(account, invoice, off_stripe=off_stripe)
    standing.paid(account, invoice)


def _method(account: Account, invoice: Obj) -> Obj | None:
    own = account.books.find("payment_method", invoice["default_payment_method"])
    customer = account.books.get("customer", invoice["customer"])
    return own or cards.default_for(account, customer, invoicing.subscription_of(account, invoice))


def _is_hopeless(account: Account, invoice: Obj) -> bool:
    """After a hard decline the tries go on, but nothing is charged until there is another card."""
    method = _method(account, invoice)
    return bool(invoice.get("_hard")) and (method["id"] if method else None) == invoice["_hard_method"]


def _again(account: Account, invoice: Obj, *, quiet: bool = False) -> None:
    """Plan the next try, or none."""
    if invoice["billing_reason"] == "subscription_create" or not invoice["auto_advance"]:
        return
    if invoice["collection_method"] == "send_invoice":
        return
    since = invoice.setdefault("_failed_at", account.books.now_of(invoice))
    days, tried = account.retry_days(), invoice["attempt_count"]
    invoice["next_payment_attempt"] = since + days[tried - 1] * DAY if tried <= len(days) else None
    if tried > len(days):
        invoice["_exhausted"] = True
    if not quiet:
        account.books.emit("invoice.updated", invoice, {"attempt_count": tried - 1})
        if invoice.pop("_exhausted", False):
            standing.exhausted(account, invoice)
