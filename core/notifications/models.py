"""What was said to whom: one row per message, so that nothing is sent twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.kernel import ids
from tenants.store_model import StoreModel


class MessageState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    SENDING = "SENDING", _("Being sent")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Failed, tried again soon")
    REFUSED = "REFUSED", _("Address refused")
    SKIPPED = "SKIPPED", _("No longer needed")


# SENDING may follow itself: the worker that was sending died.
MAY_BECOME: dict[str, set[str]] = {
    MessageState.WAITING: {MessageState.SENDING},
    MessageState.SENDING: {
        MessageState.SENDING,
        MessageState.SENT,
        MessageState.FAILED,
        MessageState.REFUSED,
        MessageState.SKIPPED,
    },
    MessageState.FAILED: {MessageState.SENDING, MessageState.WAITING},
    MessageState.REFUSED: {MessageState.WAITING},
    MessageState.SENT: set(),
    MessageState.SKIPPED: set(),
}


class Message(StoreModel):
    """One mail to one person about one thing. `reference` repeats when its event is told again.

    `about` is the number of the order, or empty; `source_id` is the row that the mail is written from when
    it is sent, so that it says what is true then.
    """

    public_id = models.CharField(max_length=ids.MAX_LENGTH, default="")
    reference = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=40, blank=True, default="")
    source_id = models.BigIntegerField(default=0)
    recipient = models.EmailField()
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference", "recipient"], name="message_once"),
            models.UniqueConstraint(fields=["public_id"], name="message_one_public_id"),
        ]
        indexes = [
            models.Index(fields=["about", "created_at"], name="message_by_about"),
            models.Index(fields=["-created_at", "-id"], name="message_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def may_be_sent_again(self) -> bool:
        """Whether a person may ask for another attempt."""
        return MessageState.WAITING in MAY_BECOME[self.state]


class MutedMail(StoreModel):
    """A member of the staff does not want mails of this kind. Without a row they come."""

    member_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member_id", "kind"], name="muted_mail_once")]

    def __str__(self) -> str:
        return f"{self.member_id}: no {self.kind}"
