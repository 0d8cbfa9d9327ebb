"""More money than one order needs, and money that goes back and forth."""

import pytest

from core.inventory.models import StockMovement
from core.kernel import audit
from core.orders import services as orders
from core.orders.models import OrderState
from core.payments import selectors
from core.payments import services as payments
from core.payments.models import BankAccount, Payment, PaymentMethod
from tenants.models import Job
from tenants.permissions import SYSTEM, Actor
from tests.factories.orders import NOON, paid_order
from tests.factories.payments import awaited_order, method, open_payment

pytestmark = pytest.mark.usefixtures("store")
SARI = Actor("MEMBER", "m1", "Sari")


def _confirm(payment: Payment, amount: int = 0) -> None:
    payments.confirm_transfer(
        payment_id=payment.pk,
        received_amount=amount or payment.amount,
        accepts_difference=True,
        actor=SYSTEM,
        now=NOON,
    )


def _give_back(payment: Payment, amount: int) -> None:
    payments.refund(
        payment_id=payment.pk, amount=amount, reason="Twice", is_by_hand=True, actor=SYSTEM, now=NOON
    )


@pytest.fixture
def two() -> tuple[Payment, Payment]:
    """A transfer that was given up for cash on delivery; both may still be paid."""
    first = open_payment()
    method("COD")
    return first, payments.open(order=first.order, method_code="COD", now=NOON, actor=SYSTEM)


def test_when_one_payment_comes_in_the_other_is_called_off(two: tuple[Payment, Payment]):
    first, second = two
    _confirm(first)
    assert Job.objects.filter(kind="core.payments.handlers.cancel_other_payments").count() == 1
    payments.cancel_open(order_id=first.order_id)

    second.refresh_from_db()
    assert second.state == "CANCELLED"


def test_a_payment_that_an_order_waits_for_is_not_called_off(two: tuple[Payment, Payment]):
    payments.cancel_open(order_id=two[0].order_id)

    two[1].refresh_from_db()
    assert two[1].state == "PENDING"


def test_the_page_of_a_paid_order_is_not_opened():
    payment = open_payment("MIDTRANS")
    orders.mark_paid(order_id=payment.order_id, actor=SYSTEM, now=NOON)

    with pytest.raises(payments.PaymentClosed):
        payments.start(payment_id=payment.pk, return_url="https://kopi.example/", now=NOON)


def test_money_that_comes_twice_is_said_and_its_refund_leaves_the_order_paid(two: tuple[Payment, Payment]):
    first, second = two
    _confirm(second)
    _confirm(first)
    _give_back(first, first.amount)

    order = first.order
    order.refresh_from_db()
    assert (order.payment_state, order.refunded_amount) == ("PAID", 0)
    assert audit.history("order", order.public_id).filter(action="order.paid_again").count() == 1


def test_the_payment_that_counts_is_the_one_that_holds_money(two: tuple[Payment, Payment]):
    first, second = two
    assert selectors.payment_of(first.order_id) == second
    _confirm(first)
    assert selectors.payment_of(first.order_id) == first


def test_an_order_is_refunded_when_all_that_came_in_went_back():
    payment = open_payment()
    _confirm(payment, payment.amount - 10_000)
    _give_back(payment, payment.amount - 10_000)

    payment.order.refresh_from_db()
    assert payment.order.payment_state == "REFUNDED"


def test_a_bank_that_takes_money_back_opens_a_closed_order_again():
    order = paid_order()
    order.state = OrderState.CLOSED
    order.save()
    orders.mark_reversed(order_id=order.pk, actor=SYSTEM)

    order.refresh_from_db()
    assert (order.state, order.payment_state) == ("OPEN", "UNPAID")


def test_money_that_came_went_and_came_again_is_spent_once():
    order = paid_order()
    orders.mark_refunded(order_id=order.pk, amount=50_000, actor=SYSTEM)
    orders.mark_reversed(order_id=order.pk, actor=SYSTEM)
    orders.mark_paid(order_id=order.pk, actor=SYSTEM, now=NOON)

    order.customer.refresh_from_db()
    assert order.customer.spent_amount == 200_000


def test_units_that_are_written_off_carry_the_name_of_who_did_it():
    order = awaited_order()
    orders.cancel(order_id=order.pk, reason="Broken", restock=False, actor=SARI, now=NOON)

    assert StockMovement.objects.get(kind="CONSUMED").actor_name == "Sari"


def test_taking_the_last_account_away_leaves_a_row_about_the_method():
    method("MANUAL_TRANSFER")
    payments.remove_bank_account(public_id=BankAccount.objects.get().public_id, actor=SARI)

    [row] = audit.history("payment_method", "MANUAL_TRANSFER")
    assert row.changes == {"is_enabled": [True, False]}
    assert not PaymentMethod.objects.get(code="MANUAL_TRANSFER").is_enabled
