"""The way from the one log-in to a store's own session (T-SESS)."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tenants import context, handoff
from tenants.models import HandoffCode, HostKind, Membership, Store, User
from tests.conftest import client_at

LIST = "/settings/api-keys/"


def host_of(store: Store) -> str:
    return f"{store.slug}.{settings.DASHBOARD_SUFFIX}"


def code_for(user: User, store: Store, next_path: str = "/") -> str:
    return handoff.issue(user=user, store=store, next_path=next_path, now=timezone.now())


def test_a_logged_in_member_is_handed_over(log_in: Callable[[User], Client], kopi: Store, sari: User):
    platform = log_in(sari)

    target = urlsplit(platform.get("/stores/kopi/enter/", {"next": LIST}).headers["Location"])
    inside = client_at(target.netloc.partition(":")[0])
    arrived = inside.get(f"{target.path}?{target.query}")

    assert arrived.headers["Location"] == LIST
    assert inside.get(LIST).status_code == 200
    assert "Domain" not in str(arrived.cookies[settings.SESSION_COOKIE_NAME])


def test_a_code_works_once(kopi: Store, sari: User):
    code = code_for(sari, kopi)

    assert client_at(host_of(kopi)).get("/auth/enter/", {"code": code}).status_code == 302
    assert client_at(host_of(kopi)).get("/auth/enter/", {"code": code}).status_code == 403


def test_a_code_dies_after_a_minute(kopi: Store, sari: User):
    code = code_for(sari, kopi)
    HandoffCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client_at(host_of(kopi)).get("/auth/enter/", {"code": code}).status_code == 403


def test_a_code_of_one_store_does_not_open_another(kopi: Store, batik: Store, sari: User):
    code = code_for(sari, kopi)

    assert client_at(host_of(batik)).get("/auth/enter/", {"code": code}).status_code == 403
    assert client_at(host_of(kopi)).get("/auth/enter/", {"code": code}).status_code == 302


def test_nobody_gets_a_code_for_a_store_of_others(
    log_in: Callable[[User], Client], kopi: Store, batik: Store, sari: User
):
    platform = log_in(sari)

    assert platform.get("/stores/batik/enter/").status_code == 404
    assert platform.get("/stores/no-such-store/enter/").status_code == 404
    with pytest.raises(handoff.HandoffRefused):
        code_for(sari, batik)


def test_a_member_who_was_removed_meanwhile_stays_outside(kopi: Store, sari: User):
    code = code_for(sari, kopi)
    Membership.objects.filter(user=sari).delete()

    assert client_at(host_of(kopi)).get("/auth/enter/", {"code": code}).status_code == 403


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/\\evil.example", "x", ""])
def test_the_way_on_stays_on_the_host(kopi: Store, sari: User, path: str):
    answer = client_at(host_of(kopi)).get("/auth/enter/", {"code": code_for(sari, kopi, path)})

    assert answer.headers["Location"] == "/"


def test_a_session_is_good_on_its_own_host_only(
    log_in: Callable[[User], Client], kopi: Store, batik: Store, sari: User
):
    Membership.objects.create(user=sari, store=batik, role="OWNER")
    inside = client_at(host_of(kopi))
    inside.get("/auth/enter/", {"code": code_for(sari, kopi)})
    cookie = inside.cookies[settings.SESSION_COOKIE_NAME].value
    platform = log_in(sari)

    for host in (host_of(batik), settings.PLATFORM_HOST, f"kopi.{settings.STOREFRONT_SUFFIX}"):
        thief = client_at(host)
        thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
        answer = thief.get(LIST if host != settings.PLATFORM_HOST else "/stores/")
        assert answer.status_code in (302, 404), host
    replay = client_at(host_of(kopi))
    replay.cookies[settings.SESSION_COOKIE_NAME] = platform.cookies[settings.SESSION_COOKIE_NAME].value
    assert replay.get(LIST).status_code == 302


def test_leaving_ends_the_session(kopi: Store, sari: User):
    inside = client_at(host_of(kopi))
    inside.get("/auth/enter/", {"code": code_for(sari, kopi)})

    assert inside.get("/auth/leave/").status_code == 405
    assert inside.post("/auth/leave/").status_code == 200
    assert inside.get(LIST).status_code == 302


def test_the_code_itself_is_never_stored(kopi: Store, sari: User):
    code = code_for(sari, kopi)

    with context.in_public():
        assert not HandoffCode.objects.filter(code_hash=code).exists()
        assert HandoffCode.objects.get().store_id == kopi.pk
    assert kopi.hostnames.filter(kind=HostKind.DASHBOARD).exists()
