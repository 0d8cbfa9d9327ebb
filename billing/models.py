"""Plans and who is on which: the platform's side of the money."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.plans import GIB


class Plan(models.Model):
    """What a store may do and what that costs. Plans are data: a changed plan is a new version."""

    code = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=40)
    # In cents of US dollars and in whole rupiah, for one month.
    month_usd_amount = models.BigIntegerField()
    month_idr_amount = models.BigIntegerField()
    # Limits by name; null is unlimited. Copied to Store.entitlements.
    entitlements = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="plan_one_per_version")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def picture_gigabytes(self) -> int:
        """Room for pictures, the way a price list says it."""
        return int(self.entitlements.get("storage_bytes") or 0) // GIB


class SubscriptionState(models.TextChoices):
    TRIALING = "TRIALING", _("Trial")
    ACTIVE = "ACTIVE", _("Active")
    ENDED = "ENDED", _("Ended")


class Subscription(models.Model):
    """Which plan a store is on. The local row is what grants access."""

    store = models.OneToOneField("tenants.Store", models.CASCADE, related_name="subscription")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions")
    state = models.CharField(max_length=10, choices=SubscriptionState)
    trial_ends_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="TRIALING") | Q(trial_ends_at__isnull=False),
                name="subscription_trial_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} on {self.plan_id}"


class Usage(models.Model):
    """How much of one thing a store had when it was last counted, for the staff and for notices.

    Limits are never held against these rows: whoever adds something counts for themselves.
    """

    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="usage")
    name = models.CharField(max_length=30)
    used = models.BigIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="usage_one_per_name")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.name}: {self.used}"
