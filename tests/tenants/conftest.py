"""Logging in the way people do."""

from collections.abc import Callable

import pytest
from django.test import Client

from tenants.models import User
from tests.conftest import PASSWORD


@pytest.fixture
def log_in(platform: Client) -> Callable[[User], Client]:
    """A browser on the platform host, logged in: `log_in(sari)`."""

    def enter(user: User) -> Client:
        answer = platform.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.context["form"].errors
        return platform

    return enter
