"""What is overdue is asked for, kindly and once a step; who leaves is told before their store is let go."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from billing import mails
from billing.models import Access, AccessRule, Invoice, InvoiceState, Subscription, SubscriptionState
from billing.selectors.farewells import GONE, KEPT_DAYS
from billing.selectors.warnings import counted_from
from tenants import context
from tenants.models import StoreState

# Days after a payment was missed on which we write.
STEPS: Final = (0, 3, 7, 14)
# Days without a plan after which we write that the store will not be kept for ever.
FAREWELLS: Final = (60, 83)
_OVERDUE: Final = (SubscriptionState.PAST_DUE, SubscriptionState.UNPAID)
_SERVED: Final = (StoreState.ACTIVE, StoreState.SUSPENDED)


def run(now: datetime) -> int:
    """Take the steps whose day has come, each once, whenever and however often this runs. Returns how many.

    Who was not looked at for long gets the last step that is due, not all of them at once.
    Locks    each subscription in a transaction of its own, so that a payment meanwhile has the last word
    """
    with context.in_public():
        served = Subscription.objects.filter(store__state__in=_SERVED)
        overdue = served.filter(state__in=_OVERDUE).order_by("pk").values_list("pk", flat=True)
        gone = served.filter(state__in=GONE, state_since__lte=now - timedelta(days=FAREWELLS[0]))
        back = served.exclude(state__in=GONE).filter(farewell_day__isnull=False)
        back.update(farewell_day=None)
        taken = sum(_remind(key, now) for key in list(overdue))
        return taken + sum(_say_farewell(key, now) for key in list(gone.values_list("pk", flat=True)))


@transaction.atomic
def _remind(key: int, now: datetime) -> bool:
    subscription = _locked(key)
    since = subscription.past_due_since
    if subscription.state not in _OVERDUE or since is None:
        return False
    step = _due_step(STEPS, (now - since).days, subscription.dunned_day)
    if step is None:
        return False
    subscription.dunned_day = step
    subscription.save(update_fields=["dunned_day"])
    mails.tell_owners(
        subscription.store, "plan_overdue", _facts(subscription, step), dedupe_key=f"overdue:{since}:{step}"
    )
    return True


@transaction.atomic
def _say_farewell(key: int, now: datetime) -> bool:
    subscription = _locked(key)
    since = subscription.state_since
    if subscription.state not in GONE or since is None:
        return False
    step = _due_step(FAREWELLS, (now - since).days, subscription.farewell_day)
    if step is None:
        return False
    subscription.farewell_day = step
    subscription.save(update_fields=["farewell_day"])
    facts = {"until_at": (since + timedelta(days=KEPT_DAYS)).isoformat(), "days": KEPT_DAYS - step}
    mails.tell_owners(subscription.store, "plan_farewell", facts, dedupe_key=f"farewell:{since}:{step}")
    return True


def _locked(key: int) -> Subscription:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("plan", "store")
    return rows.get(pk=key)


def _due_step(steps: tuple[int, ...], days: int, taken: int | None) -> int | None:
    """The last step whose day has come, unless it or a later one was taken."""
    due = max((step for step in steps if step <= days), default=None)
    return due if due is not None and (taken is None or due > taken) else None


def _facts(subscription: Subscription, step: int) -> dict[str, Any]:
    """What a reminder says: how much, since when, and what follows when."""
    invoice = (
        Invoice.objects.filter(store_id=subscription.store_id, state=InvoiceState.OPEN)
        .order_by("due_at", "pk")
        .first()
    )
    since = counted_from(subscription)
    told = {
        "step": step,
        "number": invoice.number if invoice else "",
        "amount": invoice.open_amount if invoice else 0,
        "currency": invoice.currency if invoice else subscription.currency,
        "since_at": since.isoformat(),
    }
    rules = AccessRule.objects.filter(state=subscription.state, from_day__gt=step)
    for access, day in (
        rules.exclude(access=Access.FULL).order_by("-from_day").values_list("access", "from_day")
    ):
        told[f"{access.lower()}_at"] = (since + timedelta(days=day)).isoformat()
    return told
