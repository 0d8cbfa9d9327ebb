"""Purchases and money that comes late take their locks in one order: nobody waits for the other forever."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from core.checkout import services as checkout
from core.checkout.services import Purchase
from core.customers.models import Customer
from core.inventory.models import StockItem
from core.kernel import invariants
from core.orders import services as orders
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import Payment
from tenants import context
from tenants.models import Store
from tenants.permissions import SHOPPER, SYSTEM
from tests.factories.catalog import make_variant
from tests.factories.inventory import stock
from tests.factories.payments import method
from tests.factories.shipping import flat_method

ROUNDS = 50

pytestmark = pytest.mark.django_db(transaction=True)


def purchase(**told: str) -> Purchase:
    """What Dewi tells, who has one phone and one customer's record."""
    return Purchase(
        name="Dewi",
        phone="081234567890",
        address_line="Jalan Dago 1",
        region_code="32.73.02.1004",
        payment_method="MANUAL_TRANSFER",
        **told,
    )


def at_once(kopi: Store, *acts: Callable[[], object]) -> None:
    """Each act on a connection of its own, begun within the same hundredth of a second."""
    start = Barrier(len(acts), timeout=30)

    def lane(act: Callable[[], object]) -> None:
        try:
            with context.in_store(kopi):
                connection.ensure_connection()
                start.wait()
                time.sleep(random.uniform(0, 0.01))
                act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(lane, acts))


@pytest.fixture
def item(kopi: Store) -> StockItem:
    with context.in_store(kopi):
        method("MANUAL_TRANSFER")
        return stock(500, variant=make_variant())


def order(item: StockItem, shipping: str, **told: str) -> Order:
    """Dewi buys one unit."""
    now = timezone.now()
    cart = checkout.create_cart(language="id", now=now, wanted=[(item.variant.public_id, 1)])
    wish = purchase(shipping_method=shipping, **told)
    return checkout.place_order(cart_id=cart.public_id, purchase=wish, now=now, actor=SHOPPER)


def test_late_money_and_a_new_order_of_the_same_customer(kopi: Store, item: StockItem):
    with context.in_store(kopi):
        shipping = flat_method().public_id
        late = [order(item, shipping) for _ in range(ROUNDS)]
        for each in late:
            orders.cancel(order_id=each.pk, reason="Late", actor=SYSTEM, now=timezone.now())

    for each in late:
        at_once(kopi, lambda each=each: pay(each), lambda: order(item, shipping))

    with context.in_store(kopi):
        assert Order.objects.filter(state="OPEN", payment_state="PAID").count() == ROUNDS
        assert Order.objects.count() == 2 * ROUNDS
        assert [each for each in invariants.check() if each.violations] == []


def pay(order: Order) -> None:
    payment = Payment.objects.get(order_id=order.pk)
    payments.confirm_transfer(
        payment_id=payment.pk, received_amount=payment.amount, actor=SYSTEM, now=timezone.now()
    )


def test_two_orders_of_a_customer_of_whom_one_tells_the_mail(kopi: Store, item: StockItem):
    with context.in_store(kopi):
        shipping = flat_method().public_id
        order(item, shipping)

    for _ in range(ROUNDS // 2):
        with context.in_store(kopi):
            Customer.objects.update(email="")
        at_once(kopi, lambda: order(item, shipping), lambda: order(item, shipping, email="dewi@example.com"))

    with context.in_store(kopi):
        assert Customer.objects.get().order_count == Order.objects.count() == 1 + ROUNDS
