"""What is noted of log-ins and refusals, and what never is (ASVS V16)."""

import json
import logging
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client

from tenants import context
from tenants.models import Role, Store, User
from tenants.security_log import note
from tests.conftest import PASSWORD, client_at
from tests.factories.payments import method, notice_body, open_payment
from tests.tenants.conftest import _no_limits_left_over

__all__ = ["_no_limits_left_over"]


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[str, dict]]]:
    """What the security log holds since the test began: names of events, and their facts."""
    caplog.set_level(logging.INFO, logger="security")

    def read() -> list[tuple[str, dict]]:
        lines = [record.getMessage() for record in caplog.records if record.name == "security"]
        return [(line.partition(" ")[0], json.loads(line.partition(" ")[2])) for line in lines]

    return read


def names(heard: list[tuple[str, dict]]) -> list[str]:
    return [name for name, _facts in heard]


def test_log_ins_good_and_bad_are_noted(platform: Client, sari: User, heard: Callable):
    platform.post("/accounts/login/", {"login": sari.email, "password": "salah sekali"})
    platform.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
    platform.post("/accounts/logout/")

    assert heard() == [
        ("login.failed", {"ip": "127.0.0.1"}),
        ("login", {"ip": "127.0.0.1", "user": str(sari.uid)}),
        ("logout", {"user": str(sari.uid)}),
    ]


def test_a_wrong_second_factor_is_noted(platform: Client, sari: User, heard: Callable):
    TOTP.activate(sari, generate_totp_secret())
    platform.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
    platform.post("/accounts/2fa/authenticate/", {"code": "000000"})

    assert names(heard()) == ["second_factor.failed"]


def test_a_role_that_may_not_is_noted(member: Callable, dashboard: Callable, kopi: Store, heard: Callable):
    user = member(Role.READ_ONLY)

    dashboard(user).get("/settings/team/")

    assert heard() == [
        (
            "request.refused",
            {
                "status": "403",
                "method": "GET",
                "door": "settings/team/",
                "host": "DASHBOARD",
                "actor": f"MEMBER:{user.uid}",
            },
        )
    ]


def test_a_wrong_key_and_a_missing_token_are_noted(
    kopi: Store, sari: User, dashboard: Callable, heard: Callable
):
    program = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    program.get("/api/v1/orders", headers={"Authorization": "Bearer ssk_nobodys"})
    browser = dashboard(sari)
    browser.handler.enforce_csrf_checks = True
    browser.post("/settings/team/invite/", {"email": "x@example.com", "role": "ADMIN"})

    told = heard()
    assert [(facts["status"], facts["door"]) for _name, facts in told] == [
        ("401", "api/v1/orders"),
        ("403", "settings/team/invite/"),
    ]
    assert "ssk_" not in str(told)


def test_a_cookie_of_another_host_and_an_unknown_host_are_noted(
    kopi: Store, batik: Store, sari: User, dashboard: Callable, heard: Callable
):
    thief = client_at(f"batik.{settings.DASHBOARD_SUFFIX}")
    thief.cookies[settings.SESSION_COOKIE_NAME] = dashboard(sari).cookies[settings.SESSION_COOKIE_NAME].value
    thief.get("/")
    client_at("nobody.example").get("/")

    assert heard() == [
        ("session.foreign", {"host": "DASHBOARD"}),
        ("host.unknown", {"host": "nobody.example"}),
    ]


def test_a_forged_notice_of_a_gateway_is_noted(shop: Client, kopi: Store, heard: Callable):
    with context.in_store(kopi):
        endpoint = method("MIDTRANS").endpoint_id
        body = notice_body(open_payment("MIDTRANS"), "settlement", key="another key")

    shop.post(f"/hooks/midtrans/{endpoint}/", body, content_type="application/json")

    assert names(heard()) == ["request.refused"]


def test_no_address_with_a_token_in_it_is_written_down(shop: Client, kopi: Store, heard: Callable):
    shop.handler.enforce_csrf_checks = True
    shop.post("/orders/abcdefghijklmnopqrstuvwxyz/check/")

    ((_name, facts),) = heard()
    assert facts["door"] == "orders/<str:token>/check/"


@pytest.mark.parametrize("typed", ["x\r\nlogin {}", "\x1b[31m", "\u2028x", "x" * 5000])
def test_nothing_typed_makes_a_line_of_its_own(typed: str, heard: Callable, caplog: pytest.LogCaptureFixture):
    note("host.unknown", host=typed)

    (record,) = caplog.records
    line = record.getMessage()
    assert line.isprintable() and line.isascii() and len(line) < 1500
