"""Doors for other systems: API keys, and the memory that makes their retries harmless."""

from datetime import datetime
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models

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
