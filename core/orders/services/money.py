"""What payments tell an order: paid, refunded, taken back."""

from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.customers import services as customers
from core.kernel import audit, outbox
from core.orders.models import FulfilmentState, Order, OrderState, PaymentState
from core.orders.services.locking import lock_order, move
from tenants.permissions import Actor


@transaction.atomic
def mark_paid(*, order_id: int, actor: Actor, now: datetime) -> Order:
    """Write down that the whole amount is in. Being told twice changes nothing.

    Locks    the order
    Records  OrderPaid
    """
    order = lock_order(order_id)
    if order.payment_state != PaymentState.UNPAID:
        return order

    changes = {"payment_state": move(order, "payment_state", PaymentState.PAID)}
    order.paid_at, order.expires_at = now, None
    close_when_complete(order)
    order.save(update_fields=["payment_state", "paid_at", "expires_at", "state"])
    # What went back before a bank returned the payment stays with the shopper.
    customers.note_spent(customer_id=order.customer_id, amount=order.total_amount - order.refunded_amount)
    audit.write(
        actor=actor, action="order.paid", subject="order", subject_id=order.public_id, changes=changes
    )
    outbox.record(events.OrderPaid(order_id=order.pk))
    return order


def close_when_complete(order: Order) -> None:
    """Close a locked order that has arrived and is paid; the caller saves."""
    is_paid = order.payment_state in (PaymentState.PAID, PaymentState.PARTLY_REFUNDED)
    if order.state == OrderState.OPEN and order.fulfilment_state == FulfilmentState.DELIVERED and is_paid:
        move(order, "state", OrderState.CLOSED)


@transaction.atomic
def mark_refunded(*, order_id: int, amount: int, is_all: bool = False, actor: Actor) -> Order:
    """Write down that `amount` more went back to the shopper.

    is_all   nothing of what came in is left, also when less had come in than was asked for
    Raises   MoveRefused when it is not paid
    Locks    the order
    """
    order = lock_order(order_id)
    before = order.refunded_amount
    order.refunded_amount = min(before + amount, order.total_amount)
    is_nothing_left = is_all or order.refunded_amount >= order.total_amount
    to = PaymentState.REFUNDED if is_nothing_left else PaymentState.PARTLY_REFUNDED
    changes: dict[str, Any] = {"amount": amount}
    # What came in beyond the total, or twice, goes back after the order is refunded in full.
    if order.payment_state != PaymentState.REFUNDED:
        changes["payment_state"] = move(order, "payment_state", to)
    order.save(update_fields=["refunded_amount", "payment_state"])
    # What came in beyond the total was never counted as spent.
    customers.note_spent(customer_id=order.customer_id, amount=before - order.refunded_amount)
    audit.write(
        actor=actor, action="order.refunded", subject="order", subject_id=order.public_id, changes=changes
    )
    return order


@transaction.atomic
def mark_reversed(*, order_id: int, actor: Actor) -> Order:
    """Write down that a bank took the money back: the order is unpaid again, and open if it was closed.

    Locks    the order
    """
    order = lock_order(order_id)
    if order.payment_state not in (PaymentState.PAID, PaymentState.PARTLY_REFUNDED):
        return order
    kept = order.total_amount - order.refunded_amount
    changes = {"payment_state": move(order, "payment_state", PaymentState.UNPAID)}
    if order.state == OrderState.CLOSED:
        changes["state"] = move(order, "state", OrderState.OPEN)
    order.paid_at = None
    order.save(update_fields=["payment_state", "paid_at", "state"])
    customers.note_spent(customer_id=order.customer_id, amount=-kept)
    audit.write(
        actor=actor,
        action="order.payment_reversed",
        subject="order",
        subject_id=order.public_id,
        changes=changes,
    )
    return order


def expect_payment(
    *, order: Order, method_code: str, expires_at: datetime | None, unique_code_amount: int = 0
) -> None:
    """Write down how the order is to be paid, and until when it waits; None waits for ever.

    order                the caller has locked it, by `lock_order`
    unique_code_amount   the few rupiah by which a bank transfer is told apart; they replace earlier ones
    """
    order.total_amount += unique_code_amount - order.unique_code_amount
    order.unique_code_amount = unique_code_amount
    order.payment_method, order.expires_at = method_code, expires_at
    order.save(update_fields=["total_amount", "unique_code_amount", "payment_method", "expires_at"])
