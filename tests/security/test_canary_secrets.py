"""T-LOG (A56): secrets in every header, cookie, field and body are in no line that is written about it."""

import io
import json
import logging
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from config.watch.logs import JsonLine, RedactedLine
from tenants.models import Store, User
from tests.conftest import PASSWORD, client_at
from tests.tenants.conftest import _no_limits_left_over

__all__ = ["_no_limits_left_over"]
CANARY = "k4n4ri-r4h4si4"
FIELDS = (
    "password",
    "password1",
    "oldpassword",
    "code",
    "server_key",
    "key",
    "token",
    "secret",
    "csrfmiddlewaretoken",
)


@pytest.fixture
def written() -> Callable[[], str]:
    """Everything that was logged since, as both kinds of line."""
    out = io.StringIO()
    handlers = []
    for formatter in (RedactedLine("%(levelname)s %(name)s %(message)s"), JsonLine()):
        handler = logging.StreamHandler(out)
        handler.setFormatter(formatter)
        handlers.append(handler)
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    for handler in handlers:
        root.addHandler(handler)
    yield out.getvalue
    root.setLevel(before)
    for handler in handlers:
        root.removeHandler(handler)


def headers() -> dict[str, str]:
    return {
        "Authorization": f"Bearer ssk_{CANARY}",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={CANARY}; csrf={CANARY}; cart={CANARY}",
        "X-CSRFToken": CANARY,
        "X-Api-Key": CANARY,
        "Proxy-Authorization": f"Basic {CANARY}",
        "Idempotency-Key": CANARY,
        "X-Callback-Token": CANARY,
        "Webhook-Signature": f"v1,{CANARY}",
        "User-Agent": f"token={CANARY}",
        "Referer": f"https://x.example/?token={CANARY}",
    }


@pytest.mark.parametrize("host", ["platform", "console", "dashboard", "shop"])
def test_no_secret_of_a_request_is_written_down(kopi: Store, host: str, written: Callable[[], str]):
    name = {
        "platform": settings.PLATFORM_HOST,
        "console": settings.CONSOLE_HOST,
        "dashboard": f"kopi.{settings.DASHBOARD_SUFFIX}",
        "shop": f"kopi.{settings.STOREFRONT_SUFFIX}",
    }[host]
    client = client_at(name)
    client.raise_request_exception = False
    fields = dict.fromkeys(FIELDS, CANARY)
    for path in (
        "/",
        "/accounts/login/",
        "/orders/",
        "/hooks/midtrans/x/",
        "/auth/enter/",
        "/checkout/place/",
    ):
        client.get(path, {"code": CANARY, "token": CANARY}, headers=headers())
        client.post(path, {"login": "x@example.com", **fields}, headers=headers())
    for path in (
        "/api/v1/api-keys",
        "/api/v1/payment-methods/MIDTRANS/connection",
        "/api/storefront/v1/carts",
    ):
        client.post(path, json.dumps(fields), content_type="application/json", headers=headers())

    assert len(written()) > 1000
    assert CANARY not in written()


def test_no_secret_of_an_error_is_written_down(
    kopi: Store, sari: User, dashboard: Callable[..., Client], written: Callable[[], str], monkeypatch
):
    def broken(request, **more):
        raise RuntimeError(f"password={CANARY} Authorization: Bearer ssk_{CANARY}")

    monkeypatch.setattr("core.orders.dashboard.show_list", broken)
    browser = dashboard(sari)
    browser.raise_request_exception = False
    browser.get("/orders/", {"token": CANARY})

    assert "Internal Server Error" in written()
    assert CANARY not in written()


def test_a_log_in_writes_neither_password_nor_address(
    sari: User, platform: Client, written: Callable[[], str]
):
    platform.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
    platform.post("/accounts/login/", {"login": sari.email, "password": f"{CANARY} {CANARY}"})

    assert PASSWORD not in written() and CANARY not in written()
    assert sari.email not in "".join(line for line in written().splitlines() if " security " in line)
