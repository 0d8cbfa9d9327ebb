"""T-HOST: a host is one of ours, letter by letter, or nobody (A30)."""

import http.client
import socket
import threading
from collections.abc import Iterator
from random import Random
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.wsgi import get_wsgi_application
from django.db import connection
from redis.exceptions import TimeoutError as RedisTimeout

from tenants import care, hosts, shop_state
from tenants.models import HostKind, Hostname, Store
from tenants.permissions import SYSTEM
from tests.conftest import client_at

NAMES = (
    settings.PLATFORM_HOST,
    settings.CONSOLE_HOST,
    f"kopi.{settings.DASHBOARD_SUFFIX}",
    f"kopi.{settings.STOREFRONT_SUFFIX}",
    f"batik.{settings.DASHBOARD_SUFFIX}",
)


def same(name: str, chance: Random) -> str:
    """Another way to write the same host."""
    name = "".join(chance.choice((letter.upper(), letter)) for letter in name)
    name += chance.choice(("", "."))
    return name + chance.choice(("", ":80", f":{chance.randint(1, 65535)}", ":443"))


def other(name: str, chance: Random) -> str:
    """A host that looks like one of ours and is not."""
    label, _, rest = name.partition(".")
    return chance.choice(
        (
            f"evil-{name}",
            f"evil.{name}",
            f"{name}.evil.example",
            f"{name}evil.example",
            f"{name}..",
            f".{name}",
            f"{label}..{rest}",
            f"{label}%2e{rest}",
            f"{label}_{rest}",
            f"{name}@evil.example",
            f"evil.example@{name}",
            f"user:pass@{name}",
            f"{name}:80:80",
            f"{name}:abc",
            f"{name}/evil",
            f"{name}\\evil",
            f"{name}?x",
            f"{name}#x",
            f"{name},evil.example",
            f"[{name}]",
            f"{name}\t",
            f"{name} evil.example",
            f"xn--{name}",
            f"{label}\u3002{rest}x",
            f"{label}\u200b.{rest}",
            f"{label}\u0430.{rest}",
            f"{'a' * 64}.{name}",
            f"{'a.' * 130}{name}",
            f"-{name}",
            "[::1]",
            "[::1]:8000",
            "127.0.0.1",
            "0.0.0.0:80",
            "2130706433",
            "0x7f000001",
            "169.254.169.254",
            "*",
            "*." + rest,
            "null",
            " ",
            "",
        )
    )


def generated() -> list[tuple[str, str]]:
    """300 hosts, always the same ones: (host, the name it means or nothing)."""
    chance = Random(30)
    names = [chance.choice(NAMES) for _ in range(300)]
    return [
        (same(name, chance), name) if number % 3 == 0 else (other(name, chance), "")
        for number, name in enumerate(names)
    ]


def misread() -> list[tuple[str, str, str]]:
    """Which of the 300 mean something else than they should: (host, found, expected)."""
    wrong = []
    for host, meant in generated():
        if host.strip().lower() in ("localhost", "localhost."):
            continue
        route = hosts.resolve(host)
        found = "" if route is None else f"{route.kind} {route.store.slug if route.store else ''}"
        expected = "" if not meant else _told(meant)
        if found != expected:
            wrong.append((host, found, expected))
    return wrong


def test_three_hundred_hosts(kopi: Store, batik: Store):
    assert misread() == []
    assert misread() == [], "read from the cache"


def test_three_hundred_hosts_while_redis_is_slow_or_away(
    kopi: Store, batik: Store, monkeypatch: pytest.MonkeyPatch
):
    """A busy machine makes Redis miss its second; hosts are then read from the database."""

    def too_late(*args: object, **more: object) -> None:
        raise RedisTimeout

    for act in ("set", "add"):
        monkeypatch.setattr(caches["platform"], act, too_late)
    monkeypatch.setattr(shop_state, "redis", too_late)
    monkeypatch.setattr(shop_state, "leave_alone", lambda: None)
    assert misread() == []


def test_what_redis_said_before_is_not_believed_again(kopi: Store, batik: Store):
    """A process remembers what a host meant, and asks each time whether it still does."""
    name = f"kopi.{settings.STOREFRONT_SUFFIX}"
    assert all(hosts.resolve(name).store == kopi for _ in range(3))
    assert hosts.resolve(name).marks is not None

    row = Hostname.objects.get(name=name)
    Hostname.objects.filter(store=batik, kind=row.kind).delete()
    Hostname.objects.filter(pk=row.pk).update(store=batik)
    hosts.forget_names([name])
    moved = [hosts.resolve(name) for _ in range(3)]

    assert [route.store for route in moved] == [batik] * 3
    hosts.forget_names([name])


def test_no_request_finds_what_another_did_to_its_store(kopi: Store):
    name = f"kopi.{settings.STOREFRONT_SUFFIX}"
    for _ in range(3):
        store = hosts.resolve(name).store
        assert (store.name, store.entitlements.get("spoilt")) == (kopi.name, None)
        store.name = "Spoilt"
        store.entitlements["spoilt"] = 1


