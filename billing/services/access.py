"""Days pass, and with them what a store may do: the rules of access, applied when their day has come."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from billing.models import Subscription, SubscriptionState
from billing.selectors.warnings import TRIAL_NOTICE
from billing.services import standing
from tenants import context


def recompute(now: datetime) -> int:
    """Grant each store anew what it may do on this day. Returns how many were looked at.

    Only those are, for whom a day may change something; each in a transaction of its own.
    Locks    the subscription, so that a payment which comes in meanwhile has the last word
    """
    with context.in_public():
        rows = Subscription.objects.exclude(state__in=(SubscriptionState.ACTIVE, SubscriptionState.TRIALING))
        rows |= Subscription.objects.filter(
            Q(state=SubscriptionState.TRIALING, trial_ends_at__lte=now + TRIAL_NOTICE)
            | Q(store__entitlements__has_any_keys=["access", "notice"])
        )
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        for key in keys:
            _grant_anew(key, now)
        return len(keys)


@transaction.atomic
def _grant_anew(key: int, now: datetime) -> None:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("plan", "store")
    subscription = rows.filter(pk=key).first()
    if subscription is not None:
        standing.grant(subscription, now)
