"""Fair sharing: exact limits, one store's flood beside another store's day, and a Redis that is away."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisGone

from config.settings import base
from config.settings import shares as shares_of_all
from core.integrations import services as integrations
from core.integrations.models import ApiKey
from tenants import callers, claims, context, entitlements, fair_share, shop_state
from tenants.fair_share import Bucket, TooManyRequests
from tenants.models import Job, Store
from tenants.permissions import SYSTEM, Permission
from tests.conftest import client_at

API, SHOP = "/api/v1/stock", "/api/storefront/v1/openapi.json"


@pytest.fixture(autouse=True)
def _full_buckets() -> Iterator[None]:
    fair_share._full.clear()
    client = caches["default"]._cache.get_client(None, write=True)  # type: ignore[attr-defined]
    if used := list(client.scan_iter(match="store:*:share:*")):
        client.delete(*used)
    yield
    shop_state._paused_until = 0.0


@pytest.fixture(autouse=True)
def _no_plan_grants_more(db: None) -> None:
    for store in Store.objects.all():
        entitlements.grant(store, {**store.entitlements, "api_per_second": None})


def shares(settings: Any, **told: tuple[float, int]) -> None:
    settings.FAIR_SHARES = told


def program(store: Store) -> Client:
    with context.in_store(store):
        _, key = integrations.create_key(name="Kasir", scopes=[Permission.VIEW_STOCK], actor=SYSTEM)
    client = client_at(f"{store.slug}.{base.DASHBOARD_SUFFIX}")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def statuses(client: Client, path: str, times: int) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def taken(bucket: Bucket, times: int) -> list[bool]:
    def one() -> bool:
        try:
            fair_share.take(bucket)
        except TooManyRequests:
            return False
        return True

    return [one() for _ in range(times)]


def test_the_limits_are_these():
    assert {name: shares_of_all.FAIR_SHARES[name] for name in ("key", "api")} == {
        "key": (4, 40),
        "api": (20, 200),
    }
    assert (shares_of_all.WORK_JOBS_PER_STORE, claims.jobs_per_store()) == (2, 2)


@pytest.mark.parametrize("is_alone", [False, True])
def test_forty_at_once_then_one_each_quarter_of_a_second(kopi: Store, is_alone: bool):
    if is_alone:
        shop_state.leave_alone()
    bucket = Bucket("key", kopi, 4, 40)

    assert taken(bucket, 41) == [True] * 40 + [False]
    time.sleep(0.26)
    assert taken(bucket, 2) == [True, False]


def test_a_refusal_says_how_long_to_wait(kopi: Store):
    fair_share.take(Bucket("key", kopi, 0.1, 1))

    with pytest.raises(TooManyRequests) as refusal:
        fair_share.take(Bucket("key", kopi, 0.1, 1))

    assert (refusal.value.share, refusal.value.retry_after) == ("key", 10)


@pytest.mark.parametrize("is_alone", [False, True])
def test_who_is_refused_by_one_bucket_takes_nothing_from_the_other(kopi: Store, is_alone: bool):
    if is_alone:
        shop_state.leave_alone()
    full, empty = Bucket("api", kopi, 0.01, 1), Bucket("key", kopi, 0.01, 1)
    fair_share.take(empty)

    with pytest.raises(TooManyRequests):
        fair_share.take(full, empty)

    assert taken(full, 2) == [True, False]


def test_a_plan_may_grant_the_store_more_but_no_single_key(kopi: Store, settings: Any):
    shares(settings, api=(20, 200), key=(4, 40))
    kopi.entitlements = {"api_per_second": 50, "key_per_second": 50}

    api, key = fair_share.bucket("api", kopi), fair_share.bucket("key", kopi, of="key_1")

    assert api and key
    assert [(each.per_second, each.at_once) for each in (api, key)] == [(50, 500), (4, 40)]


def test_a_key_that_asks_too_fast_waits_and_another_one_does_not(kopi: Store, settings: Any):
    shares(settings, key=(0.01, 40), api=(0.01, 60))
    fast, other = program(kopi), program(kopi)

    assert statuses(fast, API, 41) == [200] * 40 + [429]
    assert statuses(other, API, 21) == [200] * 20 + [429]


def test_a_refused_call_is_a_problem_document_and_does_nothing(kopi: Store, settings: Any):
    shares(settings, key=(0.1, 1))
    client = program(kopi)
    client.get(API)

    refused = client.post(API, {"title": "Kopi"}, content_type="application/json")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_requests"


def test_strangers_use_up_nothing_of_the_store(kopi: Store, settings: Any):
    shares(settings, stranger=(0.01, 3), api=(0.01, 5))
    stranger = client_at(f"kopi.{base.DASHBOARD_SUFFIX}")

    assert statuses(stranger, API, 4) == [401, 401, 401, 429]
    assert statuses(program(kopi), API, 5) == [200] * 5


def test_a_storm_on_one_store_turns_nobody_away_in_the_other(kopi: Store, batik: Store, settings: Any):
    """L-4, in small: the flood meets its limit, and each request of the other store is answered."""
    shares(settings, key=(0.01, 40), api=(0.01, 40), shop=(0.01, 40))
    loud, calm = program(kopi), program(batik)
    at_calm = client_at(f"batik.{base.STOREFRONT_SUFFIX}")
    heard: list[int] = []
    for _ in range(30):
        heard += statuses(loud, API, 3)
        assert statuses(calm, API, 1) + statuses(at_calm, SHOP, 1) == [200, 200]

    assert (heard.count(200), heard.count(429)) == (40, 50)


def test_a_page_too_many_is_refused_as_a_page_and_reads_nothing(
    shop: Client, settings: Any, django_assert_num_queries: Callable[..., Any]
):
    shares(settings, pages=(0.1, 1))
    shop.get("/cart/")

    with django_assert_num_queries(0):
        page = shop.get("/cart/")

    assert (page.status_code, page.headers["Retry-After"]) == (429, "10")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/media/none.webp", "/hooks/none/"])
def test_pictures_and_notices_of_payments_are_not_counted(shop: Client, settings: Any, path: str):
    shares(settings, pages=(0.01, 1))

    assert 429 not in statuses(shop, path, 3)


def test_a_redis_that_breaks_off_leaves_the_limits_standing(kopi: Store, monkeypatch: pytest.MonkeyPatch):
    class Gone:
        def register_script(self, script: str) -> Any:
            raise RedisGone

    monkeypatch.setattr(shop_state, "redis", Gone)

    assert taken(Bucket("key", kopi, 0.01, 2), 3) == [True, True, False]


def test_a_key_is_looked_up_once_for_a_call(kopi: Store, settings: Any):
    shares(settings, key=(4, 40), api=(20, 200))
    client = program(kopi)
    client.get(API)

    with connection.execute_wrapper(asked := Asked()):
        client.get(API)

    assert sum(ApiKey._meta.db_table in sql for sql in asked.statements) == 1


class Asked:
    """Remembers each statement."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, told: Any) -> Any:
        self.statements.append(str(sql))
        return execute(sql, params, many, told)


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [(0, "1.2.3.4", "127.0.0.1"), (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"), (2, "1.2.3.4", "127.0.0.1")],
)
def test_an_address_is_the_one_that_our_proxy_saw(settings: Any, proxies: int, told: str, address: str):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    assert callers.address_of(RequestFactory().get("/", headers={"X-Forwarded-For": told})) == address


# Duties


@pytest.mark.parametrize(("workers", "share"), [(1, 1), (2, 1), (3, 1), (4, 2), (16, 2)])
def test_a_store_runs_two_duties_and_never_on_more_than_half_of_the_workers(
    settings: Any, workers: int, share: int
):
    settings.WORK_PROCESSES = workers

    assert claims.jobs_per_store() == share


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_do_not_exceed_a_stores_share(kopi: Store):
    past = timezone.now() - timedelta(minutes=1)
    with context.in_public():
        Job.objects.all().delete()
        for _ in range(8):
            Job.objects.create(store=kopi, kind="tests.wait", payload={}, next_at=past)
    claimed: list[Job | None] = []

    def worker() -> None:
        context.enter(None)
        claimed.append(claims.claim())
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([job for job in claimed if job is not None]) == 2


_CHUNK = re.compile(r"^_?(?:RUN|BATCH|\w*AT_ONCE)\b[^=]*= ([\d_]+)|batch_size=([\d_]+)", re.MULTILINE)


def test_bulk_work_goes_in_chunks_of_at_most_500_rows():
    found = {
        str(path): int(one or other)
        for room in ("core", "tenants", "billing", "storefront")
        for path in Path(base.BASE_DIR, room).rglob("*.py")
        if "migrations" not in path.parts
        for one, other in _CHUNK.findall(path.read_text())
    }

    assert len(found) > 10
    assert max(found.values()) == 500
