"""Doors for other systems: API keys, the memory that makes their retries harmless, and webhooks."""

from datetime import datetime
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.integrations.delivery.addresses import LONGEST_URL
from core.kernel import ids
from tenants.store_model import StoreModel


class KeyState(StrEnum):
    """Whether a key works. It follows from its dates and is stored nowhere."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class ApiKey(StoreModel):
    """A bearer key of one store. Only its hash is kept; the key is shown once."""

    public_id = models.CharField(max_length=32)
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16)
    key_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40))
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_hash"], name="api_key_one_hash"),
            models.UniqueConstraint(fields=["public_id"], name="api_key_one_public_id"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"

    def state_at(self, now: datetime) -> KeyState:
        """Whether it works at a moment, and if not, why."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        is_over = self.expires_at is not None and self.expires_at <= now
        return KeyState.EXPIRED if is_over else KeyState.ACTIVE


class IdempotencyKey(StoreModel):
    """The answer to a creating request, kept so that its repetition gets the same one."""

    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class EndpointState(models.TextChoices):
    ACTIVE = "ACTIVE", _("Active")
    PAUSED = "PAUSED", _("Paused")
    REMOVED = "REMOVED", _("Removed")


ENDPOINT_MAY_BECOME: dict[str, set[str]] = {
    EndpointState.ACTIVE: {EndpointState.PAUSED, EndpointState.REMOVED},
    EndpointState.PAUSED: {EndpointState.ACTIVE, EndpointState.REMOVED},
    EndpointState.REMOVED: set(),
}


class PauseReason(models.TextChoices):
    NONE = "", _("Not paused")
    BY_HAND = "BY_HAND", _("Paused by hand")
    FAILING = "FAILING", _("Nothing got through for 72 hours")
    GONE = "GONE", _("The other system says that this address is gone")

    @property
    def is_ours(self) -> bool:
        """Whether we paused it ourselves, so that somebody must be told."""
        return self in (PauseReason.FAILING, PauseReason.GONE)


class WebhookEndpoint(StoreModel):
    """An address of another system that is told what happens here, and how it has been doing.

    `sealed_secrets` holds the secrets that sign, newest first; the second one counts until `previous_until`.
    A removed endpoint stays, without its secrets, for the sake of its log.
    """

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    url = models.CharField(max_length=LONGEST_URL)
    description = models.CharField(max_length=80, blank=True)
    event_types = ArrayField(models.CharField(max_length=40))
    sealed_secrets = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=7, choices=EndpointState, default=EndpointState.ACTIVE)
    pause_reason = models.CharField(max_length=7, choices=PauseReason, blank=True, default="")
    # Since the last notice that got through: the first failure, how many, and until when nothing is tried.
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    quiet_until = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["public_id"], name="webhook_endpoint_one_public_id")]

    def __str__(self) -> str:
        return self.url

    @property
    def place(self) -> str:
        """What the sealed secrets are bound to."""
        return f"integrations_webhookendpoint|{self.public_id}"


class DeliveryState(models.TextChoices):
    WAITING = "WAITING", _("On its way")
    DELIVERED = "DELIVERED", _("Delivered")
    FAILED = "FAILED", _("Given up")
    HELD = "HELD", _("Held while paused")
    CANCELLED = "CANCELLED", _("Called off")


# Everything may be sent once more, also what arrived.
DELIVERY_MAY_BECOME: dict[str, set[str]] = {
    DeliveryState.WAITING: set(DeliveryState),
    DeliveryState.DELIVERED: {DeliveryState.WAITING},
    DeliveryState.FAILED: {DeliveryState.WAITING},
    DeliveryState.HELD: {DeliveryState.WAITING, DeliveryState.DELIVERED, DeliveryState.CANCELLED},
    DeliveryState.CANCELLED: set(),
}


class WebhookDelivery(StoreModel):
    """One thing that happened, on its way to one endpoint.

    `event_id` is the same for every endpoint and attempt: receivers tell repetitions by it. `attempts` only
    grows; a new round of tries begins at `attempts_before`. `tries` is the log: at, status or failure,
    milliseconds, the beginning of the answer, and for how many seconds it asked us to wait.
    """

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="deliveries", db_index=False)
    event_id = models.CharField(max_length=ids.MAX_LENGTH)
    event_type = models.CharField(max_length=40)
    payload = models.JSONField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    attempts_before = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    tries = models.JSONField(default=list)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="webhook_delivery_one_public_id"),
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_delivery_once"),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_newest_first"),
            models.Index(fields=["next_at"], condition=Q(state="WAITING"), name="webhook_delivery_due"),
            models.Index(fields=["created_at"], name="webhook_delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"
