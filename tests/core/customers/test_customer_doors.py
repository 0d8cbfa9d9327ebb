"""The customer list, one customer, and the same over the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.customers.models import Customer
from tenants import context
from tenants.models import Role, Store, User
from tests.factories.customers import customer
from tests.factories.orders import paid_order


@pytest.fixture
def desk(kopi: Store, sari: User, dashboard: Callable[..., Client]) -> Client:
    return dashboard(sari)


@pytest.fixture
def dewi(kopi: Store) -> Customer:
    with context.in_store(kopi):
        return customer(name="Dewi Lestari", phone="+6281200007777", email="dewi@example.com")


def names(page: Any) -> list[str]:
    return [row.name for row in page.context["rows"]]


def now(kopi: Store, who: Customer) -> Customer:
    with context.in_store(kopi):
        return Customer.objects.get(pk=who.pk)


FORM = {"name": "Dewi L", "phone": "0812 0000 7777", "email": "", "language": "en", "tags": "vip, grosir"}


def test_is_found_sorted_and_paged(kopi: Store, desk: Client, dewi: Customer):
    with context.in_store(kopi):
        for number in range(26):
            customer(name=f"Pelanggan {number:02}")

    by_name = desk.get("/customers/?sort=name")
    rest = desk.get(by_name.context["next_url"])

    assert names(by_name)[0] == "Dewi Lestari"
    assert len(names(by_name)) == 25 and names(rest) == ["Pelanggan 24", "Pelanggan 25"]
    assert names(desk.get("/customers/?q=0812-0000-7777")) == ["Dewi Lestari"]


@pytest.mark.parametrize("sort", ["newest", "recent", "spent", "orders", "name", "nonsense"])
def test_every_order_of_the_list_pages_on(kopi: Store, desk: Client, sort: str):
    with context.in_store(kopi):
        for _ in range(26):
            customer()

    first = desk.get(f"/customers/?sort={sort}")
    second = desk.get(first.context["next_url"])

    assert len({row.pk for row in [*first.context["rows"], *second.context["rows"]]}) == 26


def test_the_list_asks_as_often_for_many_as_for_one(kopi: Store, desk: Client, dewi: Customer):
    desk.get("/customers/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/customers/")
    with context.in_store(kopi):
        for _ in range(20):
            customer()
    with CaptureQueriesContext(connection) as many:
        desk.get("/customers/")

    assert len(many) == len(one) <= 6


def test_one_customer_shows_figures_orders_and_addresses(kopi: Store, desk: Client, dewi: Customer):
    with context.in_store(kopi):
        order = paid_order(customer=dewi)

    page = desk.get(f"/customers/{dewi.public_id}/").content.decode()

    assert order.number in page and "Rp250.000" in page
    assert "Jl. Ir. H. Juanda 12" in page
    assert "https://wa.me/6281200007777" in page


def test_an_edit_is_kept(kopi: Store, desk: Client, dewi: Customer):
    answer = desk.post(
        f"/customers/{dewi.public_id}/edit/", {**FORM, "note": "Grosir", "accepts_marketing": "on"}
    )

    after = now(kopi, dewi)
    assert answer.status_code == 302
    assert (after.name, after.tags, after.note, after.accepts_marketing) == (
        "Dewi L",
        ["vip", "grosir"],
        "Grosir",
        True,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"phone": "12"},
        {"phone": "", "email": ""},
        {"email": "x"},
        {"language": "xx"},
        {"tags": "x" * 41},
    ],
)
def test_a_bad_edit_changes_nothing(kopi: Store, desk: Client, dewi: Customer, change: dict[str, str]):
    answer = desk.post(f"/customers/{dewi.public_id}/edit/", {**FORM, **change})

    assert answer.status_code == 422
    assert now(kopi, dewi).name == "Dewi Lestari"


def test_another_customers_phone_is_refused(kopi: Store, desk: Client, dewi: Customer):
    with context.in_store(kopi):
        other = customer(name="Rudi")

    answer = desk.post(f"/customers/{dewi.public_id}/edit/", {**FORM, "phone": other.phone})

    assert answer.status_code == 422
    assert now(kopi, dewi).phone == "+6281200007777"


def test_the_list_leaves_as_a_file(desk: Client, dewi: Customer):
    rows = desk.get("/customers/export.csv").content.decode("utf-8-sig").splitlines()

    assert len(rows) == 2 and rows[1].startswith("Dewi Lestari,")


@pytest.mark.parametrize(
    ("role", "may_see", "may_edit"),
    [
        (Role.ORDERS, True, True),
        (Role.MARKETING, True, True),
        (Role.FINANCE, True, False),
        (Role.READ_ONLY, True, False),
        (Role.WAREHOUSE, False, False),
        (Role.CATALOGUE, False, False),
    ],
)
def test_each_role_does_its_part(
    dewi: Customer,
    member: Callable[[str], User],
    dashboard: Callable[..., Client],
    role: str,
    may_see: bool,
    may_edit: bool,
):
    browser, page = dashboard(member(role)), f"/customers/{dewi.public_id}/"

    assert (browser.get(page).status_code == 200) is may_see
    assert (browser.get(f"{page}edit/").status_code == 200) is may_edit


def test_customers_of_the_other_store_are_not_there(batik: Store, desk: Client, api: Client):
    with context.in_store(batik):
        theirs = customer()

    assert desk.get(f"/customers/{theirs.public_id}/").status_code == 404
    assert desk.post(f"/customers/{theirs.public_id}/edit/", FORM).status_code == 404
    assert api.get(f"/api/v1/customers/{theirs.public_id}").status_code == 404


def test_the_api_lists_tells_and_edits(kopi: Store, api: Client, dewi: Customer):
    url = f"/api/v1/customers/{dewi.public_id}"

    listed = api.get("/api/v1/customers?q=dewi").json()["items"]
    edited = api.patch(url, json.dumps({"tags": ["vip"], "note": "x"}), content_type="application/json")
    nothing = api.patch(url, json.dumps({}), content_type="application/json")

    assert [row["id"] for row in listed] == [dewi.public_id]
    assert edited.json()["tags"] == ["vip"] and nothing.status_code == 200
    assert api.get(url).json()["spent"] == {"amount": 0, "currency": "IDR"}


@pytest.mark.parametrize(
    "body", [{"name": ""}, {"phone": "1"}, {"email": "x"}, {"tags": ["a,b"]}, {"more": 1}]
)
def test_the_api_refuses_bad_values(kopi: Store, api: Client, dewi: Customer, body: dict[str, Any]):
    answer = api.patch(
        f"/api/v1/customers/{dewi.public_id}", json.dumps(body), content_type="application/json"
    )

    assert answer.status_code == 422
    assert now(kopi, dewi).name == "Dewi Lestari"
