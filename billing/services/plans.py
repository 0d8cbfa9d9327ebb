"""Plans and trials."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from billing import clock
from billing.models import AccessRule, EventKind, Plan, Provider, Subscription, SubscriptionState, TaxRate
from billing.plans import (
    ACCESS_RULES,
    LONGEST_EXTENSION_DAYS,
    PLANS,
    TAX_RATES,
    TRIAL_DAYS,
    TRIAL_PLAN,
    PlanSeed,
)
from billing.services import standing
from billing.services.offering import load_offers
from tenants import acts, context
from tenants.errors import CommerceError
from tenants.models import Store
from tenants.permissions import Actor

_IN_TRIAL = frozenset({SubscriptionState.TRIALING, SubscriptionState.ENDED})


class PlanRefused(CommerceError):
    code = "plan_refused"
    http_status = 422


def load_plans() -> None:
    """Write the plans, rules of access and tax rates that we start with where they are missing.

    Never changes one that exists, but for what it has no value for yet since the column came later.
    """
    for position, seed in enumerate(PLANS):
        plan, is_new = Plan.objects.get_or_create(
            code=seed.code, version=1, defaults={**seed.columns, "position": position}
        )
        if not is_new:
            _fill_in(plan, seed)
    if not AccessRule.objects.exists():
        AccessRule.objects.bulk_create(
            AccessRule(state=state, from_day=day, access=access) for state, day, access in ACCESS_RULES
        )
    if not TaxRate.objects.exists():
        TaxRate.objects.bulk_create(
            TaxRate(
                name=name, basis_points=points, base_numerator=over, base_denominator=under, starts_on=day
            )
            for name, points, over, under, day in TAX_RATES
        )
    load_offers()


def _fill_in(plan: Plan, seed: PlanSeed) -> None:
    missing = {name: value for name, value in seed.entitlements.items() if name not in plan.entitlements}
    if not missing and plan.year_idr_amount:
        return
    plan.entitlements = {**plan.entitlements, **missing}
    for column in ("year_usd_amount", "year_idr_amount", "fee_basis_points", "fee_month_cap_idr_amount"):
        if not getattr(plan, column):
            setattr(plan, column, seed.columns[column])
    plan.save()
    for subscription in plan.subscriptions.select_related("store", "plan"):
        standing.grant(subscription, clock.now())


def start_trial(store: Store) -> None:
    """Put a new store on the trial plan. A store that has a subscription keeps it."""
    with context.in_public():
        known = Subscription.objects.select_related("plan").filter(store_id=store.pk).first()
        if known is None:
            _begin_trial(store, clock.now())
        elif not store.entitlements:
            known.store = store
            standing.grant(known, clock.now())


@transaction.atomic
def _begin_trial(store: Store, now: datetime) -> None:
    subscription = Subscription.objects.create(
        store_id=store.pk,
        plan=Plan.objects.filter(code=TRIAL_PLAN).order_by("-version")[0],
        state=SubscriptionState.TRIALING,
        started_at=now,
        trial_ends_at=now + timedelta(days=TRIAL_DAYS),
    )
    subscription.store = store
    standing.move(subscription, kind=EventKind.TRIAL_STARTED, now=now)


@transaction.atomic
def extend_trial(*, store: Store, days: int, reason: str, actor: Actor, now: datetime) -> Subscription:
    """Give a store more days of its trial, counted from its end or, when that has passed, from now.

    Raises   PlanRefused for a store that is past trials, or for more days than anybody may give
    Locks    the subscription
    """
    if not 1 <= days <= LONGEST_EXTENSION_DAYS:
        raise PlanRefused(_("Give 1 to %(most)s days.") % {"most": LONGEST_EXTENSION_DAYS})
    subscription = lock_subscription(store)
    before = subscription.trial_ends_at
    if subscription.state not in _IN_TRIAL or before is None or subscription.provider != Provider.NONE:
        raise PlanRefused(_("This store is past its trial."))
    ends_at = max(before, now) + timedelta(days=days)
    standing.move(
        subscription,
        kind=EventKind.TRIAL_EXTENDED,
        now=now,
        trial_ends_at=ends_at,
        state=SubscriptionState.TRIALING,
    )
    acts.note(
        actor=actor,
        action="subscription.trial_extended",
        store=store,
        reason=reason,
        changes={"trial_ends_at": [before.isoformat(), ends_at.isoformat()]},
    )
    return subscription


def end_trials(now: datetime) -> int:
    """End every trial whose time is over and that nobody pays for. Returns how many."""
    over = Subscription.objects.filter(
        state=SubscriptionState.TRIALING,
        provider__in=(Provider.NONE, Provider.INVOICE),
        trial_ends_at__lte=now,
    )
    stores = [subscription.store for subscription in over.select_related("store")]
    for store in stores:
        with transaction.atomic():
            held = lock_subscription(store)
            if held.state == SubscriptionState.TRIALING and held.trial_ends_at and held.trial_ends_at <= now:
                ended = SubscriptionState.ENDED
                standing.move(held, kind=EventKind.TRIAL_ENDED, now=now, state=ended)
    return len(stores)


@transaction.atomic
def change_plan(*, store: Store, code: str, reason: str, actor: Actor, now: datetime) -> Subscription:
    """Put a store that pays nobody on a plan at once; that ends its trial. Nothing that exists is taken away.

    Raises   PlanRefused for a plan that is not offered, the one it is on already, or a store that pays
    Locks    the subscription
    """
    plan = Plan.objects.filter(code=code, is_offered=True).order_by("-version").first()
    if plan is None:
        raise PlanRefused(_("There is no such plan."))
    subscription = lock_subscription(store)
    if subscription.plan_id == plan.pk and subscription.state == SubscriptionState.ACTIVE:
        raise PlanRefused(_("The store is on this plan already."))
    if subscription.provider != Provider.NONE:
        raise PlanRefused(_("This store pays for its plan: only its owner can change it."))
    before = subscription.plan.code
    standing.move(
        subscription,
        kind=EventKind.CHANGED,
        now=now,
        plan=plan,
        state=SubscriptionState.ACTIVE,
        trial_ends_at=None,
        started_at=now,
    )
    acts.note(
        actor=actor,
        action="subscription.plan_changed",
        store=store,
        reason=reason,
        changes={"plan": [before, plan.code]},
    )
    return subscription


def lock_subscription(store: Store) -> Subscription:
    """The store's subscription, with its plan, until the transaction ends. Raises PlanRefused without one."""
    found = (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("plan", "next_plan", "coupon", "store")
        .filter(store_id=store.pk)
        .first()
    )
    if found is None:
        raise PlanRefused(_("This store has no subscription yet: it is still being built."))
    return found
