"""What a store's people should know of its plan before it hurts: kept with what the store may do."""

from datetime import datetime, timedelta
from typing import Final

from billing.models import Access, AccessRule, Invoice, InvoiceState, Subscription, SubscriptionState

# How long before its end a trial says so on every page.
TRIAL_NOTICE: Final = timedelta(days=3)
_SAID = frozenset(
    {
        SubscriptionState.PAST_DUE,
        SubscriptionState.UNPAID,
        SubscriptionState.PAUSED,
        SubscriptionState.ENDED,
        SubscriptionState.CANCELED,
        SubscriptionState.INCOMPLETE,
    }
)


def warning_of(subscription: Subscription, access: str, now: datetime) -> dict[str, str] | None:
    """What to say, as JSON: `kind`, `next` and `next_at`, the `invoice` to pay. None when all is well."""
    if subscription.state == SubscriptionState.TRIALING:
        ends_at = subscription.trial_ends_at
        if ends_at is None or ends_at - now > TRIAL_NOTICE:
            return None
        return {"kind": "TRIAL_ENDING", "next": Access.READ_ONLY.value, "next_at": ends_at.isoformat()}
    if subscription.state not in _SAID:
        return None
    told = {"kind": str(subscription.state)}
    owed = Invoice.objects.filter(store_id=subscription.store_id, state=InvoiceState.OPEN, due_at__lte=now)
    if invoice := owed.order_by("due_at", "pk").first():
        told["invoice"] = str(invoice.uid)
    rule = _next_rule(subscription, access, now)
    if rule is not None:
        next_at = counted_from(subscription) + timedelta(days=rule.from_day)
        told.update(next=rule.access, next_at=next_at.isoformat())
    return told


def counted_from(subscription: Subscription) -> datetime:
    """Since when the days of the rules count: the missed payment, else the state itself."""
    return subscription.past_due_since or subscription.state_since or subscription.started_at


def _next_rule(subscription: Subscription, access: str, now: datetime) -> AccessRule | None:
    days = max((now - counted_from(subscription)).days, 0)
    later = AccessRule.objects.filter(state=subscription.state, from_day__gt=days).exclude(access=access)
    return later.order_by("from_day").first()