def test_links_lead_to_the_main_host_from_the_next_request_on(kopi: Store, django_assert_num_queries):
    name = f"kopi.{settings.DASHBOARD_SUFFIX}"
    hosts.resolve(name)
    store = hosts.resolve(name).store
    with django_assert_num_queries(0):
        assert f"kopi.{settings.STOREFRONT_SUFFIX}" in hosts.store_origin(store, HostKind.STOREFRONT)

    rows = Hostname.objects.filter(store=kopi, kind=HostKind.STOREFRONT)
    rows.update(is_primary=False)
    rows.create(
        name="kopi.example",
        store=kopi,
        kind=HostKind.STOREFRONT,
        is_primary=True,
        verified_at=kopi.created_at,
    )
    hosts.forget(kopi)

    for _ in range(2):
        store = hosts.resolve(name).store
        assert "//kopi.example" in hosts.store_origin(store, HostKind.STOREFRONT)
    assert "//kopi.example" in hosts.store_origin(kopi, HostKind.STOREFRONT)


def _told(name: str) -> str:
    if name == settings.PLATFORM_HOST:
        return "PLATFORM "
    if name == settings.CONSOLE_HOST:
        return "CONSOLE "
    kind = HostKind.DASHBOARD if settings.DASHBOARD_SUFFIX in name else HostKind.STOREFRONT
    return f"{kind} {name.partition('.')[0]}"


def test_an_unknown_host_gets_a_small_page_that_names_no_store(kopi: Store, batik: Store):
    for host, meant in generated():
        if meant or not host.isprintable():
            continue
        answer = client_at(host or "x.invalid").get("/", HTTP_HOST=host or "x.invalid")
        assert answer.status_code == 404, host
        assert answer.content.decode() == hosts.UNKNOWN_HOST_PAGE
        assert not answer.cookies
    assert "kopi" not in hosts.UNKNOWN_HOST_PAGE.lower()


def test_forwarded_headers_choose_nothing(kopi: Store, batik: Store):
    answer = client_at(f"kopi.{settings.STOREFRONT_SUFFIX}").get(
        "/",
        headers={
            "X-Forwarded-Host": f"batik.{settings.STOREFRONT_SUFFIX}",
            "Forwarded": f"host=batik.{settings.STOREFRONT_SUFFIX}",
            "X-Original-Host": f"batik.{settings.STOREFRONT_SUFFIX}",
        },
    )

    assert answer.wsgi_request.store.slug == "kopi"


def test_a_name_counts_once_it_is_verified(kopi: Store, batik: Store):
    hosts.forget_names(["kopi.example"])
    row = Hostname.objects.create(name="kopi.example", kind=HostKind.STOREFRONT, store=batik)
    assert hosts.resolve("kopi.example") is None

    row.verified_at = batik.created_at
    row.save()
    hosts.forget_names(["kopi.example"])
    route = hosts.resolve("KOPI.example.:8000")
    hosts.forget_names(["kopi.example"])

    assert route is not None
    assert route.store == batik


def test_a_suspended_store_is_as_unknown_as_any(kopi: Store, django_capture_on_commit_callbacks):
    names = [f"kopi.{settings.DASHBOARD_SUFFIX}", f"kopi.{settings.STOREFRONT_SUFFIX}"]
    assert all(hosts.resolve(name) for name in names)

    with django_capture_on_commit_callbacks(execute=True):
        care.suspend(store=kopi, reason="abuse report 12", actor=SYSTEM)
    assert [client_at(name).get("/").content.decode() for name in names] == [hosts.UNKNOWN_HOST_PAGE] * 2

    with django_capture_on_commit_callbacks(execute=True):
        care.resume(store=kopi, reason="settled", actor=SYSTEM)
    assert all(hosts.resolve(name) for name in names)


@pytest.mark.parametrize("path", ["/admin/", "/admin", "/admin/login/", "/django-admin/", "/%61dmin/"])
def test_there_is_no_django_admin_on_any_host(kopi: Store, path: str):
    """T-ADMIN (A24). The platform's staff have the console, on a host of its own with a second factor."""
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    assert {client_at(name).get(path).status_code for name in NAMES} <= {404}


# Over a real socket: what a client library would tidy up before sending.


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def _application(environ: dict, start_response: object) -> object:
    try:
        return get_wsgi_application()(environ, start_response)
    finally:
        connection.close()


@pytest.fixture
def port(transactional_db: None) -> Iterator[int]:
    """A real server on loopback."""
    server = make_server("127.0.0.1", 0, _application, _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def raw(port: int, *lines: str) -> tuple[int, str]:
    """Send a request as it is written here; returns status and body."""
    # The first request loads every page of the product, which takes a busy machine many seconds.
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status, answer.read().decode(errors="replace")


def test_hosts_over_a_raw_socket(port: int):
    shop = f"kopi.{settings.STOREFRONT_SUFFIX}"
    hosts.forget_names([shop])

    assert raw(port, "GET /livez HTTP/1.1", "Host: anything")[0] == 200
    assert raw(port, "GET /robots.txt HTTP/1.1", f"Host: {shop}")[0] == 200
    assert raw(port, "GET / HTTP/1.0")[0] == 404
    assert raw(port, "GET / HTTP/1.1", "Host:")[0] == 404
    assert raw(port, "GET / HTTP/1.1", f"Host: evil.example, {shop}")[0] == 404
    for lines in (
        ("GET / HTTP/1.1", "Host: evil.example", f"X-Forwarded-Host: {shop}"),
        (f"GET http://{shop}/ HTTP/1.1", "Host: evil.example"),
        ("GET / HTTP/1.1", f"Host: {shop}\x00.evil.example"),
        ("GET / HTTP/1.1", f"Host: {shop}", "Host: evil.example"),
    ):
        status, body = raw(port, *lines)
        assert (status, "Kopi" in body) == (404, False) or status == 400, lines
