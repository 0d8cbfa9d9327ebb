"""Stock is promised, taken back, and leaves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.inventory import selectors, services
from core.inventory.models import Allocation, Reservation, StockItem
from core.kernel.errors import InvalidInput
from tenants import context, work
from tenants.models import Job
from tenants.permissions import SYSTEM
from tests.factories.inventory import location, stock

pytestmark = pytest.mark.usefixtures("store")


def promise(item: StockItem, quantity: int, reference: str = "SO-1043") -> None:
    services.allocate(reference=reference, wanted={item.variant.sku: quantity}, location_id=item.location_id)


def counters(item: StockItem) -> tuple[int, int, int]:
    item.refresh_from_db()
    return item.on_hand, item.allocated, item.reserved


def test_takes_nothing_when_one_line_falls_short():
    plenty, scarce = stock(9), stock(1)

    with pytest.raises(services.InsufficientStock) as refusal:
        services.allocate(
            reference="SO-1043",
            wanted={plenty.variant.sku: 2, scarce.variant.sku: 2},
            location_id=plenty.location_id,
        )

    assert refusal.value.sku == scarce.variant.sku
    assert counters(plenty) == (9, 0, 0)
    assert not Allocation.objects.exists()


def test_asking_twice_promises_once():
    item = stock(9)

    promise(item, 2)
    promise(item, 2)

    assert counters(item) == (9, 2, 0)


@pytest.mark.parametrize("quantity", [0, -1, 10**9])
def test_refuses_quantities_that_are_none(quantity: int):
    item = stock(9)

    with pytest.raises(InvalidInput):
        promise(item, quantity)

    assert counters(item) == (9, 0, 0)


def test_what_is_released_is_free_again_and_may_be_promised_anew():
    item = stock(9)
    promise(item, 9)

    services.release(reference="SO-1043")
    services.release(reference="SO-1043")
    assert counters(item) == (9, 0, 0)

    promise(item, 5)
    assert counters(item) == (9, 5, 0)


def test_consumed_units_leave_the_count():
    item = stock(9)
    promise(item, 5)

    services.consume(reference="SO-1043", taken={item.variant.sku: 3})

    assert counters(item) == (6, 2, 0)
    movement = item.movements.order_by("-pk")[0]
    assert (movement.kind, movement.quantity, movement.reference) == ("CONSUMED", -3, "SO-1043")


def test_releasing_after_a_part_left_gives_back_the_rest():
    item = stock(9)
    promise(item, 5)
    services.consume(reference="SO-1043", taken={item.variant.sku: 3})

    services.release(reference="SO-1043")

    assert counters(item) == (6, 0, 0)


def test_nothing_leaves_that_was_not_promised():
    item, other = stock(9), stock(9)
    promise(item, 2)

    for taken in ({item.variant.sku: 3}, {other.variant.sku: 1}):
        with pytest.raises(services.NotAllocated):
            services.consume(reference="SO-1043", taken=taken)

    assert (counters(item), counters(other)) == ((9, 2, 0), (9, 0, 0))


def test_what_comes_back_can_be_sold_again():
    item = stock(9)
    promise(item, 5)
    services.consume(reference="SO-1043", taken={item.variant.sku: 5})

    services.restock(
        reference="SO-1043", returned={item.variant.sku: 2}, location_id=item.location_id, actor=SYSTEM
    )

    assert counters(item) == (6, 0, 0)


def hold(item: StockItem, minutes: int) -> None:
    services.reserve(
        reference="cart-1",
        wanted={item.variant.sku: 4},
        location_id=item.location_id,
        expires_at=timezone.now() + timedelta(minutes=minutes),
    )


def test_a_reservation_ends_by_itself():
    item = stock(9)

    hold(item, minutes=-1)
    assert counters(item) == (9, 0, 4)
    work.work_until_idle()

    assert counters(item) == (9, 0, 0)
    assert not Reservation.objects.exists()


def test_a_reservation_lasts_as_long_as_it_was_made():
    item = stock(9)

    hold(item, minutes=10)
    work.work_until_idle()
    services.end_reservation.now(reference="cart-1")

    assert counters(item) == (9, 0, 4)


def test_what_is_reserved_cannot_be_promised():
    item = stock(9)
    services.reserve(reference="titip", wanted={item.variant.sku: 8}, location_id=item.location_id)

    with pytest.raises(services.InsufficientStock):
        promise(item, 2)


def test_sells_from_the_first_location_that_has_everything():
    one = stock(9)
    second = location()
    other_there = stock(9, at=second)
    stock(9, at=second, variant=one.variant)
    wanted = {one.variant_id: 1, other_there.variant_id: 1}
    free = selectors.free_stock(wanted)

    assert free.place_of({one.variant_id: 9}) == one.location_id
    assert free.place_of(wanted) == second.pk
    assert free.place_of({one.variant_id: 10}) is None


def test_availability_is_the_sum_over_open_locations():
    item = stock(9)
    second = location()
    stock(5, at=second, variant=item.variant)
    promise(item, 4)

    assert selectors.available_to_sell([item.variant_id, 999]) == {item.variant_id: 10, 999: 0}


def duties_of(kind: str) -> int:
    with context.in_public():
        return Job.objects.filter(kind=kind).count()


def test_the_shop_is_told_only_when_a_variant_runs_out_or_comes_back():
    """A sale that leaves units changes nothing that the shop shows as sold out."""
    item, told = stock(3), []  # the first units are there to be sold: told once
    for act in (
        lambda: promise(item, 1),
        lambda: promise(item, 2, "SO-2"),
        lambda: services.release(reference="SO-1043"),
        lambda: services.release(reference="SO-2"),
    ):
        act()
        told.append(duties_of("core.inventory.handlers.show_availability"))

    assert told == [1, 2, 3, 3]
