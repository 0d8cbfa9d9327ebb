"""Decide who has to hear of something, and write one message for each."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.kernel import ids
from core.notifications import selectors
from core.notifications.kinds import KINDS, Audience, Kind
from core.notifications.models import Message, MessageState
from core.notifications.selectors import Story
from core.notifications.services.sending import deliver
from tenants.context import require_store
from tenants.failpoints import failpoint
from tenants.work import store_task

# After a long breakdown nobody wants to hear that last week's parcel has left.
NEWS_LASTS = timedelta(days=3)


@transaction.atomic
def announce(*, kind: str, source_id: int, now: datetime) -> int:
    """Write one message per reader of a mail about a row, and have each delivered.

    Announcing the same thing again reaches nobody twice.
    Returns  how many messages wait to be delivered
    """
    story = selectors.story(kind, source_id)
    if story is None or now - story.happened_at > NEWS_LASTS:
        return 0
    reference = f"{kind}:{story.key}"
    Message.objects.bulk_create(
        [
            Message(
                public_id=ids.new_id("msg"),
                reference=reference,
                kind=kind,
                about=story.about,
                source_id=source_id,
                recipient=recipient,
                language=language,
            )
            for recipient, language in _readers(KINDS[kind], story)
        ],
        ignore_conflicts=True,
    )
    failpoint("mail.after_rows")
    waiting = Message.objects.filter(reference=reference, state=MessageState.WAITING).order_by("pk")
    for message in waiting:
        deliver(message_id=message.pk)
    return len(waiting)


def _readers(kind: Kind, story: Story) -> list[tuple[str, str]]:
    """Address and language of everybody who is to get this mail."""
    if kind.audience == Audience.STAFF:
        return [(email, require_store().language) for email in selectors.readers(kind)]
    order = story.order
    return [(order.email.lower(), order.language)] if order is not None and order.email else []


@store_task(dedupe=True, label=_("Mail about low stock"))
def digest_low_stock() -> None:
    """Tell the staff once about everything that ran low since the alarm was set. Safe to run twice."""
    announce(kind="staff_stock_low", source_id=0, now=timezone.now())
