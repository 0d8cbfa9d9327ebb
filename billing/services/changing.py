"""Changing a plan that is paid by card: to a dearer one at once, to a cheaper one with the next period."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import (
    IntentState,
    Interval,
    Plan,
    Provider,
    Subscription,
    SubscriptionIntent,
    SubscriptionState,
)
from billing.ports import CardProvider, CardSubscription, ChangePreview
from billing.registry import cards
from billing.services import asking, syncing
from billing.services.plans import PlanRefused, lock_subscription
from billing.services.subscribing import for_sale
from tenants import acts, context
from tenants.models import Store
from tenants.permissions import Actor

CHANGE, CHANGE_LATER, KEEP_PRICE = "CHANGE", "CHANGE_LATER", "KEEP_PRICE"
_MAY_CHANGE = frozenset({SubscriptionState.TRIALING, SubscriptionState.ACTIVE})


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a change would be: at once for `costs`, or with the next period at `begins_at` for nothing now."""

    plan: Plan
    interval: str
    is_now: bool
    begins_at: datetime
    costs: ChangePreview | None


def prospect(*, store: Store, plan_code: str, interval: str, now: datetime) -> Prospect:
    """Say what a change would cost and when it would begin. Nothing happens.

    Raises   PlanRefused, ProviderAway, ProviderRefused
    """
    with context.in_public():
        with transaction.atomic():
            subscription = lock_subscription(store)
            plan = _changeable(subscription, plan_code, interval)
        is_now = is_upgrade(subscription, plan, interval)
        if not is_now:
            begins_at = subscription.period_ends_at or now
            return Prospect(plan, interval, is_now=False, begins_at=begins_at, costs=None)
        with asking.answered():
            key = plan.lookup_key(interval, subscription.currency)
            costs = cards().preview_change(subscription.external_ref, price_key=key, at=now)
        return Prospect(plan, interval, is_now=True, begins_at=now, costs=costs)


def is_upgrade(subscription: Subscription, plan: Plan, interval: str) -> bool:
    """Whether a change is for more: a larger plan, or the same one for a longer time or a higher price.

    In a trial every change is made at once, since nothing is charged.
    """
    if subscription.state == SubscriptionState.TRIALING:
        return True
    now = subscription.plan
    if plan.position != now.position:
        return plan.position > now.position
    if interval != subscription.interval:
        return interval == Interval.YEAR
    return plan.amount(interval, subscription.currency) > now.amount(interval, subscription.currency)


def _changeable(subscription: Subscription, plan_code: str, interval: str) -> Plan:
    """The plan to change to. Raises PlanRefused."""
    need_card(subscription)
    if subscription.state not in _MAY_CHANGE:
        raise PlanRefused(_("Please pay what is open, or resume your plan, before you change it."))
    plan = for_sale(plan_code)
    if plan.pk == subscription.plan_id and interval == subscription.interval:
        raise PlanRefused(_("The store is on this plan already."))
    return plan


def need_card(subscription: Subscription) -> None:
    """Refuse what only a subscription that is paid by card can do."""
    if subscription.provider != Provider.STRIPE or not subscription.external_ref:
        raise PlanRefused(_("This plan is not paid by card."))
    if subscription.state in (SubscriptionState.CANCELED, SubscriptionState.ENDED):
        raise PlanRefused(_("This subscription is over. Choose a plan to begin anew."))


def refuse_other_currency(subscription: Subscription, currency: str) -> None:
    """One subscription is paid in one currency from its first day to its last.

    Raises   PlanRefused, with the way that leads to another currency
    """
    if currency != subscription.currency:
        raise PlanRefused(
            _(
                "Your plan is paid in %(now)s until it ends. To pay in %(other)s, cancel it for the end of "
                "the period, and choose a plan anew after that: nothing is lost meanwhile."
            )
            % {"now": subscription.currency, "other": currency}
        )


def change(
    *, store: Store, plan_code: str, interval: str, currency: str, actor: Actor, now: datetime
) -> SubscriptionIntent:
    """Change the plan: at once for the difference, or with the next period if it is for less.

    Returns  the intent; a `url` is where the bank still asks something, until which nothing has changed
    Raises   PlanRefused, ProviderAway, ProviderRefused; nothing is changed
    """
    with context.in_public(), transaction.atomic():
        subscription = lock_subscription(store)
        refuse_other_currency(subscription, currency)
        plan = _changeable(subscription, plan_code, interval)
        is_now = is_upgrade(subscription, plan, interval)
    price_key = plan.lookup_key(interval, currency)

    def at_once(provider: CardProvider, ref: str, intent: SubscriptionIntent) -> CardSubscription:
        if subscription.schedule_ref:
            provider.keep_price(ref, key=f"release:{intent.uid}")
        at = asking.asked_at(intent)
        return provider.change_now(ref, price_key=price_key, at=at, key=f"change:{intent.uid}")

    def later(provider: CardProvider, ref: str, intent: SubscriptionIntent) -> CardSubscription:
        if subscription.ends_at_period_end:
            provider.keep(ref, key=f"keep:{intent.uid}")
        return provider.change_later(ref, price_key=price_key, key=f"later:{intent.uid}")

    wish = asking.Wish(CHANGE if is_now else CHANGE_LATER, plan, interval, currency)
    told = {"plan": [subscription.plan.code, plan.code], "interval": [subscription.interval, interval]}
    return act(store, wish, at_once if is_now else later, actor=actor, now=now, told=told)


def keep_price(*, store: Store, actor: Actor, now: datetime) -> SubscriptionIntent:
    """Undo a change that was to begin with the next period. Raises as `change`."""
    return act(
        store,
        asking.Wish(KEEP_PRICE),
        lambda provider, ref, intent: provider.keep_price(ref, key=f"release:{intent.uid}"),
        actor=actor,
        now=now,
    )


Call = Callable[[CardProvider, str, SubscriptionIntent], CardSubscription]


def act(
    store: Store,
    wish: asking.Wish,
    call: Call,
    *,
    actor: Actor,
    now: datetime,
    told: Mapping[str, object] | None = None,
) -> SubscriptionIntent:
    """Write a wish down, ask the provider, and write what it says into our row.

    Raises   PlanRefused, ProviderAway, ProviderRefused
    """
    with context.in_public():
        with transaction.atomic():
            subscription = lock_subscription(store)
            need_card(subscription)
            intent, _other = asking.begin(subscription, wish, actor=actor, now=now)
        read_at = asking.moment()
        with asking.answered(intent):
            found = call(cards(), subscription.external_ref, intent)
        with transaction.atomic():
            syncing.write(found, read_at=read_at, now=now)
            asking.close(intent, IntentState.DONE, url=found.waits_at_url[:500], trouble="")
            acts.note(
                actor=actor,
                action=f"subscription.{wish.kind.lower()}",
                store=store,
                subject_id=str(intent.uid),
                changes=told,
            )
        return intent
