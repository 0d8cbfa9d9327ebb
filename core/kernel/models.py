"""What every commerce module stands on: the store's profile, its audit log, its number sequences."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.store_model import StoreModel


class StoreProfile(StoreModel):
    """The store's own facts, one row: who sells, from where, and the house rules of its orders."""

    legal_name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    whatsapp_phone = models.CharField(max_length=20, blank=True)
    address_line = models.CharField(max_length=200, blank=True)
    region_code = models.CharField(max_length=13, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    order_prefix = models.CharField(max_length=6, default="SO")
    payment_hours = models.PositiveSmallIntegerField(default=24)
    low_stock_threshold = models.PositiveIntegerField(default=5)
    looked_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)
    onboarding_closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="profile_one_row")]

    def __str__(self) -> str:
        return self.legal_name or "profile"


class AuditEntry(StoreModel):
    """One change, by whom: append-only. `changes` maps a field to its value before and after."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=30)
    subject_id = models.CharField(max_length=40)
    changes = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "at"], name="audit_by_subject"),
            models.Index(fields=["-at", "-id"], name="audit_newest_first"),
        ]
        verbose_name_plural = _("audit entries")

    def __str__(self) -> str:
        return f"{self.action} {self.subject_id}"


class AuditLink(StoreModel):
    """The place of an entry in the chain: each hash covers its entry and the hash before it. Append-only."""

    entry = models.OneToOneField(AuditEntry, models.PROTECT, primary_key=True, related_name="link")
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["position"], name="audit_link_one_position")]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"


class AuditHead(StoreModel):
    """Where the chain ends, one row. `key` is sealed: whoever only has the database cannot forge a hash."""

    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="audit_head_one_row")]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"


class NumberSequence(StoreModel):
    """The last number given out under a name. Gapless: the number is taken in the caller's transaction."""

    name = models.CharField(max_length=40)
    last_number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="sequence_one_per_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.last_number}"
