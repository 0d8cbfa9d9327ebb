"""How far stores come, what they use, and how often their programs call."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from billing.models import CallDay, FeatureUse, FunnelStep, Step, VisitDay
from billing.selectors import funnel
from billing.services import growth
from tenants import calls, context, shop_state
from tenants.models import Store, User
from tests.factories.catalog import make_product

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)
BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 (Android 15)"}


def steps(store: Store) -> set[str]:
    return set(FunnelStep.objects.filter(store=store).values_list("step", flat=True))


def test_steps_are_noted_as_they_are_reached_and_never_moved(kopi: Store, batik: Store, sari: User):
    growth.note_growth(kopi, timezone.now())
    assert steps(kopi) == {Step.SIGNED_UP}
    EmailAddress.objects.create(user=sari, email=sari.email, verified=True, primary=True)
    with context.in_store(kopi):
        make_product()

    growth.note_growth(kopi, timezone.now())
    first = FunnelStep.objects.get(store=kopi, step=Step.FIRST_PRODUCT).at
    with context.in_store(kopi):
        make_product()
    growth.note_growth(kopi, timezone.now())

    assert steps(kopi) == {Step.SIGNED_UP, Step.VERIFIED, Step.FIRST_PRODUCT}
    assert FunnelStep.objects.get(store=kopi, step=Step.FIRST_PRODUCT).at == first
    assert steps(batik) == set()


def test_features_are_noted_with_their_first_and_last_day(kopi: Store):
    early, late = NOW, NOW + timedelta(days=40)
    with context.in_store(kopi):
        make_product()
    growth.note_growth(kopi, early)
    growth.note_growth(kopi, late)

    used = FeatureUse.objects.get(store=kopi, feature="products")
    assert (used.first_at, used.last_at) == (early, late)


def reach(store: Store, **after: int) -> None:
    """Each step so many hours after the sign-up, which was ten days ago."""
    start = NOW - timedelta(days=10)
    times = {"SIGNED_UP": 0, **after}
    FunnelStep.objects.bulk_create(
        FunnelStep(store=store, step=step, at=start + timedelta(hours=hours)) for step, hours in times.items()
    )


def test_the_funnel_counts_stores_and_takes_the_middle_of_their_times(kopi: Store, batik: Store):
    reach(kopi, VERIFIED=1, FIRST_PRODUCT=3, LIVE=5, FIRST_SALE=29)
    reach(batik, VERIFIED=2, FIRST_PRODUCT=8)
    VisitDay.objects.create(day=NOW.date(), source="", visits=40)

    found = funnel.funnel(now=NOW)

    assert found.visits == 40
    assert [row.stores for row in found.rows] == [2, 2, 2, 1, 1]
    assert [row.of_before_points for row in found.rows] == [None, 10_000, 10_000, 5_000, 10_000]
    hours = [row.median_from_before and row.median_from_before / timedelta(hours=1) for row in found.rows]
    assert hours == [None, 1.5, 4, 2, 24]
    assert found.rows[4].median_from_start == timedelta(hours=29)


def test_stores_of_long_ago_are_not_in_the_funnel(kopi: Store):
    FunnelStep.objects.create(store=kopi, step=Step.SIGNED_UP, at=NOW - timedelta(days=91))

    assert funnel.funnel(now=NOW).rows[0].stores == 0


def test_adoption_counts_open_stores(kopi: Store, batik: Store):
    for store, last in ((kopi, NOW), (batik, NOW - timedelta(days=31))):
        FeatureUse.objects.create(store=store, feature="webhooks", first_at=last, last_at=last)

    (row,) = funnel.adoption(NOW)

    assert (row.feature, row.stores, row.share_points, row.lately) == ("webhooks", 2, 10_000, 1)


def test_calls_of_programs_are_counted_per_store_and_day(kopi: Store, batik: Store, api: Client):
    for store in (kopi, batik):
        for key in shop_state.redis().keys(f"store:{store.uid}:calls:*"):
            shop_state.redis().delete(key)
    api.get("/api/v1/products")
    api.get("/api/v1/products/nothing-here")

    growth.note_growth(kopi, timezone.now())
    growth.note_growth(batik, timezone.now())

    day = CallDay.objects.get()
    assert (day.store_id, day.calls, day.refused) == (kopi.pk, 2, 1)
    growth.note_growth(kopi, timezone.now())
    assert CallDay.objects.get().calls == 2
    (busiest,) = funnel.busiest(now=timezone.now())
    assert (busiest.store, busiest.calls, busiest.refused) == (kopi, 2, 1)


def test_without_redis_calls_go_uncounted_and_nothing_breaks(kopi: Store, monkeypatch):
    monkeypatch.setattr("tenants.shop_state.redis", _away)

    calls.note(kopi, NOW, is_refused=False)

    assert calls.counted(kopi, NOW) == {}


def _away() -> None:
    raise calls.RedisError


@pytest.mark.parametrize(
    ("headers", "visits"),
    [(BROWSER, 1), ({"HTTP_USER_AGENT": "Googlebot/2.1"}, 0), ({"HTTP_USER_AGENT": ""}, 0)],
)
def test_people_are_counted_once_a_day_and_robots_never(platform: Client, headers: dict, visits: int):
    for _ in range(2):
        platform.get("/?utm_source=Insta%3Cgram", **headers)

    assert list(VisitDay.objects.values_list("source", "visits")) == [("instagram", 1)] * visits
