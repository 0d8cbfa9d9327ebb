"""T-PICKLE (A55): whoever writes Redis or a session runs no code with it."""

import base64
import pickle
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client
from redis import Redis

from tenants import context
from tenants.models import Store
from tests.conftest import client_at


class Trap:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("alias", ["default", "platform", "security"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_in_the_cache_is_never_opened(kopi: Store, tmp_path: Path, alias: str, protocol: int):
    trap = tmp_path / "trap"
    with context.in_store(kopi):
        cache = caches[alias]
        key = cache.make_key("bait")
        Redis.from_url(settings.REDIS_URL).set(key, pickle.dumps(Trap(trap), protocol))

        with pytest.raises(ValueError):
            cache.get("bait")
        cache.delete("bait")

    assert not trap.exists()


def test_a_host_that_was_poisoned_in_redis_runs_nothing(kopi: Store, tmp_path: Path):
    trap = tmp_path / "trap"
    host = f"kopi.{settings.STOREFRONT_SUFFIX}"
    client_at(host).get("/")
    redis = Redis.from_url(settings.REDIS_URL)
    (key,) = redis.keys(f"platform:*host:{host}")
    redis.set(key, pickle.dumps(Trap(trap)))

    browser = client_at(host)
    browser.raise_request_exception = False
    browser.get("/")
    redis.delete(key)

    assert not trap.exists()


def test_a_pickle_in_a_session_is_never_opened(platform: Client, tmp_path: Path):
    trap = tmp_path / "trap"
    platform.get("/accounts/login/")
    bait = base64.b64encode(pickle.dumps(Trap(trap))).decode()
    Session.objects.create(session_key="k" * 32, session_data=bait, expire_date="2099-01-01T00:00:00Z")
    platform.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32

    assert platform.get("/stores/").status_code == 302
    assert not trap.exists()
