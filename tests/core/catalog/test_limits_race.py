"""Many at the last free place of a plan, on real connections: one gets in."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.catalog import services
from core.catalog.models import Media, Product
from tenants import context, entitlements
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_product, picture_file

LANES = 8

pytestmark = pytest.mark.django_db(transaction=True)


def together(store: Store, attempt: Callable[[int], object]) -> Counter[str]:
    """How LANES attempts at the same moment ended, each on a connection of its own."""
    start = Barrier(LANES)

    def lane(number: int) -> str:
        try:
            with context.in_store(store):
                connection.ensure_connection()
                start.wait(timeout=30)
                attempt(number)
            return "in"
        except entitlements.LimitReached:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(LANES) as pool:
        return Counter(pool.map(lane, range(LANES)))


def test_one_of_many_gets_the_last_product(kopi: Store):
    entitlements.grant(kopi, {"products": 1, "storage_bytes": 0})

    ended = together(kopi, lambda number: services.create_product(title=f"Kopi {number}", actor=SYSTEM))

    assert ended == {"in": 1, "refused": LANES - 1}
    with context.in_store(kopi):
        assert Product.objects.count() == 1


def test_one_of_many_pictures_gets_the_last_room(kopi: Store):
    with context.in_store(kopi):
        product = make_product()
    size = picture_file().size
    entitlements.grant(kopi, {"products": None, "storage_bytes": size + size // 2})

    def add(number: int) -> object:
        upload = picture_file(colour=f"#{number}{number}4488")
        return services.add_media(product_id=product.pk, upload=upload, actor=SYSTEM)

    assert together(kopi, add) == {"in": 1, "refused": LANES - 1}
    with context.in_store(kopi):
        assert Media.objects.count() == 1


def test_two_with_one_name_both_get_an_address_and_a_sku(kopi: Store):
    ended = together(
        kopi,
        lambda number: services.create_product(title="Kopi", variants=[{"price_amount": 1}], actor=SYSTEM),
    )

    assert ended == {"in": LANES}
    with context.in_store(kopi):
        assert Product.objects.values("slug").distinct().count() == LANES
