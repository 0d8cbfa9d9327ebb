"""What the staff ask about all subscriptions: who is on what, who is late, whose time ends soon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import Provider, Subscription, SubscriptionState
from core.kernel import paging
from core.kernel.exports import Cell

SOON: Final = timedelta(days=7)
VIEWS: Final = {
    "": _("All"),
    "trial": _("Trial"),
    "active": _("Active"),
    "overdue": _("Overdue"),
    "ends_soon": _("Ends soon"),
    "paused": _("Paused"),
    "over": _("Over"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which subscriptions: each part narrows, an empty one does not."""

    view: str = ""
    plan: str = ""
    provider: str = ""
    query: str = ""


def subscriptions(wanted: Wanted, now: datetime) -> QuerySet[Subscription]:
    """The subscriptions that fit, with their stores and plans."""
    rows = Subscription.objects.select_related("store", "plan", "coupon").filter(_in_view(wanted.view, now))
    if wanted.plan:
        rows = rows.filter(plan__code=wanted.plan)
    if wanted.provider in Provider.values:
        rows = rows.filter(provider=wanted.provider)
    if wanted.query:
        rows = rows.filter(Q(store__name__icontains=wanted.query) | Q(store__slug__icontains=wanted.query))
    return rows


def subscription_page(
    wanted: Wanted, *, now: datetime, after: str = "", limit: int = 50
) -> tuple[list[Subscription], str | None]:
    """A page, the newest first, and the next cursor. Raises InvalidInput for a foreign cursor."""
    return paging.page(subscriptions(wanted, now), after=after, limit=limit)


def subscription_rows(wanted: Wanted, now: datetime) -> Iterator[tuple[Cell, ...]]:
    """The same as rows of a CSV file: all that fit."""
    for row in subscriptions(wanted, now).order_by("-pk").iterator(chunk_size=1_000):
        yield (
            row.store.slug,
            row.store.name,
            row.plan.code,
            row.plan.version,
            row.interval,
            row.provider,
            row.state,
            row.started_at,
            row.trial_ends_at,
            row.period_ends_at,
            row.past_due_since,
            row.currency,
            row.month_net_amount,
        )


def _in_view(view: str, now: datetime) -> Q:
    soon = now + SOON
    late = (SubscriptionState.PAST_DUE, SubscriptionState.UNPAID)
    over = (SubscriptionState.ENDED, SubscriptionState.CANCELED)
    return {
        "trial": Q(state=SubscriptionState.TRIALING),
        "active": Q(state=SubscriptionState.ACTIVE),
        "overdue": Q(state__in=late),
        "ends_soon": Q(state=SubscriptionState.TRIALING, trial_ends_at__gt=now, trial_ends_at__lte=soon)
        | Q(ends_at_period_end=True, period_ends_at__gt=now, period_ends_at__lte=soon),
        "paused": Q(state=SubscriptionState.PAUSED),
        "over": Q(state__in=over),
    }.get(view, Q())
