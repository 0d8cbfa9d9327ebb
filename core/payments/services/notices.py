"""What gateways tell us: verified, kept once, and acted on only after asking them back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kernel.errors import CommerceError, NotFound
from core.payments.models import GatewayMessage, MessageState, Payment, PaymentMethod
from core.payments.ports import GatewayNotice, InvalidNotice, InvalidSignature
from core.payments.services import asking, connections
from core.payments.services.outcomes import apply_outcome
from tenants import meters
from tenants.failpoints import failpoint
from tenants.work import store_task


class NoticeRefused(CommerceError):
    """A message that is not from the gateway, or that nobody can read."""

    code = "notice_refused"

    def __init__(self, http_status: int) -> None:
        self.http_status = http_status
        super().__init__(_("This message was not accepted."))


@transaction.atomic
def keep_notice(
    *, provider: str, endpoint_id: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> GatewayMessage:
    """Verify a gateway's message and keep it, once per event; what it means is found out later.

    Returns  the message, also when it had come before
    Raises   NotFound for an unknown endpoint; NoticeRefused with 403 for a wrong signature, 400 otherwise
    """
    method = PaymentMethod.objects.filter(endpoint_id=endpoint_id).first()
    if method is None or connections.GATEWAY_OF.get(method.code) != provider or not method.credentials:
        raise NotFound(_("There is nothing here."))
    try:
        notice = connections.gateway_of(method).read_notice(headers=headers, body=body)
    except InvalidSignature as forged:
        meters.WEBHOOKS_REFUSED.labels(provider, "signature").inc()
        raise NoticeRefused(403) from forged
    except InvalidNotice as unreadable:
        meters.WEBHOOKS_REFUSED.labels(provider, "unreadable").inc()
        raise NoticeRefused(400) from unreadable
    message = _kept(provider, notice, now)
    failpoint("payments.notice_kept")
    if message.state != MessageState.APPLIED:
        apply_notice(message_id=message.pk)
    return message


def _kept(provider: str, notice: GatewayNotice, now: datetime) -> GatewayMessage:
    try:
        with transaction.atomic():
            return GatewayMessage.objects.create(
                provider=provider,
                event_key=notice.event_id,
                reference=notice.reference,
                outcome=notice.outcome,
                amount=notice.amount.amount,
                body=dict(notice.raw),
                received_at=now,
            )
    except IntegrityError:
        return GatewayMessage.objects.get(provider=provider, event_key=notice.event_id)


@store_task(retries=10, atomic=False, dedupe=True, label=gettext_lazy("Read a payment message"))
def apply_notice(*, message_id: int) -> None:
    """Ask the gateway what a kept message is about, and act on its answer. Safe to run twice.

    The message itself is only a claim: its signature does not cover what became of the payment.
    """
    message = GatewayMessage.objects.get(pk=message_id)
    payment = Payment.objects.filter(reference=message.reference).first()
    if payment is None or connections.GATEWAY_OF.get(payment.method) != message.provider:
        _close(message, MessageState.IGNORED, "no such payment")
        return
    found = connections.gateway_for(payment).find(reference=payment.reference)
    failpoint("payments.notice_understood")
    if found is None:
        _close(message, MessageState.IGNORED, "the gateway knows no such payment")
        return
    if not asking.is_about(found, payment):
        _close(message, MessageState.REFUSED, f"{found.amount.amount} is not the amount asked for")
        return
    changed = apply_outcome(payment_id=payment.pk, found=found, now=timezone.now())
    failpoint("payments.notice_applied")
    _close(message, MessageState.APPLIED if changed else MessageState.IGNORED, "")


def _close(message: GatewayMessage, state: str, note: str) -> None:
    GatewayMessage.objects.filter(pk=message.pk).update(state=state, note=note, applied_at=timezone.now())
