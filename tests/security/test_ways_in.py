"""Every way to become somebody here, and what keeps it shut (ASVS V6, V7, V9)."""

import time
from collections.abc import Callable

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa import app_settings as mfa
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core import signing
from django.test import Client
from django.utils.module_loading import import_string

from config.settings import base
from storefront import preview
from tenants import context
from tenants.models import Store, User
from tests.architecture.source import files, name_of
from tests.conftest import PASSWORD, client_at
from tests.tenants.conftest import _no_limits_left_over, log_in

__all__ = ["_no_limits_left_over", "log_in"]
# A password with a second factor where there is one, a passkey, or a hand-off code that one of them leads to.
# Nothing else may call these.
OPENS_SESSIONS = {
    "tenants/views/entry.py": "a hand-off code, into a dashboard",
    "tenants/looking.py": "a hand-off code, into a dashboard, only to look and with its seller's consent",
    "billing/console.py": "a hand-off code, into the console, after a second factor",
    "tenants/accounts.py": "allauth's log-in",
    "tenants/views/invitations.py": "allauth's sign-up, after an invitation",
    "tenants/views/platform.py": "allauth's sign-up",
}


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def enter(code: str, email: str) -> Client:
    """A browser that shows a password and this code."""
    browser = client_at(settings.PLATFORM_HOST)
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": code})
    return browser


def is_inside(browser: Client) -> bool:
    return browser.get("/stores/").status_code == 200


def test_every_way_in_is_known():
    words = ("login(request", "complete_signup(", "perform_login(", "django_login(", ".login(request")
    opening = {name_of(path) for path in files() if any(word in path.read_text() for word in words)}
    opening -= {"tenants/permissions.py", "tenants/console.py"}  # they send to the log-in

    assert opening <= set(OPENS_SESSIONS)
    assert settings.AUTHENTICATION_BACKENDS == ["allauth.account.auth_backends.AuthenticationBackend"]
    assert settings.MFA_SUPPORTED_TYPES == ["totp", "webauthn", "recovery_codes"]
    assert mfa.TRUST_ENABLED is False


def test_a_code_of_an_app_is_good_once(sari: User):
    secret = generate_totp_secret()
    TOTP.activate(sari, secret)
    code = code_of(secret)

    assert is_inside(enter(code, sari.email))
    assert not is_inside(enter(code, sari.email))


def test_codes_are_long_enough(sari: User):
    RecoveryCodes.activate(sari)

    assert mfa.TOTP_DIGITS == 6 and mfa.TOTP_PERIOD == 30
    assert mfa.RECOVERY_CODE_DIGITS >= 8
    assert settings.SESSION_COOKIE_AGE <= 14 * 24 * 3600
    assert len(generate_totp_secret()) >= 32


def test_guessing_codes_is_limited(sari: User):
    secret = generate_totp_secret()
    TOTP.activate(sari, secret)
    browser = client_at(settings.PLATFORM_HOST)
    browser.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
    for _ in range(12):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})

    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert not is_inside(browser)


def test_a_reset_does_not_pass_the_second_factor_by(sari: User):
    TOTP.activate(sari, generate_totp_secret())
    browser = client_at(settings.PLATFORM_HOST)
    link = (
        f"/accounts/password/reset/key/{user_pk_to_url_str(sari)}-{default_token_generator.make_token(sari)}/"
    )
    form = browser.get(link, follow=True)
    fresh = {"password1": "empat kata yang acak", "password2": "empat kata yang acak"}
    browser.post(form.request["PATH_INFO"], fresh)

    assert not is_inside(browser)
    browser.post("/accounts/login/", {"login": sari.email, "password": "empat kata yang acak"})
    assert not is_inside(browser)


def test_a_person_who_is_switched_off_is_out(sari: User, dashboard: Callable[..., Client]):
    browser = dashboard(sari)
    assert browser.get("/settings/team/").status_code == 200

    with context.in_public():
        User.objects.filter(pk=sari.pk).update(is_active=False)

    assert browser.get("/settings/team/").status_code == 302


def test_the_way_out_is_on_every_page(
    sari: User, dashboard: Callable[..., Client], log_in: Callable[[User], Client]
):
    for path in ("/", "/orders/", "/products/", "/stock/", "/settings/", "/settings/team/", "/work/"):
        assert "/auth/leave/" in dashboard(sari).get(path).content.decode(), path
    for path in ("/stores/", "/account/"):
        assert "/accounts/logout/" in log_in(sari).get(path).content.decode(), path


@pytest.mark.usefixtures("db")
def test_session_keys_cannot_be_guessed():
    keys = {SessionStore()._get_new_session_key() for _ in range(200)}

    assert len(keys) == 200
    assert all(len(key) == 32 and key.isalnum() for key in keys)


def test_passwords_are_hashed_with_argon2():
    first = import_string(base.PASSWORD_HASHERS[0])

    assert issubclass(first, Argon2PasswordHasher)
    # OWASP's least: 19 MiB and two rounds.
    assert first.memory_cost >= 19 * 1024 and first.time_cost >= 2
    assert "MD5" not in str(base.PASSWORD_HASHERS)


def test_a_preview_link_is_bound_to_its_store_and_its_time(kopi: Store, batik: Store, monkeypatch):
    with context.in_store(kopi):
        token = preview.preview_url().rstrip("/").rpartition("/")[2]
        assert preview.is_valid(token)
        assert not preview.is_valid(token[:-1] + ("a" if token[-1] != "a" else "b"))
        assert not preview.is_valid(signing.dumps(str(kopi.uid), salt="another.purpose"))
        assert not preview.is_valid(
            signing.dumps(str(kopi.uid), key="another key", salt="storefront.preview")
        )
    with context.in_store(batik):
        assert not preview.is_valid(token)
    later = time.time() + preview.LIFETIME_SECONDS + 5
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    with context.in_store(kopi):
        assert not preview.is_valid(token)
