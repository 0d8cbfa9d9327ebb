"""A cart as a link: it gives a copy away, never the cart itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.checkout.models import Cart
from tests.factories.shopping import Shopper, notices_of, sellable, shopper_at

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def link(shopper: Shopper) -> str:
    """Dewi put two bags aside."""
    shopper.put_in(sellable(title="Gayo", price_amount=75_000), 2)
    return shopper.post("/cart/save/").headers["Location"]


def test_another_browser_goes_on_with_the_same_goods(link: str):
    phone = shopper_at("kopi")
    assert "Rp150.000" in phone.read(link)
    phone.post(f"{link}take/")

    assert phone.read("/cart/count/") == "2"


def test_everybody_has_a_cart_of_their_own(shopper: Shopper, link: str):
    """Whoever holds a cart's id reaches its order, so a link must not carry anybody's own cart."""
    phone = shopper_at("kopi")
    phone.post(f"{link}take/")
    order = phone.buy()

    assert link.split("/")[3] not in Cart.objects.filter(order_id=order.pk).values_list(
        "public_id", flat=True
    )
    assert shopper.cookies["cart"].value not in link
    assert shopper.read("/cart/count/") == "2"


def test_looking_makes_nothing(shopper: Shopper, link: str):
    shopper.read(link)

    assert shopper.get(f"{link}take/").status_code == 405
    assert Cart.objects.count() == 2


@pytest.mark.parametrize("cart_id", ["x", "crt_aaaaaaaaaaaaaaaaaaaaaa", "crt_" + "a" * 500])
def test_an_unknown_link_is_not_there(shopper: Shopper, cart_id: str):
    assert shopper.get(f"/cart/saved/{cart_id}/").status_code == 404
    assert shopper.post(f"/cart/saved/{cart_id}/take/").status_code in (302, 404)
    assert not Cart.objects.exists()


def test_an_old_link_says_so(shopper: Shopper, link: str):
    Cart.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert shopper.get(link).status_code == 404

    shopper.post(f"{link}take/")
    assert "expired" in notices_of(shopper.get("/cart/"))[0]


def test_nothing_is_put_aside_without_a_cart(shopper: Shopper):
    assert shopper.post("/cart/save/").headers["Location"] == "/cart/"
    assert not Cart.objects.exists()


def test_another_store_does_not_know_it(link: str, batik: Any):
    assert shopper_at("batik").get(link).status_code == 404
