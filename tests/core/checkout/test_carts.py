"""Fill a cart, and bring it up to date."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.catalog import services as catalog
from core.checkout import selectors as carts
from core.checkout import services as checkout
from core.checkout.models import Cart, CartLine
from core.kernel.errors import InvalidInput, NotFound
from tenants.permissions import SYSTEM
from tests.factories.shopping import sellable

pytestmark = pytest.mark.usefixtures("store")
NOW = timezone.now()


@pytest.fixture
def cart(store: Any) -> Cart:
    """Empty, open for thirty days."""
    return checkout.create_cart(language="id", now=NOW)


def put(cart: Cart, variant: Any, quantity: int = 1) -> None:
    checkout.add_line(cart_id=cart.public_id, variant_id=variant.public_id, quantity=quantity, now=NOW)


def test_the_same_goods_twice_are_one_line(cart: Cart):
    variant = sellable()
    put(cart, variant, 2)
    put(cart, variant, 1)

    assert list(cart.lines.values_list("quantity", flat=True)) == [3]


def test_a_change_keeps_the_cart_for_another_thirty_days(cart: Cart):
    later = NOW + timedelta(days=29)
    variant = sellable()
    checkout.add_line(cart_id=cart.public_id, variant_id=variant.public_id, quantity=1, now=later)

    assert carts.open_cart(cart.public_id, now=later + timedelta(days=29)).pk == cart.pk


def test_no_more_than_there_is(cart: Cart):
    with pytest.raises(checkout.TooFew) as refusal:
        put(cart, sellable(on_hand=2), 3)

    assert refusal.value.available == 2
    assert not CartLine.objects.exists()


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_is_not_added(cart: Cart, quantity: int):
    with pytest.raises(InvalidInput):
        put(cart, sellable(), quantity)


def test_drafts_are_not_sold(cart: Cart):
    with pytest.raises(checkout.NotForSale):
        put(cart, sellable(status="DRAFT"))


def test_a_cart_is_not_endless(cart: Cart, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.checkout.services.carts.MOST_LINES", 1)
    put(cart, sellable())
    with pytest.raises(checkout.CartFull):
        put(cart, sellable())

    assert cart.lines.count() == 1


def test_an_expired_cart_takes_nothing(cart: Cart):
    Cart.objects.update(expires_at=NOW)
    with pytest.raises(checkout.CartExpired):
        put(cart, sellable())


def test_an_ordered_cart_takes_nothing(cart: Cart):
    Cart.objects.update(order_id=1)
    with pytest.raises(checkout.CartClosed):
        put(cart, sellable())


def test_goods_go_into_a_new_cart_when_there_is_none(store: Any):
    made = checkout.put_in(
        cart_id="crt_none", variant_id=sellable().public_id, quantity=1, language="en", now=NOW
    )

    assert (made.language, made.lines.count()) == ("en", 1)


def test_a_refusal_leaves_no_empty_cart_behind(store: Any):
    with pytest.raises(checkout.TooFew):
        checkout.put_in(cart_id="", variant_id=sellable().public_id, quantity=99, language="id", now=NOW)

    assert not Cart.objects.exists()


def test_an_unknown_cart_is_not_there(store: Any):
    with pytest.raises(NotFound):
        checkout.accept_changes(cart_id="crt_none", now=NOW)


def test_changes_are_told_in_numbers_and_accepted(cart: Cart):
    variant = sellable(price_amount=50_000)
    put(cart, variant, 2)
    catalog.edit_variants(
        product_id=variant.product_id, edits={variant.public_id: {"price_amount": 60_000}}, actor=SYSTEM
    )
    (change,) = carts.quote(cart).changes
    assert (change.code, change.before, change.after) == ("price_changed", 50_000, 60_000)

    checkout.accept_changes(cart_id=cart.public_id, now=NOW)
    assert carts.quote(cart).changes == ()


def test_a_quote_costs_a_fixed_number_of_queries(cart: Cart, django_assert_num_queries: Any):
    for _number in range(5):
        put(cart, sellable())

    with django_assert_num_queries(4):
        carts.quote(cart)


def test_the_first_product_costs_four_statements_and_a_savepoint(django_assert_num_queries: Any):
    variant = sellable()

    with django_assert_num_queries(6):
        checkout.put_in(cart_id="", variant_id=variant.public_id, quantity=1, language="id", now=NOW)


def test_one_more_product_costs_as_much_however_full_the_cart_is(cart: Cart, django_assert_num_queries: Any):
    for _ in range(3):
        put(cart, sellable())
    variant = sellable()

    with django_assert_num_queries(8):
        checkout.put_in(
            cart_id=cart.public_id, variant_id=variant.public_id, quantity=1, language="id", now=NOW
        )
