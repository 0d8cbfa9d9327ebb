"""The shipping pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.shipping.models import ShippingMethod
from core.shipping.services import RateRow
from tenants import context
from tenants.models import Role, Store, User
from tests.factories.inventory import location
from tests.factories.shipping import flat_method, table_method

pytestmark = pytest.mark.usefixtures("store")
FLAT = {"name": "Kurir", "amount": "Rp 18.000", "free_over_amount": "", "min_days": "1", "max_days": "2"}


@pytest.fixture
def desk(sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari's browser."""
    return dashboard(sari)


def text(page: Any) -> str:
    return page.content.decode()


def rates(method: ShippingMethod) -> list[tuple]:
    rows = method.rates.order_by("region_code", "up_to_grams")
    return list(rows.values_list("region_code", "up_to_grams", "amount", "per_kg_amount"))


def test_adds_one_price(desk: Client):
    answer = desk.post("/shipping/new/FLAT/", FLAT)

    method = ShippingMethod.objects.get(name="Kurir")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/shipping/")
    assert (method.amount, method.free_over_amount, method.max_days) == (18_000, None, 2)


def test_adds_a_pick_up_at_a_location(desk: Client):
    shop = location("Toko", allows_pickup=True)
    body = {"name": "Ambil", "amount": "0", "min_days": "0", "max_days": "0", "location": shop.public_id}

    desk.post("/shipping/new/PICKUP/", body)

    assert ShippingMethod.objects.get(name="Ambil").location_id == shop.pk


def test_edits_switches_and_removes(desk: Client):
    method = flat_method()
    path = f"/shipping/{method.public_id}"

    form = text(desk.get(f"{path}/"))
    desk.post(f"{path}/", {**FLAT, "free_over_amount": "250.000"})
    desk.post(f"{path}/switch/", {"is_active": "0"})
    method.refresh_from_db()
    desk.post(f"{path}/delete/")

    assert 'value="18.000"' in form
    assert (method.name, method.free_over_amount, method.is_active) == ("Kurir", 250_000, False)
    assert not ShippingMethod.objects.filter(pk=method.pk).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "a\x00"},
        {"amount": ""},
        {"amount": "-1"},
        {"amount": "18,5"},
        {"amount": "9" * 15},
        {"min_days": "5"},
        {"max_days": "900"},
    ],
    ids=str,
)
def test_a_wrong_form_comes_back_with_what_was_typed(desk: Client, change: dict):
    count = ShippingMethod.objects.count()

    page = desk.post("/shipping/new/FLAT/", {**FLAT, "free_over_amount": "777.000", **change})

    assert (page.status_code, ShippingMethod.objects.count()) == (422, count)
    assert "777.000" in text(page)


def test_there_is_no_other_kind(desk: Client):
    assert desk.get("/shipping/new/DRONE/").status_code == 404


def test_a_rate_table_is_written_as_a_whole(desk: Client):
    method = table_method(RateRow("", None, 1))
    body = {
        "region_code": ["", "32.73"],
        "up_to_grams": ["", "5.000"],
        "amount": ["40.000", "Rp10.000"],
        "per_kg_amount": ["", "2.000"],
    }

    answer = desk.post(f"/shipping/{method.public_id}/rates/", body)

    assert answer.status_code == 302
    assert rates(method) == [("", None, 40_000, 0), ("32.73", 5000, 10_000, 2000)]


@pytest.mark.parametrize(
    "change",
    [
        {"region_code": ["99"]},
        {"region_code": ["\x00"]},
        {"up_to_grams": ["0"]},
        {"up_to_grams": ["x"]},
        {"amount": ["-1"]},
        {"amount": ["9" * 20]},
        {"per_kg_amount": ["1.5e3"]},
    ],
    ids=str,
)
def test_a_wrong_table_is_not_saved(desk: Client, change: dict):
    method = table_method(RateRow("", None, 1))
    row = {"region_code": ["32"], "up_to_grams": ["3333"], "amount": ["7"], "per_kg_amount": ["1"]}

    page = desk.post(f"/shipping/{method.public_id}/rates/", {**row, **change})

    assert (page.status_code, rates(method)) == (422, [("", None, 1, 0)])
    assert 'aria-invalid="true"' in text(page)


