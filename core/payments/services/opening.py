"""Open a payment for an order, and start it at its gateway."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.kernel import ids, profile
from core.kernel.errors import CommerceError
from core.kernel.money import Money
from core.orders import services as orders
from core.orders.models import Order, OrderState
from core.orders.models import PaymentState as OrderPaymentState
from core.payments.models import OPEN_STATES, MethodCode, Payment, PaymentMethod, PaymentState
from core.payments.ports import (
    GatewayLine,
    GatewayRefused,
    GatewaySession,
    GatewayUnavailable,
    Payer,
    ReferenceUsed,
)
from core.payments.services import breaker, connections
from core.payments.services.asking import call_off, check_payment, lapse
from core.payments.services.locking import MethodUnavailable, PaymentClosed, move
from tenants.failpoints import failpoint
from tenants.permissions import SHOPPER, Actor

LARGEST_CODE = 999
# A gateway's page may take a payment in its last minute and tell us a little later.
GRACE = timedelta(minutes=5)
# One wait for the gateway while somebody looks at a page that loads; a whole answer may take twice as long.
_SHOPPERS_PATIENCE_SECONDS = 5


class TransfersExhausted(CommerceError):
    """Every amount within 999 rupiah of this total is already awaited by bank transfer."""

    code = "transfers_exhausted"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("Too many transfers are open at the moment. Choose another way to pay."))


@transaction.atomic
def open(*, order: Order, method_code: str, now: datetime, actor: Actor = SHOPPER) -> Payment:  # noqa: A001
    """Write down that an order is to be paid this way. Calls nobody; `start` does.

    An earlier open payment of the order is cancelled: an order waits for one payment at a time. Asking
    again for the same method returns the open one.
    Returns  the payment; `order.total_amount` then contains the unique code of a bank transfer
    Raises   MethodUnavailable, PaymentClosed for an order that is paid or cancelled
    Locks    the order, then the method, so that two transfers never get the same amount
    """
    locked = orders.lock_order(order.pk)
    _refuse_settled(locked)
    method = PaymentMethod.objects.select_for_update().filter(code=method_code, is_enabled=True).first()
    if method is None:
        raise MethodUnavailable
    attempts = list(locked.payments.order_by("pk"))
    for earlier in attempts:
        if earlier.state not in OPEN_STATES:
            continue
        if earlier.method == method_code and earlier.state == PaymentState.PENDING:
            return earlier
        supersede(earlier, actor)

    code = _unique_code(locked) if method_code == MethodCode.MANUAL_TRANSFER else 0
    expires_at = None if method_code == MethodCode.COD else now + _patience()
    orders.expect_payment(
        order=locked, method_code=method_code, expires_at=expires_at, unique_code_amount=code
    )
    payment = _written(locked, 1 + max((earlier.attempt for earlier in attempts), default=0), now)
    failpoint("payments.after_row")
    if expires_at is not None:
        is_hosted = method_code in connections.GATEWAY_OF
        lapse(payment_id=payment.pk, run_at=expires_at + GRACE if is_hosted else expires_at)
    _repeat(locked, order)
    return payment


def _written(order: Order, attempt: int, now: datetime) -> Payment:
    return Payment.objects.create(
        public_id=ids.new_id("pay"),
        order=order,
        method=order.payment_method,
        attempt=attempt,
        reference=f"{order.number}-{attempt}",
        currency=order.currency,
        amount=order.total_amount,
        unique_code_amount=order.unique_code_amount,
        created_at=now,
        expires_at=order.expires_at,
    )


def _repeat(locked: Order, order: Order) -> None:
    """Let the caller's order say what was written, without asking for it again."""
    for field in order._meta.concrete_fields:
        setattr(order, field.attname, getattr(locked, field.attname))


def _refuse_settled(order: Order) -> None:
    """Raise PaymentClosed for an order that is paid or cancelled."""
    if order.state != OrderState.OPEN or order.payment_state != OrderPaymentState.UNPAID:
        raise PaymentClosed


