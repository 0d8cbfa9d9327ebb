"""Writing what the card provider says of a subscription into our own row, whenever and in whatever order.

An answer counts from the moment it was asked for: one that was asked for earlier than what the row has seen
is old and changes nothing. So messages may come twice, late, or never, and two workers may race.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import (
    PAYING,
    Coupon,
    EventKind,
    Provider,
    Subscription,
    SubscriptionEvent,
    SubscriptionState,
)
from billing.ports import CardState, CardSubscription
from billing.registry import cards
from billing.services import asking, catalogue, standing
from tenants import context

_STATES: dict[CardState, str] = {
    CardState.INCOMPLETE: SubscriptionState.INCOMPLETE,
    CardState.ACTIVE: SubscriptionState.ACTIVE,
    CardState.PAST_DUE: SubscriptionState.PAST_DUE,
    CardState.UNPAID: SubscriptionState.UNPAID,
    CardState.PAUSED: SubscriptionState.PAUSED,
}
OVER = frozenset({CardState.CANCELED, CardState.NEVER_BEGUN})
_FREE_AGAIN = frozenset({SubscriptionState.CANCELED, SubscriptionState.ENDED})
# A trial that goes on while somebody tries to pay.
_NOT_YET = frozenset({CardState.INCOMPLETE, CardState.NEVER_BEGUN})


class UnknownCustomer(Exception):
    """No store has this customer."""


class SecondSubscription(Exception):
    """The store pays for another subscription already: a person has to look at it."""


def refresh(subscription_ref: str, *, now: datetime) -> Subscription | None:
    """Ask for a subscription and write down what it is now. None when there is no such thing.

    Raises   CardUnavailable, UnknownCustomer, SecondSubscription, UnknownPrice
    """
    read_at = asking.moment()
    found = cards().find_subscription(subscription_ref)
    return None if found is None else write(found, read_at=read_at, now=now)


@transaction.atomic
def write(found: CardSubscription, *, read_at: datetime, now: datetime) -> Subscription:
    """Bring our row to what the provider said.

    read_at  `asking.moment()` from before the provider was asked
    Raises   UnknownCustomer, SecondSubscription, UnknownPrice; nothing is changed
    Locks    the subscription
    """
    with context.in_public():
        row = _locked(found.customer_ref)
        if row.external_ref == found.ref and row.provider == Provider.STRIPE:
            if row.seen_at is None or read_at >= row.seen_at:
                _bring(row, found, read_at, now)
        elif _may_begin(row, found):
            _bring(row, found, read_at, now)
        elif found.state not in OVER | {CardState.INCOMPLETE}:
            raise SecondSubscription(f"{found.ref} runs beside {row.external_ref}")
        return row


def _locked(customer_ref: str) -> Subscription:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related(
        "plan", "next_plan", "coupon", "store"
    )
    row = rows.filter(customer_ref=customer_ref).first() if customer_ref else None
    if row is None:
        raise UnknownCustomer(f"no store has the customer {customer_ref!r}")
    return row


def _may_begin(row: Subscription, found: CardSubscription) -> bool:
    is_free = not row.external_ref or row.provider != Provider.STRIPE or row.state in _FREE_AGAIN
    return is_free and found.state not in OVER


def _bring(row: Subscription, found: CardSubscription, read_at: datetime, now: datetime) -> None:
    target = _target(row, found, now) | {"seen_at": read_at}
    before = _Before(row)
    for kind, names in before.steps(row, target):
        standing.move(row, kind=kind, now=now, **{name: target[name] for name in names})
    standing.settle(row, now=now, **target)


def _target(row: Subscription, found: CardSubscription, now: datetime) -> dict[str, Any]:
    """Every column as it should be."""
    plan, interval = catalogue.priced(found.price_key)
    columns: dict[str, Any] = {
        "provider": Provider.STRIPE,
        "external_ref": found.ref,
        "plan": plan,
        "interval": interval,
        "currency": found.currency,
        "period_starts_at": found.period_starts_at,
        "period_ends_at": found.period_ends_at,
        "ends_at_period_end": found.ends_at_period_end,
        "canceled_at": found.canceled_at,
        "resumes_at": found.resumes_at,
        "schedule_ref": found.schedule_ref,
        "paid_with": found.paid_with or row.paid_with,
        "coupon_ends_at": found.coupon_ends_at,
        "coupon": _coupon(row, found.coupon_code),
        "next_plan": None,
        "next_interval": "",
    }
    if found.next_price_key:
        columns["next_plan"], columns["next_interval"] = catalogue.priced(found.next_price_key)
    return columns | _state(row, found, now)


def _coupon(row: Subscription, code: str) -> Coupon | None:
    if not code:
        return None
    if row.coupon is not None and row.coupon.code == code:
        return row.coupon
    return Coupon.objects.filter(code=code).first()


def _state(row: Subscription, found: CardSubscription, now: datetime) -> dict[str, Any]:
    """The state, and what hangs on it."""
    in_trial = row.state == SubscriptionState.TRIALING
    trial_lasts = in_trial and row.trial_ends_at is not None and now < row.trial_ends_at
    if found.state is CardState.FREE:
        if in_trial:
            return {"state": SubscriptionState.TRIALING, "trial_ends_at": found.free_until}
        return {"state": SubscriptionState.ACTIVE, "trial_ends_at": None}
    if found.state in _NOT_YET and trial_lasts:
        return {"state": SubscriptionState.TRIALING} | _given_up(row, found)
    if found.state in OVER:
        return _end(row, found, trial_lasts=trial_lasts)
    # By the provider's clock, even if ours is behind: an earlier day would shorten the time to pay.
    since = {"past_due_since": row.past_due_since or found.owes_since} if found.owes_since else {}
    begun = {} if row.state in PAYING else {"started_at": found.started_at}
    return {"state": _STATES[found.state], "trial_ends_at": None} | since | begun


def _end(row: Subscription, found: CardSubscription, *, trial_lasts: bool) -> dict[str, Any]:
    """A subscription that is over. One that was never paid for leaves the trial, or what is left of it."""
    over = {"ends_at_period_end": False, "resumes_at": None, "schedule_ref": ""}
    if trial_lasts:
        return {"state": SubscriptionState.TRIALING} | over | _given_up(row, found)
    if row.state in (SubscriptionState.TRIALING, SubscriptionState.ENDED, SubscriptionState.INCOMPLETE):
        was_customer = _has_paid(row)
        state = SubscriptionState.CANCELED if was_customer else SubscriptionState.ENDED
        return {"state": state} | over
    return {"state": SubscriptionState.CANCELED} | over


def _given_up(row: Subscription, found: CardSubscription) -> dict[str, Any]:
    """While the trial lasts, a subscription that did not come about leaves no trace but our customer."""
    if found.state is CardState.INCOMPLETE:
        return {"plan": row.plan, "interval": row.interval, "currency": row.currency}
    return {
        "provider": Provider.NONE,
        "external_ref": "",
        "plan": row.plan,
        "period_starts_at": None,
        "period_ends_at": None,
        "canceled_at": None,
        "ends_at_period_end": False,
    }


def _has_paid(row: Subscription) -> bool:
    return SubscriptionEvent.objects.filter(store_id=row.store_id, mrr_after_amount__gt=0).exists()


class _Before:
    """What a row was, to name what happened to it since."""

    def __init__(self, row: Subscription) -> None:
        self.state = row.state
        self.is_paying = row.state in PAYING and row.provider != Provider.NONE
        self.priced = (row.plan_id, row.interval, row.currency)
        self.coupon_id = row.coupon_id
        self.ends = row.ends_at_period_end

    def steps(self, row: Subscription, target: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
        """The events to write, each with the columns that it changes."""
        will_pay = target["state"] in PAYING and target["provider"] != Provider.NONE
        everything = tuple(target)
        if will_pay != self.is_paying:
            steps = [(self._turn(row, target["state"], will_pay=will_pay), everything)]
            if will_pay and target["state"] == SubscriptionState.PAST_DUE:
                steps.append((EventKind.PAST_DUE, ("state",)))
            return steps
        steps = []
        if target["state"] != self.state and (kind := self._among(row, target["state"])):
            steps.append((kind, ("state", *_of_state(target))))
        if (target["plan"].pk, target["interval"], target["currency"]) != self.priced:
            steps.append((EventKind.CHANGED, ("plan", "interval", "currency", "provider")))
        if (target["coupon"] and target["coupon"].pk) != self.coupon_id:
            steps.append((EventKind.DISCOUNTED, ("coupon", "coupon_ends_at")))
        if target["ends_at_period_end"] != self.ends and target["state"] in PAYING:
            asked = EventKind.CANCEL_ASKED if target["ends_at_period_end"] else EventKind.CANCEL_UNDONE
            steps.append((asked, ("ends_at_period_end", "canceled_at")))
        return steps

    def _turn(self, row: Subscription, state: str, *, will_pay: bool) -> str:
        """Recurring revenue begins or ends."""
        if not will_pay:
            return {
                SubscriptionState.UNPAID: EventKind.UNPAID,
                SubscriptionState.PAUSED: EventKind.PAUSED,
            }.get(SubscriptionState(state), EventKind.CANCELED)
        if self.state == SubscriptionState.PAUSED and _has_paid(row):
            return EventKind.RESUMED
        if self.state == SubscriptionState.UNPAID and _has_paid(row):
            return EventKind.RECOVERED
        return EventKind.REACTIVATED if _has_paid(row) else EventKind.SUBSCRIBED

    def _among(self, row: Subscription, state: str) -> str | None:
        """A change of state that leaves recurring revenue as it was; some have no name."""
        if self.is_paying:
            overdue = state == SubscriptionState.PAST_DUE
            return EventKind.PAST_DUE if overdue else EventKind.RECOVERED
        return {
            SubscriptionState.UNPAID: EventKind.UNPAID,
            SubscriptionState.PAUSED: EventKind.PAUSED,
            SubscriptionState.ENDED: EventKind.TRIAL_ENDED,
            SubscriptionState.CANCELED: EventKind.CANCELED,
        }.get(SubscriptionState(state))


def _of_state(target: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in ("trial_ends_at", "past_due_since", "started_at") if name in target)
