"""What a store takes along of its plan when it moves to another deployment, and what becomes of it there."""

from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from billing.models import Plan, Subscription, SubscriptionState
from tenants.models import Store


def tell(store: Store) -> dict[str, Any]:
    """The plan as plain values; who collects its money does not go along."""
    row = Subscription.objects.select_related("plan").filter(store_id=store.pk).first()
    if row is None:
        return {}
    return {
        "plan": row.plan.code,
        "state": row.state,
        "started_at": row.started_at.isoformat(),
        "trial_ends_at": row.trial_ends_at.isoformat() if row.trial_ends_at else None,
    }


def bring(store: Store, told: dict[str, Any]) -> None:
    """Put the store on the plan of the same code here, where there is one; what it may do stays as it was."""
    plan = Plan.objects.filter(code=told.get("plan", "")).order_by("-version").first()
    if plan is None:
        return
    ends = parse_datetime(told["trial_ends_at"]) if told["trial_ends_at"] else None
    is_on_trial = told["state"] == SubscriptionState.TRIALING and ends is not None
    Subscription.objects.create(
        store_id=store.pk,
        plan=plan,
        state=told["state"] if is_on_trial else SubscriptionState.ACTIVE,
        started_at=parse_datetime(told["started_at"]) or timezone.now(),
        trial_ends_at=ends if is_on_trial else None,
    )