def _patience() -> timedelta:
    return timedelta(hours=profile.current().payment_hours)


def supersede(payment: Payment, actor: Actor) -> None:
    """Cancel an open payment in favour of another; its page at the gateway is called off afterwards."""
    move(payment, PaymentState.CANCELLED, actor=actor)
    payment.save(update_fields=["state"])
    if payment.method in connections.GATEWAY_OF:
        call_off(payment_id=payment.pk)


def _unique_code(order: Order) -> int:
    """1 to 999 rupiah that no other open transfer is told apart by; at least the sum is nobody else's."""
    base = order.total_amount - order.unique_code_amount
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [base, base, base + LARGEST_CODE])
        codes, taken = (set(found or ()) for found in cursor.fetchone())
    free = [code for code in range(1, LARGEST_CODE + 1) if code not in taken]
    if not free:
        raise TransfersExhausted
    unused = [code for code in free if code not in codes] or free
    # Neighbours in time differ by more than one digit, so a slip of the finger hits nobody.
    return unused[(order.pk * 37) % len(unused)]


# The codes of all transfers that are awaited, and those by which one of them has the sum of this order.
_TAKEN = """
SELECT array_agg(DISTINCT unique_code_amount), array_agg(amount - %s) FILTER (WHERE amount BETWEEN %s AND %s)
FROM payments_payment WHERE method = 'MANUAL_TRANSFER' AND state = 'PENDING'
"""


def start(*, payment_id: int, return_url: str, now: datetime) -> str:
    """Open the gateway's page and return its address. Again returns the same one.

    Call it outside a transaction. A payment without a gateway returns `return_url`.
    Raises   PaymentClosed, MethodUnavailable, GatewayDown, GatewayRefusal
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    if payment.method not in connections.GATEWAY_OF:
        return return_url
    if payment.expires_at is None or not payment.is_open or payment.expires_at <= now:
        raise PaymentClosed
    _refuse_settled(payment.order)
    if payment.redirect_url:
        return payment.redirect_url
    failpoint("payments.before_start")
    session = _session(payment, return_url)
    failpoint("payments.after_start")
    Payment.objects.filter(pk=payment.pk, redirect_url="").update(
        redirect_url=session.redirect_url, provider_reference=session.provider_reference
    )
    return Payment.objects.values_list("redirect_url", flat=True).get(pk=payment.pk)


def _session(payment: Payment, return_url: str) -> GatewaySession:
    order = payment.order
    method = PaymentMethod.objects.get(code=payment.method)
    try:
        with breaker.guarded(method.code):
            return connections.gateway_of(method, patience=_SHOPPERS_PATIENCE_SECONDS).start(
                reference=payment.reference,
                amount=Money(payment.amount, payment.currency),
                lines=_lines(order),
                customer=Payer(order.customer_name, order.email, order.phone),
                return_url=return_url,
                notify_url=connections.notify_url(method),
                expires_at=payment.expires_at,  # type: ignore[arg-type]
            )
    except GatewayUnavailable as silent:
        raise connections.GatewayDown from silent
    except ReferenceUsed as used:
        check_payment(payment_id=payment.pk)
        raise PaymentClosed(_("This payment is already under way. Its result will show here.")) from used
    except GatewayRefused as refused:
        raise connections.GatewayRefusal(refused.message) from refused


def _lines(order: Order) -> list[GatewayLine]:
    lines = [
        GatewayLine(
            line.sku, _called(line.product_title, line.variant_title), line.unit_amount, line.quantity
        )
        for line in order.lines.order_by("pk")
    ]
    extras = (
        ("shipping", _("Shipping"), order.shipping_amount),
        ("discount", _("Discount"), -order.discount_amount),
        ("unique-code", _("Unique code"), order.unique_code_amount),
    )
    return lines + [GatewayLine(sku, name, amount) for sku, name, amount in extras if amount]


def _called(product: str, variant: str) -> str:
    return f"{product} - {variant}" if variant else product
