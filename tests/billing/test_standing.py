"""One function moves a subscription: the ledger's sums, the state's days and the store's rights follow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import (
    AddOn,
    Coupon,
    EventKind,
    Plan,
    Provider,
    StoreAddOn,
    StoreAddOnState,
    Subscription,
    SubscriptionEvent,
    SubscriptionState,
)
from billing.services import standing
from billing.services.plans import lock_subscription
from tenants.models import Store

NOW = timezone.now()


def paying(store: Store, **changes: object) -> Subscription:
    subscription = lock_subscription(store)
    known = {"state": SubscriptionState.ACTIVE, "provider": Provider.STRIPE, "trial_ends_at": None}
    standing.move(subscription, kind=EventKind.SUBSCRIBED, now=NOW, **{**known, **changes})
    return subscription


def revenue(store: Store) -> list[tuple[str, int, int]]:
    events = SubscriptionEvent.objects.filter(store=store).order_by("pk")
    return list(events.values_list("kind", "mrr_before_amount", "mrr_after_amount"))[-1:]


def test_the_first_payment_is_all_new_revenue(kopi: Store):
    paying(kopi)

    assert revenue(kopi) == [("SUBSCRIBED", 0, 1_249_000)]


@pytest.mark.parametrize(
    ("interval", "currency", "percent", "expected"),
    [
        ("YEAR", "IDR", None, 1_040_833),
        ("YEAR", "USD", None, 6_583),
        ("MONTH", "USD", 15, 6_715),
        ("YEAR", "IDR", 33, 697_358),
        ("MONTH", "IDR", 100, 0),
    ],
)
def test_a_month_is_a_twelfth_of_a_year_after_the_discount_rounded_half_up(
    kopi: Store, interval: str, currency: str, percent: int | None, expected: int
):
    coupon = Coupon.objects.create(code="HEMAT", percent_off=percent) if percent else None

    assert paying(kopi, interval=interval, currency=currency, coupon=coupon).month_net_amount == expected


def test_an_event_begins_where_the_last_one_ended_even_if_the_row_was_changed_behind_its_back(kopi: Store):
    paying(kopi)
    Subscription.objects.filter(store=kopi).update(plan=Plan.objects.get(code="enterprise"))

    standing.move(
        lock_subscription(kopi), kind=EventKind.CHANGED, now=NOW, plan=Plan.objects.get(code="basic")
    )

    assert revenue(kopi) == [("CHANGED", 1_249_000, 459_000)]


def test_what_staff_gave_away_is_no_revenue(kopi: Store):
    assert paying(kopi, provider=Provider.NONE).month_net_amount == 0


@pytest.mark.parametrize(("days", "access"), [(0, None), (6, None), (7, "READ_ONLY"), (14, "SHOP_PAUSED")])
def test_days_of_missing_money_narrow_what_the_store_may_do(kopi: Store, days: int, access: str | None):
    subscription = paying(kopi)
    standing.move(subscription, kind=EventKind.PAST_DUE, now=NOW, state=SubscriptionState.PAST_DUE)

    standing.grant(subscription, NOW + timedelta(days=days))

    assert Store.objects.get(pk=kopi.pk).entitlements.get("access") == access


def test_paying_gives_everything_back_and_forgets_the_days(kopi: Store):
    subscription = paying(kopi)
    standing.move(subscription, kind=EventKind.UNPAID, now=NOW, state=SubscriptionState.UNPAID)
    assert Store.objects.get(pk=kopi.pk).entitlements["access"] == "READ_ONLY"

    standing.move(subscription, kind=EventKind.RECOVERED, now=NOW, state=SubscriptionState.ACTIVE)

    assert Store.objects.get(pk=kopi.pk).entitlements == subscription.plan.entitlements
    assert (subscription.past_due_since, subscription.dunned_day) == (None, None)


def test_add_ons_stand_on_top_of_the_plan(kopi: Store):
    more = AddOn.objects.create(
        code="room", entitlements={"products": 500, "channels": 1, "white_label": True}
    )
    StoreAddOn.objects.create(store=kopi, add_on=more, state=StoreAddOnState.ON)

    paying(kopi)

    allowed = Store.objects.get(pk=kopi.pk).entitlements
    assert (allowed["products"], allowed["channels"], allowed["white_label"]) == (10_500, None, True)
