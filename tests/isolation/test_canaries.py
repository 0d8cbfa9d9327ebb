"""The search for canaries itself: it must find one where there is one."""

from collections.abc import Callable

import pytest
from django.conf import settings
from redis import Redis

from core.kernel import profile
from tenants import context
from tenants.models import Store
from tests.canaries import CANARY, canaries_in_redis, canary_columns, store_models


def test_the_other_stores_texts_are_marked(batik: Store):
    with context.in_store(batik):
        assert CANARY in profile.current().legal_name


def test_no_row_of_kopi_carries_a_canary_of_batik(kopi: Store):
    """INV-10, over every column of every table of a store."""
    marked = {model.__name__: canary_columns(kopi, model) for model in store_models()}

    assert len(marked) >= 40
    assert {name: rows for name, rows in marked.items() if rows} == {}


@pytest.mark.parametrize(
    "leave",
    [
        lambda redis: redis.set("store:k:leak", f"a {CANARY.lower()}-name"),
        lambda redis: redis.rpush("leak", "innocent", CANARY),
        lambda redis: redis.hset("leak", "field", CANARY),
        lambda redis: redis.sadd("leak", CANARY),
        lambda redis: redis.zadd("leak", {CANARY: 1}),
        lambda redis: redis.set(f"{CANARY}:leak", "in its name"),
    ],
)
def test_a_canary_in_redis_is_found_whatever_holds_it(kopi: Store, leave: Callable[[Redis], object]):
    redis = Redis.from_url(settings.REDIS_URL)
    before = len(canaries_in_redis())
    leave(redis)
    try:
        assert len(canaries_in_redis()) == before + 1
    finally:
        redis.delete("store:k:leak", "leak", f"{CANARY}:leak")


def test_the_other_stores_own_keys_may_hold_its_texts(batik: Store):
    redis = Redis.from_url(settings.REDIS_URL)
    before = len(canaries_in_redis())
    redis.set(f"store:{batik.uid}:hers", CANARY)
    try:
        assert len(canaries_in_redis()) == before
    finally:
        redis.delete(f"store:{batik.uid}:hers")
