"""Goods arrive, counts are corrected, and every change is explained."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from core.inventory import selectors, services, setup
from core.inventory.models import Location, StockItem, StockMovement
from core.kernel.errors import InvalidInput, NotFound
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.inventory import stock, variant_on_sale

pytestmark = pytest.mark.usefixtures("store")


def test_a_new_store_has_one_default_location(store: Store):
    setup.prepare(store)

    assert Location.objects.get() == selectors.default_location()


def test_what_arrives_is_counted_and_explained():
    variant = variant_on_sale()
    here = selectors.default_location()

    item = services.receive(
        sku=variant.sku, location_id=here.pk, quantity=7, actor=SYSTEM, reason="Kiriman", reference="SJ-12"
    )

    movement = StockMovement.objects.get(stock_item=item)
    assert item.on_hand == 7
    assert (movement.kind, movement.quantity, movement.on_hand_after) == ("RECEIVED", 7, 7)
    assert (movement.reason, movement.reference, movement.actor_name) == ("Kiriman", "SJ-12", "SmartSeller")


def test_the_movements_add_up_to_the_count():
    item = stock(10)
    place = {"sku": item.variant.sku, "location_id": item.location_id, "actor": SYSTEM}

    services.adjust(by=-3, reason="Pecah", **place)
    services.set_count(counted=12, reason="Opname", **place)

    item.refresh_from_db()
    assert item.on_hand == 12
    assert item.movements.aggregate(sum=Sum("quantity"))["sum"] == 12


def test_counting_the_same_number_leaves_no_movement():
    item = stock(10)

    services.set_count(
        sku=item.variant.sku, location_id=item.location_id, counted=10, reason="Opname", actor=SYSTEM
    )

    assert item.movements.count() == 1


@pytest.mark.parametrize(
    ("by", "reason"), [(0, "Opname"), (-1, "  "), (1, "x" * 81), (10**9, "Opname"), (1, "a\x00b")]
)
def test_refuses_a_correction_that_explains_nothing(by: int, reason: str):
    item = stock(10)

    with pytest.raises(InvalidInput):
        services.adjust(
            sku=item.variant.sku, location_id=item.location_id, by=by, reason=reason, actor=SYSTEM
        )

    item.refresh_from_db()
    assert (item.on_hand, item.movements.count()) == (10, 1)


def test_cannot_count_fewer_than_are_promised():
    item = stock(10)
    services.allocate(reference="SO-1", wanted={item.variant.sku: 8}, location_id=item.location_id)

    with pytest.raises(services.InsufficientStock) as refusal:
        services.adjust(
            sku=item.variant.sku, location_id=item.location_id, by=-3, reason="Pecah", actor=SYSTEM
        )

    item.refresh_from_db()
    assert (refusal.value.available, item.on_hand) == (2, 10)


def test_refuses_what_does_not_exist():
    here = selectors.default_location()

    with pytest.raises(NotFound):
        services.receive(sku="TIDAK-ADA", location_id=here.pk, quantity=1, actor=SYSTEM)
    with pytest.raises(NotFound):
        services.receive(sku=variant_on_sale().sku, location_id=999, quantity=1, actor=SYSTEM)

    assert not StockItem.objects.exists()


def test_safety_stock_is_kept_back():
    item = stock(10)

    services.set_rules(
        sku=item.variant.sku, location_id=item.location_id, safety=4, low_stock_threshold=None, actor=SYSTEM
    )

    assert selectors.available_to_sell([item.variant_id]) == {item.variant_id: 6}


def test_the_database_itself_refuses_to_oversell():
    item = stock(10)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockItem.objects.filter(pk=item.pk).update(allocated=11)
