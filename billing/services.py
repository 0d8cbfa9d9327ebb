"""Plans and trials."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from billing.models import Plan, Subscription, SubscriptionState
from billing.plans import PLANS, TRIAL_DAYS, TRIAL_PLAN
from tenants import context, entitlements
from tenants.models import Store


def load_plans() -> None:
    """Write the first version of each plan where it is missing; never changes a plan that exists."""
    for position, plan in enumerate(PLANS):
        Plan.objects.get_or_create(
            code=plan.code,
            version=1,
            defaults={
                "name": plan.name,
                "month_usd_amount": plan.month_usd_amount,
                "month_idr_amount": plan.month_idr_amount,
                "entitlements": plan.entitlements,
                "position": position,
            },
        )


def start_trial(store: Store) -> None:
    """Put a new store on the trial plan. A store that has a subscription keeps it."""
    with context.in_public(), transaction.atomic():
        plan = Plan.objects.filter(code=TRIAL_PLAN).order_by("-version")[0]
        now = timezone.now()
        subscription, is_new = Subscription.objects.get_or_create(
            store_id=store.pk,
            defaults={
                "plan": plan,
                "state": SubscriptionState.TRIALING,
                "started_at": now,
                "trial_ends_at": now + timedelta(days=TRIAL_DAYS),
            },
        )
        if is_new or not store.entitlements:
            entitlements.grant(store, subscription.plan.entitlements)
