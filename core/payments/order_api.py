"""The money of an order, for a store's other systems."""

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router, Status

from core.kernel.errors import NotFound
from core.kernel.schemas import PublicId, answers
from core.orders import selectors as orders
from core.payments import order_schemas as schemas
from core.payments import selectors
from core.payments import services as payments
from core.payments.models import Payment
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Payments"])


def _latest(order_id: str) -> Payment:
    """The payment of an order that is in force. Raises NotFound."""
    payment = selectors.payment_of(orders.order_by_public_id(order_id).pk)
    if payment is None:
        raise NotFound(_("No payment was opened for this order."))
    return payment


def _shown(payment: Payment) -> schemas.PaymentOut:
    return schemas.PaymentOut.of(selectors.payment_by_public_id(payment.public_id))


@router.get(
    "/orders/{order_id}/payments", response=answers(schemas.PaymentsOut), operation_id="list_payments"
)
@requires(Permission.VIEW_ORDERS)
def list_payments(request: StoreRequest, order_id: Path[PublicId]) -> schemas.PaymentsOut:
    """Every attempt to pay an order with its refunds, newest first."""
    order = orders.order_by_public_id(order_id)
    rows = selectors.payments_of(order.pk)
    return schemas.PaymentsOut(items=[schemas.PaymentOut.of(row) for row in rows])


@router.post(
    "/orders/{order_id}/payments/confirm",
    response=answers(schemas.PaymentOut),
    operation_id="confirm_payment",
)
@requires(Permission.CONFIRM_PAYMENTS)
def confirm_payment(
    request: StoreRequest, order_id: Path[PublicId], body: schemas.ConfirmIn
) -> schemas.PaymentOut:
    """Write down that a bank transfer, or a courier's cash, has arrived. Twice changes nothing.

    409 `amount_differs` when another amount came in than was asked for, unless the difference is accepted.
    """
    payment = _latest(order_id)
    paid = payments.confirm_transfer(
        payment_id=payment.pk,
        received_amount=body.amount.amount if body.amount else payment.amount,
        accepts_difference=body.accept_difference,
        actor=request.actor,
        now=timezone.now(),
    )
    return _shown(paid)


@router.post(
    "/orders/{order_id}/payments/check",
    response=answers(schemas.PaymentOut, 202),
    operation_id="check_payment",
)
@requires(Permission.CONFIRM_PAYMENTS)
def check_payment(request: StoreRequest, order_id: Path[PublicId]) -> Status[schemas.PaymentOut]:
    """Ask the payment provider what became of the payment. Its answer arrives a moment later."""
    payment = _latest(order_id)
    payments.ask_again(payment_id=payment.pk)
    return Status(202, _shown(payment))


@router.post(
    "/orders/{order_id}/refunds", response=answers(schemas.RefundOut, 201), operation_id="create_refund"
)
@requires(Permission.REFUND_PAYMENTS)
def create_refund(
    request: StoreRequest, order_id: Path[PublicId], body: schemas.RefundIn
) -> Status[schemas.RefundOut]:
    """Give money back, in full or in part. 409 for more than can still be refunded."""
    payment = _latest(order_id)
    row = payments.refund(
        payment_id=payment.pk,
        amount=body.amount.amount,
        reason=body.reason,
        is_by_hand=body.is_by_hand,
        actor=request.actor,
        now=timezone.now(),
    )
    return Status(201, schemas.RefundOut.of(row, payment.currency))
