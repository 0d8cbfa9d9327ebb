"""What a mail is about, read anew whenever it is needed: a mail says what is true when it is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.fulfilment.models import Fulfilment
from core.inventory import selectors as inventory
from core.inventory.models import StockItem
from core.notifications.kinds import KINDS
from core.orders.models import Order, OrderLine, OrderState
from core.orders.models import PaymentState as OrderPaymentState
from core.payments import selectors as payments
from core.payments.models import BankAccount, Payment, PaymentState, Refund, RefundState

MOST_SHORTAGES = 30


@dataclass(frozen=True, slots=True)
class Shortage:
    """Something that is nearly sold out at one place. `left` is what may still be sold."""

    name: str
    sku: str
    location: str
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happened. `key` tells it apart from others of its kind; `about` is the order's number."""

    key: str
    about: str
    happened_at: datetime
    order: Order | None = None
    lines: Sequence[OrderLine] = ()
    payment: Payment | None = None
    accounts: Sequence[BankAccount] = ()
    parcel: Fulfilment | None = None
    sent: Sequence[tuple[OrderLine, int]] = ()
    refund: Refund | None = None
    shortages: Sequence[Shortage] = ()
    shortage_count: int = 0


def story(kind: str, source_id: int) -> Story | None:
    """What a mail of this kind tells about a row; None when there is nothing to tell any more."""
    return _TELLERS[KINDS[kind].code](source_id)


def _placed(order_id: int) -> Story | None:
    order = _order(order_id)
    return _of_order(order, order.placed_at) if order else None


def _paid(order_id: int) -> Story | None:
    order = _order(order_id)
    return _of_order(order, order.paid_at) if order and order.paid_at else None


def _cancelled(order_id: int) -> Story | None:
    """None when it ran out of time: the shopper is told so by another mail."""
    order = _order(order_id)
    if order is None or order.cancelled_at is None or _ran_out(order):
        return None
    return _of_order(order, order.cancelled_at)


def _expired(payment_id: int) -> Story | None:
    """None while the order waits for another payment, or was paid after all."""
    payment = Payment.objects.filter(pk=payment_id).first()
    order = _order(payment.order_id) if payment else None
    if order is None or order.cancelled_at is None or not _ran_out(order):
        return None
    return _of_order(order, order.cancelled_at)


def _shipped(fulfilment_id: int) -> Story | None:
    parcel = Fulfilment.objects.prefetch_related("lines__order_line").filter(pk=fulfilment_id).first()
    return _of_parcel(parcel, parcel.shipped_at) if parcel else None


def _delivered(fulfilment_id: int) -> Story | None:
    parcel = Fulfilment.objects.prefetch_related("lines__order_line").filter(pk=fulfilment_id).first()
    return _of_parcel(parcel, parcel.delivered_at) if parcel and parcel.delivered_at else None


def _refunded(refund_id: int) -> Story | None:
    refund = Refund.objects.select_related("payment").filter(pk=refund_id, state=RefundState.DONE).first()
    order = _order(refund.payment.order_id) if refund else None
    if refund is None or order is None or refund.done_at is None:
        return None
    return Story(
        key=refund.public_id,
        about=order.number,
        happened_at=refund.done_at,
        order=order,
        lines=list(order.lines.all()),
        payment=refund.payment,
        refund=refund,
    )


def _stock_low(_source_id: int) -> Story | None:
    """Everything that is low now; the newest shortage and their number tell one digest from the next."""
    low = StockItem.objects.filter(low_alerted_at__isnull=False, location__is_active=True)
    newest = low.order_by("-low_alerted_at").values_list("low_alerted_at", flat=True).first()
    if newest is None:
        return None
    rows, _more = inventory.stock_table(low=True, limit=MOST_SHORTAGES)
    count = low.count()
    return Story(
        key=f"{newest.isoformat()}/{count}",
        about="",
        happened_at=newest,
        shortages=[
            Shortage(row.variant.product.title, row.variant.sku, row.level.location.name, row.level.available)
            for row in rows
        ],
        shortage_count=count,
    )


_TELLERS: dict[str, Callable[[int], Story | None]] = {
    "order_placed": _placed,
    "order_paid": _paid,
    "order_cancelled": _cancelled,
    "payment_expired": _expired,
    "order_shipped": _shipped,
    "order_delivered": _delivered,
    "payment_refunded": _refunded,
    "staff_order_placed": _placed,
    "staff_order_paid": _paid,
    "staff_stock_low": _stock_low,
}


def _order(order_id: int) -> Order | None:
    return Order.objects.prefetch_related("lines").filter(pk=order_id).first()


def _of_order(order: Order, happened_at: datetime) -> Story:
    return Story(
        key=order.number,
        about=order.number,
        happened_at=happened_at,
        order=order,
        lines=list(order.lines.all()),
        payment=payments.payment_of(order.pk),
        accounts=list(payments.bank_accounts()),
    )


def _of_parcel(parcel: Fulfilment, happened_at: datetime) -> Story | None:
    order = _order(parcel.order_id)
    if order is None:
        return None
    return Story(
        key=parcel.public_id,
        about=order.number,
        happened_at=happened_at,
        order=order,
        lines=list(order.lines.all()),
        parcel=parcel,
        sent=[(line.order_line, line.quantity) for line in parcel.lines.all()],
    )


def _ran_out(order: Order) -> bool:
    """Whether an order was cancelled because nobody paid it in time."""
    is_unpaid = order.state == OrderState.CANCELLED and order.payment_state == OrderPaymentState.UNPAID
    payment = payments.payment_of(order.pk)
    return is_unpaid and payment is not None and payment.state == PaymentState.EXPIRED
