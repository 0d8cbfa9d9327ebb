"""Logging in the way people do."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from redis import Redis

from tenants.models import User
from tests.conftest import PASSWORD


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    """Limits count over all hosts and tests; each test starts with none used."""
    redis = Redis.from_url(settings.REDIS_URL)
    for key in redis.scan_iter("security:*"):
        redis.delete(key)


@pytest.fixture
def log_in(platform: Client) -> Callable[[User], Client]:
    """A browser on the platform host, logged in: `log_in(sari)`."""

    def enter(user: User) -> Client:
        answer = platform.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.context["form"].errors
        return platform

    return enter
