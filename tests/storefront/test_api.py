"""The storefront API: look, fill a cart, order, follow the order, all without a login."""

import json
from typing import Any

import pytest
from django.test import Client

from core.checkout.models import Cart
from core.orders.models import Order
from tests.factories.catalog import make_category, make_product, make_shirt
from tests.factories.inventory import stock
from tests.factories.payments import method
from tests.factories.shipping import flat_method, pickup_method

pytestmark = pytest.mark.usefixtures("store")
API = "/api/storefront/v1"


def send(shop: Client, path: str, body: Any = None, how: str = "post", **headers: str) -> Any:
    content = "" if body is None else json.dumps(body)
    return getattr(shop, how)(f"{API}{path}", content, content_type="application/json", headers=headers)


def goods(on_hand: int = 5, price_amount: int = 50_000, **facts: Any) -> str:
    """Public id of a variant that can be bought."""
    variant = make_product(price_amount=price_amount, **facts).variants.get()
    stock(on_hand, variant=variant)
    return variant.public_id


def filled(shop: Client, quantity: int = 2, **facts: Any) -> str:
    """Id of a cart that holds something."""
    made = send(shop, "/carts", {"lines": [{"variant_id": goods(**facts), "quantity": quantity}]})
    return made.json()["id"]


def purchase(**told: Any) -> dict[str, Any]:
    return {
        "name": "Dewi Lestari",
        "phone": "0812 0000 0001",
        "address_line": "Jl. Ir. H. Juanda 12",
        "region_code": "32.73.02.1004",
        "shipping_method_id": flat_method().public_id,
        "payment_method": method("MANUAL_TRANSFER").code,
        **told,
    }


def test_products_are_listed_with_money_and_a_cursor(shop: Client):
    for number in range(3):
        make_product(f"Kopi {number}", price_amount=10_000 + number)

    first = shop.get(f"{API}/products?limit=2&sort=price_low").json()
    second = shop.get(f"{API}/products?limit=2&sort=price_low&after={first['next']}").json()

    assert [row["title"] for row in first["items"]] == ["Kopi 0", "Kopi 1"]
    assert first["items"][0]["price"] == {"amount": 10_000, "currency": "IDR"}
    assert [row["title"] for row in second["items"]] == ["Kopi 2"]
    assert second["next"] is None


def test_a_list_is_narrowed_to_a_category(shop: Client):
    shelf = make_category("Biji")
    make_product("Gayo", category=shelf.public_id)
    make_product("Cangkir")

    answer = shop.get(f"{API}/products?category={shelf.slug}").json()

    assert [row["title"] for row in answer["items"]] == ["Gayo"]
    assert shop.get(f"{API}/products?category=tidak-ada").status_code == 404


def test_a_product_is_found_by_slug_and_by_id(shop: Client):
    shirt = make_shirt()

    by_slug = shop.get(f"{API}/products/{shirt.slug}").json()

    assert by_slug == shop.get(f"{API}/products/{shirt.public_id}").json()
    assert [option["name"] for option in by_slug["options"]] == ["Warna", "Ukuran"]
    assert by_slug["variants"][0]["values"] == ["Merah", "S"]


def test_a_draft_is_not_shown_by_slug_or_id(shop: Client):
    draft = make_product("Rahasia", status="DRAFT")

    assert shop.get(f"{API}/products/{draft.slug}").status_code == 404
    assert shop.get(f"{API}/products/{draft.public_id}").status_code == 404


def test_search_finds_by_word_and_pages_through_the_hits(shop: Client):
    for number in range(3):
        make_product(f"Kopi Gayo {number}")
    make_product("Cangkir")

    first = shop.get(f"{API}/search?q=gayo&limit=2").json()
    second = shop.get(f"{API}/search?q=gayo&limit=2&after={first['next']}").json()

    assert {row["title"] for row in first["items"] + second["items"]} == {f"Kopi Gayo {n}" for n in range(3)}


def test_categories_are_a_tree(shop: Client):
    top = make_category("Kopi")
    make_product(category=make_category("Biji", parent=top).public_id)

    (shelf,) = shop.get(f"{API}/categories").json()["items"]

    assert (shelf["name"], shelf["product_count"]) == ("Kopi", 1)
    assert [child["name"] for child in shelf["children"]] == ["Biji"]


def test_regions_are_searched_by_postcode_and_walked_from_the_top(shop: Client):
    found = shop.get(f"{API}/regions?q=dago coblong").json()["items"]

    assert found[0]["code"] == "32.73.02.1004"
    assert len(shop.get(f"{API}/regions").json()["items"]) == 38
    assert "Coblong" in {row["name"] for row in shop.get(f"{API}/regions?parent=32.73").json()["items"]}


