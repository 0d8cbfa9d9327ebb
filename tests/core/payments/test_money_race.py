"""Many who move the same money at once: it moves once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.kernel import invariants
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import Payment, Refund
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.factories.orders import NOON
from tests.factories.payments import method, open_payment

LANES = 8

pytestmark = pytest.mark.django_db(transaction=True)


def together(store: Store, act: Callable[[], object]) -> Counter[str]:
    """How the same act ended for each of LANES members who do it at the same moment."""
    start = Barrier(LANES, timeout=30)

    def lane(_: int) -> str:
        try:
            with context.in_store(store):
                connection.ensure_connection()
                start.wait()
                act()
        except (payments.PaymentClosed, payments.RefundTooLarge):
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(LANES) as pool:
        return Counter(pool.map(lane, range(LANES)))


@pytest.fixture
def payment(kopi: Store) -> Payment:
    with context.in_store(kopi):
        return open_payment(now=NOON)


def confirm(payment: Payment) -> None:
    payments.confirm_transfer(payment_id=payment.pk, received_amount=payment.amount, actor=SYSTEM, now=NOON)


def refund(payment: Payment) -> None:
    payments.refund(
        payment_id=payment.pk, amount=payment.amount, reason="x", is_by_hand=True, actor=SYSTEM, now=NOON
    )


def test_a_transfer_that_everybody_confirms_is_received_once(kopi: Store, payment: Payment):
    ended = together(kopi, lambda: confirm(payment))

    with context.in_store(kopi):
        payment.refresh_from_db()
        assert ended == {"done": LANES}
        assert payment.order.customer.spent_amount == payment.received_amount == payment.amount


def test_two_payments_of_one_order_that_come_in_at_once_are_spent_once(kopi: Store, payment: Payment):
    with context.in_store(kopi):
        method("COD")
        cash = payments.open(order=payment.order, method_code="COD", now=NOON, actor=SYSTEM)
    turns = iter([payment, cash] * (LANES // 2))
    together(kopi, lambda: confirm(next(turns)))

    with context.in_store(kopi):
        order = Order.objects.get()
        assert set(Payment.objects.values_list("state", flat=True)) == {"PAID"}
        assert (order.payment_state, order.customer.spent_amount) == ("PAID", order.total_amount)


def test_money_that_everybody_sends_back_goes_back_once(kopi: Store, payment: Payment):
    with context.in_store(kopi):
        confirm(payment)
    ended = together(kopi, lambda: refund(payment))

    with context.in_store(kopi):
        payment.refresh_from_db()
        assert ended == {"done": 1, "refused": LANES - 1}
        assert (payment.refunded_amount, Refund.objects.count()) == (payment.amount, 1)
        broken = [each.rule for each in invariants.check() if each.violations]
        assert [rule.id for rule in broken if rule.room in ("orders", "payments")] == []
