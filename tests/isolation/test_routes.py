"""The crawler: every address of every host, tried by nobody, by a stranger, by a reader and by the owner.

New routes are found by themselves. A door without a declaration fails, and so does one that lets the wrong
person pass or that breaks.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.integrations import services as integrations
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import ROLE_PERMISSIONS, SYSTEM, Permission
from tests.conftest import client_at
from tests.factories.orders import placed_order
from tests.isolation.routes import Route, is_foreign, operations, pages

PAGES, OPERATIONS = pages(), operations()
MAY_READ = ROLE_PERMISSIONS[Role.READ_ONLY]
# What answers to somebody who may not pass: to the log-in, refused, not there, or not in this way.
SHUT = {301, 302, 303, 400, 401, 403, 404, 405}
JUNK = {"x": "\u202ejunk\x00", "selected": "-1", "action": "x", "quantity": "1e309"}
# What a reader may send: it keeps something of their own, notes that they looked, draws a paper, or asks for
# the permission once it knows which act is meant.
HARMLESS = (
    *("orders/views/", "products/views/", "settings/messages/mine/", "orders/bulk/"),
    *("look/", "share/", "opening/", "api/v1/opening/"),
    *("api/v1/order-views", "api/v1/product-views", "api/v1/order-actions", "api/v1/packing-slips"),
)


def host_of(route: Route) -> str:
    return {
        "PLATFORM": settings.PLATFORM_HOST,
        "CONSOLE": settings.CONSOLE_HOST,
        "DASHBOARD": f"kopi.{settings.DASHBOARD_SUFFIX}",
        "STOREFRONT": f"kopi.{settings.STOREFRONT_SUFFIX}",
    }[route.kind]


def ask(client: Client, address: str, method: str) -> int:
    if method == "GET":
        return client.get(address).status_code
    if address.startswith("/api/"):
        return client.generic(method, address, "{}", content_type="application/json").status_code
    return client.generic(method, address, "").status_code


def answers(client: Client, route: Route, address: str = "") -> dict[str, int]:
    """The status of each method."""
    return {method: ask(client, address or route.made_up(), method) for method in route.methods}


def only(found: dict[str, int], allowed: set[int]) -> bool:
    return set(found.values()) <= allowed


def of_kind(kind: str, *, guarded: bool) -> Any:
    chosen = [
        route for route in PAGES if route.kind == kind and isinstance(route.door, Permission) == guarded
    ]
    return pytest.mark.parametrize("route", chosen, ids=str)


def test_every_address_declares_who_may_pass():
    undeclared = [str(route) for route in (*PAGES, *OPERATIONS) if route.door is None]

    assert [
        name for name in undeclared if "PLATFORM accounts/" not in name and "PLATFORM i18n" not in name
    ] == []
    assert len(PAGES) > 60
    assert len(OPERATIONS) > 40


@of_kind("DASHBOARD", guarded=True)
def test_a_dashboard_page_is_shut_for_strangers_and_never_breaks(
    route: Route, kopi: Store, sari: User, tono: User, member: Callable, dashboard: Callable
):
    assert only(answers(client_at(host_of(route)), route), SHUT)
    assert only(answers(dashboard(tono), route), SHUT)

    reader = answers(dashboard(member(Role.READ_ONLY)), route)
    if route.door not in MAY_READ:
        assert only(reader, {403, 405})
    elif not route.address.startswith(HARMLESS):
        assert reader["POST"] in {403, 404, 405, 422}, "a page that only needs to be read takes a POST"

    owner = dashboard(sari)
    with context.in_store(kopi):
        order = placed_order()
        addresses = [route.made_up(), *route.real()]
    assert order.pk
    for address in addresses:
        assert max(answers(owner, route, address).values()) < 500
        assert owner.post(address, JUNK).status_code < 500
        assert owner.get(address, JUNK, headers={"hx-request": "true"}).status_code < 500


@of_kind("DASHBOARD", guarded=False)
@pytest.mark.usefixtures("kopi")
def test_an_open_dashboard_page_never_breaks(route: Route, tono: User, dashboard: Callable):
    for client in (client_at(host_of(route)), dashboard(tono)):
        assert max(answers(client, route).values()) < 500
        assert client.get(route.made_up(), JUNK).status_code < 500


@of_kind("STOREFRONT", guarded=False)
def test_a_page_of_the_shop_never_breaks(route: Route, kopi: Store):
    shop = client_at(host_of(route))
    with context.in_store(kopi):
        placed_order()
        addresses = [route.made_up(), *route.real()]
    for address in addresses:
        assert max(answers(shop, route, address).values()) < 500
        assert shop.post(address, JUNK).status_code < 500
        assert shop.get(address, JUNK).status_code < 500


@pytest.mark.parametrize("route", [r for r in PAGES if r.kind in ("PLATFORM", "CONSOLE")], ids=str)
def test_a_page_of_the_platform_never_breaks_and_knows_who_it_is_for(route: Route, kopi: Store, sari: User):
    nobody = client_at(host_of(route))
    found = answers(nobody, route)
    if not is_foreign(route) and route.door != "public":
        assert only(found, SHUT)
    assert max(found.values()) < 500

    known = client_at(host_of(route))
    known.force_login(sari)
    found = answers(known, route)
    if route.kind == "CONSOLE" and route.door != "public":
        assert only(found, SHUT)
    assert max(found.values()) < 500
    assert known.post(route.made_up(), JUNK).status_code < 500


@pytest.mark.parametrize("route", OPERATIONS, ids=lambda route: f"{route.methods[0]} {route.address}")
def test_an_operation_is_shut_for_strangers_and_never_breaks(route: Route, kopi: Store, api: Client):
    with context.in_store(kopi):
        placed_order()
        _, key = integrations.create_key(name="Reader", scopes=list(MAY_READ), actor=SYSTEM)
        addresses = [route.made_up(), *route.real()]
    if route.door != "public":
        stranger, reader = client_at(host_of(route)), client_at(host_of(route))
        assert only(answers(stranger, route), {401})
        stranger.defaults["HTTP_AUTHORIZATION"] = "Bearer ssk_of_another_store"
        assert only(answers(stranger, route), {401})
        reader.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        if route.door not in MAY_READ:
            # A body of the wrong shape is refused before anybody looks at who sent it.
            assert only(answers(reader, route), {403, 422})
        elif not route.address.startswith(HARMLESS):
            assert set(route.methods) <= {"GET", "HEAD"}, "an operation that changes needs more than reading"
    client = api if route.kind == "DASHBOARD" else client_at(host_of(route))
    for address in addresses:
        assert max(answers(client, route, address).values()) < 500


def test_a_key_of_one_store_opens_nothing_in_the_other(kopi: Store, batik: Store):
    with context.in_store(batik):
        _, key = integrations.create_key(name="Tono", scopes=list(Permission), actor=SYSTEM)
    client = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"

    let_in = [
        str(route)
        for route in OPERATIONS
        if route.kind == "DASHBOARD" and not only(answers(client, route), {401})
    ]
    assert let_in == []
