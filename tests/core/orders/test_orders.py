"""An order's three states, its money and its edits."""

import pytest
from django.db import IntegrityError, transaction

from core.kernel import audit
from core.kernel.errors import InvalidInput, NotFound
from core.orders import services as orders
from core.orders.models import FulfilmentState, Order, OrderState, PaymentState
from tenants.permissions import SYSTEM
from tests.factories.customers import customer
from tests.factories.orders import BANDUNG, NOON, draft, paid_order, placed_order

pytestmark = pytest.mark.usefixtures("store")


def _all(order: Order) -> dict[int, int]:
    return {line.pk: line.quantity for line in order.lines.all()}


def test_numbers_follow_each_other_without_a_gap():
    first = placed_order()
    with pytest.raises(InvalidInput):
        orders.create(draft=draft(lines=()), actor=SYSTEM)

    assert first.number == "SO-1001"
    assert placed_order().number == "SO-1002"


def test_an_order_adds_up():
    order = placed_order(discount_amount=5_000)

    assert (order.subtotal_amount, order.total_amount, order.weight_grams) == (230_000, 245_000, 1_100)


def test_the_database_refuses_amounts_that_do_not_add_up():
    order = placed_order()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(total_amount=1)


def test_a_second_unique_code_replaces_the_first():
    order = placed_order()
    for code in (123, 456):
        orders.expect_payment(
            order=order, method_code="MANUAL_TRANSFER", expires_at=None, unique_code_amount=code
        )

    order.refresh_from_db()
    assert order.total_amount == 250_456


def test_being_told_twice_that_it_is_paid_changes_nothing():
    who = customer()
    order = paid_order(customer=who)
    orders.mark_paid(order_id=order.pk, actor=SYSTEM, now=NOON)

    who.refresh_from_db()
    assert who.spent_amount == 250_000
    assert audit.history("order", order.public_id).filter(action="order.paid").count() == 1


def test_refunds_add_up_to_refunded():
    order = paid_order()
    orders.mark_refunded(order_id=order.pk, amount=50_000, actor=SYSTEM)
    order.refresh_from_db()
    assert order.payment_state == PaymentState.PARTLY_REFUNDED

    order = orders.mark_refunded(order_id=order.pk, amount=200_000, actor=SYSTEM)
    assert order.payment_state == PaymentState.REFUNDED


def test_what_was_never_paid_is_not_refunded():
    order = placed_order()
    with pytest.raises(orders.MoveRefused):
        orders.mark_refunded(order_id=order.pk, amount=1, actor=SYSTEM)
    order.refresh_from_db()
    assert order.refunded_amount == 0


def test_an_unpaid_order_is_not_shipped():
    order = placed_order()
    with pytest.raises(orders.MoveRefused):
        orders.mark_fulfilled(order_id=order.pk, quantities=_all(order), actor=SYSTEM)


def test_cash_on_delivery_ships_unpaid_and_closes_when_paid():
    order = placed_order(payment_method="COD")
    orders.mark_fulfilled(order_id=order.pk, quantities=_all(order), actor=SYSTEM)
    orders.mark_delivered(order_id=order.pk, actor=SYSTEM)

    order = orders.mark_paid(order_id=order.pk, actor=SYSTEM, now=NOON)
    assert (order.state, order.fulfilment_state) == (OrderState.CLOSED, FulfilmentState.DELIVERED)


def test_ships_in_part_and_never_more_than_was_bought():
    order = paid_order()
    line = order.lines.get(sku="GAYO-250")
    order = orders.mark_fulfilled(order_id=order.pk, quantities={line.pk: 1}, actor=SYSTEM)
    assert order.fulfilment_state == FulfilmentState.PARTLY_FULFILLED

    with pytest.raises(InvalidInput):
        orders.mark_fulfilled(order_id=order.pk, quantities={line.pk: 2}, actor=SYSTEM)
    line.refresh_from_db()
    assert line.fulfilled_quantity == 1


def test_the_address_changes_only_until_it_leaves():
    order = paid_order()
    orders.mark_fulfilled(order_id=order.pk, quantities=_all(order), actor=SYSTEM)

    with pytest.raises(orders.MoveRefused):
        orders.edit_address(order_id=order.pk, address=BANDUNG, actor=SYSTEM)


def test_notes_and_tags_leave_a_trace():
    order = placed_order()
    orders.set_staff_note(order_id=order.pk, note=" Call first ", actor=SYSTEM)
    orders.set_tags(order_id=order.pk, tags=["gift", "gift", " "], actor=SYSTEM)

    order.refresh_from_db()
    assert (order.staff_note, order.tags) == ("Call first", ["gift"])
    assert audit.history("order", order.public_id).count() == 3


def test_unknown_orders_are_not_found():
    with pytest.raises(NotFound):
        orders.set_staff_note(order_id=0, note="", actor=SYSTEM)
