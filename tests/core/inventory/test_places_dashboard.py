"""Pages of locations and transfers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.inventory import selectors
from core.inventory.models import Location, StockItem, Transfer
from tenants.models import User
from tests.factories.inventory import location, stock

pytestmark = pytest.mark.usefixtures("store")
PLACE = {"name": "Toko Dago", "code": "bdg", "kind": "STORE"}


@pytest.fixture
def desk(sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari's browser."""
    return dashboard(sari)


def draft(desk: Client, units: str = "4", on_hand: int = 10) -> tuple[Transfer, StockItem]:
    item, shop = stock(on_hand), location("Toko")
    body = {
        "source_id": item.location.public_id,
        "destination_id": shop.public_id,
        "sku": [item.variant.sku, ""],
        "quantity": [units, ""],
    }
    assert desk.post("/stock/transfers/new/", body).status_code == 302
    return Transfer.objects.get(), item


def text(page: Any) -> str:
    return page.content.decode()


def test_opens_and_describes_a_location(desk: Client):
    made = desk.post("/stock/locations/new/", PLACE)
    place = Location.objects.get(code="BDG")
    saved = desk.post(
        f"/stock/locations/{place.public_id}/",
        {**PLACE, "name": "Toko Braga", "region_code": "32.73.02.1004", "allows_pickup": "on"},
    )

    place.refresh_from_db()
    assert (made.status_code, saved.status_code) == (302, 302)
    assert (place.name, place.region_code, place.allows_pickup) == ("Toko Braga", "32.73.02.1004", True)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "a\x00"},
        {"code": "MAIN"},
        {"code": "A" * 13},
        {"kind": "X"},
        {"postcode": "12"},
        {"region_code": "99"},
    ],
    ids=str,
)
def test_a_wrong_location_comes_back_with_what_was_typed(desk: Client, change: dict):
    page = desk.post("/stock/locations/new/", {**PLACE, "address_line": "Jalan Merdeka 1", **change})

    assert (page.status_code, Location.objects.count()) == (422, 1)
    assert "Jalan Merdeka 1" in text(page)


def test_a_location_is_closed_opened_and_made_the_default(desk: Client):
    shop = location("Toko")
    path = f"/stock/locations/{shop.public_id}"

    desk.post(f"{path}/open/", {})
    closed = Location.objects.get(pk=shop.pk).is_active
    desk.post(f"{path}/open/", {"open": "1"})
    desk.post(f"{path}/default/")

    assert closed is False
    assert selectors.default_location() == shop


def test_a_location_with_goods_stays_open_and_says_why(desk: Client):
    shop = location("Toko")
    stock(3, at=shop)

    answer = desk.post(f"/stock/locations/{shop.public_id}/open/", {}, follow=True)

    shop.refresh_from_db()
    assert shop.is_active
    assert "tone--danger" in text(answer)


def test_goods_are_sent_and_received_in_parts_with_a_discrepancy(desk: Client):
    transfer, item = draft(desk)
    path = f"/stock/transfers/{transfer.public_id}"
    sku = item.variant.sku

    desk.post(f"{path}/send/")
    desk.post(f"{path}/receive/", {"sku": [sku], "arrived": ["1"]})
    desk.post(f"{path}/receive/", {"sku": [sku], "arrived": ["2"], "is_complete": "1"})

    transfer.refresh_from_db()
    line = transfer.lines.get()
    assert (transfer.state, line.received_quantity, line.discrepancy) == ("RECEIVED", 3, -1)
    assert "-1" in text(desk.get(f"{path}/"))


def test_a_delivery_that_is_sent_twice_arrives_once(desk: Client):
    transfer, item = draft(desk)
    path = f"/stock/transfers/{transfer.public_id}"
    desk.post(f"{path}/send/")
    told = {"sku": [item.variant.sku], "arrived": ["1"], "arrived_seen": "0"}

    first, again = desk.post(f"{path}/receive/", told), desk.post(f"{path}/receive/", told)

    assert (first.status_code, again.status_code) == (302, 422)
    assert transfer.lines.get().received_quantity == 1


