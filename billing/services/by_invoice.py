"""Beginning and changing a plan without a card: an invoice is made, and paying it is what counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.invoice_ports import InvoiceItem
from billing.models import (
    Currency,
    IntentState,
    Interval,
    Invoice,
    InvoiceState,
    LineKind,
    Plan,
    Provider,
    Subscription,
    SubscriptionIntent,
    SubscriptionState,
)
from billing.rounding import half_up
from billing.services import asking, crediting, invoicing, paying, renewing, standing, taxing
from billing.services.calendar import end_of
from billing.services.changing import is_upgrade
from billing.services.invoicing import InvoiceDraft
from billing.services.plans import PlanRefused, lock_subscription
from billing.services.subscribing import for_sale
from tenants import acts, context
from tenants.models import Store
from tenants.permissions import Actor

# How long the first invoice of a plan, and that of a change, can be paid.
START_LASTS: Final = timedelta(days=7)
CHANGE_LASTS: Final = timedelta(hours=24)
_SECOND: Final = timedelta(seconds=1)
_PAYS: Final = (SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE, SubscriptionState.PAUSED)


@dataclass(frozen=True, slots=True)
class ChangeCosts:
    """What a change would be: at once for so much, or with the next period at `begins_at` for nothing now."""

    plan: Plan
    interval: str
    is_now: bool
    begins_at: datetime
    lines: list[InvoiceItem]
    net_amount: int
    tax_amount: int

    @property
    def total_amount(self) -> int:
        return self.net_amount + self.tax_amount


@transaction.atomic
def start(*, store: Store, plan_code: str, interval: str, actor: Actor, now: datetime) -> Invoice:
    """Make the first invoice of a plan. When it is paid, the plan runs; a trial that is left is added to it.

    A second click finds the first one; another choice takes its place.
    Raises   PlanRefused for what is not for sale, or a store that pays for a plan already
    Locks    the subscription, the invoice, then the series of numbers
    """
    with context.in_public():
        subscription = lock_subscription(store)
        plan = for_sale(plan_code)
        _refuse_who_pays(subscription)
        known, invoice = _open_wish(subscription, renewing.START)
        if known is not None and invoice is not None:
            if (known.plan_id, known.interval) == (plan.pk, interval) and now < invoice.due_at:
                return invoice
            drop(known, invoice, now)
        intent = _wish(subscription, renewing.START, (plan, interval), actor, now + START_LASTS)
        lines = plan_lines(subscription, plan, interval, now)
        draft = InvoiceDraft(renewing.CREATE, lines, due_at=now + START_LASTS, key=f"start:{intent.uid}")
        return _issued(store, intent, draft, actor, now)


def _refuse_who_pays(subscription: Subscription) -> None:
    is_by_card = subscription.provider == Provider.STRIPE and subscription.external_ref
    if is_by_card and subscription.state in (*_PAYS, SubscriptionState.UNPAID):
        raise PlanRefused(_("You pay by card. Cancel that first, or pay the open invoice another way."))
    if subscription.provider == Provider.INVOICE and subscription.state in _PAYS:
        raise PlanRefused(_("You pay by invoice already. Change your plan instead of choosing it anew."))
    if subscription.provider == Provider.INVOICE and subscription.state == SubscriptionState.UNPAID:
        raise PlanRefused(_("Pay the open invoice, and your plan goes on at once."))


def _open_wish(subscription: Subscription, kind: str) -> tuple[SubscriptionIntent | None, Invoice | None]:
    known = SubscriptionIntent.objects.filter(
        store_id=subscription.store_id, kind=kind, state=IntentState.OPEN
    ).first()
    if known is None:
        return None, None
    invoice = Invoice.objects.filter(uid=known.external_ref).first() if known.external_ref else None
    if invoice is None or invoice.state != InvoiceState.OPEN:
        asking.close(known, IntentState.EXPIRED)
        return None, None
    return known, invoice


def _wish(
    subscription: Subscription, kind: str, choice: tuple[Plan, str], actor: Actor, ends_at: datetime
) -> SubscriptionIntent:
    plan, interval = choice
    if interval not in Interval.values:
        raise PlanRefused(_("Choose monthly or yearly."))
    return SubscriptionIntent.objects.create(
        store_id=subscription.store_id,
        kind=kind,
        plan=plan,
        interval=interval,
        currency=Currency.IDR,
        asked_by=actor.name[:80],
        ends_at=ends_at,
    )


def _issued(
    store: Store, intent: SubscriptionIntent, draft: InvoiceDraft, actor: Actor, now: datetime
) -> Invoice:
    invoice = invoicing.issue(store=store, draft=draft, now=now)
    SubscriptionIntent.objects.filter(pk=intent.pk).update(external_ref=str(invoice.uid))
    acts.note(
        actor=actor,
        action="subscription.invoice_asked",
        store=store,
        subject_id=invoice.number,
        changes={"plan": intent.plan.code if intent.plan else "", "interval": intent.interval},
    )
    paying.use_balance(invoice=invoice, now=now)
    return invoice


def drop(intent: SubscriptionIntent, invoice: Invoice, now: datetime) -> None:
    """Give a wish up whose invoice nobody paid: the invoice is taken back."""
    asking.close(intent, IntentState.EXPIRED)
    crediting.void(invoice=invoice, reason="Not paid in time, or another choice was made.", now=now)


def drop_stale(now: datetime) -> int:
    """Give up every wish whose invoice was not paid in time. Returns how many."""
    kinds = (renewing.START, renewing.CHANGE)
    with context.in_public():
        stale = SubscriptionIntent.objects.filter(kind__in=kinds, state=IntentState.OPEN, ends_at__lte=now)
        found = list(stale.select_related("store"))
        for intent in found:
            with transaction.atomic():
                subscription = lock_subscription(intent.store)
                known, invoice = _open_wish(subscription, intent.kind)
                if known is not None and invoice is not None and known.pk == intent.pk:
                    drop(known, invoice, now)
        return len(found)


def plan_lines(subscription: Subscription, plan: Plan, interval: str, now: datetime) -> list[InvoiceItem]:
    """A period of a plan, and what a coupon takes off it."""
    price = plan.amount(interval, Currency.IDR)
    with translation.override(subscription.store.language):
        months = 12 if interval == Interval.YEAR else 1
        told = ngettext("%(plan)s, %(months)d month", "%(plan)s, %(months)d months", months)
        lines = [InvoiceItem(LineKind.PLAN, told % {"plan": plan.name, "months": months}, price)]
        coupon, until = subscription.coupon, subscription.coupon_ends_at
        if coupon is not None and (until is None or now < until):
            off = price - coupon.price_after(price)
            text = _("Coupon %(code)s, %(percent)d%%") % {"code": coupon.code, "percent": coupon.percent_off}
            lines.append(InvoiceItem(LineKind.DISCOUNT, text, -off))
    return lines


def costs_of(*, store: Store, plan_code: str, interval: str, now: datetime) -> ChangeCosts:
    """Say what a change would cost and when it would begin. Nothing happens. Raises PlanRefused."""
    with context.in_public(), transaction.atomic():
        return _costs(lock_subscription(store), for_sale(plan_code), interval, now)


def _costs(subscription: Subscription, plan: Plan, interval: str, now: datetime) -> ChangeCosts:
    if subscription.provider != Provider.INVOICE or subscription.state != SubscriptionState.ACTIVE:
        raise PlanRefused(_("Only a plan that is paid can be changed."))
    if interval not in Interval.values:
        raise PlanRefused(_("Choose monthly or yearly."))
    if (plan.pk, interval) == (subscription.plan_id, subscription.interval):
        raise PlanRefused(_("You are on this plan already."))
    begins_at = subscription.period_ends_at or now
    if not is_upgrade(subscription, plan, interval):
        return ChangeCosts(plan, interval, False, begins_at, [], 0, 0)
    lines = _proration(subscription, plan, interval, now)
    net = max(sum(line.net_amount for line in lines), 0)
    return ChangeCosts(plan, interval, True, now, lines, net, taxing.tax_on(net, now).amount)


def _proration(subscription: Subscription, plan: Plan, interval: str, now: datetime) -> list[InvoiceItem]:
    """What is left of the old plan, to the second, and what the new one costs for it, or for a year."""
    old = _price(subscription, subscription.plan, subscription.interval, now)
    new = _price(subscription, plan, interval, now)
    left, whole = _seconds_left(subscription, now)
    following = renewing.next_invoice(subscription)
    is_prepaid = following is not None and following.state == InvoiceState.PAID
    unused, costs = half_up(old * left, whole), new
    if interval == subscription.interval:
        unused += old if is_prepaid else 0
        costs = half_up(new * left, whole) + (new if is_prepaid else 0)
    with translation.override(subscription.store.language):
        return [
            InvoiceItem(
                LineKind.PRORATION, _("Unused time of %(plan)s") % {"plan": subscription.plan.name}, -unused
            ),
            InvoiceItem(LineKind.PRORATION, _("%(plan)s from now on") % {"plan": plan.name}, costs),
        ]


def _price(subscription: Subscription, plan: Plan, interval: str, now: datetime) -> int:
    return sum(line.net_amount for line in plan_lines(subscription, plan, interval, now))


def _seconds_left(subscription: Subscription, now: datetime) -> tuple[int, int]:
    """How many seconds of the period are left, and how many a whole one has. A trial adds none."""
    ends_at = subscription.period_ends_at or now
    starts_at = subscription.period_starts_at or now
    whole = max((ends_at - starts_at) // _SECOND, 1)
    return min(max((ends_at - now) // _SECOND, 0), whole), whole


@transaction.atomic
def change(*, store: Store, plan_code: str, interval: str, actor: Actor, now: datetime) -> Invoice | None:
    """Change to another plan or interval: to more when its invoice is paid, to less with the next period.

    Returns  the invoice to pay; None when the change waits for the next period, or costs nothing
    Raises   PlanRefused
    Locks    the subscription, the invoice, then the series of numbers
    """
    with context.in_public():
        subscription = lock_subscription(store)
        costs = _costs(subscription, for_sale(plan_code), interval, now)
        known, invoice = _open_wish(subscription, renewing.CHANGE)
        if known is not None and invoice is not None:
            if (known.plan_id, known.interval) == (costs.plan.pk, interval) and now < invoice.due_at:
                return invoice
            drop(known, invoice, now)
        if not costs.is_now:
            _change_later(subscription, costs, actor, now)
            return None
        if not costs.net_amount:
            _change_free(subscription, costs, now)
            return None
        due_at = min(now + CHANGE_LASTS, costs.begins_at + CHANGE_LASTS)
        if subscription.period_ends_at is not None:
            due_at = min(due_at, subscription.period_ends_at)
        intent = _wish(subscription, renewing.CHANGE, (costs.plan, interval), actor, due_at)
        period = (now, end_of(now, interval)) if interval != subscription.interval else None
        draft = InvoiceDraft(
            renewing.UPDATE, costs.lines, due_at=due_at, key=f"change:{intent.uid}", period=period
        )
        return _issued(store, intent, draft, actor, now)


def _change_later(subscription: Subscription, costs: ChangeCosts, actor: Actor, now: datetime) -> None:
    following = renewing.next_invoice(subscription)
    if following is not None and following.state == InvoiceState.PAID:
        raise PlanRefused(_("The next period is paid already. Change again when it has begun."))
    standing.settle(subscription, now=now, next_plan=costs.plan, next_interval=costs.interval)
    renewing.take_back_next(subscription, now)
    acts.note(
        actor=actor,
        action="subscription.change_planned",
        store=subscription.store,
        changes={"plan": costs.plan.code, "interval": costs.interval},
    )


def _change_free(subscription: Subscription, costs: ChangeCosts, now: datetime) -> None:
    standing.move(
        subscription,
        kind="CHANGED",
        now=now,
        plan=costs.plan,
        interval=costs.interval,
        next_plan=None,
        next_interval="",
    )
    renewing.take_back_next(subscription, now)


@transaction.atomic
def keep_plan(*, store: Store, actor: Actor, now: datetime) -> None:
    """Undo a change that waits for the next period. Raises PlanRefused when none does."""
    with context.in_public():
        subscription = lock_subscription(store)
        if subscription.provider != Provider.INVOICE or subscription.next_plan_id is None:
            raise PlanRefused(_("No change is planned."))
        standing.settle(subscription, now=now, next_plan=None, next_interval="")
        renewing.take_back_next(subscription, now)
        acts.note(actor=actor, action="subscription.change_undone", store=store)
