"""The palette: finds what people look for, only for those who may see it, and quickly."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.analytics import selectors
from core.analytics.places import PLACES
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import ROLE_PERMISSIONS, SYSTEM, Actor
from tests.factories.catalog import make_product
from tests.factories.customers import customer
from tests.factories.orders import placed_order

Browser = Callable[..., Client]


def found(text: str, actor: Actor = SYSTEM) -> dict[str, list[str]]:
    return {group.code: [hit.title for hit in group.hits] for group in selectors.found(text, actor=actor)}


def role(name: str) -> Actor:
    return Actor("MEMBER", "1", "Somebody", ROLE_PERMISSIONS[name])


@pytest.fixture
def order(store: Store) -> Any:
    return placed_order(
        customer=customer(name="Wulan Guritno", phone="+6281234567899", email="wulan@example.com")
    )


@pytest.mark.parametrize("typed", ["wulan", "guritno", "0812-3456-7899", "wulan@example.com"])
def test_finds_a_person_and_their_orders(order: Any, typed: str):
    hits = found(typed)

    assert hits["orders"] == [order.number]
    assert hits["customers"] == ["Wulan Guritno"]


def test_what_is_called_so_comes_before_what_only_contains_it(order: Any):
    make_product("Wulan merah")

    assert list(found("wulan")) == ["products", "customers", "orders"]
    assert next(iter(found(order.number))) == "orders"


def test_finds_an_order_by_its_number(order: Any):
    assert found(order.number.lower())["orders"] == [order.number]


@pytest.mark.parametrize("typed", ["mega mendung", "MGM-7", "8991234567890"])
def test_finds_a_product_by_name_sku_and_barcode(store: Store, typed: str):
    make_product(
        "Kain Mega Mendung",
        variants=[{"price_amount": 90_000, "sku": "MGM-7", "barcode": "8991234567890"}],
    )

    assert found(typed)["products"] == ["Kain Mega Mendung"]


@pytest.mark.parametrize("typed", ["settings", "ongkir", "rekening"])
def test_finds_pages_by_the_words_that_sellers_use(store: Store, typed: str):
    assert all(group == "pages" for group in found(typed))


def test_every_page_that_is_offered_exists():
    assert all(place.url().startswith("/") for place in PLACES)


def test_a_role_without_customers_finds_none(order: Any):
    assert set(found("wulan", role(Role.WAREHOUSE))) == {"orders"}
    assert found("wulan", role(Role.CATALOGUE)) == {}
    assert "customers" in found("wulan", role(Role.MARKETING))
    assert "orders" not in found("wulan", role(Role.MARKETING))


def test_a_role_is_not_led_to_pages_it_cannot_open(store: Store):
    assert found("settings", role(Role.WAREHOUSE)) == {}
    assert "pages" in found("settings", role(Role.ADMIN))


@pytest.mark.parametrize("typed", ["", " ", "x", "\x00\x00", "%_'\"\\", "😀" * 60, "a" * 5000, "' OR 1=1 --"])
def test_nonsense_finds_nothing_and_breaks_nothing(order: Any, typed: str):
    assert set(found(typed)) <= {"pages"}


def test_nothing_of_the_other_store_is_found(kopi: Store, batik: Store):
    with context.in_store(batik):
        placed_order(customer=customer(name="Wulan Guritno", phone="+6281234567899"))

    with context.in_store(kopi):
        assert found("wulan") == {}


def test_htmx_gets_a_fragment_and_a_browser_a_page(kopi: Store, sari: User, dashboard: Browser):
    with context.in_store(kopi):
        number = placed_order().number
    browser = dashboard(sari)

    fragment = browser.get(f"/search/?q={number}", headers={"HX-Request": "true"}).content.decode()
    page = browser.get(f"/search/?q={number}").content.decode()

    assert number in fragment and "<html" not in fragment
    assert number in page and "<html" in page


def test_what_is_typed_is_shown_as_text(sari: User, dashboard: Browser):
    page = dashboard(sari).get("/search/", {"q": "<script>x</script>"}).content.decode()

    assert "<script>x" not in page


def test_answers_within_300_milliseconds(kopi: Store, sari: User, dashboard: Browser):
    with context.in_store(kopi):
        for _number in range(30):
            placed_order()
    browser = dashboard(sari)
    browser.get("/search/?q=dewi")

    before = time.thread_time()
    browser.get("/search/?q=dewi", headers={"HX-Request": "true"})

    assert time.thread_time() - before < 0.3


def test_asks_few_questions(kopi: Store, sari: User, dashboard: Browser, django_assert_max_num_queries: Any):
    with context.in_store(kopi):
        placed_order()
    browser = dashboard(sari)
    browser.get("/search/?q=dewi")

    with django_assert_max_num_queries(9):
        browser.get("/search/?q=dewi", headers={"HX-Request": "true"})


def test_the_api_finds_the_same(kopi: Store, api: Client):
    with context.in_store(kopi):
        number = placed_order().number

    groups = {row["code"]: row["hits"] for row in api.get(f"/api/v1/search?q={number}").json()["items"]}

    assert [hit["title"] for hit in groups["orders"]] == [number]
    assert api.get("/api/v1/search?q=x").status_code == 422
