"""Plans that are paid by invoice: the invoice a week before, the next period, what is overdue."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import ngettext

from billing import mails
from billing.invoice_ports import InvoiceItem
from billing.models import (
    AddOnCharge,
    EventKind,
    FeeEntry,
    Interval,
    Invoice,
    InvoiceState,
    LineKind,
    Provider,
    Subscription,
    SubscriptionState,
)
from billing.selectors.fees import month_of
from billing.services import add_ons, by_invoice, fees, invoicing, paying, renewing, standing
from billing.services.calendar import end_of
from billing.services.invoicing import InvoiceDraft
from tenants import context
from tenants.models import Store, StoreState

# How long before a period begins its invoice is made, and how long one for fees or add-ons can be paid.
NOTICE: Final = timedelta(days=7)
FEES_LAST: Final = timedelta(days=14)
# Overdue for so long, a plan is given up; paying brings it back all the same.
GIVE_UP: Final = timedelta(days=21)
_SERVED: Final = (StoreState.ACTIVE, StoreState.SUSPENDED)
Act = Callable[[Subscription, datetime], None]


def run(now: datetime) -> None:
    """Everything that a day may bring to plans that are paid by invoice. Safe to run late, or twice at once.

    Each store in a transaction of its own. Locks the subscription, the invoice, then the series of numbers.
    """
    with context.in_public():
        by_invoice.drop_stale(now)
        ours = Subscription.objects.filter(provider=Provider.INVOICE, store__state__in=_SERVED)
        active, overdue = SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE
        _each(ours.filter(state=active, coupon_ends_at__lte=now), _end_coupon, now)
        _each(ours.filter(state=active, period_ends_at__lte=now + NOTICE), _bill_next, now)
        _each(ours.filter(state=active, period_ends_at__lte=now), _turn, now)
        _each(ours.filter(state=overdue, ends_at_period_end=True), _leave, now)
        _each(ours.filter(state=overdue, past_due_since__lte=now - GIVE_UP), _give_up, now)
        resting = (SubscriptionState.CANCELED, SubscriptionState.PAUSED)
        _each(ours.filter(Q(state__in=resting) | Q(ends_at_period_end=True)), _ask_no_more, now)


def bill_fees(now: datetime) -> None:
    """Bill fees of past months where no invoice of a plan carries them: to stores on a year, or gone."""
    with context.in_public():
        rows = Subscription.objects.exclude(provider=Provider.STRIPE).filter(store__state__in=_SERVED)
        rows = rows.exclude(state=SubscriptionState.ACTIVE, interval=Interval.MONTH)
        stores = FeeEntry.objects.filter(report__isnull=True, month__lt=_month(now))
        _each(rows.filter(store_id__in=stores.values("store_id")), _bill_fees, now)


def bill_add_ons(now: datetime) -> None:
    """Bill add-ons of past months where no invoice of a plan carries them: by card, by the year."""
    with context.in_public():
        past = AddOnCharge.objects.filter(invoice__isnull=True, idr_amount__gt=0, starts_on__lt=_month(now))
        stores = past.values("store_add_on__store_id")
        rows = Subscription.objects.filter(store__state__in=_SERVED, store_id__in=stores)
        _each(rows, _bill_add_ons, now)


def _month(now: datetime) -> date:
    return now.date().replace(day=1)


def _each(rows: Iterable[Subscription], act: Act, now: datetime) -> None:
    for key in [row.pk for row in rows]:
        with transaction.atomic():
            held = Subscription.objects.select_for_update(of=("self",)).select_related(
                "plan", "store", "next_plan", "coupon"
            )
            act(held.get(pk=key), now)


def _end_coupon(subscription: Subscription, now: datetime) -> None:
    until = subscription.coupon_ends_at
    if until is not None and until <= now:
        standing.move(subscription, kind=EventKind.DISCOUNTED, now=now, coupon=None, coupon_ends_at=None)


def _bill_next(subscription: Subscription, now: datetime) -> None:
    """Make the invoice for the next period, with the fees until now, unless there is one."""
    starts_at = subscription.period_ends_at
    is_due = starts_at is not None and starts_at <= now + NOTICE
    if not is_due or starts_at is None or subscription.ends_at_period_end or _has_next(subscription):
        return
    plan = subscription.next_plan or subscription.plan
    interval = subscription.next_interval or subscription.interval
    entries = list(fees.unreported(subscription.store_id))
    lines = by_invoice.plan_lines(subscription, plan, interval, max(starts_at, now))
    fees_on_it = fee_lines(subscription.store, entries)
    if sum(line.net_amount for line in lines + fees_on_it) < 0:
        # More was given back than the plan costs: the rest waits for the next invoice.
        entries, fees_on_it = [], []
    charges = add_ons.unbilled(subscription.store_id)
    period = (starts_at, end_of(starts_at, interval, subscription.started_at))
    draft = InvoiceDraft(
        renewing.CYCLE,
        lines + fees_on_it + add_ons.lines_of(subscription.store, charges),
        # Whoever is told late is not overdue on the same day.
        due_at=max(starts_at, now),
        period=period,
    )
    invoice = invoicing.issue(store=subscription.store, draft=draft, now=now)
    fees.put_on(invoice, entries, now)
    add_ons.put_on(invoice, charges)
    _tell(subscription.store, invoice)
    paying.use_balance(invoice=invoice, now=now)


def _has_next(subscription: Subscription) -> bool:
    return renewing.next_invoice(subscription) is not None


def fee_lines(store: Store, entries: list[FeeEntry]) -> list[InvoiceItem]:
    """One line for the fees of each month; none for months that cost nothing."""
    months = sorted({entry.month for entry in entries})
    lines = []
    with translation.override(store.language):
        for month in months:
            mine = [entry for entry in entries if entry.month == month]
            amount, count = sum(entry.amount for entry in mine), len(mine)
            told = ngettext(
                "Transaction fees %(month)s, %(count)d entry",
                "Transaction fees %(month)s, %(count)d entries",
                count,
            )
            if amount:
                text = told % {"month": f"{month:%m/%Y}", "count": count}
                lines.append(InvoiceItem(LineKind.FEES, text, amount))
    return lines


def _turn(subscription: Subscription, now: datetime) -> None:
    """A period is over: the next one begins, the plan ends, or the money is overdue."""
    ends_at = subscription.period_ends_at
    if subscription.state != SubscriptionState.ACTIVE or ends_at is None or ends_at > now:
        return
    if subscription.ends_at_period_end:
        standing.move(subscription, kind=EventKind.CANCELED, now=now, state=SubscriptionState.CANCELED)
        return
    invoice = renewing.next_invoice(subscription)
    if invoice is not None and invoice.state == InvoiceState.PAID:
        renewing.enter_next(invoice, subscription, now)
    elif invoice is not None and invoice.due_at <= now:
        standing.move(
            subscription,
            kind=EventKind.PAST_DUE,
            now=now,
            state=SubscriptionState.PAST_DUE,
            past_due_since=invoice.due_at,
        )


def _leave(subscription: Subscription, now: datetime) -> None:
    """Who leaves while a payment is overdue has used up what was paid for."""
    if subscription.state == SubscriptionState.PAST_DUE and subscription.ends_at_period_end:
        standing.move(subscription, kind=EventKind.CANCELED, now=now, state=SubscriptionState.CANCELED)


def _give_up(subscription: Subscription, now: datetime) -> None:
    since = subscription.past_due_since
    if subscription.state == SubscriptionState.PAST_DUE and since is not None and since <= now - GIVE_UP:
        standing.move(subscription, kind=EventKind.UNPAID, now=now, state=SubscriptionState.UNPAID)


def _ask_no_more(subscription: Subscription, now: datetime) -> None:
    """Nobody has to pay for a period that will not come."""
    renewing.take_back_next(subscription, now)


def _bill_add_ons(subscription: Subscription, now: datetime) -> None:
    charges = [row for row in add_ons.unbilled(subscription.store_id) if row.starts_on < _month(now)]
    if add_ons.is_billed_with_plan(subscription) or not charges:
        return
    draft = InvoiceDraft(
        add_ons.ADD_ONS, add_ons.lines_of(subscription.store, charges), due_at=now + FEES_LAST
    )
    invoice = invoicing.issue(store=subscription.store, draft=draft, now=now)
    add_ons.put_on(invoice, charges)
    _tell(subscription.store, invoice)
    paying.use_balance(invoice=invoice, now=now)


def _bill_fees(subscription: Subscription, now: datetime) -> None:
    this_month = month_of(subscription.store, now)
    entries = [entry for entry in fees.unreported(subscription.store_id) if entry.month < this_month]
    lines = fee_lines(subscription.store, entries)
    if sum(line.net_amount for line in lines) <= 0:
        return
    draft = InvoiceDraft(renewing.FEES, lines, due_at=now + FEES_LAST)
    invoice = invoicing.issue(store=subscription.store, draft=draft, now=now)
    fees.put_on(invoice, entries, now)
    _tell(subscription.store, invoice)
    paying.use_balance(invoice=invoice, now=now)


def _tell(store: Store, invoice: Invoice) -> None:
    facts = {
        "number": invoice.number,
        "amount": invoice.total_amount,
        "currency": invoice.currency,
        "due_at": invoice.due_at.isoformat(),
        "invoice": str(invoice.uid),
    }
    mails.tell_owners(store, "plan_invoice", facts, dedupe_key=f"invoice:{invoice.pk}")
