"""The crawler: every address of every host, with values that nothing has, with real ones, and with junk.

New routes are found by themselves. A door without a declaration fails, and so does one that breaks. Who may
pass is for test_attacks.py to ask.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants import context
from tenants.models import Store, User
from tenants.permissions import Permission
from tests.conftest import client_at
from tests.factories.orders import placed_order
from tests.isolation.people import HOSTS
from tests.isolation.routes import Route, operations, pages

PAGES, OPERATIONS = pages(), operations()
JUNK = {"x": "\u202ejunk\x00", "selected": "-1", "action": "x", "quantity": "1e309"}


def host_of(route: Route) -> str:
    return HOSTS[route.kind]


def ask(client: Client, address: str, method: str) -> int:
    if method == "GET":
        return client.get(address).status_code
    if address.startswith("/api/"):
        return client.generic(method, address, "{}", content_type="application/json").status_code
    return client.generic(method, address, "").status_code


def answers(client: Client, route: Route, address: str = "") -> dict[str, int]:
    """The status of each method."""
    return {method: ask(client, address or route.made_up(), method) for method in route.methods}


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
def test_a_dashboard_page_never_breaks(route: Route, kopi: Store, sari: User, dashboard: Callable):
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
@pytest.mark.usefixtures("kopi")
def test_a_page_of_the_platform_never_breaks(route: Route, sari: User):
    known = client_at(host_of(route))
    known.force_login(sari)
    for browser in (client_at(host_of(route)), known):
        assert max(answers(browser, route).values()) < 500
        assert browser.post(route.made_up(), JUNK).status_code < 500


@pytest.mark.parametrize("route", OPERATIONS, ids=lambda route: f"{route.methods[0]} {route.address}")
def test_an_operation_never_breaks(route: Route, kopi: Store, api: Client):
    with context.in_store(kopi):
        placed_order()
        addresses = [route.made_up(), *route.real()]
    client = api if route.kind == "DASHBOARD" else client_at(host_of(route))
    for address in addresses:
        assert max(answers(client, route, address).values()) < 500
