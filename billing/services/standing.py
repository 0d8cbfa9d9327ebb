"""How a store stands with us: the one place that moves a subscription, and what that does to the store."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from billing.models import (
    Access,
    AccessRule,
    EventKind,
    Provider,
    StoreAddOn,
    StoreAddOnState,
    Subscription,
    SubscriptionEvent,
    SubscriptionState,
)
from billing.selectors.warnings import warning_of
from tenants import context, entitlements, hosts

# While money is overdue its days are counted; any other state begins anew.
_OVERDUE = frozenset({SubscriptionState.PAST_DUE, SubscriptionState.UNPAID})


@transaction.atomic
def move(
    subscription: Subscription, *, kind: EventKind | str, now: datetime, **changes: Any
) -> SubscriptionEvent:
    """Change a subscription, write down what that did to the recurring revenue, and let the store feel it.

    subscription  locked by the caller, as it was before
    changes       columns of the row with their new values
    Returns       the event, which also tells the plan from now on
    """
    with context.in_public():
        before, currency_before = _last_revenue(subscription)
        _apply(subscription, now, changes)
        subscription.save()
        event = SubscriptionEvent.objects.create(
            store_id=subscription.store_id,
            at=now,
            kind=kind,
            plan_code=subscription.plan.code,
            plan_version=subscription.plan.version,
            interval=subscription.interval,
            provider=subscription.provider,
            currency_before=currency_before,
            currency=subscription.currency,
            mrr_before_amount=before,
            mrr_after_amount=subscription.month_net_amount,
        )
        grant(subscription, now)
        return event


@transaction.atomic
def settle(subscription: Subscription, *, now: datetime, **changes: Any) -> None:
    """Write what is no event, such as the next period, or a first payment that is still open.

    subscription  locked by the caller. Should the recurring revenue differ all the same, that is an event
    """
    with context.in_public():
        _apply(subscription, now, changes)
        amount, currency = _last_revenue(subscription)
        is_same = amount == subscription.month_net_amount
        if is_same and (not amount or currency == subscription.currency):
            subscription.save()
            grant(subscription, now)
            return
        move(subscription, kind=EventKind.CHANGED, now=now)


def grant(subscription: Subscription, now: datetime) -> None:
    """Write what the store may do now: its plan with its add-ons, and less when money is missing."""
    with context.in_public():
        allowed = _with_add_ons(subscription)
        if (access := access_of(subscription, now)) != Access.FULL:
            allowed["access"] = access
        if warning := warning_of(subscription, access, now):
            allowed["notice"] = warning
        store = subscription.store
        if store.entitlements == allowed:
            return
        entitlements.grant(store, allowed)
        # Once more when it counts: somebody may have read the old row until then.
        context.on_commit(hosts.forget, store)


def access_of(subscription: Subscription, now: datetime) -> str:
    """What the rules allow in this state on this day. Without a rule, everything."""
    since = subscription.past_due_since or subscription.state_since or subscription.started_at
    days = max((now - since).days, 0)
    rules = AccessRule.objects.filter(state=subscription.state, from_day__lte=days)
    found = rules.order_by("-from_day").values_list("access", flat=True).first()
    return found or str(Access.FULL)


def _last_revenue(subscription: Subscription) -> tuple[int, str]:
    """Where the ledger stands. It is asked rather than the row, so that its sums can never part."""
    last = SubscriptionEvent.objects.filter(store_id=subscription.store_id).order_by("-pk").first()
    return (last.mrr_after_amount, last.currency) if last else (0, subscription.currency)


def _apply(subscription: Subscription, now: datetime, changes: dict[str, Any]) -> None:
    state, since = subscription.state, subscription.state_since
    for column, value in changes.items():
        setattr(subscription, column, value)
    rested = state == SubscriptionState.PAUSED and subscription.state == SubscriptionState.ACTIVE
    if rested and subscription.provider == Provider.INVOICE and subscription.period_ends_at and since:
        # What was paid for before the rest is still there after it.
        subscription.period_ends_at += max(now - since, timedelta())
    if subscription.state != state or subscription.state_since is None:
        subscription.state_since = changes.get("state_since", now)
    if subscription.state in _OVERDUE:
        subscription.past_due_since = subscription.past_due_since or now
    else:
        subscription.past_due_since = subscription.dunned_day = None


def _with_add_ons(subscription: Subscription) -> dict[str, Any]:
    allowed = dict(subscription.plan.entitlements)
    switched_on = StoreAddOn.objects.filter(store_id=subscription.store_id).exclude(state=StoreAddOnState.OFF)
    for more in switched_on.values_list("add_on__entitlements", flat=True):
        for name, value in more.items():
            allowed[name] = _added(allowed.get(name, 0), value)
    return allowed


def _added(has: Any, more: Any) -> Any:
    """Numbers add up, and unlimited stays unlimited; a feature is replaced."""
    if has is None or more is None:
        return None
    if isinstance(more, bool) or not isinstance(more, int):
        return more
    return int(has) + more
