"""Log-ins end: by a button, by time, and with nothing left behind in the browser (ASVS V7, V14.3)."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tenants import handoff
from tenants.models import Store, User
from tests.conftest import PASSWORD, client_at
from tests.isolation.routes import pages
from tests.tenants.conftest import _no_limits_left_over, log_in

__all__ = ["_no_limits_left_over", "log_in"]
HOME = f"kopi.{settings.DASHBOARD_SUFFIX}"
PLAIN_PAGES = [route for route in pages() if route.kind == "DASHBOARD" and not set("<(") & set(route.address)]


@pytest.fixture
def inside(sari: User, kopi: Store) -> Client:
    """Sari, who came in the way people do."""
    browser = client_at(HOME)
    code = handoff.issue(user=sari, store=kopi, next_path="/", now=timezone.now())
    browser.get("/auth/enter/", {"code": code})
    return browser


def later(monkeypatch: pytest.MonkeyPatch, **wait: int) -> None:
    now = int(time.time() + timedelta(**wait).total_seconds())
    monkeypatch.setattr("tenants.sessions._now", lambda: now)


def is_inside(browser: Client) -> bool:
    return browser.get("/settings/team/").status_code == 200


@pytest.mark.parametrize("route", PLAIN_PAGES, ids=str)
def test_no_page_of_the_dashboard_may_be_kept(route, sari: User, dashboard: Callable[..., Client]):
    answer = dashboard(sari).get(f"/{route.address}")

    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/stores/", "/account/", "/stores/new/", "/accounts/2fa/"])
def test_no_page_of_an_account_may_be_kept(log_in: Callable[[User], Client], sari: User, path: str):
    assert "no-store" in log_in(sari).get(path).headers["Cache-Control"]


def test_the_way_out_clears_the_browser_and_ends_the_session(inside: Client):
    answer = inside.post("/auth/leave/")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_inside(inside)


def test_the_platforms_way_out_clears_the_browser_too(log_in: Callable[[User], Client], sari: User):
    browser = log_in(sari)

    assert "Clear-Site-Data" not in browser.get("/accounts/logout/").headers
    assert browser.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_stolen_cookie_is_worth_nothing_after_the_way_out(inside: Client):
    thief = client_at(HOME)
    thief.cookies[settings.SESSION_COOKIE_NAME] = inside.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_inside(thief)

    inside.post("/auth/leave/")

    assert not is_inside(thief)


def test_a_log_in_that_nobody_uses_ends_after_half_a_day(inside: Client, monkeypatch: pytest.MonkeyPatch):
    later(monkeypatch, hours=11)
    assert is_inside(inside)
    later(monkeypatch, hours=22)
    assert is_inside(inside), "eleven hours after it was last used"
    later(monkeypatch, hours=35)
    key = inside.cookies[settings.SESSION_COOKIE_NAME].value

    assert not is_inside(inside)
    assert not Session.objects.filter(session_key=key).exists()


def test_a_log_in_ends_after_two_weeks_whatever_happens(inside: Client, monkeypatch: pytest.MonkeyPatch):
    for hours in range(10, 14 * 24, 10):
        later(monkeypatch, hours=hours)
        assert is_inside(inside), hours
    later(monkeypatch, hours=14 * 24 + 1)

    assert not is_inside(inside)


def test_the_console_rests_half_an_hour_only():
    assert settings.SESSION_IDLE_SECONDS["CONSOLE"] == 1800
    assert set(settings.SESSION_IDLE_SECONDS) == {"PLATFORM", "DASHBOARD", "CONSOLE"}


def test_a_log_in_on_the_platform_is_stamped_when_it_begins(platform: Client, sari: User):
    platform.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})

    told = platform.session
    assert told["logged_in"] == str(sari.pk)
    assert told["began"] == told["seen"] == pytest.approx(time.time(), abs=5)


def test_whoever_was_just_thrown_out_may_come_in_again(
    inside: Client, sari: User, kopi: Store, monkeypatch: pytest.MonkeyPatch
):
    later(monkeypatch, days=20)
    assert not is_inside(inside)

    code = handoff.issue(user=sari, store=kopi, next_path="/", now=timezone.now())
    inside.get("/auth/enter/", {"code": code})

    assert is_inside(inside)


def test_the_page_keeps_no_snapshots_in_the_browser(platform: Client):
    """htmx would keep whole pages for the back button."""
    assert '"historyCacheSize":0' in platform.get("/").content.decode()
