"""Add-ons: on, off, and what they cost, by the day.

A month is billed when it is over. Each day is charged once, in rows for the days that an add-on was on, so
turning it off and on again costs no day twice. Days are those of the store's clock.
"""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from billing import mails
from billing.invoice_ports import InvoiceItem
from billing.models import (
    Access,
    AddOn,
    AddOnCharge,
    AddOnUse,
    Interval,
    Invoice,
    LineKind,
    Provider,
    StoreAddOn,
    StoreAddOnState,
    Subscription,
    SubscriptionState,
)
from billing.rounding import half_up
from billing.selectors import add_ons as selectors
from billing.services import standing, usage
from billing.services.plans import PlanRefused, lock_subscription
from tenants import acts, context
from tenants.models import Store
from tenants.permissions import SYSTEM, Actor

ADD_ONS: Final = "ADD_ONS"
# Calls of a month's last hour are counted by then.
_COUNTED: Final = timedelta(hours=3)
_DAY: Final = timedelta(days=1)
_MAY_HAVE: Final = (SubscriptionState.TRIALING, SubscriptionState.ACTIVE)
_GOES_ON: Final = (*_MAY_HAVE, SubscriptionState.PAST_DUE)


@transaction.atomic
def turn_on(*, store: Store, code: str, actor: Actor, now: datetime) -> StoreAddOn:
    """Let a store have an add-on from now on. The first time, where there is one, a trial comes before.

    A second click finds it on. A trial ends by itself, and nothing is charged for it.
    Raises   PlanRefused for what is not offered, and while the plan does not allow everything
    Locks    the subscription
    """
    with context.in_public():
        subscription = lock_subscription(store)
        add_on = AddOn.objects.filter(code=code, is_offered=True).first()
        if add_on is None:
            raise PlanRefused(_("There is no such add-on."))
        access = standing.access_of(subscription, now)
        if subscription.state not in _MAY_HAVE or access != Access.FULL:
            raise PlanRefused(_("Add-ons go with a plan that is paid or in its trial."))
        if _is_needless(add_on, subscription):
            raise PlanRefused(_("Your plan has this without limit already."))
        row, _made = StoreAddOn.objects.get_or_create(
            store_id=store.pk, add_on=add_on, defaults={"state": StoreAddOnState.OFF}
        )
        if row.state != StoreAddOnState.OFF:
            return row
        _begin(row, store, now)
        standing.grant(subscription, now)
        _note(row, store, actor, "add_on.on")
        return row


def _is_needless(add_on: AddOn, subscription: Subscription) -> bool:
    """Whether the plan has all of it without limit."""
    return all(subscription.plan.entitlements.get(name, 0) is None for name in add_on.entitlements)


def _begin(row: StoreAddOn, store: Store, now: datetime) -> None:
    """The trial the first time, else what is paid for."""
    days = row.add_on.trial_days if row.turned_on_at is None else 0
    row.turned_on_at, row.turned_off_at = now, None
    if days:
        row.state, row.trial_ends_at = StoreAddOnState.TRIALING, now + timedelta(days=days)
    else:
        row.state, row.trial_ends_at = StoreAddOnState.ON, None
        today = day_of(store, now)
        row.billed_until = max(row.billed_until, today) if row.billed_until else today
    row.save()


@transaction.atomic
def turn_off(*, store: Store, code: str, actor: Actor, now: datetime) -> StoreAddOn | None:
    """Take an add-on away. What was made with it stays; its days until today are billed with the month.

    Locks    the subscription
    """
    with context.in_public():
        subscription = lock_subscription(store)
        row = StoreAddOn.objects.select_related("add_on").filter(store_id=store.pk, add_on__code=code).first()
        if row is None or row.state == StoreAddOnState.OFF:
            return row
        _end(row, subscription, actor, now)
        return row


def _end(row: StoreAddOn, subscription: Subscription, actor: Actor, now: datetime) -> None:
    if row.state == StoreAddOnState.ON:
        charge(row, subscription.store, day_of(subscription.store, now) + _DAY)
    row.state, row.turned_off_at, row.trial_ends_at = StoreAddOnState.OFF, now, None
    row.save()
    standing.grant(subscription, now)
    _note(row, subscription.store, actor, "add_on.off")


def charge(row: StoreAddOn, store: Store, until: date) -> None:
    """Write down what the days before `until` cost that are not charged yet, month by month.

    The caller holds the store's subscription, and the add-on is on.
    """
    while row.billed_until is not None and row.billed_until < until:
        starts_on = row.billed_until
        ends_on = min(until, selectors.next_month(starts_on))
        units = selectors.calls_between(store.pk, starts_on, ends_on) if row.add_on.meter else 0
        amount = _cost(row, starts_on, ends_on, units)
        AddOnCharge.objects.create(
            store_add_on=row, starts_on=starts_on, ends_on=ends_on, units=units, idr_amount=amount
        )
        row.billed_until = ends_on
        row.save(update_fields=["billed_until"])


