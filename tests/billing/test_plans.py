"""Plans are data with limits; every new store tries the middle one for fourteen days."""

from datetime import timedelta

import pytest

from billing import services, tasks
from billing.models import Plan, Subscription, SubscriptionState, Usage
from billing.plans import GIB
from tenants import context
from tenants.models import Store
from tests.factories.catalog import make_product


@pytest.mark.parametrize(
    ("code", "usd_cents", "limits"),
    [
        ("basic", 2_900, {"products": 1_000, "channels": 2, "storage_bytes": 5 * GIB}),
        ("professional", 7_900, {"products": 10_000, "channels": None, "storage_bytes": 50 * GIB}),
        ("enterprise", 19_900, {"products": None, "channels": None, "storage_bytes": 500 * GIB}),
    ],
)
def test_what_each_plan_costs_and_allows(db: None, code: str, usd_cents: int, limits: dict):
    plan = Plan.objects.get(code=code)

    assert (plan.month_usd_amount, plan.entitlements) == (usd_cents, limits)


def test_a_new_store_tries_professional_for_fourteen_days(kopi: Store):
    subscription = Subscription.objects.select_related("plan").get(store=kopi)

    assert (subscription.plan.code, subscription.state) == ("professional", SubscriptionState.TRIALING)
    assert subscription.trial_ends_at - subscription.started_at == timedelta(days=14)
    assert kopi.entitlements == subscription.plan.entitlements


def test_loading_plans_again_changes_none(db: None):
    Plan.objects.filter(code="basic").update(month_usd_amount=1)

    services.load_plans()

    assert Plan.objects.get(code="basic").month_usd_amount == 1
    assert Plan.objects.count() == 3


def test_a_second_trial_is_not_begun(kopi: Store):
    before = Subscription.objects.filter(store=kopi).values().get()

    services.start_trial(kopi)

    assert Subscription.objects.filter(store=kopi).values().get() == before


def test_use_is_counted_per_store(kopi: Store, batik: Store):
    with context.in_store(kopi):
        make_product()
        make_product()
        tasks.count_use_of_store()
        tasks.count_use_of_store()
    assert Usage.objects.get(store=kopi, name="products").used == 2
    assert not Usage.objects.filter(store=batik).exists()

    with context.in_store(batik):
        tasks.count_use_of_store()
    assert Usage.objects.get(store=kopi, name="products").used == 2
    assert Usage.objects.filter(store=batik).count() == 2
