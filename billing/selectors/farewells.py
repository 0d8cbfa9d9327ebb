"""Stores that have had no plan for so long that a person decides what becomes of them."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from billing.models import Subscription, SubscriptionState
from tenants.models import StoreState

# How long everything of a store is kept for it to come back, or to be taken along.
KEPT_DAYS: Final = 90
GONE: Final = (SubscriptionState.UNPAID, SubscriptionState.CANCELED, SubscriptionState.ENDED)


def to_be_let_go(now: datetime) -> QuerySet[Subscription]:
    """Their subscriptions, the longest without a plan first. Nothing is ever deleted by itself."""
    rows = Subscription.objects.filter(
        state__in=GONE,
        state_since__lte=now - timedelta(days=KEPT_DAYS),
        store__state__in=(StoreState.ACTIVE, StoreState.SUSPENDED),
    )
    return rows.select_related("store", "plan").order_by("state_since", "pk")
