"""What answers tell the browser, on every kind of host (ASVS V3, V4.1, V13.4)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from tenants.models import Store, User
from tests.architecture.source import ROOT
from tests.conftest import client_at

HOSTS = {
    "platform": settings.PLATFORM_HOST,
    "console": settings.CONSOLE_HOST,
    "dashboard": f"kopi.{settings.DASHBOARD_SUFFIX}",
    "shop": f"kopi.{settings.STOREFRONT_SUFFIX}",
}
PATHS = ("/", "/nothing-here/", "/.well-known/security.txt", "/api/v1/orders", "/cart/", "/accounts/login/")


def policy(answer) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";") if part.strip())
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_limits_what_a_browser_may_do(kopi: Store, host: str, path: str):
    answer = client_at(HOSTS[host]).get(path)
    told = policy(answer)

    assert told["object-src"] == ["'none'"] and told["base-uri"] == ["'none'"]
    assert told["frame-ancestors"] == ["'none'"] and told["default-src"] == ["'self'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} & set(told["script-src"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in {
        "strict-origin-when-cross-origin",
        "same-origin",
        "no-referrer",
    }
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("origin", ["https://e.vil", "null", "http://kopi.app.localhost.e.vil"])
def test_no_other_origin_may_read_anything(kopi: Store, host: str, origin: str):
    for path in PATHS:
        answer = client_at(HOSTS[host]).get(path, headers={"Origin": origin})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("host", HOSTS)
def test_every_answer_says_what_it_is(kopi: Store, host: str, api: Client):
    for client in (client_at(HOSTS[host]), api):
        for path in PATHS:
            answer = client.get(path)
            kind = answer.headers.get("Content-Type", "")
            assert not answer.content or kind, path
            if kind.startswith("text/"):
                assert "charset=" in kind, path


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG", "PROPFIND", "MOVE", "X"])
def test_unusual_methods_are_refused(kopi: Store, host: str, method: str):
    answer = client_at(HOSTS[host]).generic(method, "/", headers={"X-Secret": "rahasia"})

    assert answer.status_code in {403, 404, 405, 501}
    assert "rahasia" not in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.env",
        "/admin/",
        "/static/",
        "/media/",
        "/metrics",
        "/debug/",
        "/manage.py",
        "/api/docs",
        "/.svn/",
    ],
)
def test_nothing_lies_about(kopi: Store, path: str):
    for host in HOSTS.values():
        answer = client_at(host).get(path)
        assert answer.status_code in {302, 404}, (host, path)
        assert "Index of" not in answer.content.decode()


def test_an_error_tells_nobody_what_went_wrong(kopi: Store, sari: User, dashboard: Callable, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("password=rahasia SELECT * FROM tenants_user /work/secret.py")

    monkeypatch.setattr("core.orders.dashboard.show_list", broken)
    browser = dashboard(sari)
    browser.raise_request_exception = False
    answer = browser.get("/orders/")

    assert answer.status_code == 500
    assert not [
        word for word in ("rahasia", "SELECT", "secret.py", "Traceback") if word in answer.content.decode()
    ]


PRODUCTION = """
import json
from config.settings import prod as s
names = ("DEBUG", "DEVELOPMENT", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "SECURE_HSTS_SECONDS", "SESSION_COOKIE_DOMAIN", "WEBHOOKS_MAY_LOOP_BACK", "LOCAL_DOMAIN_SUFFIX",
    "INSTALLED_APPS")
print(json.dumps({name: getattr(s, name, None) for name in names}))
"""


@pytest.fixture(scope="module")
def production() -> dict:
    """The settings of a deployment."""
    told = {"SECRET_KEY": "x" * 60, "SEALING_KEYS": "a:eA==", "PATH": os.environ["PATH"], "DATA_DIR": "x"}
    done = subprocess.run(
        [sys.executable, "-c", PRODUCTION], cwd=ROOT, env=told, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_cookies_of_a_deployment_are_bound_to_their_host(production: dict):
    assert production["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert production["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert production["SESSION_COOKIE_SECURE"] and production["CSRF_COOKIE_SECURE"]
    assert production["SESSION_COOKIE_HTTPONLY"] and production["CSRF_COOKIE_HTTPONLY"]
    assert production["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert production["SESSION_COOKIE_DOMAIN"] is None
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000


def test_nothing_of_development_is_in_a_deployment(production: dict):
    assert not production["DEBUG"] and not production["DEVELOPMENT"]
    assert not production["WEBHOOKS_MAY_LOOP_BACK"] and not production["LOCAL_DOMAIN_SUFFIX"]
    assert "config.demo" not in production["INSTALLED_APPS"]


def test_security_txt_says_whom_to_tell(kopi: Store):
    for host in HOSTS.values():
        text = client_at(host).get("/.well-known/security.txt").content.decode()
        assert f"Contact: {settings.SECURITY_CONTACT}\n" in text and "Expires: 2" in text


def test_password_managers_find_the_page(platform: Client):
    assert platform.get("/.well-known/change-password").headers["Location"] == "/accounts/password/change/"
