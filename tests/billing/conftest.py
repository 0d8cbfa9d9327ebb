"""Somebody of the platform's staff, and the console they look through."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tenants import handoff
from tenants.models import User
from tests.conftest import PASSWORD, client_at
from tests.tenants.conftest import _no_limits_left_over

__all__ = ["_no_limits_left_over"]


@pytest.fixture
def rina(db: None) -> User:
    """Works for the platform, with an authenticator app."""
    user = User.objects.create_user("rina@example.com", PASSWORD, name="Rina", is_staff=True)
    TOTP.activate(user, generate_totp_secret())
    return user


@pytest.fixture
def console(rina: User) -> Client:
    """Rina's browser, inside the console."""
    browser = client_at(settings.CONSOLE_HOST)
    code = handoff.issue_for_console(user=rina, next_path="/", now=timezone.now())
    browser.get("/auth/enter/", {"code": code})
    return browser
