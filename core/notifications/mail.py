"""Writes a mail in its reader's language, and hands it to the mail provider."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from core.kernel import profile
from core.notifications.kinds import KINDS
from core.notifications.selectors.facts import facts
from core.notifications.selectors.stories import Story
from tenants import meters
from tenants.context import require_store


@dataclass(frozen=True, slots=True)
class Letter:
    """A written mail."""

    subject: str
    text: str
    html: str


def write(kind: str, story: Story, language: str) -> Letter:
    """The mail of this kind about a story, in one language and in the store's time zone."""
    store = require_store()
    with translation.override(language), timezone.override(ZoneInfo(store.time_zone)):
        told: Mapping[str, Any] = {
            "store": store,
            "BRAND_NAME": settings.BRAND_NAME,
            **facts(KINDS[kind], story, store=store, shop=profile.current()),
        }
        subject = " ".join(render_to_string(f"email/store/{kind}.subject.txt", told).split())
        text = _spaced(render_to_string(f"email/store/{kind}.txt", told))
        html = render_to_string(f"email/store/{kind}.html", {**told, "subject": subject})
    return Letter(subject, text, html)


def _spaced(text: str) -> str:
    """The text with at most one empty line between paragraphs: parts that are left out leave lines behind."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


def send(letter: Letter, *, recipient: str, message_id: str) -> None:
    """Hand a letter to the mail provider, in the store's name.

    message_id   the same for every attempt, so that mail programs show a repetition once
    """
    store, shop = require_store(), profile.current()
    address = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
    domain = address.rpartition("@")[2]
    mail = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        from_email=formataddr((store.name, address)),
        to=[recipient],
        reply_to=[shop.email] if shop.email else None,
        headers={"Message-ID": f"<{message_id}.{store.uid}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(letter.html, "text/html")
    with meters.timed_call("mail"):
        mail.send()