def _cost(row: StoreAddOn, starts_on: date, ends_on: date, units: int) -> int:
    """A fixed price by its share of the month; of a metered one, what the month costs more than before."""
    month, after = starts_on.replace(day=1), selectors.next_month(starts_on)
    if not row.add_on.meter:
        return half_up(row.add_on.month_idr_amount * (ends_on - starts_on).days, (after - month).days)
    before = row.charges.filter(starts_on__gte=month, starts_on__lt=after)
    told = before.aggregate(units=Sum("units"), amount=Sum("idr_amount"))
    whole = selectors.metered_cost(row.add_on, (told["units"] or 0) + units)
    return max(whole - (told["amount"] or 0), 0)


def run(now: datetime) -> None:
    """What a day may bring to add-ons: a trial ends, a month is over, a plan stops. Safe to run twice."""
    with context.in_public():
        rows = StoreAddOn.objects.exclude(state=StoreAddOnState.OFF).order_by("pk")
        for key in list(rows.values_list("pk", flat=True)):
            with transaction.atomic():
                _go_on(key, now)


def _go_on(key: int, now: datetime) -> None:
    row = StoreAddOn.objects.select_related("add_on", "store").get(pk=key)
    subscription = lock_subscription(row.store)
    row.refresh_from_db(fields=["state", "trial_ends_at", "billed_until"])
    if row.state == StoreAddOnState.OFF:
        return
    if subscription.state not in _GOES_ON or _is_needless(row.add_on, subscription):
        # Nothing is charged while a plan rests or is over, or for what it has without limit by now.
        _end(row, subscription, SYSTEM, now)
    elif row.state == StoreAddOnState.TRIALING:
        if row.trial_ends_at is not None and row.trial_ends_at <= now:
            _end(row, subscription, SYSTEM, now)
            facts = {"name_id": row.add_on.name_id, "name_en": row.add_on.name_en}
            mails.tell_owners(row.store, "add_on_trial_over", facts, dedupe_key=f"add_on:{row.pk}")
    else:
        charge(row, row.store, day_of(row.store, now - _COUNTED).replace(day=1))
        _count(row, now)


def _count(row: StoreAddOn, now: datetime) -> None:
    """Remember how much of a metered add-on was used, and tell its owner in time of the month's cap."""
    if not row.add_on.meter:
        return
    month = day_of(row.store, now).replace(day=1)
    use, _made = AddOnUse.objects.get_or_create(store_add_on=row, month=month)
    use.used = selectors.used_in(row, month)
    cost = selectors.metered_cost(row.add_on, use.used)
    share = usage.reached(cost, row.add_on.month_cap_idr_amount or None)
    if share > use.noticed_percent:
        use.noticed_percent = share
        facts = {
            "name_id": row.add_on.name_id,
            "name_en": row.add_on.name_en,
            "used": use.used,
            "amount": cost,
            "currency": "IDR",
            "is_reached": share >= 100,
            "cap_amount": row.add_on.month_cap_idr_amount,
        }
        mails.tell_owners(row.store, "add_on_cap", facts, dedupe_key=f"cap:{row.pk}:{month}:{share}")
    use.save(update_fields=["used", "noticed_percent"])


def unbilled(store_id: int) -> list[AddOnCharge]:
    """What stands on no invoice yet, oldest first."""
    rows = AddOnCharge.objects.filter(store_add_on__store_id=store_id, invoice__isnull=True, idr_amount__gt=0)
    return list(rows.select_related("store_add_on__add_on").order_by("starts_on", "pk"))


def lines_of(store: Store, charges: list[AddOnCharge]) -> list[InvoiceItem]:
    """One line for each charge, with its days."""
    lines = []
    with translation.override(store.language):
        for each in charges:
            add_on = each.store_add_on.add_on
            name = add_on.name_id if store.language == "id" else add_on.name_en
            last = each.ends_on - _DAY
            text = f"{name}, {each.starts_on:%d/%m/%Y} – {last:%d/%m/%Y}"
            if add_on.meter:
                text += ", " + _("%(calls)s calls") % {"calls": each.units}
            lines.append(InvoiceItem(LineKind.ADD_ON, text, each.idr_amount))
    return lines


def put_on(invoice: Invoice, charges: list[AddOnCharge]) -> None:
    """Note that charges stand on an invoice of ours. The caller holds the subscription."""
    AddOnCharge.objects.filter(pk__in=[each.pk for each in charges], invoice__isnull=True).update(
        invoice=invoice
    )


def take_off(invoice: Invoice) -> None:
    """An invoice is taken back before it was paid: what it charged goes on the next one."""
    AddOnCharge.objects.filter(invoice=invoice).update(invoice=None)


def is_billed_with_plan(subscription: Subscription) -> bool:
    """Whether an invoice of the plan comes each month, on which add-ons have their lines."""
    return (
        subscription.provider == Provider.INVOICE
        and subscription.state == SubscriptionState.ACTIVE
        and subscription.interval == Interval.MONTH
        and not subscription.ends_at_period_end
    )


def day_of(store: Store, moment: datetime) -> date:
    """The day by the store's clock."""
    return moment.astimezone(ZoneInfo(store.time_zone)).date()


def _note(row: StoreAddOn, store: Store, actor: Actor, action: str) -> None:
    acts.note(
        actor=actor, action=action, store=store, subject_id=row.add_on.code, changes={"state": row.state}
    )