def test_a_cart_is_filled_changed_and_emptied(shop: Client):
    variant = goods(price_amount=50_000)
    cart = send(shop, "/carts").json()["id"]

    added = send(shop, f"/carts/{cart}/lines", {"variant_id": variant, "quantity": 2})
    changed = send(shop, f"/carts/{cart}/lines/{variant}", {"quantity": 3}, "patch")
    emptied = shop.delete(f"{API}/carts/{cart}/lines/{variant}")

    assert (added.status_code, added.json()["subtotal"]["amount"]) == (201, 100_000)
    assert changed.json()["units"] == 3
    assert emptied.json()["lines"] == []


def test_more_than_there_is_is_refused_and_nothing_changes(shop: Client):
    cart = filled(shop, quantity=2, on_hand=5)
    line = shop.get(f"{API}/carts/{cart}").json()["lines"][0]

    answer = send(shop, f"/carts/{cart}/lines/{line['variant_id']}", {"quantity": 6}, "patch")

    assert (answer.status_code, answer.json()["code"]) == (409, "too_few")
    assert shop.get(f"{API}/carts/{cart}").json()["units"] == 2


def test_no_cart_is_made_when_a_line_cannot_be_had(shop: Client):
    answer = send(shop, "/carts", {"lines": [{"variant_id": goods(on_hand=1), "quantity": 2}]})

    assert answer.status_code == 409
    assert Cart.objects.count() == 0


def test_a_quote_lists_every_cost_and_choice(shop: Client):
    cart = filled(shop, price_amount=50_000)
    post = flat_method(amount=18_000)
    pickup_method()
    method("COD")

    answer = send(
        shop, f"/carts/{cart}/quote", {"region_code": "32.73.02.1004", "shipping_method_id": post.public_id}
    ).json()

    assert answer["region"]["village"] == "Dago"
    assert {"JNE Reguler", "Ambil di toko"} <= {row["name"] for row in answer["shipping_methods"]}
    assert answer["shipping_method_id"] == post.public_id
    assert "COD" in [row["code"] for row in answer["payment_methods"]]
    assert (answer["shipping"]["amount"], answer["total"]["amount"]) == (18_000, 118_000)


def test_an_order_by_transfer_says_the_exact_amount_and_the_accounts(shop: Client):
    answer = send(shop, f"/carts/{filled(shop)}/order", purchase())

    told = answer.json()
    order = Order.objects.get(number=told["number"])
    assert (answer.status_code, told["token"]) == (201, order.token)
    assert told["total"]["amount"] == 118_000 + told["unique_code"]["amount"]
    assert told["payment"]["amount"] == told["total"]
    assert told["payment"]["bank_accounts"] == [
        {"bank": "BCA", "number": "1234567890", "holder": "Kopi Senja"}
    ]
    assert shop.get(f"{API}/orders/{told['token']}").json() == told


def test_ordering_twice_answers_with_the_first_order(shop: Client):
    cart, told = filled(shop), purchase()

    first, second = (send(shop, f"/carts/{cart}/order", told) for _ in range(2))

    assert first.json()["number"] == second.json()["number"]
    assert Order.objects.count() == 1


def test_a_changed_price_is_not_ordered_unseen(shop: Client):
    cart = filled(shop, price_amount=50_000)

    answer = send(shop, f"/carts/{cart}/order", purchase(expected_amount=1_000))

    assert (answer.status_code, answer.json()["code"]) == (409, "purchase_changed")
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12"),
        ("phone", "08\x0012"),
        ("email", "dewi@"),
        ("region_code", "99.99"),
        ("expected_amount", -1),
        ("expected_amount", 10**30),
        ("name", " "),
        ("note", "x" * 1001),
        ("unknown", 1),
    ],
)
def test_bad_input_is_refused_and_orders_nothing(shop: Client, field: str, value: Any):
    answer = send(shop, f"/carts/{filled(shop)}/order", purchase(**{field: value}))

    assert answer.status_code == 422
    assert answer.json()["code"] in {"invalid_input", "invalid_phone"}
    assert Order.objects.count() == 0


def test_an_expired_cart_says_so(shop: Client):
    cart = filled(shop)
    Cart.objects.update(expires_at="2020-01-01T00:00:00Z")

    assert send(shop, f"/carts/{cart}/order", purchase()).status_code == 410
    assert shop.get(f"{API}/carts/{cart}").status_code == 404


def test_an_unknown_order_is_not_there(shop: Client):
    assert shop.get(f"{API}/orders/{'x' * 43}").status_code == 404
