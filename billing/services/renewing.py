"""What an invoice of ours does to the plan when it is paid: begin, go on, change."""

from datetime import datetime
from typing import Any, Final

from django.db.models import F, Q

from billing.models import (
    EventKind,
    FeeReport,
    IntentState,
    Invoice,
    InvoicePayment,
    InvoiceState,
    Provider,
    Subscription,
    SubscriptionEvent,
    SubscriptionIntent,
    SubscriptionState,
)
from billing.services import add_ons, asking, crediting, standing
from billing.services.calendar import end_of

# Why there is an invoice: a plan begins, goes on, is changed; fees of past months; something else.
CREATE, CYCLE, UPDATE, FEES, MANUAL = "CREATE", "CYCLE", "UPDATE", "FEES", "MANUAL"
# Kinds of intents: to begin, or to change, when an invoice is paid.
START: Final = "INV_START"
CHANGE: Final = "INV_CHANGE"
_OVERDUE = (SubscriptionState.PAST_DUE, SubscriptionState.UNPAID)
_GOES_ON = (SubscriptionState.ACTIVE, *_OVERDUE)


def follow_payment(
    invoice: Invoice, payment: InvoicePayment, subscription: Subscription, now: datetime
) -> None:
    """Move the plan as a paid invoice asks for. The caller holds the subscription and the invoice."""
    act = {CREATE: _begin, CYCLE: _go_on, UPDATE: _change}.get(invoice.reason)
    if act is not None:
        act(invoice, subscription, now)
        if payment.method:
            standing.settle(subscription, now=now, paid_with=payment.method[:60])


def _begin(invoice: Invoice, subscription: Subscription, now: datetime) -> None:
    """The first payment, or the one with which a store comes back: the plan runs from now on.

    What is left of a trial, or of a period that was paid for, is added to the first period.
    """
    intent = SubscriptionIntent.objects.filter(kind=START, external_ref=str(invoice.uid)).first()
    if intent is None or intent.plan is None or _runs(subscription):
        _keep_money(invoice, now)
        return
    starts_at = max(now, _free_until(subscription) or now)
    was_there = SubscriptionEvent.objects.filter(store_id=invoice.store_id, mrr_after_amount__gt=0).exists()
    standing.move(
        subscription,
        kind=EventKind.REACTIVATED if was_there else EventKind.SUBSCRIBED,
        now=now,
        state=SubscriptionState.ACTIVE,
        provider=Provider.INVOICE,
        plan=intent.plan,
        interval=intent.interval,
        currency=invoice.currency,
        trial_ends_at=None,
        started_at=now,
        period_starts_at=now,
        period_ends_at=end_of(starts_at, intent.interval),
        ends_at_period_end=False,
        canceled_at=None,
        next_plan=None,
        next_interval="",
        external_ref="",
        schedule_ref="",
    )
    asking.close(intent, IntentState.DONE)


def _runs(subscription: Subscription) -> bool:
    """Whether the store pays for a plan already, perhaps by card by now."""
    pays = subscription.state in (*_GOES_ON, SubscriptionState.PAUSED)
    return pays and subscription.provider != Provider.NONE


def _free_until(subscription: Subscription) -> datetime | None:
    if subscription.state == SubscriptionState.TRIALING:
        return subscription.trial_ends_at
    return None


def _go_on(invoice: Invoice, subscription: Subscription, now: datetime) -> None:
    """The next period is paid. It begins when the one before is over; an overdue one begins at once."""
    is_ours = subscription.provider == Provider.INVOICE and subscription.state in _GOES_ON
    if not is_ours or next_invoice(subscription) != invoice:
        _keep_money(invoice, now)
    elif subscription.state in _OVERDUE or (
        subscription.period_ends_at and subscription.period_ends_at <= now
    ):
        enter_next(invoice, subscription, now)


def _keep_money(invoice: Invoice, now: datetime) -> None:
    """What was paid for is not wanted any more: the money becomes the store's balance."""
    crediting.void(invoice=invoice, reason="The plan had changed when this was paid.", now=now)


def enter_next(invoice: Invoice, subscription: Subscription, now: datetime) -> None:
    """Let the period of a paid invoice begin, with the plan that was chosen for it.

    Whoever pays when it is over already gets a whole one from now on.
    """
    starts_at, ends_at = invoice.period_starts_at, invoice.period_ends_at
    if starts_at is None or ends_at is None:
        return
    if subscription.period_ends_at and starts_at < subscription.period_ends_at:
        # The store had rested since the invoice was made.
        starts_at, ends_at = subscription.period_ends_at, subscription.period_ends_at + (ends_at - starts_at)
    plan = subscription.next_plan or subscription.plan
    interval = subscription.next_interval or subscription.interval
    changes: dict[str, Any] = {"period_starts_at": starts_at, "period_ends_at": ends_at}
    if ends_at <= now:
        changes = {"period_starts_at": now, "period_ends_at": end_of(now, interval)}
    if (plan.pk, interval) != (subscription.plan_id, subscription.interval):
        changes.update(plan=plan, interval=interval)
    changes.update(next_plan=None, next_interval="")
    if subscription.state in _OVERDUE:
        standing.move(
            subscription, kind=EventKind.RECOVERED, now=now, state=SubscriptionState.ACTIVE, **changes
        )
    elif "plan" in changes:
        standing.move(subscription, kind=EventKind.CHANGED, now=now, **changes)
    else:
        standing.settle(subscription, now=now, **changes)


def _change(invoice: Invoice, subscription: Subscription, now: datetime) -> None:
    """A larger plan, or a year, begins now; an invoice for the next period at the old price is taken back."""
    intent = SubscriptionIntent.objects.filter(kind=CHANGE, external_ref=str(invoice.uid)).first()
    is_ours = subscription.provider == Provider.INVOICE and subscription.state in _GOES_ON
    if intent is None or intent.plan is None or not is_ours:
        _keep_money(invoice, now)
        return
    changes: dict[str, Any] = {"plan": intent.plan, "interval": intent.interval}
    following = next_invoice(subscription)
    if intent.interval != subscription.interval:
        if following is not None and following.state == InvoiceState.PAID:
            _keep_money(following, now)
        changes.update(period_starts_at=invoice.period_starts_at, period_ends_at=invoice.period_ends_at)
    standing.move(subscription, kind=EventKind.CHANGED, now=now, next_plan=None, next_interval="", **changes)
    asking.close(intent, IntentState.DONE)
    take_back_next(subscription, now)


def next_invoice(subscription: Subscription) -> Invoice | None:
    """The invoice for the period that follows, open or paid, and not taken back."""
    rows = Invoice.objects.filter(
        Q(credited_amount__lt=F("total_amount")) | Q(total_amount=0),
        store_id=subscription.store_id,
        provider=Provider.INVOICE,
        reason=CYCLE,
        period_starts_at__gt=subscription.period_starts_at,
        period_starts_at__lte=subscription.period_ends_at,
    )
    return rows.exclude(state=InvoiceState.VOID).order_by("-pk").first()


def take_back_next(subscription: Subscription, now: datetime) -> None:
    """Take an unpaid invoice for the next period back, since it says the wrong thing; it is made anew."""
    invoice = next_invoice(subscription)
    if invoice is not None and invoice.state == InvoiceState.OPEN:
        # Fees and add-ons that stand on it go on the next one.
        FeeReport.objects.filter(invoice=invoice).delete()
        add_ons.take_off(invoice)
        crediting.void(invoice=invoice, reason="The plan was changed.", now=now)
