"""T-SESS: a cookie is good on the host that set it, nowhere else (A22); T-REDIR: nobody is led away (A57)."""

from dataclasses import dataclass

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tenants import handoff
from tenants.models import Membership, Role, Store, User
from tests.conftest import PASSWORD, client_at
from tests.tenants.conftest import _no_limits_left_over

__all__ = ["_no_limits_left_over"]


@dataclass(frozen=True)
class Place:
    """A host, and a page there that only somebody logged in may see."""

    host: str
    page: str


PLACES = {
    "platform": Place(settings.PLATFORM_HOST, "/stores/"),
    "console": Place(settings.CONSOLE_HOST, "/"),
    "kopi": Place(f"kopi.{settings.DASHBOARD_SUFFIX}", "/settings/team/"),
    "batik": Place(f"batik.{settings.DASHBOARD_SUFFIX}", "/settings/team/"),
}
SHOPS = (f"kopi.{settings.STOREFRONT_SUFFIX}", f"batik.{settings.STOREFRONT_SUFFIX}")


@pytest.fixture
def root(kopi: Store, batik: Store) -> User:
    """Somebody who may go everywhere: owner of both stores and staff of the platform."""
    user = User.objects.create_user("root@example.com", PASSWORD, name="Root", is_staff=True)
    for store in (kopi, batik):
        Membership.objects.create(user=user, store=store, role=Role.OWNER)
    return user


@pytest.fixture
def inside(root: User, kopi: Store, batik: Store) -> dict[str, Client]:
    """A browser per place, each logged in the way people are."""
    now = timezone.now()
    browsers = {name: client_at(place.host) for name, place in PLACES.items()}
    browsers["platform"].post("/accounts/login/", {"login": root.email, "password": PASSWORD})
    TOTP.activate(root, generate_totp_secret())
    for name, store in (("kopi", kopi), ("batik", batik)):
        code = handoff.issue(user=root, store=store, next_path="/", now=now)
        browsers[name].get("/auth/enter/", {"code": code})
    code = handoff.issue_for_console(user=root, next_path="/", now=now)
    browsers["console"].get("/auth/enter/", {"code": code})
    return browsers


def test_each_session_opens_its_own_place(inside: dict[str, Client]):
    assert {
        name: inside[name].get(place.page).status_code for name, place in PLACES.items()
    } == dict.fromkeys(PLACES, 200)


def test_every_cookie_is_worthless_on_every_other_host(inside: dict[str, Client]):
    opened = []
    for owner, browser in inside.items():
        for name, place in PLACES.items():
            if name == owner:
                continue
            thief = client_at(place.host)
            for cookie in browser.cookies.values():
                thief.cookies[cookie.key] = cookie.value
            answer = thief.get(place.page)
            if answer.status_code != 302 or answer.wsgi_request.user.is_authenticated:
                opened.append((owner, name))
    assert opened == []


@pytest.mark.parametrize("shop", SHOPS)
def test_no_cookie_of_ours_makes_anybody_of_a_shopper(inside: dict[str, Client], shop: str):
    for browser in inside.values():
        thief = client_at(shop)
        thief.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME].value
        assert not thief.get("/").wsgi_request.user.is_authenticated


def test_a_replayed_cookie_does_not_end_the_session_it_was_stolen_from(inside: dict[str, Client]):
    thief = client_at(PLACES["batik"].host)
    thief.cookies[settings.SESSION_COOKIE_NAME] = inside["kopi"].cookies[settings.SESSION_COOKIE_NAME].value
    thief.get("/settings/team/")
    thief.post("/auth/leave/")

    assert inside["kopi"].get("/settings/team/").status_code == 200


def test_no_cookie_names_a_domain(inside: dict[str, Client], shop: Client):
    shop.get("/")
    jars = [*inside.values(), shop]
    cookies = [cookie for browser in jars for cookie in browser.cookies.values()]

    assert len(cookies) >= 8
    assert [cookie.key for cookie in cookies if cookie["domain"]] == []
    assert settings.SESSION_COOKIE_DOMAIN is None and settings.CSRF_COOKIE_DOMAIN is None
    sessions = [cookie for cookie in cookies if cookie.key == settings.SESSION_COOKIE_NAME]
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in sessions)


