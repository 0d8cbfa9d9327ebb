"""Mails in the reader's language, sent once, from a duty of their own."""

from collections.abc import Mapping
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from core.kernel import profile
from core.notifications.models import Message, MessageState
from tenants.context import require_store


def send_once(*, kind: str, reference: str, recipient: str, language: str, facts: Mapping[str, Any]) -> bool:
    """Send the mail `email/<kind>.html` unless this person already has it.

    reference   repeats when the event is told again, for example `order_placed:SO-1001`
    Returns     whether a mail went out now
    """
    if not recipient:
        return False
    with transaction.atomic():
        Message.objects.bulk_create(
            [Message(reference=reference, kind=kind, recipient=recipient, language=language)],
            ignore_conflicts=True,
        )
        message = Message.objects.select_for_update().get(reference=reference, recipient=recipient)
        if message.state == MessageState.SENT:
            return False
        subject = _send(kind, recipient, language, facts)
        message.state, message.sent_at, message.subject = MessageState.SENT, timezone.now(), subject[:200]
        message.save(update_fields=["state", "sent_at", "subject"])
    return True


def _send(kind: str, recipient: str, language: str, facts: Mapping[str, Any]) -> str:
    store = require_store()
    shop = profile.current()
    told = {"store": store, "profile": shop, "BRAND_NAME": settings.BRAND_NAME, **facts}
    with translation.override(language):
        subject = " ".join(render_to_string(f"email/{kind}.subject.txt", told).split())
        text = render_to_string(f"email/{kind}.txt", told)
        html = render_to_string(f"email/{kind}.html", {**told, "subject": subject})
    address = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
    mail = EmailMultiAlternatives(
        subject,
        text,
        from_email=formataddr((store.name, address)),
        to=[recipient],
        reply_to=[shop.email] if shop.email else None,
    )
    mail.attach_alternative(html, "text/html")
    mail.send()
    return subject
