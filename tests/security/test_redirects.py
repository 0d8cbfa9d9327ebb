"""T-REDIR (A57): at every door that leads on to where the address says, nobody is led away."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client

from tenants.models import User
from tests.conftest import PASSWORD, client_at
from tests.isolation.test_sessions import NEXTS, is_elsewhere
from tests.tenants.conftest import _no_limits_left_over, log_in

__all__ = ["_no_limits_left_over", "log_in"]
DASHBOARD = f"kopi.{settings.DASHBOARD_SUFFIX}"
SHOP = f"kopi.{settings.STOREFRONT_SUFFIX}"
NAMES = ("next", "url", "redirect", "return", "return_url", "continue", "back", "to", "r")


def steps(target: str, sari: User, browser: Client, inside: Client) -> dict[str, str]:
    """Where each door leads that was told `target`, by name."""
    shop, told = client_at(SHOP), {"next": target}
    answers = {
        "language of the shop": shop.get("/language/en/", told),
        "language of the shop, posted": shop.post("/language/en/", told),
        "language of the dashboard": inside.post("/language/", {"language": "en", **told}),
        "language of the console": client_at(settings.CONSOLE_HOST).post(
            "/language/", {"language": "en", **told}
        ),
        "dashboard to the log-in": client_at(DASHBOARD).get("/orders/", told),
        "into a store": browser.get("/stores/kopi/enter/", told),
        "proof": browser.post("/accounts/reauthenticate/", {"password": PASSWORD, **told}),
        "front page": client_at(settings.PLATFORM_HOST).get("/", told),
        "sign-up of who is inside": browser.get("/signup/", told),
        "log-in of who is inside": browser.get("/accounts/login/", told),
        "cart": shop.post("/cart/add/", {"variant": "x", **told}),
        "way out of the dashboard": inside.post("/auth/leave/", told),
    }
    return {name: answer.headers.get("Location", "/") for name, answer in answers.items()}


def ours(location: str) -> bool:
    """On the same host, or on one of ours by its whole name."""
    hosts = (settings.PLATFORM_HOST, settings.CONSOLE_HOST, DASHBOARD, SHOP)
    known = tuple(f"{settings.SCHEME}://{host}:{settings.PUBLIC_PORT}/" for host in hosts)
    return not is_elsewhere(location) or location.startswith(known)


@pytest.mark.parametrize("target", NEXTS)
def test_no_door_leads_away(
    target: str, sari: User, log_in: Callable[[User], Client], dashboard: Callable[..., Client]
):
    found = steps(target, sari, log_in(sari), dashboard(sari))

    assert {name: there for name, there in found.items() if not ours(there)} == {}


@pytest.mark.parametrize("target", NEXTS[::4])
def test_a_second_factor_leads_nowhere_else(target: str, sari: User, platform: Client):
    TOTP.activate(sari, generate_totp_secret())

    answer = platform.post("/accounts/login/", {"login": sari.email, "password": PASSWORD, "next": target})

    assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert ours(answer.headers["Location"])


@pytest.mark.parametrize("name", NAMES)
def test_no_other_name_leads_on(name: str, sari: User, dashboard: Callable[..., Client]):
    for client in (client_at(SHOP), dashboard(sari), client_at(settings.PLATFORM_HOST)):
        answer = client.get("/", {name: "https://evil.example/"})
        assert ours(answer.headers.get("Location", "/"))


def test_a_parameter_sent_twice_is_one(sari: User, dashboard: Callable[..., Client], api: Client):
    browser = dashboard(sari)

    for path in ("/orders/", "/products/", "/customers/", "/stock/"):
        assert browser.get(f"{path}?q=a&q=b&sort=x&sort=newest&after=&after=%00").status_code < 500
    answer = api.get("/api/v1/orders?limit=1&limit=100000")
    assert answer.status_code in {200, 422}
    twice = api.patch("/api/v1/settings?legal_name=x", {"legal_name": "y"}, content_type="application/json")
    assert twice.status_code in {200, 404, 405, 422}