def test_a_new_session_begins_at_every_log_in(root: User, kopi: Store):
    """No session that somebody else planted is taken over."""
    browser = client_at(PLACES["kopi"].host)
    for _ in range(2):
        before = browser.cookies.get(settings.SESSION_COOKIE_NAME)
        code = handoff.issue(user=root, store=kopi, next_path="/", now=timezone.now())
        browser.get("/auth/enter/", {"code": code})
        after = browser.cookies[settings.SESSION_COOKIE_NAME]
        assert before is None or before.value != after.value or browser.session.get("_auth_user_id")


def test_a_changed_password_ends_the_sessions_everywhere(inside: dict[str, Client], root: User):
    root.set_password("satu lagi kata sandi")
    root.save()

    for name, place in PLACES.items():
        assert inside[name].get(place.page).status_code == 302, name


EVIL = "evil.example"
NEXTS = [
    f"https://{EVIL}/",
    f"http://{EVIL}",
    f"//{EVIL}",
    f"///{EVIL}",
    f"////{EVIL}/x",
    f"\\\\{EVIL}",
    f"/\\{EVIL}",
    f"\\/{EVIL}",
    f"/\\/{EVIL}",
    f"/\t/{EVIL}",
    f"/\n/{EVIL}",
    f"\t//{EVIL}",
    f" //{EVIL}",
    f"https:{EVIL}",
    f"https:/{EVIL}",
    f"https:///{EVIL}",
    f"https:\\\\{EVIL}",
    f"HTTPS://{EVIL}",
    f"http://localhost@{EVIL}/",
    f"http://localhost:80@{EVIL}/",
    f"http://localhost.{EVIL}/",
    f"http://{EVIL}#localhost",
    f"http://{EVIL}?localhost",
    f"http://{EVIL}\\@localhost",
    f"http://[::ffff:1.2.3.4]/{EVIL}",
    f"ftp://{EVIL}",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\x00javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    f"//{EVIL}%2f..",
    f"/%0d%0aLocation:%20https://{EVIL}",
    f"/\r\nLocation: https://{EVIL}",
    f"//{EVIL}:80",
    f"//user@{EVIL}",
    f"/.//{EVIL}",
    f"https://{EVIL}\u3002com",
    "http://xn--80ak6aa92e.com",
]


def is_elsewhere(location: str) -> bool:
    """Whether a browser on one of our hosts would leave it, read like a browser reads."""
    seen = location.replace("\\", "/").translate({9: None, 10: None, 13: None}).strip()
    return not (seen.startswith("/") and not seen.startswith("//"))


def test_there_are_forty():
    assert len(NEXTS) == len(set(NEXTS)) == 40


@pytest.mark.parametrize("target", NEXTS)
def test_nobody_is_led_away(root: User, kopi: Store, target: str):
    code = handoff.issue(user=root, store=kopi, next_path=target, now=timezone.now())
    entered = client_at(PLACES["kopi"].host).get("/auth/enter/", {"code": code})
    assert not is_elsewhere(entered.headers["Location"])

    platform = client_at(settings.PLATFORM_HOST)
    spoken = platform.post("/language/", {"language": "en", "next": target})
    assert not is_elsewhere(spoken.headers.get("Location", "/"))
    logged_in = platform.post("/accounts/login/", {"login": root.email, "password": PASSWORD, "next": target})
    assert logged_in.status_code == 302
    assert not is_elsewhere(logged_in.headers["Location"])
    left = platform.post("/accounts/logout/", {"next": target})
    assert not is_elsewhere(left.headers["Location"])


@pytest.mark.parametrize("target", NEXTS[:12])
def test_the_way_through_the_platform_leads_nowhere_else(
    root: User, kopi: Store, target: str, inside: dict[str, Client]
):
    into = inside["platform"].get("/stores/kopi/enter/", {"next": target}).headers["Location"]

    host, _, rest = into.partition("/auth/enter/")
    assert host.startswith(f"{settings.SCHEME}://kopi.{settings.DASHBOARD_SUFFIX}")
    entered = client_at(PLACES["kopi"].host).get(f"/auth/enter/{rest}")
    assert not is_elsewhere(entered.headers["Location"])
