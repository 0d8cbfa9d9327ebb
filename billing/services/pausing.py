"""Resting and leaving: both can be undone, and nothing of the store is lost by either."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import EventKind, Provider, Subscription, SubscriptionIntent, SubscriptionState
from billing.ports import CardProvider, CardSubscription
from billing.services import asking, standing
from billing.services.changing import act
from billing.services.plans import PlanRefused, lock_subscription
from tenants import acts, context
from tenants.models import Store
from tenants.permissions import Actor

PAUSE, RESUME, CANCEL, KEEP = "PAUSE", "RESUME", "CANCEL", "KEEP"
LONGEST_PAUSE_DAYS = 92
_MAY_LEAVE = frozenset({SubscriptionState.TRIALING, SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE})


def pause(*, store: Store, days: int, actor: Actor, now: datetime) -> SubscriptionIntent | None:
    """Rest for so many days: nothing is charged, the shop is closed, the dashboard can be read.

    Raises   PlanRefused, ProviderAway, ProviderRefused
    """
    subscription = _standing_of(store)
    if not 1 <= days <= LONGEST_PAUSE_DAYS:
        raise PlanRefused(_("A plan can rest for 1 to %(most)s days.") % {"most": LONGEST_PAUSE_DAYS})
    if subscription.state != SubscriptionState.ACTIVE or subscription.ends_at_period_end:
        raise PlanRefused(_("Only a plan that is paid and goes on can rest."))
    resumes_at = now + timedelta(days=days)
    if subscription.provider != Provider.STRIPE:
        return _move(
            store, actor, now, EventKind.PAUSED, state=SubscriptionState.PAUSED, resumes_at=resumes_at
        )

    def call(provider: CardProvider, ref: str, intent: SubscriptionIntent) -> CardSubscription:
        if subscription.schedule_ref:
            provider.keep_price(ref, key=f"release:{intent.uid}")
        until = asking.asked_at(intent) + timedelta(days=days)
        return provider.pause(ref, resumes_at=until, key=f"pause:{intent.uid}")

    return act(store, asking.Wish(PAUSE, detail=str(days)), call, actor=actor, now=now)


def resume(*, store: Store, actor: Actor, now: datetime) -> SubscriptionIntent | None:
    """End a rest early. Raises as `pause`."""
    subscription = _standing_of(store)
    if subscription.state != SubscriptionState.PAUSED:
        raise PlanRefused(_("This plan does not rest."))
    if subscription.provider != Provider.STRIPE:
        return _move(store, actor, now, EventKind.RESUMED, state=SubscriptionState.ACTIVE, resumes_at=None)
    return act(
        store,
        asking.Wish(RESUME),
        lambda provider, ref, intent: provider.resume(ref, key=f"resume:{intent.uid}"),
        actor=actor,
        now=now,
    )


def cancel(*, store: Store, actor: Actor, now: datetime) -> SubscriptionIntent | None:
    """Leave with the end of the period that is paid for. Nothing is lost until then, or by coming back.

    Raises   PlanRefused, ProviderAway, ProviderRefused
    """
    subscription = _standing_of(store)
    if subscription.provider == Provider.NONE or subscription.state not in _MAY_LEAVE:
        raise PlanRefused(_("There is nothing to cancel: no payment is due."))
    if subscription.ends_at_period_end:
        raise PlanRefused(_("This plan ends with its period already."))
    if subscription.provider != Provider.STRIPE:
        return _move(store, actor, now, EventKind.CANCEL_ASKED, ends_at_period_end=True, canceled_at=now)

    def call(provider: CardProvider, ref: str, intent: SubscriptionIntent) -> CardSubscription:
        if subscription.schedule_ref:
            provider.keep_price(ref, key=f"release:{intent.uid}")
        return provider.cancel_later(ref, key=f"cancel:{intent.uid}")

    return act(store, asking.Wish(CANCEL), call, actor=actor, now=now)


def keep(*, store: Store, actor: Actor, now: datetime) -> SubscriptionIntent | None:
    """Undo `cancel` while the period lasts. Raises as `cancel`."""
    subscription = _standing_of(store)
    if not subscription.ends_at_period_end:
        raise PlanRefused(_("This plan goes on anyway."))
    if subscription.provider != Provider.STRIPE:
        return _move(store, actor, now, EventKind.CANCEL_UNDONE, ends_at_period_end=False, canceled_at=None)
    return act(
        store,
        asking.Wish(KEEP),
        lambda provider, ref, intent: provider.keep(ref, key=f"keep:{intent.uid}"),
        actor=actor,
        now=now,
    )


def resume_due(now: datetime) -> int:
    """End every rest whose time is over and that nobody else ends. Returns how many."""
    due = Subscription.objects.filter(
        state=SubscriptionState.PAUSED, provider=Provider.INVOICE, resumes_at__lte=now
    )
    stores = [subscription.store for subscription in due.select_related("store")]
    for store in stores:
        with transaction.atomic():
            held = lock_subscription(store)
            if held.state == SubscriptionState.PAUSED and held.resumes_at and held.resumes_at <= now:
                active = SubscriptionState.ACTIVE
                standing.move(held, kind=EventKind.RESUMED, now=now, state=active, resumes_at=None)
    return len(stores)


def _standing_of(store: Store) -> Subscription:
    with context.in_public(), transaction.atomic():
        return lock_subscription(store)


@transaction.atomic
def _move(store: Store, actor: Actor, now: datetime, kind: EventKind, **changes: object) -> None:
    """The same for a subscription that nobody collects by card: our row is all there is."""
    with context.in_public():
        subscription = lock_subscription(store)
        standing.move(subscription, kind=kind, now=now, **changes)
        acts.note(actor=actor, action=f"subscription.{kind.lower()}", store=store)
