"""Parcels on the page and over the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.fulfilment import services as fulfilment
from core.fulfilment.models import Fulfilment
from core.inventory.models import StockItem
from core.orders import services as orders
from core.orders.models import Order
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.orders import NOON
from tests.factories.payments import awaited_order


def paid(store: Store) -> Order:
    with context.in_store(store):
        return orders.mark_paid(order_id=awaited_order().pk, actor=SYSTEM, now=NOON)


@pytest.fixture
def order(kopi: Store) -> Order:
    """Two bags, paid."""
    return paid(kopi)


@pytest.fixture
def packer(budi: User, dashboard: Callable[..., Client]) -> Client:
    return dashboard(budi)


@pytest.fixture
def parcel(kopi: Store, order: Order) -> Fulfilment:
    with context.in_store(kopi):
        return fulfilment.ship(order_id=order.pk, courier_name="JNE", waybill="JP1", actor=SYSTEM, now=NOON)


def parcels(kopi: Store) -> list[tuple[str, str, int]]:
    with context.in_store(kopi):
        rows = Fulfilment.objects.order_by("pk").prefetch_related("lines")
        return [
            (row.courier_name, row.waybill, sum(line.quantity for line in row.lines.all())) for row in rows
        ]


def on_hand(kopi: Store) -> int:
    with context.in_store(kopi):
        return StockItem.objects.get().on_hand


def send(api: Client, method: str, path: str, body: Any = None) -> Any:
    return getattr(api, method)(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json")


def test_everything_leaves_with_one_press(kopi: Store, order: Order, packer: Client):
    told = {"left_seen": 2, "courier_name": " JNE ", "waybill": "JP 12"}

    answer = packer.post(f"/parcels/of/{order.public_id}/ship/", told)

    assert answer.status_code == 302
    assert parcels(kopi) == [("JNE", "JP 12", 2)]
    assert on_hand(kopi) == 8


def test_a_part_that_is_sent_twice_leaves_once(kopi: Store, order: Order, packer: Client):
    told = {"left_seen": 2, "quantity-0": 1, "waybill": "JP1"}

    first = packer.post(f"/parcels/of/{order.public_id}/ship/", told)
    second = packer.post(f"/parcels/of/{order.public_id}/ship/", told)
    rest = packer.post(f"/parcels/of/{order.public_id}/ship/", {**told, "left_seen": 1})

    assert [answer.status_code for answer in (first, second, rest)] == [302, 422, 302]
    assert [units for *_, units in parcels(kopi)] == [1, 1]


@pytest.mark.parametrize(
    "told",
    [{"quantity-0": 3}, {"quantity-0": 0}, {"quantity-0": "x"}, {"waybill": "J" * 61}, {"left_seen": ""}],
)
def test_a_bad_parcel_does_not_leave(kopi: Store, order: Order, packer: Client, told: dict[str, Any]):
    answer = packer.post(f"/parcels/of/{order.public_id}/ship/", {"left_seen": 2, **told})

    assert answer.status_code == 422
    assert parcels(kopi) == [] and on_hand(kopi) == 10


def test_what_is_not_paid_does_not_leave(kopi: Store, packer: Client):
    with context.in_store(kopi):
        unpaid = awaited_order()

    answer = packer.post(f"/parcels/of/{unpaid.public_id}/ship/", {"left_seen": 2})

    assert answer.status_code == 422
    assert parcels(kopi) == []


def test_a_waybill_is_corrected_and_found(kopi: Store, parcel: Fulfilment, packer: Client):
    packer.post(f"/parcels/{parcel.public_id}/waybill/", {"courier_name": "SiCepat", "waybill": "SC-7788"})

    found = packer.get("/orders/?q=sc-7788").context["rows"]

    assert parcels(kopi) == [("SiCepat", "SC-7788", 2)]
    assert [row.number for row in found] == [parcel.order.number]


def test_it_arrives_once(kopi: Store, parcel: Fulfilment, packer: Client):
    for _ in range(2):
        assert packer.post(f"/parcels/{parcel.public_id}/delivered/").status_code == 302
    late = packer.post(f"/parcels/{parcel.public_id}/waybill/", {"waybill": "X"})

    with context.in_store(kopi):
        parcel.refresh_from_db()
    assert (parcel.state, parcel.waybill, late.status_code) == ("DELIVERED", "JP1", 422)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.READ_ONLY, Role.MARKETING, Role.CATALOGUE])
def test_who_does_not_pack_sends_nothing(
    kopi: Store, order: Order, member: Callable[[str], User], dashboard: Callable[..., Client], role: str
):
    answer = dashboard(member(role)).post(f"/parcels/of/{order.public_id}/ship/", {"left_seen": 2})

    assert answer.status_code == 403
    assert parcels(kopi) == []


def test_parcels_of_the_other_store_are_not_there(batik: Store, packer: Client, api: Client):
    theirs = paid(batik)

    assert packer.post(f"/parcels/of/{theirs.public_id}/ship/", {"left_seen": 2}).status_code == 404
    assert send(api, "post", f"/orders/{theirs.public_id}/fulfilments").status_code == 404
    with context.in_store(batik):
        assert not theirs.fulfilments.exists()


def test_the_api_ships_lists_corrects_and_delivers(kopi: Store, order: Order, api: Client):
    sku = order_sku(kopi, order)
    path = f"/orders/{order.public_id}/fulfilments"

    part = send(api, "post", path, {"courier_name": "JNE", "lines": [{"sku": sku, "quantity": 1}]})
    rest = send(api, "post", path, {"waybill": "JP2"})
    fixed = send(api, "patch", f"/fulfilments/{part.json()['id']}", {"courier_name": "JNE", "waybill": "JP1"})
    there = send(api, "post", f"/fulfilments/{rest.json()['id']}/deliver")

    assert (part.status_code, rest.status_code) == (201, 201)
    assert part.json()["lines"] == rest.json()["lines"] == [{"sku": sku, "quantity": 1}]
    assert fixed.json()["waybill"] == "JP1" and there.json()["state"] == "DELIVERED"
    assert len(api.get(f"/api/v1{path}").json()["items"]) == 2


def order_sku(kopi: Store, order: Order) -> str:
    with context.in_store(kopi):
        return order.lines.get().sku


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 422),
        ([{"sku": "NOPE", "quantity": 1}], 422),
        ([{"sku": "SKU", "quantity": 3}], 422),
        ([{"sku": "SKU", "quantity": 2}, {"sku": "SKU", "quantity": 2}], 422),
        ([{"sku": "SKU", "quantity": 10**12}], 422),
    ],
)
def test_the_api_sends_no_more_than_was_bought(
    kopi: Store, order: Order, api: Client, lines: list[dict[str, Any]], status: int
):
    sku = order_sku(kopi, order)
    named = [{**line, "sku": sku if line["sku"] == "SKU" else line["sku"]} for line in lines]

    answer = send(api, "post", f"/orders/{order.public_id}/fulfilments", {"lines": named})

    assert answer.status_code == status
    assert parcels(kopi) == []
