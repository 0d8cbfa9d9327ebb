"""The catalogue's API: whole products in one call, many variants at once, pictures, shelves, and who may."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.catalog import services
from core.catalog.models import Brand, Category, Media, Product, SavedView
from core.integrations import services as integrations
from tenants import context, entitlements
from tenants.models import Store
from tenants.permissions import SYSTEM, Permission
from tests.conftest import client_at
from tests.factories.catalog import make_category, make_product, make_shirt, picture_file

pytestmark = pytest.mark.usefixtures("store")
JSON = "application/json"
RUPIAH = {"amount": 150_000, "currency": "IDR"}


def post(api: Client, path: str, body: Any, **headers: Any) -> Any:
    return api.post(f"/api/v1{path}", body, content_type=JSON, **headers)


def patch(api: Client, path: str, body: Any) -> Any:
    return api.patch(f"/api/v1{path}", body, content_type=JSON)


def key_for(store: Store, *scopes: Permission) -> Client:
    """A program that may do only this in a store."""
    with context.in_store(store):
        _, key = integrations.create_key(name="Narrow", scopes=scopes, actor=SYSTEM)
    client = client_at(f"{store.slug}.{settings.DASHBOARD_SUFFIX}")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def test_a_simple_product_is_made_in_one_call(api: Client):
    body = {"title": "Kopi Gayo", "status": "ACTIVE", "price": RUPIAH, "sku": "KPG-1", "weight_grams": 250}

    answer = post(api, "/products", body)

    made = answer.json()
    assert answer.status_code == 201
    assert (made["title"], made["slug"], made["status"]) == ("Kopi Gayo", "kopi-gayo", "ACTIVE")
    assert made["variants"][0]["sku"] == "KPG-1"
    assert made["variants"][0]["price"] == RUPIAH
    assert made["price_min"] == RUPIAH


def test_options_and_variants_come_in_the_same_call(api: Client):
    body = {
        "title": "Kemeja",
        "price": RUPIAH,
        "options": [{"name": "Warna", "values": ["Merah", "Biru"]}],
        "variants": [
            {"values": ["Merah"], "sku": "KM-M"},
            {"values": ["Biru"], "sku": "KM-B", "price": {"amount": 160_000}},
        ],
    }

    made = post(api, "/products", body).json()

    assert made["options"] == [{"name": "Warna", "values": ["Merah", "Biru"]}]
    assert [(row["sku"], row["values"], row["price"]["amount"]) for row in made["variants"]] == [
        ("KM-M", ["Merah"], 150_000),
        ("KM-B", ["Biru"], 160_000),
    ]


def test_one_price_speaks_for_every_combination(api: Client):
    options = [{"name": "Warna", "values": ["Merah", "Biru"]}, {"name": "Ukuran", "values": ["S", "M", "L"]}]

    made = post(api, "/products", {"title": "Kemeja", "price": RUPIAH, "options": options}).json()

    assert made["variant_count"] == 6
    assert {row["price"]["amount"] for row in made["variants"]} == {150_000}


def test_the_same_idempotency_key_makes_one_product(api: Client):
    for _ in range(2):
        answer = post(api, "/products", {"title": "Kopi"}, HTTP_IDEMPOTENCY_KEY="k-1")
        assert answer.status_code == 201
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": 5},
        {"title": "a\x00b"},
        {"title": "x" * 151},
        {"price": -1},
        {"price": {"amount": 10**19}},
        {"price": {"amount": 1.5}},
        {"price": {"amount": 5, "currency": "USD"}},
        {"variants": [{"values": ["Hijau"]}]},
        {"options": [{"name": "Warna", "values": []}]},
        {"options": [{"name": "Warna", "values": ["Merah", "MERAH"]}]},
        {"options": [{"name": str(n), "values": [str(v) for v in range(9)]} for n in range(5)]},
        {"variants": [{}, {}]},
        {"status": "SOLD"},
        {"category_id": "cat_nothing"},
        {"publish_at": "2026-12-01T10:00:00"},
        {"tags": ["x"] * 51},
        {"colour": "red"},
        {"slug": "!!!"},
    ],
)
def test_bad_input_is_a_422_and_makes_nothing(api: Client, wrong: dict[str, Any]):
    answer = post(api, "/products", {"title": "Kopi", **wrong})

    if wrong == {"slug": "!!!"}:  # nothing of it can stand in an address, so the title makes one
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert not Product.objects.exists()


def test_a_body_of_ten_megabytes_is_refused(api: Client):
    answer = post(api, "/products", {"title": "Kopi", "description": "x" * 10_000_000})

    assert answer.status_code == 413
    assert not Product.objects.exists()


def test_direction_marks_are_taken_out(api: Client):
    assert post(api, "/products", {"title": "Kopi\u202eoyag"}).json()["title"] == "Kopioyag"


def test_nothing_unpriced_is_published(api: Client):
    answer = post(api, "/products", {"title": "Kopi", "status": "ACTIVE"})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready_to_sell")
    assert not Product.objects.exists()


def test_the_plan_limits_products(api: Client, store: Store):
    entitlements.grant(store, {"products": 0, "storage_bytes": 0})

    answer = post(api, "/products", {"title": "Kopi"})

    assert (answer.status_code, answer.json()["code"]) == (403, "limit_reached")


def test_a_product_is_changed_field_by_field(api: Client):
    product = make_product("Teko", brand="Hario", tags=["lama"])

    answer = patch(
        api, f"/products/{product.public_id}", {"title": "Teko Baru", "brand": None, "slug": "teko-baru"}
    )

    told = answer.json()
    assert (told["title"], told["slug"], told["brand"], told["tags"]) == (
        "Teko Baru",
        "teko-baru",
        None,
        ["lama"],
    )


def test_a_stale_change_is_a_409(api: Client):
    product = make_product("Teko")
    seen = product.updated_at.isoformat()
    services.update_product(product_id=product.pk, changes={"title": "Teko dia"}, actor=SYSTEM)

    answer = patch(api, f"/products/{product.public_id}", {"title": "Teko saya", "seen_at": seen})

    product.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], product.title) == (409, "stale_edit", "Teko dia")


def test_products_are_found_narrowed_and_paged(api: Client):
    shelf = make_category("Alat")
    for number in range(3):
        make_product(f"Teko {number}", category=shelf.public_id)
    make_product("Cangkir", variants=[{"sku": "CGK-1", "price_amount": 5}])

    first = api.get(f"/api/v1/products?category_id={shelf.public_id}&sort=name&limit=2").json()
    second = api.get(f"/api/v1/products?category_id={shelf.public_id}&sort=name&after={first['next']}").json()
    by_sku = api.get("/api/v1/products?q=CGK-1").json()["items"]

    assert [row["title"] for row in first["items"] + second["items"]] == ["Teko 0", "Teko 1", "Teko 2"]
    assert second["next"] is None
    assert [row["title"] for row in by_sku] == ["Cangkir"]


def test_a_list_costs_the_same_for_few_and_for_many(api: Client, django_assert_max_num_queries):
    for _ in range(6):
        make_shirt()

    with django_assert_max_num_queries(12):
        api.get("/api/v1/products")


def test_variants_page_in_the_order_of_the_options(api: Client):
    shirt = make_shirt()
    path = f"/api/v1/products/{shirt.public_id}/variants"

    first = api.get(f"{path}?limit=4").json()
    second = api.get(f"{path}?limit=4&after={first['next']}").json()

    titles = [row["title"] for row in first["items"] + second["items"]]
    assert titles == ["Merah / S", "Merah / M", "Merah / L", "Biru / S", "Biru / M", "Biru / L"]


def test_many_variants_are_changed_at_once(api: Client):
    shirt = make_shirt()
    picture = services.add_media(product_id=shirt.pk, upload=picture_file(), actor=SYSTEM)
    red, blue = shirt.variants.order_by("position")[0], shirt.variants.order_by("position")[5]
    edits = [
        {"id": red.public_id, "price": {"amount": 99_000}, "image_id": picture.public_id},
        {"id": blue.public_id, "is_active": False, "sku": "KMJ-B"},
    ]

    answer = patch(api, f"/products/{shirt.public_id}/variants", {"variants": edits})

    red.refresh_from_db()
    blue.refresh_from_db()
    assert len(answer.json()["items"]) == 2
    assert (red.price_amount, red.image) == (99_000, picture)
    assert (blue.is_active, blue.sku, blue.price_amount) == (False, "KMJ-B", 50_000)


def test_one_wrong_variant_refuses_all(api: Client):
    shirt = make_shirt()
    red, blue = shirt.variants.order_by("position")[:2]
    edits = [
        {"id": red.public_id, "price": {"amount": 1}, "compare_at_price": {"amount": 0}},
        {"id": blue.public_id, "sku": red.sku},
    ]

    answer = patch(api, f"/products/{shirt.public_id}/variants", {"variants": edits})

    red.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (422, "rows_refused")
    assert {wrong["field"] for wrong in answer.json()["errors"]} == {
        f"{red.public_id}.compare_at_amount",
        f"{blue.public_id}.sku",
    }
    assert red.price_amount == 50_000


def test_options_are_previewed_and_set(api: Client):
    shirt = make_shirt()
    body = {"options": [{"name": "Warna", "values": ["Merah", "Hijau"]}]}

    preview = post(api, f"/products/{shirt.public_id}/options/preview", body).json()
    assert (preview["before"], preview["after"], shirt.variants.filter(retired_at=None).count()) == (6, 2, 6)

    told = api.put(f"/api/v1/products/{shirt.public_id}/options", body, content_type=JSON).json()
    assert [row["title"] for row in told["variants"]] == ["Merah", "Hijau"]


def test_many_products_are_changed_with_an_answer_for_each(api: Client):
    ready, unpriced = (
        make_product("Siap", status="DRAFT"),
        make_product("Belum", status="DRAFT", price_amount=0),
    )

    told = post(
        api, "/products/bulk", {"action": "publish", "product_ids": [ready.public_id, unpriced.public_id]}
    ).json()

    assert (told["done"], [row["title"] for row in told["refused"]]) == (1, ["Belum"])
    assert post(api, "/products/bulk", {"action": "tag", "product_ids": [ready.public_id]}).status_code == 422


def test_a_picture_is_sent_ordered_described_and_removed(api: Client):
    product = make_product()
    path = f"/api/v1/products/{product.public_id}/media"

    first = api.post(path, {"file": picture_file(), "alt_text": "Depan"})
    second = api.post(path, {"file": picture_file(colour="#123456")}).json()
    order = {"order": [second["id"], first.json()["id"]]}
    ordered = api.put(f"{path}/order", order, content_type=JSON).json()["items"]
    described = patch(api, f"/media/{second['id']}", {"alt_text": "Samping"}).json()
    gone = api.delete(f"/api/v1/media/{first.json()['id']}")

    assert (first.status_code, first.json()["state"], first.json()["alt_text"]) == (201, "UPLOADED", "Depan")
    assert [row["id"] for row in ordered] == order["order"]
    assert (described["alt_text"], gone.status_code) == ("Samping", 204)
    assert Media.objects.get().public_id == second["id"]


def test_addresses_of_a_ready_picture_are_whole(api: Client):
    product = make_product()
    media = services.add_media(product_id=product.pk, upload=picture_file(), actor=SYSTEM)
    services.render_media(media_id=media.pk)

    told = api.get(f"/api/v1/products/{product.public_id}").json()["media"][0]

    assert told["state"] == "READY"
    assert told["url"].startswith("http") and "/media/products/" in told["url"]
    assert told["webp"].startswith("http")


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"GIF89a", b"%PDF-1.7", b"\x89PNG\r\n\x1a\nx"]
)
def test_what_is_no_picture_is_refused(api: Client, content: bytes):
    product = make_product()
    upload = picture_file()
    upload.file.seek(0)
    upload.file.truncate()
    upload.file.write(content)
    upload.file.seek(0)
    upload.size = len(content)

    answer = api.post(f"/api/v1/products/{product.public_id}/media", {"file": upload})

    assert answer.status_code == 422
    assert not Media.objects.exists()


def test_pictures_count_against_the_plan(api: Client, store: Store):
    entitlements.grant(store, {"products": None, "storage_bytes": 100})
    product = make_product()

    answer = api.post(f"/api/v1/products/{product.public_id}/media", {"file": picture_file()})

    assert (answer.status_code, answer.json()["code"]) == (403, "limit_reached")
    assert not Media.objects.exists()


def test_categories_are_kept_by_api(api: Client):
    top = post(api, "/categories", {"name": "Kopi"}).json()
    leaf = post(api, "/categories", {"name": "Biji", "parent_id": top["id"]}).json()
    refused = api.delete(f"/api/v1/categories/{top['id']}")
    moved = patch(
        api, f"/categories/{leaf['id']}", {"name": "Biji Kopi", "parent_id": None, "position": 0}
    ).json()

    assert (leaf["depth"], refused.status_code, refused.json()["code"]) == (1, 409, "category_in_use")
    assert (moved["name"], moved["depth"], moved["position"]) == ("Biji Kopi", 0, 0)
    assert api.delete(f"/api/v1/categories/{top['id']}").status_code == 204
    assert [row["name"] for row in api.get("/api/v1/categories").json()["items"]] == ["Biji Kopi"]


def test_brands_are_kept_by_api(api: Client):
    brand = post(api, "/brands", {"name": "Hario"}).json()

    assert post(api, "/brands", {"name": "HARIO"}).status_code == 422
    assert patch(api, f"/brands/{brand['id']}", {"name": "Kalita"}).json()["name"] == "Kalita"
    assert [row["name"] for row in api.get("/api/v1/brands").json()["items"]] == ["Kalita"]
    assert api.delete(f"/api/v1/brands/{brand['id']}").status_code == 204
    assert not Brand.objects.exists()


def test_views_are_kept_by_api(api: Client):
    body = {"name": "Promo", "query": "tag=promo"}
    view = api.put("/api/v1/product-views", body, content_type=JSON).json()

    assert api.get("/api/v1/product-views").json()["items"] == [view]
    assert api.delete(f"/api/v1/product-views/{view['id']}").status_code == 204
    assert not SavedView.objects.exists()


def test_a_key_without_the_scope_changes_nothing(kopi: Store):
    product, reader = make_product("Teko"), key_for(kopi, Permission.VIEW_PRODUCTS)

    assert reader.get(f"/api/v1/products/{product.public_id}").status_code == 200
    for path, body in (
        ("/products", {"title": "Lain"}),
        ("/categories", {"name": "A"}),
        ("/brands", {"name": "A"}),
    ):
        assert post(reader, path, body).status_code == 403, path
    upload = reader.post(f"/api/v1/products/{product.public_id}/media", {"file": picture_file()})
    assert upload.status_code == 403
    assert patch(reader, f"/products/{product.public_id}", {"title": "Lain"}).status_code == 403
    assert (Product.objects.count(), Category.objects.count()) == (1, 0)


def test_a_cost_is_neither_shown_to_nor_set_by_who_may_not_know_it(kopi: Store):
    product = make_product(variants=[{"price_amount": 90_000, "cost_amount": 51_234}])
    variant = product.variants.get()
    narrow = key_for(kopi, Permission.VIEW_PRODUCTS, Permission.EDIT_PRODUCTS)
    edits = {"variants": [{"id": variant.public_id, "cost": {"amount": 1}}]}

    assert narrow.get(f"/api/v1/products/{product.public_id}").json()["variants"][0]["cost"] is None
    assert patch(narrow, f"/products/{product.public_id}/variants", edits).status_code == 403
    assert post(narrow, "/products", {"title": "Kopi", "cost": RUPIAH}).status_code == 403


def test_the_other_store_finds_nothing(batik: Store):
    product = make_product("Teko")
    media = services.add_media(product_id=product.pk, upload=picture_file(), actor=SYSTEM)
    category = make_category()
    tonos = key_for(batik, *Permission)

    for path in (f"products/{product.public_id}", f"products/{product.public_id}/variants"):
        assert tonos.get(f"/api/v1/{path}").status_code == 404, path
    assert patch(tonos, f"/products/{product.public_id}", {"title": "Lain"}).status_code == 404
    assert tonos.delete(f"/api/v1/media/{media.public_id}").status_code == 404
    assert tonos.delete(f"/api/v1/categories/{category.public_id}").status_code == 404
    answer = tonos.post(f"/api/v1/products/{product.public_id}/media", {"file": picture_file()})
    assert answer.status_code == 404
    product.refresh_from_db()
    assert product.title == "Teko"
