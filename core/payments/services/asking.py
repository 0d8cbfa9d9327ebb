"""Ask a gateway, and act on what it says. These run as duties, outside any transaction."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.kernel.money import Money
from core.payments.models import OPEN_STATES, Payment
from core.payments.ports import GatewayNotice, GatewayRefused, Outcome, PaymentGateway
from core.payments.services import connections
from core.payments.services.expiry import expire
from core.payments.services.locking import MethodUnavailable, PaymentClosed
from core.payments.services.outcomes import apply_outcome
from tenants.failpoints import failpoint
from tenants.work import store_task

# How long a payment that the gateway still examines is left alone.
LOOK_AGAIN = timedelta(hours=1)


def is_about(found: GatewayNotice, payment: Payment) -> bool:
    """Whether a gateway's answer is about this payment and about its whole amount."""
    return found.reference == payment.reference and found.amount == Money(payment.amount, payment.currency)


@store_task(retries=10, atomic=False, dedupe=True, label=_("Ask what became of a payment"))
def check_payment(*, payment_id: int) -> None:
    """Ask a payment's gateway what became of it, and act on the answer. Safe to run twice."""
    payment = Payment.objects.get(pk=payment_id)
    found = connections.gateway_for(payment).find(reference=payment.reference)
    if found is not None and is_about(found, payment):
        apply_outcome(payment_id=payment.pk, found=found, now=timezone.now())


def ask_again(*, payment_id: int) -> None:
    """Let a payment's gateway be asked soon, because a member wants to know. Twice asks once.

    Raises   PaymentClosed for a payment that no gateway knows
    """
    if Payment.objects.only("method").get(pk=payment_id).method not in connections.GATEWAY_OF:
        raise PaymentClosed
    check_payment(payment_id=payment_id)


@store_task(retries=12, atomic=False, dedupe=True, label=_("Let an unpaid payment expire"))
def lapse(*, payment_id: int) -> None:
    """Runs when a payment's time is over: ask its gateway a last time, then let it expire.

    Safe to run twice. A gateway that does not answer postpones the end, for money may have moved.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state in OPEN_STATES and payment.method in connections.GATEWAY_OF:
        found = _last_word(payment)
        failpoint("payments.after_last_word")
        if found is not None and found.outcome in (Outcome.AUTHORISED, Outcome.REVIEW):
            lapse(payment_id=payment_id, run_at=timezone.now() + LOOK_AGAIN)
            return
        if found is not None and is_about(found, payment):
            apply_outcome(payment_id=payment_id, found=found, now=timezone.now())
    expire(payment_id=payment_id, now=timezone.now())


def lapse_overdue(*, now: datetime) -> int:
    """Have every open payment examined whose time ran out a while ago. Returns how many there are."""
    overdue = Payment.objects.filter(state__in=OPEN_STATES, expires_at__lt=now - LOOK_AGAIN)
    ids = sorted(overdue.values_list("pk", flat=True))
    for payment_id in ids:
        lapse(payment_id=payment_id)
    return len(ids)


def _last_word(payment: Payment) -> GatewayNotice | None:
    """What the gateway says after its page was closed; None when it cannot be asked any more."""
    try:
        gateway = connections.gateway_for(payment)
        found = gateway.find(reference=payment.reference)
        if found is not None and found.outcome == Outcome.PENDING:
            found = _closed(gateway, payment.reference)
    except (MethodUnavailable, GatewayRefused):
        # The seller took the keys away. A payment that was made all the same reopens the order later.
        return None
    return found


def _closed(gateway: PaymentGateway, reference: str) -> GatewayNotice | None:
    try:
        return gateway.expire(reference=reference)
    except GatewayRefused:
        # Settled in this very moment.
        return gateway.find(reference=reference)


@store_task(retries=8, atomic=False, label=_("Close the page of a cancelled payment"))
def call_off(*, payment_id: int) -> None:
    """Close the page of a cancelled payment at its gateway, so that nobody pays it by mistake.

    Safe to run twice. One that was settled meanwhile is brought in like any other money.
    """
    payment = Payment.objects.get(pk=payment_id)
    gateway = connections.gateway_for(payment)
    try:
        gateway.cancel(reference=payment.reference)
        failpoint("payments.after_call_off")
    except GatewayRefused:
        check_payment(payment_id=payment_id)
