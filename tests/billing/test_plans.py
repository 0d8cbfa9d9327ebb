"""Plans are data with limits; every new store tries the middle one for fourteen days."""

from datetime import timedelta

import pytest

from billing import services, tasks
from billing.models import Plan, Subscription, SubscriptionState, Usage
from billing.plans import GIB, LIMITS
from tenants import context
from tenants.models import Store
from tests.factories.catalog import make_product


@pytest.mark.parametrize(
    ("code", "usd_cents", "year_idr", "limits"),
    [
        ("basic", 2_900, 4_590_000, (1_000, 2, 5 * GIB, 5, 2, 10)),
        ("professional", 7_900, 12_490_000, (10_000, None, 50 * GIB, 20, 10, 20)),
        ("enterprise", 19_900, 31_490_000, (None, None, 500 * GIB, None, None, 60)),
    ],
)
def test_what_each_plan_costs_and_allows(db: None, code: str, usd_cents: int, year_idr: int, limits: tuple):
    plan = Plan.objects.get(code=code)

    assert (plan.month_usd_amount, plan.amount("YEAR", "IDR")) == (usd_cents, year_idr)
    assert tuple(plan.entitlements[name] for name in LIMITS) == limits


def test_a_plan_from_before_years_and_staff_is_completed_and_so_are_its_stores(kopi: Store):
    Plan.objects.filter(code="professional").update(entitlements={"products": 7}, year_idr_amount=0)

    services.load_plans()

    plan = Plan.objects.get(code="professional")
    assert (plan.year_idr_amount, plan.entitlements["products"]) == (12_490_000, 7)
    assert Store.objects.get(pk=kopi.pk).entitlements == plan.entitlements
    assert plan.entitlements["staff"] == 20


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
    assert Usage.objects.get(store=batik, name="products").used == 2
