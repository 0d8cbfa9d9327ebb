"""Kept pages: shown without a query, to everybody alike, and never a moment longer than they are true.

These tests commit: only a commit may end a page, and it must.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis import Redis
from redis.exceptions import ConnectionError as RedisIsDown

from core.catalog import services as catalog
from core.catalog.models import Product, Variant
from core.inventory import selectors as places
from core.inventory import services as inventory
from core.kernel import profile
from core.payments import services as payments
from storefront import keeping, preview, selectors
from storefront import services as design
from storefront.models import Page
from tenants import context, hosts, shop_state, work
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category, make_product, picture_file
from tests.factories.shopping import Shopper, sellable, shopper_at

pytestmark = pytest.mark.django_db(transaction=True)
PATHS = ["/", "/products/", "/categories/biji/", "/products/gayo/", "/pages/contact/"]


@pytest.fixture
def shop(store: Store) -> Iterator[Shopper]:
    """Kopi's shop with one product on one shelf; whatever an earlier test kept is gone."""
    shelf = make_category("Biji")
    sellable(on_hand=5, title="Gayo", category=shelf.public_id)
    Page.objects.filter(kind="CONTACT").update(slug="contact")
    profile.current()
    yield shopper_at("kopi")
    shop_state.forget(store.uid)


def cost(shop: Shopper, path: str, **more: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert shop.get(path, **more).status_code == 200
    return len(queries)


def only_variant() -> Any:
    return Variant.objects.get(product__slug="gayo")


def product() -> Any:
    return Product.objects.get(slug="gayo")


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_made_once_and_then_shown_without_a_query(shop: Shopper, path: str):
    assert cost(shop, path) > 0
    assert cost(shop, path) == 0
    assert cost(shopper_at("kopi"), path) == 0


def test_another_process_takes_it_from_redis(shop: Shopper, monkeypatch: pytest.MonkeyPatch):
    first = shop.get("/products/gayo/")
    monkeypatch.setattr(keeping, "_shelf", keeping._Shelf())

    assert cost(shop, "/products/gayo/") == 0
    assert shop.get("/products/gayo/").headers["ETag"] == first.headers["ETag"]


def test_kept_pages_read_no_table_whose_changes_would_go_unseen(shop: Shopper):
    known = {*settings.SHOP_TABLES, "tenants_hostname", "tenants_store"}
    for path in PATHS:
        with CaptureQueriesContext(connection) as queries:
            shop.get(path)
        read = {
            table
            for each in queries.captured_queries
            for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', each["sql"])
        }
        assert read, path
        assert read - known == set(), path


def price(told: Any) -> None:
    catalog.edit_variants(
        product_id=told.pk,
        edits={told.variants.get().public_id: {"price_amount": 61_000}},
        actor=SYSTEM,
    )


def title(told: Any) -> None:
    catalog.update_product(product_id=told.pk, changes={"title": "Gayo Wine"}, actor=SYSTEM)


def sold_out(told: Any) -> None:
    inventory.adjust(
        sku=told.variants.get().sku,
        location_id=places.default_location().pk,
        by=-5,
        reason="Rusak semua",
        actor=SYSTEM,
    )
    work.work_until_idle()


def one_sold(told: Any) -> None:
    sku = told.variants.get().sku
    inventory.allocate(reference="SO-1", wanted={sku: 2}, location_id=places.default_location().pk)


def picture(told: Any) -> None:
    catalog.add_media(product_id=told.pk, upload=picture_file(), actor=SYSTEM)
    work.work_until_idle()


def shelf(told: Any) -> None:
    catalog.rename_category(public_id=told.category.public_id, name="Biji pilihan", actor=SYSTEM)


def drawn(told: Any) -> None:
    now = timezone.now()
    changed = replace(selectors.latest_design(), announcement="Libur sampai Senin")
    design.save_draft(design=changed, now=now, actor=SYSTEM)
    design.publish(now=now, actor=SYSTEM)


def facts(told: Any) -> None:
    profile.edit(changes={"address_line": "Jl. Braga 9"}, actor=SYSTEM)


def planned(told: Any) -> None:
    due = timezone.now() + timedelta(seconds=1)
    other = make_product("Toraja", status="DRAFT", category=told.category.public_id)
    catalog.update_product(product_id=other.pk, changes={"publish_at": due}, actor=SYSTEM)
    other.refresh_from_db()
    catalog.publish_due(product_id=other.pk, publish_at=other.publish_at, actor=SYSTEM)


CHANGES: list[tuple[Callable[[Any], None], str, str]] = [
    (price, "/", "Rp61.000"),
    (price, "/categories/biji/", "Rp61.000"),
    (price, "/products/gayo/", "Rp61.000"),
    (title, "/products/", "Gayo Wine"),
    (sold_out, "/products/", "Sold out"),
    (sold_out, "/products/gayo/", "Sold out"),
    (one_sold, "/products/gayo/", 'max="3"'),
    (picture, "/categories/biji/", "/media/products/"),
    (shelf, "/pages/contact/", "Biji pilihan"),
    (drawn, "/products/gayo/", "Libur sampai Senin"),
    (facts, "/", "Jl. Braga 9"),
    (planned, "/products/", "Toraja"),
]


@pytest.mark.parametrize(
    ("change", "path", "new"), CHANGES, ids=lambda each: getattr(each, "__name__", str(each))
)
def test_a_change_is_there_at_the_next_request(
    shop: Shopper, change: Callable[[Any], None], path: str, new: str
):
    shop.get(path)
    before = shop.get(path)
    assert new not in before.content.decode()
    assert cost(shop, path) == 0

    change(product())

    after = shop.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert new in after.content.decode()
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_removed_text_is_gone_at_the_next_request(shop: Shopper):
    assert cost(shop, "/pages/contact/") > 0

    design.remove_page(public_id=Page.objects.get(slug="contact").public_id, actor=SYSTEM)

    assert shop.get("/pages/contact/").status_code == 404


def test_a_way_to_pay_that_was_taken_away_is_promised_no_more(shop: Shopper):
    assert "You can pay when it arrives" in shop.read("/products/gayo/")

    payments.edit_method(code="COD", changes={"is_enabled": False}, actor=SYSTEM)

    assert "You can pay when it arrives" not in shop.read("/products/gayo/")


def test_a_change_of_the_stores_name_or_address_is_there_at_the_next_request(shop: Shopper, store: Store):
    assert "Kopi Senja" in shop.read("/")

    with context.in_public():
        Store.objects.filter(pk=store.pk).update(name="Kopi Fajar")
        hosts.forget(store)

    assert "Kopi Fajar" in shop.read("/")
    with context.in_public():
        Store.objects.filter(pk=store.pk).update(name="Kopi Senja")
        hosts.forget(store)


def test_a_sale_leaves_the_lists_as_they_are_and_renews_the_products(shop: Shopper):
    for path in ("/", "/products/gayo/"):
        shop.get(path)

    one_sold(product())
    work.work_until_idle()

    assert cost(shop, "/") == 0
    assert cost(shop, "/products/gayo/") > 0


def test_what_is_rolled_back_changes_nothing_and_is_shown_to_nobody(shop: Shopper):
    shop.get("/products/")
    before = shop.get("/products/").content

    with transaction.atomic():
        title(product())
        assert "Gayo Wine" in shop.read("/products/")
        transaction.set_rollback(True)

    assert cost(shop, "/products/") == 0
    assert shop.get("/products/").content == before


def test_while_somebody_commits_nothing_is_kept_or_shown_from_before(shop: Shopper, store: Store):
    shop.get("/products/")
    parts = [(str(store.uid), shop_state.SHOP)]

    shop_state.changing(parts)
    assert cost(shop, "/products/") > 0
    assert cost(shop, "/products/") > 0

    shop_state.changed(parts)
    assert cost(shop, "/products/") > 0
    assert cost(shop, "/products/") == 0


def test_a_page_that_was_begun_before_a_commit_is_not_shown_after_it(
    shop: Shopper, monkeypatch: pytest.MonkeyPatch
):
    """Somebody else's price is committed while this page is being made, after its rows were read."""
    page_of = keeping._page_of

    def slow(*args: Any) -> Any:
        monkeypatch.setattr(keeping, "_page_of", page_of)
        price(product())
        return page_of(*args)

    monkeypatch.setattr(keeping, "_page_of", slow)
    assert "Rp61.000" not in shop.read("/products/")

    assert "Rp61.000" in shop.read("/products/")


def test_each_visitor_gets_a_token_of_their_own(shop: Shopper):
    dewi, rudi = (Shopper(HTTP_HOST=shop.defaults["HTTP_HOST"], enforce_csrf_checks=True) for _ in range(2))
    tokens = set()
    for visitor in (shop, dewi, rudi):
        found = re.search(r'csrfmiddlewaretoken" value="(\w{64})"', visitor.read("/products/gayo/"))
        assert found is not None
        tokens.add(found[1])
        assert visitor.cookies["csrf"].value
    told = {"variant": only_variant().public_id, "quantity": 1, "csrfmiddlewaretoken": found[1]}

    assert len(tokens) == 3
    assert rudi.post("/cart/add/", told).status_code == 302
    assert dewi.post("/cart/add/", told).status_code == 403
    assert b"\x00" not in shop.get("/products/gayo/").content


def test_a_cart_does_not_show_in_the_page_and_its_number_comes_apart(shop: Shopper):
    shop.put_in(only_variant(), 2)
    assert shop.get("/products/gayo/").status_code == 200

    assert cost(shop, "/products/gayo/") == 0
    assert shop.read("/cart/count/") == "2"


def test_a_notice_is_for_one_visitor_only(shop: Shopper):
    shop.post("/cart/add/", {"variant": "", "quantity": "1", "back": "/products/gayo/"})
    assert "Choose a variant" in shop.read("/products/gayo/")

    assert "Choose a variant" not in shop.read("/products/gayo/")
    assert "Choose a variant" not in shopper_at("kopi").read("/products/gayo/")


def test_a_browser_that_has_the_page_is_told_so(shop: Shopper):
    page = shop.get("/products/")
    again = shop.get("/products/", headers={"If-None-Match": f'"x", {page.headers["ETag"]}'})

    assert page.headers["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == page.headers["ETag"]
    assert "Cookie" in again.headers["Vary"]
    assert shop.get("/products/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_form_without_its_cookie_is_sent_anew(shop: Shopper):
    etag = shop.get("/products/gayo/").headers["ETag"]
    assert shop.get("/products/gayo/", headers={"If-None-Match": etag}).status_code == 304

    assert shopper_at("kopi").get("/products/gayo/", headers={"If-None-Match": etag}).status_code == 200


def test_languages_are_kept_apart(shop: Shopper):
    indonesian = shopper_at("kopi")
    del indonesian.cookies["lang"]

    assert 'lang="en"' in shop.read("/")
    assert '<html lang="id"' in indonesian.read("/")
    assert '<html lang="en"' in shop.read("/")


def test_no_other_store_is_shown_a_kept_page(shop: Shopper, other_store: Store):
    for path in PATHS:
        shop.get(path)

    stranger = shopper_at("batik")
    assert "Gayo" not in stranger.get("/").content.decode()
    assert stranger.get("/products/gayo/").status_code == 404


def test_a_preview_is_not_kept_and_shows_no_kept_page(shop: Shopper, store: Store):
    shop.get("/")
    changed = replace(selectors.latest_design(), announcement="Hanya draf")
    design.save_draft(design=changed, now=timezone.now(), actor=SYSTEM)
    address = "/" + preview.preview_url().split("/", 3)[3]

    assert "Hanya draf" in shop.read(address)
    assert cost(shop, address) > 0
    assert "Hanya draf" not in shop.read("/")


@pytest.mark.parametrize("query", ["q=gayo", "min=1000", "area=40132", "x=1"])
def test_endless_questions_are_answered_anew(shop: Shopper, query: str):
    path = f"/products/{'gayo/' if 'area' in query else ''}?{query}"
    shop.get(path)

    assert cost(shop, path) > 0


def test_what_advertisements_add_to_an_address_makes_no_other_page(shop: Shopper):
    shop.get("/products/?sort=name")

    assert cost(shop, "/products/?utm_source=ig&sort=name&fbclid=abc") == 0


def test_a_store_takes_only_so_many_pages_a_minute(
    shop: Shopper, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeping, "_MOST_TAKEN_A_MINUTE", 0)
    shop.get("/")

    assert cost(shop, "/") > 0


def test_without_redis_pages_are_made_and_a_change_is_told_later(
    shop: Shopper, monkeypatch: pytest.MonkeyPatch
):
    shop.get("/products/")
    clock = [1000.0]
    monkeypatch.setattr(shop_state.time, "monotonic", lambda: clock[0])

    def down(*args: Any, **kwargs: Any) -> Any:
        raise RedisIsDown

    with monkeypatch.context() as broken:
        broken.setattr(Redis, "mget", down)
        broken.setattr("redis.client.Pipeline.execute", down)
        price(product())
        assert "Rp61.000" in shop.read("/products/")

    assert "Rp61.000" in shop.read("/products/")
    clock[0] += 60
    assert "Rp61.000" in shop.read("/products/")
