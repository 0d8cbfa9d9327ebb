"""The revenue bridge sums to the cent, whatever happens to subscriptions."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from billing.models import AcquisitionCost, Coupon, EventKind, Plan, Provider, Subscription, SubscriptionEvent
from billing.selectors import revenue
from billing.services import standing
from tenants.models import Store

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_happened_yet(kopi: Store, batik: Store):
    SubscriptionEvent.objects.all().delete()


def move(store: Store, kind: str, at: datetime, **changes: object) -> None:
    row = Subscription.objects.select_related("store", "plan", "coupon").get(store=store)
    standing.move(row, kind=kind, now=at, **changes)


def subscribe(store: Store, code: str, at: datetime, **more: object) -> None:
    plan = Plan.objects.get(code=code)
    move(store, EventKind.SUBSCRIBED, at, state="ACTIVE", provider=Provider.STRIPE, plan=plan, **more)


def on(month: int, day: int = 5) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def test_new_expansion_contraction_churn_and_return_each_in_their_month(kopi: Store, batik: Store):
    basic, pro = Plan.objects.get(code="basic"), Plan.objects.get(code="professional")
    subscribe(kopi, "basic", on(6))
    subscribe(batik, "professional", on(6, 9))
    move(kopi, EventKind.CHANGED, on(7), plan=pro)
    move(batik, EventKind.CHANGED, on(8), plan=basic)
    move(batik, EventKind.CANCELED, on(9), state="CANCELED")
    subscribe(batik, "basic", on(11))

    found = {each.month.month: each for each in revenue.bridges(currency="IDR", now=NOW, many=6)}

    assert found[6].amounts["NEW"] == 459_000 + 1_249_000
    assert found[7].amounts["EXPANSION"] == 1_249_000 - 459_000
    assert found[8].amounts["CONTRACTION"] == 459_000 - 1_249_000
    assert found[9].amounts["CHURN"] == -459_000
    assert found[11].amounts["REACTIVATION"] == 459_000
    assert [each.closing_stores for each in found.values()] == [2, 2, 2, 1, 1, 2]
    assert found[11].closing_amount == 1_249_000 + 459_000 == revenue.recount("IDR")


def test_a_month_begins_at_midnight_in_jakarta(kopi: Store):
    subscribe(kopi, "basic", datetime(2026, 10, 31, 17, 30, tzinfo=UTC))

    assert revenue.bridges(currency="IDR", now=NOW, many=1)[0].amounts["NEW"] == 459_000


def test_a_year_counts_a_twelfth_and_a_coupon_counts(kopi: Store):
    coupon = Coupon.objects.create(code="HEMAT", percent_off=25)
    subscribe(kopi, "basic", on(11), interval="YEAR", coupon=coupon)

    # 4.590.000 less a quarter is 3.442.500, and a twelfth of that 286.875.
    assert revenue.bridges(currency="IDR", now=NOW, many=1)[0].closing_amount == 286_875


def test_another_currency_is_neither_churn_nor_new(kopi: Store):
    subscribe(kopi, "basic", on(10))
    move(kopi, EventKind.CHANGED, on(11), currency="USD")

    rupiah = revenue.bridges(currency="IDR", now=NOW, many=1)[0]
    dollars = revenue.bridges(currency="USD", now=NOW, many=1)[0]

    assert (rupiah.amounts["MOVED"], rupiah.closing_amount, rupiah.closing_stores) == (-459_000, 0, 0)
    assert (dollars.amounts["MOVED"], dollars.closing_amount, dollars.closing_stores) == (2_900, 2_900, 1)
    assert rupiah.amounts["CHURN"] == dollars.amounts["NEW"] == 0


def test_rates_are_exact_and_absent_where_nothing_divides(kopi: Store, batik: Store):
    subscribe(kopi, "basic", on(10))
    subscribe(batik, "basic", on(10))
    move(batik, EventKind.CANCELED, on(11), state="CANCELED")

    october, november = revenue.bridges(currency="IDR", now=NOW, many=2)

    assert (october.logo_churn_points, october.revenue_churn_points) == (None, None)
    assert (november.logo_churn_points, november.revenue_churn_points) == (5_000, 5_000)
    assert november.net_retention_points == 5_000


def test_what_a_new_store_costs_and_when_it_has_paid_that_back(kopi: Store):
    subscribe(kopi, "basic", on(11))
    found = revenue.bridges(currency="IDR", now=NOW, many=3)
    assert revenue.health(found, currency="IDR", now=NOW).acquisition_amount is None

    AcquisitionCost.objects.create(month=date(2026, 11, 1), idr_amount=1_000_000, entered_by="Rina")

    health = revenue.health(found, currency="IDR", now=NOW)
    assert (health.arpa_amount, health.acquisition_amount, health.payback_months) == (459_000, 1_000_000, 3)
    assert revenue.health(found, currency="USD", now=NOW).acquisition_amount is None


def test_of_two_trials_that_are_over_one_paid(kopi: Store, batik: Store):
    for store in (kopi, batik):
        move(store, EventKind.TRIAL_STARTED, NOW - timedelta(days=30))
    subscribe(kopi, "basic", NOW - timedelta(days=20))

    assert revenue.trial_to_paid(NOW) == 5_000


def test_a_cohort_shrinks_when_a_store_leaves_and_grows_when_it_returns(kopi: Store, batik: Store):
    subscribe(kopi, "basic", on(8))
    subscribe(batik, "basic", on(8))
    move(batik, EventKind.CANCELED, on(9), state="CANCELED")
    subscribe(batik, "basic", on(11))

    (cohort,) = revenue.cohorts(now=NOW, many=6)

    assert (cohort.month.month, cohort.stores) == (8, 2)
    assert cohort.kept_points == [10_000, 5_000, 5_000, 10_000]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_every_month_ends_where_the_next_begins_and_the_last_equals_a_recount(
    kopi: Store, batik: Store, seed: int
):
    chance = random.Random(seed)
    plans, at = list(Plan.objects.all()), on(1)
    for _ in range(40):
        at += timedelta(days=chance.randint(0, 12))
        store = chance.choice([kopi, batik])
        state = chance.choice(["ACTIVE", "ACTIVE", "PAST_DUE", "PAUSED", "CANCELED", "UNPAID"])
        move(
            store,
            EventKind.CHANGED,
            min(at, NOW),
            state=state,
            plan=chance.choice(plans),
            interval=chance.choice(["MONTH", "YEAR"]),
            currency=chance.choice(["IDR", "USD"]),
            provider=Provider.STRIPE,
        )

    for currency in ("IDR", "USD"):
        found = revenue.bridges(currency=currency, now=NOW, many=13)
        assert [a.closing_amount for a, _ in pairwise(found)] == [
            b.opening_amount for _, b in pairwise(found)
        ]
        assert found[-1].closing_amount == revenue.recount(currency)
        paying = [row for row in Subscription.objects.filter(currency=currency) if row.month_net_amount]
        assert found[-1].closing_stores == len(paying)
