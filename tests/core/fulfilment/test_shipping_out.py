"""Parcels: in full, in part, delivered, and never more than was bought."""

import pytest

from core.fulfilment import selectors
from core.fulfilment import services as fulfilment
from core.fulfilment.models import Fulfilment
from core.inventory.models import StockItem
from core.kernel.errors import InvalidInput, NotFound
from core.orders import services as orders
from core.orders.models import Order
from tenants.permissions import SYSTEM
from tests.factories.orders import NOON
from tests.factories.payments import awaited_order

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def order(store: object) -> Order:
    """Two bags, paid."""
    order = awaited_order()
    return orders.mark_paid(order_id=order.pk, actor=SYSTEM, now=NOON)


def _ship(order: Order, quantity: int | None = None) -> Fulfilment:
    quantities = None if quantity is None else {order.lines.get().sku: quantity}
    return fulfilment.ship(
        order_id=order.pk, quantities=quantities, courier_name="JNE", waybill="JP1", actor=SYSTEM, now=NOON
    )


def test_the_whole_order_leaves_and_so_does_its_stock(order: Order):
    assert list(selectors.ready_to_pick()) == [order]
    _ship(order)

    order.refresh_from_db()
    item = StockItem.objects.get()
    assert order.fulfilment_state == "FULFILLED"
    assert (item.on_hand, item.allocated) == (8, 0)
    assert not selectors.ready_to_pick()


def test_leaves_in_two_parcels_and_is_delivered_with_the_last(order: Order):
    first, second = _ship(order, 1), _ship(order, 1)
    for parcel in (first, first, second):
        fulfilment.deliver(fulfilment_id=parcel.pk, actor=SYSTEM, now=NOON)

    order.refresh_from_db()
    assert (order.fulfilment_state, order.state) == ("DELIVERED", "CLOSED")


def test_a_part_that_arrived_does_not_deliver_the_rest(order: Order):
    fulfilment.deliver(fulfilment_id=_ship(order, 1).pk, actor=SYSTEM, now=NOON)

    order.refresh_from_db()
    assert order.fulfilment_state == "PARTLY_FULFILLED"


@pytest.mark.parametrize("quantity", [0, 3, -1])
def test_more_than_was_bought_never_leaves(order: Order, quantity: int):
    with pytest.raises(InvalidInput):
        _ship(order, quantity)
    assert StockItem.objects.get().on_hand == 10
    assert not Fulfilment.objects.exists()


def test_a_second_full_parcel_is_refused(order: Order):
    _ship(order)
    with pytest.raises((orders.MoveRefused, InvalidInput)):
        _ship(order)
    assert Fulfilment.objects.count() == 1


def test_what_has_left_is_not_cancelled(order: Order):
    _ship(order, 1)
    with pytest.raises(orders.MoveRefused):
        orders.cancel(order_id=order.pk, reason="Late", actor=SYSTEM, now=NOON)


def test_a_waybill_is_corrected_until_it_arrived(order: Order):
    parcel = _ship(order)
    changed = {"fulfilment_id": parcel.pk, "courier_name": "SiCepat", "waybill": "S2", "actor": SYSTEM}
    assert fulfilment.edit_waybill(**changed).waybill == "S2"

    fulfilment.deliver(fulfilment_id=parcel.pk, actor=SYSTEM, now=NOON)
    with pytest.raises(fulfilment.FulfilmentClosed):
        fulfilment.edit_waybill(**changed)


def test_unknown_parcels_are_not_found():
    with pytest.raises(NotFound):
        fulfilment.deliver(fulfilment_id=0, actor=SYSTEM, now=NOON)