def test_a_draft_is_edited_and_called_off(desk: Client):
    transfer, item = draft(desk)
    path = f"/stock/transfers/{transfer.public_id}"

    form = desk.get(f"{path}/edit/")
    desk.post(f"{path}/edit/", {"sku": [item.variant.sku], "quantity": ["6"], "note": "Jumat"})
    desk.post(f"{path}/cancel/")

    transfer.refresh_from_db()
    assert item.variant.sku in text(form)
    assert (transfer.lines.get().quantity, transfer.note, transfer.state) == (6, "Jumat", "CANCELLED")


def test_a_transfer_that_falls_short_says_so_and_moves_nothing(desk: Client):
    transfer, item = draft(desk, units="40")

    answer = desk.post(f"/stock/transfers/{transfer.public_id}/send/")

    item.refresh_from_db()
    assert (answer.status_code, item.on_hand) == (422, 10)
    assert item.variant.sku in text(answer)


@pytest.mark.parametrize(
    "change",
    [
        {"sku": [], "quantity": []},
        {"sku": ["NONE"], "quantity": ["1"]},
        {"quantity": ["0"]},
        {"quantity": ["x"]},
        {"quantity": ["-1"]},
        {"quantity": ["99999999999999999999"]},
        {"quantity": ["٣"]},
        {"sku": ["\x00"], "quantity": ["1"]},
        {"note": "a" * 201},
        {"destination_id": "nowhere"},
    ],
    ids=str,
)
def test_a_wrong_transfer_is_not_written(desk: Client, change: dict):
    item, shop = stock(5), location("Toko")
    body = {
        "source_id": item.location.public_id,
        "destination_id": shop.public_id,
        "sku": [item.variant.sku],
        "quantity": ["1"],
        **change,
    }

    page = desk.post("/stock/transfers/new/", body)

    assert (page.status_code, Transfer.objects.count()) == (422, 0)


@pytest.mark.parametrize("arrived", ["x", "-1", "99999999999", "1.5"])
def test_a_wrong_arrival_adds_nothing(desk: Client, arrived: str):
    transfer, item = draft(desk)
    path = f"/stock/transfers/{transfer.public_id}"
    desk.post(f"{path}/send/")

    page = desk.post(f"{path}/receive/", {"sku": [item.variant.sku], "arrived": [arrived]})

    assert (page.status_code, transfer.lines.get().received_quantity) == (422, 0)
    assert arrived in text(page)


def test_a_sku_is_found_and_becomes_a_line(desk: Client):
    item = stock(7)

    found = text(desk.get("/stock/transfers/pick/", {"pick": item.variant.sku}))
    line = text(desk.get("/stock/transfers/line/", {"sku": item.variant.sku}))

    assert item.variant.product.title in found
    assert f'value="{item.variant.sku}"' in line


@pytest.mark.parametrize("query", ["", "\x00", "<b>", "z" * 500])
def test_odd_picks_are_harmless(desk: Client, query: str):
    assert desk.get("/stock/transfers/pick/", {"pick": query, "source_id": query}).status_code == 200
    assert desk.get("/stock/transfers/line/", {"sku": query}).status_code == 200


def test_regions_are_found_by_name(desk: Client):
    assert "32.73.02.1004" in text(desk.get("/shipping/regions/", {"region_query": "dago coblong"}))
    assert desk.get("/shipping/regions/", {"region_query": "\x00", "name": '"><b>'}).status_code == 200


@pytest.mark.parametrize("path", ["/stock/transfers/", "/stock/locations/"])
def test_a_list_costs_the_same_for_any_number_of_rows(desk: Client, django_assert_max_num_queries, path: str):
    draft(desk)
    for _ in range(4):
        location("Lagi")

    with django_assert_max_num_queries(8):
        assert desk.get(path).status_code == 200
