"""The seller's pages about products: who may, what is kept, what is refused."""

from collections.abc import Callable

import pytest
from django.test import Client

from core.catalog import services
from core.catalog.models import Category, Product, SavedView, SlugRedirect
from tenants import context, entitlements
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category, make_product, make_shirt, picture_file

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def browser(sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari at her products."""
    return dashboard(sari)


def page_of(product: Product, more: str = "") -> str:
    return f"/products/{product.public_id}/{more}"


def typed(product: Product, **changes: str) -> dict[str, str]:
    """What the editor sends when only `changes` were made."""
    only = product.variants.get()
    told = {
        "title": product.title,
        "status": product.status,
        "price_amount": str(only.price_amount),
        "sku": only.sku,
        "slug": product.slug,
        "seen_at": product.updated_at.isoformat(),
    }
    return told | changes


def test_a_photo_a_title_and_a_price_make_a_product_on_sale(browser: Client):
    answer = browser.post(
        "/products/new/",
        {"title": "Kopi Gayo", "price_amount": "Rp 85.000", "status": "ACTIVE", "photos": [picture_file()]},
    )

    product = Product.objects.get()
    assert answer.url == f"/products/{product.public_id}/?created=1"
    assert (product.status, product.price_min_amount, product.media.count()) == ("ACTIVE", 85_000, 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "x" * 151}, "title"),
        ({"price_amount": "-5"}, "price_amount"),
        ({"price_amount": "9" * 19}, "price_amount"),
        ({"price_amount": "12,5"}, "price_amount"),
        ({"price_amount": ""}, "price_amount"),
        ({"compare_at_amount": "10"}, "compare_at_amount"),
        ({"weight_grams": "99999999999999999999"}, "weight_grams"),
        ({"publish_at": "tomorrow"}, "publish_at"),
        ({"category": "cat_nothing"}, "category"),
        ({"status": "SOLD"}, "status"),
        ({"tags": "a\x00b"}, "tags"),
        ({"sku": "S" * 65}, "sku"),
        ({"description": "x" * 20_001}, "description"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_made(browser: Client, wrong, field):
    told = {"title": "Kopi Gayo", "price_amount": "85.000", "status": "ACTIVE"} | wrong

    answer = browser.post("/products/new/", told)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Product.objects.exists()


def test_a_broken_photo_makes_nothing_and_keeps_what_was_typed(browser: Client):
    broken = picture_file()
    broken.file.truncate(40)

    answer = browser.post(
        "/products/new/",
        {"title": "Kopi Gayo", "price_amount": "1.000", "status": "DRAFT", "photos": [broken]},
    )

    assert answer.status_code == 422
    assert "photos" in answer.context["form"].errors
    assert 'value="Kopi Gayo"' in answer.content.decode()
    assert not Product.objects.exists()


def test_a_text_of_ten_megabytes_is_refused_before_it_is_read(browser: Client):
    answer = browser.post("/products/new/", {"title": "x" * 10_000_000})

    assert answer.status_code in {400, 413}
    assert not Product.objects.exists()


def test_the_plan_limits_new_products(browser: Client, store: Store):
    entitlements.grant(store, {"products": 0, "storage_bytes": 0})

    answer = browser.post(
        "/products/new/", {"title": "Kopi", "price_amount": "1.000", "status": "ACTIVE", "photos": []}
    )

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert not Product.objects.exists()


def test_an_edit_saves_product_and_only_variant_at_once(browser: Client):
    product = make_product("Teko")
    shelf = make_category("Alat")

    answer = browser.post(
        page_of(product),
        typed(
            product,
            title="Teko Leher Angsa",
            price_amount="95.500",
            category=shelf.public_id,
            tags="Baru, teko",
        ),
    )

    product.refresh_from_db()
    assert answer.status_code == 302
    assert (product.title, product.category, product.tags) == ("Teko Leher Angsa", shelf, ["baru", "teko"])
    assert (product.price_min_amount, product.variants.get().price_amount) == (95_500, 95_500)


def test_a_stale_edit_is_a_409_that_keeps_what_was_typed(browser: Client):
    product = make_product("Teko")
    stale = typed(product, title="Teko saya")
    services.update_product(product_id=product.pk, changes={"title": "Teko dia"}, actor=SYSTEM)

    answer = browser.post(page_of(product), stale)

    product.refresh_from_db()
    assert answer.status_code == 409
    assert 'value="Teko saya"' in answer.content.decode()
    assert product.title == "Teko dia"
    assert f'name="seen_at" value="{product.updated_at.isoformat()}"' in answer.content.decode()


def test_a_picture_that_gets_ready_does_not_make_an_edit_stale(browser: Client):
    product = make_product("Teko")
    told = typed(product, title="Teko Baru")
    media = services.add_media(product_id=product.pk, upload=picture_file(), actor=SYSTEM)
    services.render_media(media_id=media.pk)

    assert browser.post(page_of(product), told).status_code == 302


def test_a_taken_sku_stands_at_its_field(browser: Client):
    make_product(variants=[{"sku": "TKO-1", "price_amount": 1_000}])
    product = make_product("Teko")

    answer = browser.post(page_of(product), typed(product, sku="TKO-1", title="Lain"))

    product.refresh_from_db()
    assert answer.status_code == 422
    assert "sku" in answer.context["form"].errors
    assert product.title == "Teko"


def test_the_old_address_leads_on_with_a_301(browser: Client, shop: Client):
    product = make_product("Teko")

    browser.post(page_of(product), typed(product, slug="teko-tembaga"))
    answer = shop.get("/products/teko/")

    assert SlugRedirect.objects.get().slug == "teko"
    assert (answer.status_code, answer.url) == (301, "/products/teko-tembaga/")


def test_a_product_is_archived_and_brought_back_from_its_menu(browser: Client):
    product = make_product()

    for status in ("ARCHIVED", "DRAFT"):
        browser.post(page_of(product, "status/"), {"status": status})
        product.refresh_from_db()
        assert product.status == status


def test_search_filters_and_status_narrow_the_list(browser: Client):
    shelf = make_category("Alat")
    make_product("Teko", category=shelf.public_id, brand="Hario", tags=["baru"])
    make_product(
        "Cangkir", status="DRAFT", variants=[{"sku": "CGK-9", "barcode": "899123", "price_amount": 1}]
    )
    brand = Product.objects.get(title="Teko").brand
    assert brand is not None

    for query, title in (
        ("q=tek", "Teko"),
        ("q=CGK-9", "Cangkir"),
        ("q=899123", "Cangkir"),
        ("status=DRAFT", "Cangkir"),
        (f"category={shelf.public_id}", "Teko"),
        (f"brand={brand.public_id}", "Teko"),
        ("tag=baru", "Teko"),
    ):
        rows = browser.get(f"/products/?{query}").context["rows"]
        assert [row["product"].title for row in rows] == [title], query


@pytest.mark.parametrize(
    "query",
    [
        "status=SOLD",
        "category=%00",
        "brand=x",
        "tag=%00",
        "sort=price;drop",
        "q=%00%E2%80%AE'",
        "stock=maybe",
    ],
)
def test_odd_filters_are_left_out(browser: Client, query: str):
    make_product("Teko")

    assert browser.get(f"/products/?{query}").status_code == 200


def test_a_foreign_cursor_is_refused(browser: Client):
    assert browser.get("/products/?after=rubbish").status_code == 422


def test_the_list_pages_by_cursor(browser: Client):
    for number in range(52):
        make_product(f"Produk {number}")

    first = browser.get("/products/")
    second = browser.get(first.context["next_url"])

    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 2)


def test_the_list_costs_the_same_for_few_and_for_many(browser: Client, django_assert_max_num_queries):
    for number in range(12):
        make_product(f"Produk {number}", brand=f"Merek {number}", category=make_category().public_id)

    with django_assert_max_num_queries(20):
        browser.get("/products/")


def test_a_bulk_action_tells_what_became_of_each_row(browser: Client):
    ready = make_product("Siap", status="DRAFT")
    unpriced = make_product("Belum", status="DRAFT", price_amount=0)

    answer = browser.post(
        "/products/bulk/",
        {"action": "publish", "selected": [ready.public_id, unpriced.public_id], "query": "status=DRAFT"},
    )

    results = answer.context["results"]
    assert (results["done"], [row["label"] for row in results["refused"]]) == (1, ["Belum"])
    assert set(Product.objects.values_list("title", "status")) == {("Siap", "ACTIVE"), ("Belum", "DRAFT")}


def test_many_get_a_tag_at_once(browser: Client):
    ids = [make_product().public_id for _ in range(3)]

    browser.post("/products/bulk/", {"action": "tag", "selected": ids, "tag": "Promo"})

    assert Product.objects.filter(tags=["promo"]).count() == 3


@pytest.mark.parametrize(
    "told", [{}, {"action": "burn"}, {"action": "tag"}, {"action": "archive", "selected": "\x00"}]
)
def test_a_bulk_action_without_rows_or_sense_changes_nothing(browser: Client, told):
    product = make_product()
    if told.get("action") == "tag":
        told = told | {"selected": product.public_id}

    assert browser.post("/products/bulk/", told).status_code == 422
    product.refresh_from_db()
    assert (product.status, product.tags) == ("ACTIVE", [])


def test_a_view_is_saved_shown_and_forgotten(browser: Client):
    saved = browser.post("/products/views/", {"name": "Promo", "query": "tag=promo&sort=name&rubbish=1"})
    view = SavedView.objects.get()
    tabs = browser.get(saved.url).context["views"]
    browser.post(f"/products/views/{view.public_id}/delete/")

    assert saved.url == "/products/?tag=promo&sort=name"
    assert [tab["label"] for tab in tabs if tab["active"]] == ["Promo"]
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "told", [{"name": "", "query": "tag=a"}, {"name": "A", "query": ""}, {"name": "A", "query": "x=1"}]
)
def test_a_view_needs_a_name_and_filters(browser: Client, told):
    assert browser.post("/products/views/", told).status_code == 422
    assert not SavedView.objects.exists()


def test_categories_are_added_moved_renamed_and_deleted(browser: Client):
    browser.post("/products/categories/add/", {"name": "Kopi"})
    coffee = Category.objects.get()
    browser.post("/products/categories/add/", {"name": "Biji", "parent": coffee.public_id})
    beans = Category.objects.get(name="Biji")
    browser.post(f"/products/categories/{beans.public_id}/move/", {"parent": "", "position": "0"})
    browser.post(f"/products/categories/{coffee.public_id}/rename/", {"name": "Minuman"})
    rows = browser.get("/products/categories/").context["rows"]
    assert [row["category"].name for row in rows] == ["Biji", "Minuman"]

    browser.post(f"/products/categories/{beans.public_id}/delete/")
    assert list(Category.objects.values_list("name", flat=True)) == ["Minuman"]


def test_a_category_with_others_below_it_stays(browser: Client):
    coffee = make_category("Kopi")
    make_category("Biji", coffee)

    answer = browser.post(f"/products/categories/{coffee.public_id}/delete/")

    assert answer.status_code == 422
    assert Category.objects.count() == 2


def test_brands_are_added_renamed_and_deleted(browser: Client):
    browser.post("/products/brands/add/", {"name": "Hario"})
    again = browser.post("/products/brands/add/", {"name": "hario"})
    brand = browser.get("/products/brands/").context["brands"][0]
    browser.post(f"/products/brands/{brand.public_id}/rename/", {"name": "Kalita"})
    assert again.status_code == 422
    assert [row.name for row in browser.get("/products/brands/").context["brands"]] == ["Kalita"]

    browser.post(f"/products/brands/{brand.public_id}/delete/")
    assert browser.get("/products/brands/").context["brands"] == []


READS = ["", "pictures/", "options/", "variants/", "variants/values/"]
WRITES = ["", "status/", "pictures/upload/", "pictures/order/", "options/", "variants/", "variants/save/"]


def test_a_packer_sees_products_but_changes_none(
    member: Callable[[str], User], dashboard: Callable[..., Client]
):
    product, packer = make_product("Teko"), dashboard(member(Role.WAREHOUSE))

    assert packer.get("/products/").status_code == 200
    assert packer.get(page_of(product)).status_code == 200
    for path in WRITES:
        assert packer.post(page_of(product, path), {"title": "Lain"}).status_code == 403, path
    for path in ("new/", "bulk/", "views/", "categories/add/", "brands/add/"):
        assert packer.post(f"/products/{path}", {"title": "Lain", "name": "Lain"}).status_code == 403, path
    product.refresh_from_db()
    assert product.title == "Teko"


def test_costs_are_hidden_from_who_may_not_know_them(
    member: Callable[[str], User], dashboard: Callable[..., Client]
):
    product = make_product(variants=[{"price_amount": 90_000, "cost_amount": 51_234}])
    packer = dashboard(member(Role.WAREHOUSE))

    for path in ("", "variants/values/"):
        assert "51" + ".234" not in packer.get(page_of(product, path)).content.decode()


def test_the_other_store_knows_none_of_it(tono: User, batik: Store, dashboard: Callable[..., Client]):
    product, tonos = make_product("Teko"), dashboard(tono, batik)

    for path in READS:
        assert tonos.get(page_of(product, path)).status_code == 404, path
    for path in WRITES:
        assert tonos.post(page_of(product, path), {"title": "Lain"}).status_code == 404, path
    with context.in_store(batik):
        assert not Product.objects.filter(public_id=product.public_id).exists()


def test_strangers_are_sent_to_the_login(tono: User, dashboard: Callable[..., Client]):
    assert dashboard(tono).get("/products/").status_code == 302


def test_a_product_with_options_shows_its_variants(browser: Client):
    answer = browser.get(page_of(make_shirt()))

    assert "Merah / S" in answer.content.decode()
    assert "price_amount" not in answer.context["form"].fields


def test_a_script_is_led_on_to_the_new_product(browser: Client):
    told = {"title": "Keripik Tempe", "price_amount": "15.000", "status": "ACTIVE"}

    answer = browser.post("/products/new/", told, HTTP_HX_REQUEST="true")

    made = Product.objects.get(title="Keripik Tempe")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"{page_of(made)}?created=1")


@pytest.mark.parametrize(("headers", "says_so"), [({}, True), ({"HTTP_HX_REQUEST": "true"}, False)])
def test_a_refused_form_says_that_its_photos_are_gone_when_they_are(
    browser: Client, headers: dict[str, str], says_so: bool
):
    browser.cookies["lang"] = "en"

    answer = browser.post("/products/new/", {"title": "", "photos": [picture_file()]}, **headers)

    assert answer.status_code == 422
    assert ("Choose the photos again" in answer.content.decode()) is says_so
    assert not Product.objects.exists()