def test_a_table_that_was_taken_away_can_be_brought_back(desk: Client):
    method = table_method(RateRow("32.73", 5000, 10_000, 2000), RateRow("", None, 40_000))
    path = f"/shipping/{method.public_id}/rates"
    before = rates(method)

    file = desk.get(f"{path}/export/").content
    desk.post(f"{path}/", {})
    emptied = rates(method)
    answer = desk.post(f"{path}/bring/", {"file": SimpleUploadedFile("r.csv", file)})

    assert (emptied, answer.status_code) == ([], 302)
    assert rates(method) == before


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"a;b\n", b"h\n99;x;;1;1\n", b"h,h\n32\x00,,,1,1\n", b"x" * 600_000]
)
def test_a_file_that_is_no_table_changes_nothing(desk: Client, content: bytes):
    method = table_method(RateRow("", None, 1))

    page = desk.post(
        f"/shipping/{method.public_id}/rates/bring/", {"file": SimpleUploadedFile("r.csv", content)}
    )

    assert (page.status_code, rates(method)) == (422, [("", None, 1, 0)])


def test_shows_what_a_shopper_would_pay(desk: Client):
    flat_method("Kurir Cepat", amount=23_500)

    page = desk.get("/shipping/quote/", {"region_code": "32.73.02.1004", "weight_grams": "1000"})
    part = desk.get("/shipping/quote/", {"region_code": "32"}, headers={"HX-Request": "true"})

    assert "Rp23.500" in text(page)
    assert "Rp23.500" in text(part)
    assert "<html" not in text(part)


@pytest.mark.parametrize(
    "query", [{"weight_grams": "-1"}, {"subtotal_amount": "x"}, {"region_code": "9" * 20}]
)
def test_a_wrong_quote_says_so(desk: Client, query: dict):
    assert desk.get("/shipping/quote/", query).status_code == 422


def test_methods_are_put_into_another_order(desk: Client):
    first, second = flat_method("Satu"), flat_method("Dua")

    desk.post("/shipping/order/", {"order": [second.public_id, first.public_id]})

    names = list(ShippingMethod.objects.order_by("position").values_list("name", flat=True))
    assert names[:2] == ["Dua", "Satu"]


def test_rows_are_found_by_region(desk: Client):
    assert "32.73" in text(desk.get("/shipping/rates/pick/", {"pick": "kota bandung"}))
    assert 'value="32.73"' in text(desk.get("/shipping/rates/row/", {"region_code": "32.73"}))
    assert desk.get("/shipping/rates/row/", {"region_code": "\x00"}).status_code == 200


GETS = ["/shipping/", "/shipping/quote/", "/shipping/new/FLAT/", "/shipping/shp_x/", "/shipping/shp_x/rates/"]
POSTS = [
    "/shipping/order/",
    "/shipping/shp_x/switch/",
    "/shipping/shp_x/delete/",
    "/shipping/shp_x/rates/bring/",
]


@pytest.mark.parametrize("path", GETS)
def test_a_packer_and_a_stranger_see_no_settings(
    budi: User, tono: User, dashboard: Callable[..., Client], path: str
):
    assert dashboard(budi).get(path).status_code == 403
    assert dashboard(tono).get(path).status_code == 302


@pytest.mark.parametrize("path", POSTS)
def test_a_reader_changes_nothing(member: Callable[[str], User], dashboard: Callable[..., Client], path: str):
    assert dashboard(member(Role.READ_ONLY)).post(path).status_code == 403


def test_methods_of_the_other_store_are_not_there(desk: Client, batik: Store):
    with context.in_store(batik):
        theirs = table_method(RateRow("", None, 1))

    assert desk.get(f"/shipping/{theirs.public_id}/").status_code == 404
    assert desk.post(f"/shipping/{theirs.public_id}/rates/", {}).status_code == 404
    assert desk.post(f"/shipping/{theirs.public_id}/delete/").status_code == 404


def test_the_page_costs_the_same_for_any_number(desk: Client, django_assert_max_num_queries):
    for number in range(6):
        table_method(RateRow("", None, 1000), name=f"Kurir {number}")

    with django_assert_max_num_queries(7):
        assert desk.get("/shipping/").status_code == 200
