"""Turn a cart into an order, or leave everything as it was."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.checkout import services as checkout
from core.checkout.models import Cart
from core.checkout.services import Purchase
from core.inventory.models import StockItem
from core.kernel.errors import CommerceError, InvalidInput
from core.orders.models import Order
from core.payments.models import Payment
from tenants.permissions import SHOPPER
from tests.factories.inventory import location, stock
from tests.factories.payments import method
from tests.factories.shipping import flat_method
from tests.factories.shopping import DAGO, sellable

pytestmark = pytest.mark.usefixtures("store")
NOW = timezone.now()


@pytest.fixture
def cart(store: Any) -> Cart:
    """Two of five."""
    return checkout.put_in(
        cart_id="", variant_id=sellable(price_amount=75_000).public_id, quantity=2, language="id", now=NOW
    )


@pytest.fixture
def purchase(store: Any) -> Purchase:
    """Dewi in Dago pays by transfer."""
    return Purchase(
        name="Dewi Lestari",
        phone="0812 3456 7890",
        email="dewi@example.com",
        address_line="Jl. Ir. H. Juanda 12",
        region_code=DAGO,
        shipping_method=flat_method().public_id,
        payment_method=method("MANUAL_TRANSFER").code,
    )


def place(cart: Cart, purchase: Purchase, **other: Any) -> Order:
    return checkout.place_order(
        cart_id=cart.public_id, purchase=replace(purchase, **other), now=NOW, actor=SHOPPER
    )


def untouched() -> bool:
    promised = sum(StockItem.objects.values_list("allocated", flat=True))
    return not Order.objects.exists() and not Payment.objects.exists() and promised == 0


def test_everything_is_written_down_at_once(cart: Cart, purchase: Purchase):
    order = place(cart, purchase)

    payment = Payment.objects.get()
    assert (order.subtotal_amount, order.shipping_amount) == (150_000, 18_000)
    assert order.total_amount == payment.amount == 168_000 + payment.unique_code_amount
    assert StockItem.objects.get().allocated == 2
    assert Cart.objects.get().order_id == order.pk
    assert order.customer.email == "dewi@example.com"


def test_what_comes_back_is_what_was_written(cart: Cart, purchase: Purchase):
    order = place(cart, purchase)
    kept = Order.objects.get(pk=order.pk)

    columns = [field.attname for field in Order._meta.concrete_fields]
    assert [getattr(order, name) for name in columns] == [getattr(kept, name) for name in columns]


def test_many_lines_cost_as_many_queries_as_one(cart: Cart, purchase: Purchase):
    place(cart, purchase)
    asked = []
    for lines in (1, 6):
        variants = [(sellable().public_id, 1) for _number in range(lines)]
        more = checkout.create_cart(language="id", now=NOW, wanted=variants)
        with CaptureQueriesContext(connection) as queries:
            place(more, purchase)
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 40


def test_the_same_cart_is_the_same_order(cart: Cart, purchase: Purchase):
    assert place(cart, purchase).pk == place(cart, purchase, name="Somebody else").pk
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "1"),
        ("name", " "),
        ("email", "dewi@"),
        ("address_line", ""),
        ("region_code", "32.73"),
        ("region_code", "1; DROP"),
        ("shipping_method", "shm_none"),
        ("payment_method", ""),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_done(cart: Cart, purchase: Purchase, field: str, value: str):
    with pytest.raises(InvalidInput) as refusal:
        place(cart, purchase, **{field: value})

    assert refusal.value.field == field
    assert untouched()


def test_a_total_that_was_not_seen_is_not_charged(cart: Cart, purchase: Purchase):
    with pytest.raises(checkout.PurchaseChanged) as refusal:
        place(cart, purchase, expected_amount=1)

    assert refusal.value.quote.total_amount == 168_000
    assert untouched()


def test_goods_in_two_places_are_not_promised_from_one(cart: Cart, purchase: Purchase):
    elsewhere = sellable(on_hand=0)
    stock(3, at=location(), variant=elsewhere)
    checkout.add_line(cart_id=cart.public_id, variant_id=elsewhere.public_id, quantity=1, now=NOW)

    with pytest.raises(checkout.SplitNeeded):
        place(cart, purchase)
    assert untouched()


def test_a_way_to_pay_that_is_off_undoes_everything(cart: Cart, purchase: Purchase):
    with pytest.raises(CommerceError):
        place(cart, purchase, payment_method="MIDTRANS")

    assert untouched()
    assert Cart.objects.get().order_id is None
