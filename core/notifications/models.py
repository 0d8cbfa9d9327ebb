"""What was said to whom: one row per message, so that nothing is sent twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.store_model import StoreModel


class MessageState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    SENT = "SENT", _("Sent")


class Message(StoreModel):
    """One mail to one person about one thing. `reference` repeats when its event is told again."""

    reference = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    recipient = models.EmailField()
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reference", "recipient"], name="message_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
