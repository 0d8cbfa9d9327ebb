"""Locations and transfers by API."""

from typing import Any

import pytest
from django.test import Client

from core.inventory import selectors
from core.inventory.models import Location, StockItem, Transfer
from tests.factories.inventory import location, stock

pytestmark = pytest.mark.usefixtures("store")
JSON = "application/json"


def post(api: Client, path: str, body: Any = None) -> Any:
    return api.post(f"/api/v1{path}", body or {}, content_type=JSON)


def draft(api: Client, units: int = 4, on_hand: int = 10) -> tuple[dict, StockItem, Location]:
    item, shop = stock(on_hand), location("Toko")
    body = {
        "source_id": item.location.public_id,
        "destination_id": shop.public_id,
        "lines": [{"sku": item.variant.sku, "quantity": units}],
    }
    return post(api, "/transfers", body).json(), item, shop


def test_opens_changes_and_closes_a_location(api: Client):
    made = post(api, "/locations", {"name": "Toko Dago", "code": "bdg-1", "kind": "STORE"})
    path = f"/api/v1/locations/{made.json()['id']}"
    api.patch(path, {"allows_pickup": True, "region_code": "32.73.02.1004"}, content_type=JSON)
    closed = api.patch(path, {"is_active": False}, content_type=JSON).json()

    assert (made.status_code, made.json()["code"]) == (201, "BDG-1")
    assert (closed["allows_pickup"], closed["is_active"], closed["is_default"]) == (True, False, False)


def test_lists_locations_with_the_default_first(api: Client):
    location("Toko")

    rows = api.get("/api/v1/locations").json()["items"]

    assert [row["is_default"] for row in rows] == [True, False]


def test_another_location_becomes_the_default(api: Client):
    shop = location("Toko")

    assert post(api, f"/locations/{shop.public_id}/default").json()["is_default"] is True
    assert selectors.default_location() == shop


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "a\x00b"},
        {"code": ""},
        {"code": "A" * 13},
        {"kind": "MOON"},
        {"postcode": "1"},
        {"region_code": "99.99"},
        {"position": -1},
        {"is_default": True},
    ],
    ids=str,
)
def test_a_wrong_location_is_not_opened(api: Client, change: dict):
    answer = post(api, "/locations", {"name": "Toko", "code": "T", **change})

    assert (answer.status_code, Location.objects.count()) == (422, 1)


def test_a_location_with_goods_stays_open(api: Client):
    shop = location("Toko")
    stock(1, at=shop)

    answer = api.patch(f"/api/v1/locations/{shop.public_id}", {"is_active": False}, content_type=JSON)

    shop.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], shop.is_active) == (409, "location_in_use", True)


def test_goods_travel_and_arrive_in_two_parts(api: Client):
    made, item, shop = draft(api)
    path = f"/transfers/{made['id']}"
    sku = item.variant.sku

    sent = post(api, f"{path}/send").json()
    part = post(api, f"{path}/receive", {"lines": [{"sku": sku, "quantity": 1}]}).json()
    rest = post(api, f"{path}/receive", {"lines": [{"sku": sku, "quantity": 3}]}).json()

    assert [made["state"], sent["state"], part["state"], rest["state"]] == [
        "DRAFT",
        "IN_TRANSIT",
        "IN_TRANSIT",
        "RECEIVED",
    ]
    assert StockItem.objects.get(location=shop).on_hand == 4
    assert StockItem.objects.get(location=item.location).on_hand == 6


def test_a_transfer_that_falls_short_is_closed_with_its_discrepancy(api: Client):
    made, item, _ = draft(api)
    post(api, f"/transfers/{made['id']}/send")

    body = {"lines": [{"sku": item.variant.sku, "quantity": 3}], "is_complete": True}
    closed = post(api, f"/transfers/{made['id']}/receive", body).json()

    assert (closed["state"], closed["lines"][0]["discrepancy"]) == ("RECEIVED", -1)


def test_nothing_moves_when_one_sku_falls_short(api: Client):
    made, item, _ = draft(api, units=40)

    answer = post(api, f"/transfers/{made['id']}/send")

    item.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], item.on_hand) == (409, "insufficient_stock", 10)
    assert Transfer.objects.get().state == "DRAFT"


def test_a_draft_is_edited_and_called_off(api: Client):
    made, item, _ = draft(api)
    path = f"/transfers/{made['id']}"
    lines = [{"sku": item.variant.sku, "quantity": 2}, {"sku": item.variant.sku, "quantity": 3}]

    edited = api.put(f"/api/v1{path}", {"lines": lines, "note": "Jumat"}, content_type=JSON).json()
    cancelled = post(api, f"{path}/cancel").json()
    again = post(api, f"{path}/send")

    assert (edited["lines"][0]["quantity"], edited["note"]) == (5, "Jumat")
    assert (cancelled["state"], again.status_code) == ("CANCELLED", 409)


def test_lists_transfers_by_state(api: Client):
    made, _, _ = draft(api)
    draft(api)
    post(api, f"/transfers/{made['id']}/send")

    rows = api.get("/api/v1/transfers?state=IN_TRANSIT").json()["items"]

    assert [(row["number"], row["units"], row["arrived"]) for row in rows] == [(made["number"], 4, 0)]


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"lines": [{"sku": "NONE", "quantity": 1}]},
        {"lines": [{"sku": "NONE", "quantity": 0}]},
        {"note": "a" * 201},
        {"destination_id": "same"},
    ],
    ids=str,
)
def test_a_wrong_transfer_is_not_written(api: Client, change: dict):
    item, shop = stock(5), location("Toko")
    here = item.location.public_id
    if change.get("destination_id") == "same":
        change = {"destination_id": here}
    lines = [{"sku": item.variant.sku, "quantity": 1}]
    body = {"source_id": here, "destination_id": shop.public_id, "lines": lines, **change}

    assert (post(api, "/transfers", body).status_code, Transfer.objects.count()) == (422, 0)


def test_a_list_of_transfers_costs_the_same_for_any_number(api: Client, django_assert_max_num_queries):
    for _ in range(4):
        draft(api)

    with django_assert_max_num_queries(7):
        assert len(api.get("/api/v1/transfers").json()["items"]) == 4
