"""What a collector tells us of payments, and asking it again where it has not: acted on when asked back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from billing import clock
from billing.collectors import collector, is_ready
from billing.invoice_ports import (
    CollectorRefused,
    CollectorUnavailable,
    NoticeForged,
    NoticeUnreadable,
    PaymentNews,
)
from billing.models import InvoicePayment, NoticeState, PaymentState, ProviderNotice
from billing.services import paying
from tenants import context, meters, work
from tenants.errors import CommerceError
from tenants.failpoints import failpoint

DUTY: Final = "billing.collector_notice"
CALL_OFF: Final = "billing.call_off_payment"
# An attempt that nobody told us of is asked about; when its time is long over, it is over.
_ASK_AFTER: Final = timedelta(minutes=5)
_OVER_AFTER: Final = timedelta(hours=2)
_AT_A_TIME: Final = 200


class NoticeRefused(CommerceError):
    """A message that is not from the collector, or that nobody can read."""

    code = "notice_refused"

    def __init__(self, http_status: int) -> None:
        self.http_status = http_status
        super().__init__(_("This message was not accepted."))


def keep_notice(*, name: str, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderNotice:
    """Verify a message and keep its names, once per event; a duty asks back what it is about.

    Returns  the notice, also when it had come before
    Raises   NoticeRefused with 403 for a wrong signature, 400 for what nobody can read; nothing is kept
    """
    try:
        news = collector(name).read_notice(headers=headers, body=body)
    except (NoticeForged, CollectorRefused) as forged:
        meters.WEBHOOKS_REFUSED.labels(name.lower(), "signature").inc()
        raise NoticeRefused(403) from forged
    except NoticeUnreadable as unreadable:
        meters.WEBHOOKS_REFUSED.labels(name.lower(), "unreadable").inc()
        raise NoticeRefused(400) from unreadable
    with context.in_public(), transaction.atomic():
        notice = _kept(name, news, now)
        failpoint("billing.collector_notice_kept")
        if notice.state == NoticeState.WAITING:
            work.enqueue(DUTY, {"notice_id": notice.pk}, dedupe_key=f"{DUTY}:{notice.pk}")
    return notice


def _kept(name: str, news: PaymentNews, now: datetime) -> ProviderNotice:
    known = InvoicePayment.objects.filter(reference=news.reference)
    try:
        with transaction.atomic():
            return ProviderNotice.objects.create(
                provider=name,
                event_id=news.event_id,
                kind=news.outcome,
                object_ref=news.reference,
                store_id=known.values_list("invoice__store_id", flat=True).first(),
                happened_at=news.happened_at,
                received_at=now,
            )
    except IntegrityError:
        return ProviderNotice.objects.get(provider=name, event_id=news.event_id)


def work_off(*, notice_id: int) -> None:
    """Ask the collector what a kept notice is about, and act on the answer. Safe to run twice."""
    notice = ProviderNotice.objects.get(pk=notice_id)
    if notice.state != NoticeState.WAITING:
        return
    rows = ProviderNotice.objects.filter(pk=notice.pk, state=NoticeState.WAITING)
    try:
        news = collector(notice.provider).find(reference=notice.object_ref)
    except CollectorUnavailable as away:
        rows.update(attempts=notice.attempts + 1, trouble=str(away)[:300])
        raise
    except CollectorRefused as refused:
        rows.update(state=NoticeState.FAILED, trouble=str(refused)[:300], done_at=clock.now())
        return
    now = clock.now()
    if news is None:
        state, trouble = NoticeState.IGNORED, "nobody knows this payment"
    elif paying.apply_news(news, now=now):
        state, trouble = NoticeState.DONE, ""
    else:
        state, trouble = NoticeState.FAILED, "no such payment, or another amount"
    failpoint("billing.collector_notice_applied")
    rows.update(state=state, trouble=trouble, done_at=now)


def try_again(notice: ProviderNotice) -> None:
    """Have a message that failed, or was lost, worked off anew."""
    with context.in_public(), transaction.atomic():
        ProviderNotice.objects.filter(pk=notice.pk).update(state=NoticeState.WAITING, trouble="")
        work.enqueue(DUTY, {"notice_id": notice.pk}, dedupe_key=f"{DUTY}:{notice.pk}")


def look_again(*, payment: InvoicePayment, now: datetime) -> PaymentState:
    """Ask about one attempt now: for who comes back from the page before any message does.

    Raises   CollectorAway
    """
    with context.in_public():
        try:
            _ask(payment, now)
        except CollectorUnavailable as away:
            raise paying.CollectorAway from away
        payment.refresh_from_db()
        return PaymentState(payment.state)


def ask_about_waiting(now: datetime) -> int:
    """Ask about every attempt that waits: messages get lost. Returns how many were asked about."""
    with context.in_public():
        if not is_ready():
            return 0
        rows = InvoicePayment.objects.filter(provider=paying.MIDTRANS, state=PaymentState.PENDING)
        waiting = list(rows.filter(created_at__lte=now - _ASK_AFTER).order_by("pk")[:_AT_A_TIME])
        for payment in waiting:
            try:
                _ask(payment, now)
            except CollectorUnavailable:
                # It does not answer the others either.
                break
        return len(waiting)


def _ask(payment: InvoicePayment, now: datetime) -> None:
    try:
        news = collector(payment.provider).find(reference=payment.reference)
    except CollectorRefused:
        return
    if news is not None:
        paying.apply_news(news, now=now)
    is_over = payment.expires_at is not None and payment.expires_at + _OVER_AFTER < now
    if is_over and (news is None or news.outcome == PaymentState.PENDING):
        rows = InvoicePayment.objects.filter(pk=payment.pk, state=PaymentState.PENDING)
        rows.update(state=PaymentState.EXPIRED)


def call_off(*, payment_id: int) -> None:
    """Close a page that nobody needs any more, so that nobody pays twice. Harmless when it is closed."""
    payment = InvoicePayment.objects.get(pk=payment_id)
    if payment.state != PaymentState.PENDING:
        return
    try:
        collector(payment.provider).call_off(reference=payment.reference)
    except CollectorRefused:
        # It may have been paid in the meantime: then it is asked about.
        return


work.register(DUTY, work_off, retries=12, atomic=False, of_platform=True)
work.register(CALL_OFF, call_off, retries=5, atomic=False, of_platform=True)
