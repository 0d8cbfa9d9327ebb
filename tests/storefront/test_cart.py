"""The cart, without scripts."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.catalog import services as catalog
from core.checkout.models import Cart, CartLine
from core.inventory import selectors as inventory_levels
from core.inventory import services as inventory
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_shirt
from tests.factories.shopping import Shopper, notices_of, sellable, shopper_at, stocked

pytestmark = pytest.mark.usefixtures("store")


def held() -> list[tuple[int, int]]:
    return list(CartLine.objects.order_by("pk").values_list("variant_id", "quantity"))


def leave(variant: Any, units: int) -> None:
    """Somebody else bought nearly everything."""
    inventory.set_count(
        sku=variant.sku,
        location_id=inventory_levels.default_location().pk,
        counted=units,
        reason="Opname",
        actor=SYSTEM,
    )


def reprice(variant: Any, amount: int) -> None:
    catalog.edit_variants(
        product_id=variant.product_id, edits={variant.public_id: {"price_amount": amount}}, actor=SYSTEM
    )


def test_goods_are_put_in_and_counted(shopper: Shopper):
    variant = sellable(title="Gayo", price_amount=75_000)
    answer = shopper.put_in(variant, 2)
    shopper.put_in(variant)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/cart/")
    assert held() == [(variant.pk, 3)]
    assert "Rp225.000" in shopper.read("/cart/")
    assert shopper.read("/cart/count/") == "3"


def test_the_cookie_holds_only_the_carts_id_and_is_kept_from_scripts(shopper: Shopper):
    cookie = shopper.put_in(sellable()).cookies["cart"]

    assert cookie.value == Cart.objects.get().public_id
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")


def test_over_https_the_cookie_belongs_to_this_host_alone(shopper: Shopper):
    variant = sellable()
    answer = shopper.post("/cart/add/", {"variant": variant.public_id, "quantity": 1}, secure=True)

    assert answer.cookies["__Host-cart"]["secure"] is True
    assert shopper.get("/cart/count/", secure=True).content == b"1"


def test_ticked_options_count_more_than_the_variant_shown(shopper: Shopper):
    """Without a script the hidden field still names the variant that the page was made for."""
    variants = stocked(make_shirt())
    blue_large = variants[5]
    ticked = {f"option-{at}": str(value) for at, value in enumerate(blue_large.values, 1)}

    shopper.post("/cart/add/", {"variant": variants[0].public_id, "quantity": 1, **ticked})

    assert held() == [(blue_large.pk, 1)]


def test_a_combination_is_shown_on_request(shopper: Shopper):
    variants = stocked(make_shirt())
    ticked = {f"option-{at}": str(value) for at, value in enumerate(variants[3].values, 1)}
    answer = shopper.post("/cart/choose/", {"variant": variants[0].public_id, **ticked})

    assert answer.headers["Location"].endswith(f"?variant={variants[3].public_id}")
    assert held() == []


def test_a_line_is_changed_and_taken_out(shopper: Shopper):
    variant = sellable()
    shopper.put_in(variant)
    shopper.post("/cart/change/", {"variant": variant.public_id, "quantity": 4})
    assert held() == [(variant.pk, 4)]

    shopper.post("/cart/change/", {"variant": variant.public_id, "quantity": 0})
    assert held() == []
    assert "Your cart is empty" in shopper.read("/cart/")


def test_no_more_is_put_in_than_there_is(shopper: Shopper):
    variant = sellable(on_hand=2, title="Gayo")
    answer = shopper.post("/cart/add/", {"variant": variant.public_id, "quantity": 3, "back": "/products/x/"})

    assert answer.headers["Location"] == "/products/x/"
    assert "cart" not in answer.cookies
    assert not Cart.objects.exists()
    assert notices_of(shopper.get("/cart/")) == ["Only 2 of Gayo are left."]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"variant": "var_none", "quantity": 1},
        {"variant": "\0", "quantity": 1},
        {"variant": "var_aaaaaaaaaaaaaaaaaaaaaa", "quantity": 1},
        {"quantity": -1},
        {"quantity": 10**30},
        {"quantity": "two"},
        {"quantity": "1.5"},
        {"quantity": 0},
        {"option-1": "999999999999999999"},
        {"option-1": "x" * 100_000, "quantity": "1e9"},
    ],
)
def test_nonsense_is_refused_in_words_and_puts_nothing_in(shopper: Shopper, told: dict[str, Any]):
    base = {"variant": sellable().public_id, "quantity": 1}
    answer = shopper.post("/cart/add/", {**base, **told} if told else {})

    assert held() == []
    assert answer.status_code == 302
    assert len(notices_of(shopper.get("/cart/"))) == 1


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil", "javascript:x", "/\n/"]
)
def test_a_refusal_leads_to_no_other_site(shopper: Shopper, back: str):
    answer = shopper.post("/cart/add/", {"back": back})

    assert answer.headers["Location"] == "/cart/"


def test_a_new_price_is_shown_beside_the_old_one_and_accepted(shopper: Shopper):
    variant = sellable(title="Gayo", price_amount=75_000)
    shopper.put_in(variant)
    reprice(variant, 80_000)
    page = shopper.read("/cart/")
    assert "Gayo: <s>Rp75.000</s> <strong>Rp80.000</strong>" in page

    shopper.post("/cart/accept/")
    assert "<s>Rp75.000</s>" not in shopper.read("/cart/")


def test_what_ran_short_is_said_and_the_rest_stays(shopper: Shopper):
    short, gone, there = (sellable(title=name) for name in ("Gayo", "Toraja", "Cangkir"))
    for variant in (short, gone, there):
        shopper.put_in(variant, 3)
    leave(short, 1)
    leave(gone, 0)
    page = shopper.read("/cart/")
    assert "Gayo: only 1 left" in page
    assert "Toraja: sold out" in page
    assert "/checkout/" not in page

    shopper.post("/cart/accept/")
    assert held() == [(short.pk, 1), (there.pk, 3)]


def test_what_is_not_sold_any_more_is_said(shopper: Shopper):
    variant = sellable(title="Gayo")
    shopper.put_in(variant)
    catalog.set_status(product_id=variant.product_id, status="ARCHIVED", actor=SYSTEM)

    assert "Gayo: not sold any more" in shopper.read("/cart/")


def test_an_expired_cart_is_empty_and_starts_anew(shopper: Shopper):
    variant = sellable()
    shopper.put_in(variant)
    Cart.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Your cart is empty" in shopper.read("/cart/")
    assert shopper.read("/cart/count/") == "0"

    shopper.put_in(variant)
    assert Cart.objects.count() == 2


@pytest.mark.parametrize("told", ["", "x", "crt_", "\0", "crt_aaaaaaaaaaaaaaaaaaaaaa", "crt_" + "a" * 5000])
def test_a_cookie_that_is_no_cart_is_an_empty_one(shopper: Shopper, told: str):
    shopper.cookies["cart"] = told

    assert "Your cart is empty" in shopper.read("/cart/")
    assert shopper.post("/cart/accept/").status_code == 302


def test_the_cart_of_another_store_is_not_there(shopper: Shopper, batik: Any):
    shopper.put_in(sellable())
    elsewhere = shopper_at("batik")
    elsewhere.cookies["cart"] = Cart.objects.get().public_id

    assert elsewhere.read("/cart/count/") == "0"
    assert "Your cart is empty" in elsewhere.read("/cart/")


def test_a_form_left_open_for_days_says_so_in_the_shops_dress(store: Any):
    strict = shopper_at("kopi", enforce_csrf_checks=True)
    variant = sellable()
    answer = strict.post("/cart/add/", {"variant": variant.public_id, "quantity": 1})

    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
    assert "shop-head" in answer.content.decode()
    assert not Cart.objects.exists()


@pytest.mark.parametrize("path", ["/cart/add/", "/cart/change/", "/cart/accept/", "/cart/choose/"])
def test_reading_changes_nothing(shopper: Shopper, path: str):
    assert shopper.get(path).status_code == 405


def test_a_cart_is_never_kept_by_anybody(shopper: Shopper):
    shopper.put_in(sellable())

    assert "no-store" in shopper.get("/cart/").headers["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in shopper.read("/cart/")


def test_the_cart_costs_the_same_however_much_is_in_it(shopper: Shopper, django_assert_num_queries: Any):
    for _number in range(6):
        shopper.put_in(sellable())
    shopper.read("/cart/")

    with django_assert_num_queries(9):
        shopper.read("/cart/")
