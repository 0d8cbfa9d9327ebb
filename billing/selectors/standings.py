"""How a store stands with us, as its own people read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from billing.models import Access, Plan, Subscription, Usage
from billing.plan_models import for_one_month
from billing.plans import LIMITS
from billing.selectors.store_list import Use
from core.kernel.money import Money
from tenants import context, entitlements
from tenants.models import Store


@dataclass(frozen=True, slots=True)
class Standing:
    """A store's subscription with what follows from it today."""

    subscription: Subscription
    uses: list[Use]
    access: str
    # When the next payment is due or the trial ends; None when nothing comes.
    next_at: datetime | None
    next_amount: Money | None
    seen_at: datetime

    @property
    def days_left(self) -> int:
        """Whole days until `next_at`, begun ones count."""
        return max(0, (self.next_at - self.seen_at) // timedelta(days=1) + 1) if self.next_at else 0


def standing(store: Store, now: datetime) -> Standing | None:
    """How `store` stands; None while it is being built. Three queries."""
    with context.in_public():
        found = (
            Subscription.objects.select_related("plan", "next_plan", "coupon")
            .filter(store_id=store.pk)
            .first()
        )
        if found is None:
            return None
        granted = entitlements.fresh(store)
        used = dict(Usage.objects.filter(store_id=store.pk).values_list("name", "used"))
    return Standing(
        subscription=found,
        uses=[Use(name, used.get(name), granted[name]) for name in LIMITS if name in granted],
        access=granted.get("access", Access.FULL),
        next_at=_next_at(found),
        next_amount=_next_amount(found),
        seen_at=now,
    )


def _next_at(subscription: Subscription) -> datetime | None:
    if subscription.state == "TRIALING":
        return subscription.trial_ends_at
    return subscription.period_ends_at if subscription.state in ("ACTIVE", "PAST_DUE") else None


def _next_amount(subscription: Subscription) -> Money | None:
    """The price of the next period before tax; nothing when it ends with this one."""
    if subscription.state not in ("ACTIVE", "PAST_DUE") or subscription.ends_at_period_end:
        return None
    plan = subscription.next_plan or subscription.plan
    price = plan.amount(subscription.next_interval or subscription.interval, subscription.currency)
    if subscription.coupon is not None:
        price = subscription.coupon.price_after(price)
    return Money(price, subscription.currency)


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan as somebody who may choose it sees it: its price, and what would not fit into it."""

    plan: Plan
    price: Money
    per_month: Money
    is_current: bool
    # Limits that are used up beyond what this plan allows; only new things would be refused.
    too_small_for: list[Use]


def offers(plans: list[Plan], standing: Standing | None, *, interval: str, currency: str) -> list[Offer]:
    """What each plan on offer would cost this store, and what it has more of than the plan allows."""
    return [_offer(plan, standing, interval, currency) for plan in plans]


def _offer(plan: Plan, standing: Standing | None, interval: str, currency: str) -> Offer:
    price = plan.amount(interval, currency)
    on = standing.subscription if standing else None
    return Offer(
        plan=plan,
        price=Money(price, currency),
        per_month=Money(for_one_month(price, interval), currency),
        is_current=on is not None
        and on.plan_id == plan.pk
        and on.state == "ACTIVE"
        and (on.interval, on.currency) == (interval, currency),
        too_small_for=[
            Use(use.name, use.used, _limit(plan.entitlements, use.name))
            for use in (standing.uses if standing else [])
            if use.name != "api_per_second" and _is_over(use, plan.entitlements)
        ],
    )


def _limit(granted: dict[str, Any], name: str) -> int | None:
    found: int | None = granted.get(name, 0)
    return found


def _is_over(use: Use, granted: dict[str, Any]) -> bool:
    limit = _limit(granted, use.name)
    return limit is not None and (use.used or 0) > limit
