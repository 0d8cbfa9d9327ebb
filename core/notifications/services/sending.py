"""Send what is waiting: outside any transaction, one worker at a time, again when it fails."""

from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kernel import audit
from core.kernel.errors import CommerceError
from core.notifications import mail, selectors
from core.notifications.models import Message, MessageState
from tenants.failpoints import failpoint
from tenants.permissions import Actor
from tenants.work import store_task

# A worker that died while sending is given up after this part of a job's lease.
_CLAIM_SHARE = 0.8


class AlreadySent(CommerceError):
    """Nobody gets the same mail twice."""

    code = "already_sent"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("This message has been sent, or is on its way."))


@store_task(retries=8, atomic=False, dedupe=True, label=gettext_lazy("Send a mail"))
def deliver(*, message_id: int) -> None:
    """Write one message's mail from what is true now and send it, unless it went out already.

    When a worker dies between sending and noting it, the repetition carries the same Message-ID.
    """
    message = _claim(message_id, timezone.now())
    if message is None:
        _come_back(message_id)
        return
    try:
        _send(message)
    except (SMTPRecipientsRefused, AnymailRecipientsRefused) as refused:
        if _is_only_for_now(refused):
            _settle(message, MessageState.FAILED, last_error=_shortly(refused))
            raise
        _settle(message, MessageState.REFUSED, last_error=_shortly(refused))
    except Exception as error:  # whatever went wrong is written down, and the duty tries again
        _settle(message, MessageState.FAILED, last_error=_shortly(error))
        raise


def _send(message: Message) -> None:
    failpoint("mail.after_claim")
    story = selectors.story(message.kind, message.source_id)
    if story is None:
        _settle(message, MessageState.SKIPPED)
        return
    letter = mail.write(message.kind, story, message.language)
    mail.send(letter, recipient=message.recipient, message_id=message.public_id)
    failpoint("mail.after_send")
    _settle(message, MessageState.SENT, subject=letter.subject[:200], sent_at=timezone.now(), last_error="")


def _is_only_for_now(refused: Exception) -> bool:
    """Whether a mail server said "later" (4xx): it is busy, or lets strangers wait."""
    told = refused.recipients.values() if isinstance(refused, SMTPRecipientsRefused) else ()
    return any(400 <= code < 500 for code, _words in told)


def _claim(message_id: int, now: datetime) -> Message | None:
    """Take a message for sending; None when it was sent, or another worker is at it."""
    free = Q(state__in=[MessageState.WAITING, MessageState.FAILED]) | Q(
        state=MessageState.SENDING, claimed_at__lt=now - _claim_lasts()
    )
    taken = Message.objects.filter(free, pk=message_id).update(
        state=MessageState.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    return Message.objects.get(pk=message_id) if taken else None


def _claim_lasts() -> timedelta:
    return timedelta(seconds=settings.WORK_LEASE_SECONDS * _CLAIM_SHARE)


def _come_back(message_id: int) -> None:
    """Look again at the claim's end when a message is being sent: whoever has it may have died."""
    message = Message.objects.filter(pk=message_id, state=MessageState.SENDING).first()
    if message is not None and message.claimed_at is not None:
        deliver(message_id=message_id, run_at=message.claimed_at + _claim_lasts())


def _settle(message: Message, state: str, **facts: object) -> None:
    Message.objects.filter(pk=message.pk, state=MessageState.SENDING).update(
        state=state, claimed_at=None, **facts
    )


def _shortly(error: Exception) -> str:
    """What went wrong, in one line: the kind of error, since its text may carry the whole mail."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


@transaction.atomic
def send_again(*, public_id: str, actor: Actor) -> Message:
    """Have a message that failed or was refused delivered anew.

    Raises   NotFound, AlreadySent
    """
    message = selectors.message_by_public_id(public_id)
    if not message.may_be_sent_again:
        raise AlreadySent
    moved = Message.objects.filter(pk=message.pk, state=message.state).update(
        state=MessageState.WAITING, last_error=""
    )
    if not moved:
        raise AlreadySent
    audit.write(actor=actor, action="message.sent_again", subject="message", subject_id=public_id)
    deliver(message_id=message.pk)
    message.state, message.last_error = MessageState.WAITING, ""
    return message
