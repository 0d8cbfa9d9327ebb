"""More money than one order needs, and money that goes back and forth."""

from typing import Any

import pytest

from core.inventory.models import StockMovement
from core.kernel import audit
from core.kernel.money import Money
from core.orders import services as orders
from core.orders.models import Order, OrderState
from core.payments import selectors
from core.payments import services as payments
from core.payments.models import BankAccount, Payment, PaymentMethod
from core.payments.ports import GatewayNotice, Outcome
from core.payments.services import refunding
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


def test_what_came_in_beyond_the_total_goes_back_after_all_the_rest():
    payment = open_payment()
    _confirm(payment, payment.amount + 50_000)
    _give_back(payment, payment.amount)
    _give_back(payment, 50_000)

    order = Order.objects.get(pk=payment.order_id)
    assert (order.payment_state, order.refunded_amount) == ("REFUNDED", order.total_amount)
    assert Payment.objects.get(pk=payment.pk).refundable_amount == 0


def test_a_second_payment_of_a_refunded_order_can_go_back(two: tuple[Payment, Payment]):
    first, second = two
    _confirm(second)
    _give_back(second, second.amount)
    _confirm(first)
    _give_back(first, first.amount)

    order = Order.objects.get(pk=first.order_id)
    assert (order.payment_state, order.refunded_amount) == ("REFUNDED", order.total_amount)
    assert order.customer.spent_amount == 0


def test_an_order_that_was_cancelled_after_it_was_paid_stays_so(two: tuple[Payment, Payment]):
    """A second payment is a slip of the shopper, and no reason to send what was called off."""
    first, second = two
    _confirm(second)
    orders.cancel(order_id=first.order_id, reason="x", actor=SYSTEM, now=NOON)
    _confirm(first)

    order = Order.objects.get(pk=first.order_id)
    assert (order.state, order.payment_state) == ("CANCELLED", "PAID")


def _hear(payment: Payment, outcome: Outcome, **told: Any) -> None:
    amount = Money(payment.amount, payment.currency)
    found = GatewayNotice("e", payment.reference, outcome, amount, **told)
    payments.apply_outcome(payment_id=payment.pk, found=found, now=NOON)


@pytest.fixture
def paid_at_gateway() -> Payment:
    payment = open_payment("MIDTRANS")
    _hear(payment, Outcome.PAID)
    return Payment.objects.get(pk=payment.pk)


def test_a_bank_that_takes_one_of_two_payments_back_leaves_the_order_paid():
    at_gateway = open_payment("MIDTRANS")
    method("COD")
    in_cash = payments.open(order=at_gateway.order, method_code="COD", now=NOON, actor=SYSTEM)
    _confirm(in_cash)
    _hear(at_gateway, Outcome.PAID)
    _hear(at_gateway, Outcome.FAILED)

    assert Payment.objects.get(pk=at_gateway.pk).state == "REVERSED"
    assert Order.objects.get(pk=at_gateway.order_id).payment_state == "PAID"


@pytest.mark.parametrize(("word", "state"), [(Outcome.FAILED, "REVERSED"), (Outcome.DISPUTED, "DISPUTED")])
def test_a_refund_is_counted_whatever_the_bank_did_meanwhile(
    paid_at_gateway: Payment, word: Outcome, state: str
):
    row = payments.refund(
        payment_id=paid_at_gateway.pk, amount=10_000, reason="x", is_by_hand=False, actor=SYSTEM, now=NOON
    )
    _hear(paid_at_gateway, word)
    refunding.finish_refund(refund_id=row.pk, actor=SYSTEM, now=NOON)

    payment = Payment.objects.get(pk=paid_at_gateway.pk)
    assert (payment.state, payment.refunded_amount) == (state, 10_000)


def test_what_a_person_sent_by_hand_is_not_in_the_gateways_sum(paid_at_gateway: Payment):
    _give_back(paid_at_gateway, 10_000)
    _hear(paid_at_gateway, Outcome.PARTLY_REFUNDED, refunded=Money(10_000, "IDR"))

    assert Payment.objects.get(pk=paid_at_gateway.pk).refunded_amount == 20_000
