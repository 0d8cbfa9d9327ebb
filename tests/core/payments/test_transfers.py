"""Transfers and cash: unique amounts, confirmation by hand, and time running out."""

from datetime import timedelta

import pytest

from core.inventory.models import StockItem
from core.orders import services as orders
from core.orders.models import OrderState
from core.orders.models import PaymentState as OrderPaymentState
from core.payments import selectors
from core.payments import services as payments
from core.payments.models import Payment, PaymentMethod, PaymentState
from tenants.models import Job, Store
from tenants.permissions import SYSTEM
from tests.factories.orders import NOON
from tests.factories.payments import awaited_order, method, open_payment

pytestmark = pytest.mark.usefixtures("store")


def _confirm(payment: Payment, amount: int | None = None, **more: bool) -> Payment:
    return payments.confirm_transfer(
        payment_id=payment.pk,
        received_amount=payment.amount if amount is None else amount,
        actor=SYSTEM,
        now=NOON,
        **more,
    )


def test_a_transfer_is_told_apart_by_up_to_999_rupiah():
    first, second = open_payment(), open_payment()

    assert 1 <= first.unique_code_amount <= 999
    assert first.unique_code_amount != second.unique_code_amount
    assert first.amount == first.order.total_amount == 170_000 + first.unique_code_amount


def test_opening_twice_is_one_payment():
    payment = open_payment()
    again = payments.open(order=payment.order, method_code="MANUAL_TRANSFER", now=NOON)

    assert again.pk == payment.pk


def test_choosing_another_way_cancels_the_first_and_takes_the_code_off():
    payment = open_payment()
    method("COD")
    second = payments.open(order=payment.order, method_code="COD", now=NOON)

    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert (second.reference, second.amount) == (f"{second.order.number}-2", 170_000)


def test_a_way_that_is_not_offered_is_refused():
    order = awaited_order()
    PaymentMethod.objects.update(is_enabled=False)
    with pytest.raises(payments.MethodUnavailable):
        payments.open(order=order, method_code="COD", now=NOON)
    assert not Payment.objects.exists()


def test_confirming_pays_the_order_once():
    payment = open_payment()
    _confirm(payment)
    _confirm(payment)

    payment.order.refresh_from_db()
    assert payment.order.payment_state == OrderPaymentState.PAID


def test_another_amount_needs_a_persons_word():
    payment = open_payment()
    with pytest.raises(payments.AmountDiffers):
        _confirm(payment, 160_000)
    payment.refresh_from_db()
    assert payment.state == PaymentState.PENDING

    assert _confirm(payment, 160_000, accepts_difference=True).received_amount == 160_000


def test_time_running_out_gives_the_goods_back():
    payment = open_payment()
    payments.lapse.now(payment_id=payment.pk)
    payments.lapse.now(payment_id=payment.pk)

    payment.refresh_from_db()
    payment.order.refresh_from_db()
    assert (payment.state, payment.order.state) == (PaymentState.EXPIRED, OrderState.CANCELLED)
    assert StockItem.objects.get().allocated == 0


def test_the_time_of_a_cancelled_order_runs_out_in_silence():
    payment = open_payment()
    orders.cancel(order_id=payment.order_id, reason="Salah alamat", actor=SYSTEM, now=NOON)
    payments.expire(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    payment.order.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert payment.order.cancel_reason == "Salah alamat"
    assert not Job.objects.filter(kind__endswith="explain_the_expiry").exists()


def test_a_job_waits_for_the_time_to_run_out(store: Store):
    payment = open_payment()

    job = Job.objects.get(kind=payments.lapse.kind)
    assert job.payload == {"payment_id": payment.pk}
    assert job.next_at == payment.expires_at == NOON + timedelta(hours=24)


def test_cash_on_delivery_does_not_expire():
    payment = open_payment("COD")

    assert payment.expires_at is None
    assert not Job.objects.filter(kind=payments.lapse.kind).exists()


def test_a_paid_order_does_not_expire():
    payment = open_payment()
    _confirm(payment)
    payments.expire(payment_id=payment.pk, now=NOON)

    payment.order.refresh_from_db()
    assert payment.order.state == OrderState.OPEN


def test_late_money_opens_the_order_again_while_its_goods_are_there():
    payment = open_payment()
    payments.expire(payment_id=payment.pk, now=NOON)
    _confirm(payment)

    payment.order.refresh_from_db()
    assert (payment.order.state, payment.order.payment_state) == ("OPEN", "PAID")
    assert StockItem.objects.get().allocated == 2


def test_late_money_for_goods_that_are_gone_waits_for_a_refund():
    payment = open_payment(on_hand=2)
    payments.expire(payment_id=payment.pk, now=NOON)
    StockItem.objects.update(on_hand=1)
    _confirm(payment)

    payment.order.refresh_from_db()
    assert (payment.order.state, payment.order.payment_state) == ("CANCELLED", "PAID")


def test_cancelling_an_order_ends_its_payment():
    payment = open_payment()
    orders.cancel(order_id=payment.order_id, reason="Sold out", actor=SYSTEM, now=NOON)
    payments.cancel_open(order_id=payment.order_id)

    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED


def test_cancelling_without_restock_writes_the_units_off():
    order = awaited_order()
    orders.cancel(order_id=order.pk, reason="Broken", restock=False, actor=SYSTEM, now=NOON)

    item = StockItem.objects.get()
    assert (item.on_hand, item.allocated) == (8, 0)


def test_a_refund_by_hand_goes_back_at_once_and_never_exceeds_what_came():
    payment = open_payment()
    _confirm(payment)
    refund = {"payment_id": payment.pk, "reason": "Late", "is_by_hand": True, "actor": SYSTEM, "now": NOON}
    payments.refund(amount=70_000, **refund)
    with pytest.raises(payments.RefundTooLarge):
        payments.refund(amount=payment.amount, **refund)

    payment.order.refresh_from_db()
    assert payment.order.payment_state == OrderPaymentState.PARTLY_REFUNDED
    assert payment.order.refunded_amount == 70_000


def test_a_new_store_can_be_paid_at_once():
    method("COD")

    assert [way.code for way in selectors.methods_for_checkout(1)] == ["COD"]


def test_transfers_stop_with_the_last_account():
    method("MANUAL_TRANSFER")
    payments.remove_bank_account(public_id=selectors.bank_accounts().get().public_id, actor=SYSTEM)

    assert not PaymentMethod.objects.get(code="MANUAL_TRANSFER").is_enabled
    with pytest.raises(payments.MethodIncomplete):
        payments.edit_method(code="MANUAL_TRANSFER", changes={"is_enabled": True}, actor=SYSTEM)


def test_what_was_paid_too_much_and_went_back_leaves_nothing_spent():
    payment = open_payment()
    much = payment.amount + 5_000
    _confirm(payment, much, accepts_difference=True)

    payments.refund(payment_id=payment.pk, amount=much, reason="all", is_by_hand=True, actor=SYSTEM, now=NOON)

    payment.order.customer.refresh_from_db()
    assert payment.order.customer.spent_amount == 0
