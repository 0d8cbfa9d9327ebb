"""Many shoppers, few units, real connections: exactly as many promises as there are units."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from core.inventory import selectors, services
from core.inventory.models import Allocation, StockItem
from tenants import context
from tenants.models import Store
from tests.factories.inventory import stock

SHOPPERS = 200
LANES = 40

pytestmark = pytest.mark.django_db(transaction=True)


def together(store: Store, attempt: Callable[[int], None], shoppers: int = SHOPPERS) -> Counter[str]:
    """How the attempts of all shoppers ended, made at the same time over LANES connections."""
    start = Barrier(LANES)

    def lane(numbers: range) -> list[str]:
        outcomes = []
        try:
            with context.in_store(store):
                connection.ensure_connection()
                start.wait(timeout=30)
                for number in numbers:
                    outcomes.append(outcome(number))
        finally:
            connection.close()
        return outcomes

    def outcome(number: int) -> str:
        try:
            attempt(number)
        except services.InsufficientStock:
            return "refused"
        return "promised"

    with ThreadPoolExecutor(LANES) as pool:
        lanes = [range(first, shoppers, LANES) for first in range(LANES)]
        return Counter(result for results in pool.map(lane, lanes) for result in results)


def test_200_checkouts_of_10_units_give_10_promises_and_190_refusals(kopi: Store):
    with context.in_store(kopi):
        item = stock(10)
        sku, place = item.variant.sku, item.location_id

    ended = together(
        kopi,
        lambda number: services.allocate(reference=f"SO-{number}", wanted={sku: 1}, location_id=place),
    )

    with context.in_store(kopi):
        item.refresh_from_db()
        assert ended == {"promised": 10, "refused": 190}
        assert (item.on_hand, item.allocated, item.available) == (10, 10, 0)
        assert Allocation.objects.count() == 10


def test_carts_that_want_two_skus_in_any_order_never_wait_for_each_other_forever(kopi: Store):
    with context.in_store(kopi):
        one, two = stock(30), stock(10)
        place = one.location_id
    skus = [one.variant.sku, two.variant.sku]

    def attempt(number: int) -> None:
        wanted = dict.fromkeys(skus if number % 2 else reversed(skus), 1)
        services.allocate(reference=f"SO-{number}", wanted=wanted, location_id=place)

    ended = together(kopi, attempt)

    with context.in_store(kopi):
        assert ended == {"promised": 10, "refused": 190}
        assert list(StockItem.objects.order_by("pk").values_list("allocated", flat=True)) == [10, 10]


def test_reservations_promises_and_cancellations_together_never_oversell(kopi: Store):
    with context.in_store(kopi):
        item = stock(10)
        sku, place = item.variant.sku, item.location_id
    soon = timezone.now() + timedelta(minutes=5)

    def attempt(number: int) -> None:
        reference, wanted = f"SO-{number}", {sku: 1 + number % 3}
        if number % 2:
            services.reserve(reference=reference, wanted=wanted, location_id=place, expires_at=soon)
            services.unreserve(reference=reference)
        else:
            services.allocate(reference=reference, wanted=wanted, location_id=place)
            services.release(reference=reference)

    together(kopi, attempt)

    with context.in_store(kopi):
        item.refresh_from_db()
        assert (item.on_hand, item.allocated, item.reserved) == (10, 0, 0)
        assert selectors.available_to_sell([item.variant_id]) == {item.variant_id: 10}


def test_the_same_order_asked_for_by_everybody_is_promised_once(kopi: Store):
    with context.in_store(kopi):
        item = stock(10)
        sku, place = item.variant.sku, item.location_id

    ended = together(kopi, lambda _: services.allocate(reference="SO-1", wanted={sku: 3}, location_id=place))

    with context.in_store(kopi):
        item.refresh_from_db()
        assert (ended["refused"], item.allocated) == (0, 3)
