"""200 shoppers press "order" at once on the last 10 units: 10 orders and 190 clean refusals."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from core.checkout import services as checkout
from core.checkout.models import Cart
from core.checkout.services import Purchase, PurchaseChanged, SplitNeeded
from core.inventory.models import Allocation, StockItem
from core.inventory.services import InsufficientStock
from core.orders.models import Order
from core.payments.models import Payment
from tenants import context
from tenants.models import Store
from tenants.permissions import SHOPPER
from tests.factories.catalog import make_variant
from tests.factories.inventory import stock
from tests.factories.payments import method
from tests.factories.shipping import flat_method

SHOPPERS = 200
LANES = 16
UNITS = 10

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def purchase(kopi: Store) -> Purchase:
    """What every shopper tells."""
    with context.in_store(kopi):
        method("COD")
        return Purchase(
            name="Dewi",
            phone="081234567890",
            address_line="Jalan Dago 1",
            region_code="32.73.02.1004",
            shipping_method=flat_method().public_id,
            payment_method="COD",
        )


def full_carts(kopi: Store, now: datetime, shoppers: int = SHOPPERS) -> tuple[StockItem, list[str]]:
    """One unit in each cart, while there are ten on the shelf."""
    with context.in_store(kopi):
        item = stock(UNITS, variant=make_variant())
        wanted = [(item.variant.public_id, 1)]
        carts = [checkout.create_cart(language="id", now=now, wanted=wanted) for _ in range(shoppers)]
        return item, [cart.public_id for cart in carts]


def order_together(kopi: Store, carts: list[str], purchase: Purchase, now: datetime) -> Counter[str]:
    """How each attempt ended, made over LANES connections at once."""
    start = Barrier(LANES)

    def attempt(cart_id: str) -> str:
        try:
            checkout.place_order(cart_id=cart_id, purchase=purchase, now=now, actor=SHOPPER)
        except (PurchaseChanged, InsufficientStock, SplitNeeded):
            return "refused"
        return "ordered"

    def lane(mine: list[str]) -> list[str]:
        try:
            with context.in_store(kopi):
                connection.ensure_connection()
                start.wait(timeout=60)
                return [attempt(cart_id) for cart_id in mine]
        finally:
            connection.close()

    with ThreadPoolExecutor(LANES) as pool:
        lanes = [carts[first::LANES] for first in range(LANES)]
        return Counter(ended for results in pool.map(lane, lanes) for ended in results)


def test_200_checkouts_of_10_units_give_10_orders_and_190_refusals(kopi: Store, purchase: Purchase):
    now = timezone.now()
    item, carts = full_carts(kopi, now)

    ended = order_together(kopi, carts, purchase, now)

    with context.in_store(kopi):
        item.refresh_from_db()
        assert ended == {"ordered": UNITS, "refused": SHOPPERS - UNITS}
        assert (item.on_hand, item.allocated, item.available) == (10, 10, 0)
        assert (Order.objects.count(), Payment.objects.count(), Allocation.objects.count()) == (10, 10, 10)
        assert Cart.objects.exclude(order_id=None).count() == UNITS
        # A refused checkout takes no number: they stay gapless.
        numbers = sorted(
            int(number.split("-")[1]) for number in Order.objects.values_list("number", flat=True)
        )
        assert numbers == list(range(numbers[0], numbers[0] + UNITS))


def test_a_double_click_on_order_is_one_order(kopi: Store, purchase: Purchase):
    now = timezone.now()
    item, carts = full_carts(kopi, now, shoppers=1)

    ended = order_together(kopi, carts * LANES, purchase, now)

    with context.in_store(kopi):
        item.refresh_from_db()
        assert ended == {"ordered": LANES}
        assert (Order.objects.count(), item.allocated) == (1, 1)
