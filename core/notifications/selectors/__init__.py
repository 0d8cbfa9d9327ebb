"""The questions about messages: `from core.notifications import selectors as notifications`."""

from core.notifications.selectors.listing import (
    kind_by_code,
    message_by_public_id,
    message_list,
    messages_about,
)
from core.notifications.selectors.staff import MailChoices, choices_of, mail_choices, readers
from core.notifications.selectors.stories import Story, story

__all__ = [
    "MailChoices",
    "Story",
    "choices_of",
    "kind_by_code",
    "mail_choices",
    "message_by_public_id",
    "message_list",
    "messages_about",
    "readers",
    "story",
]
