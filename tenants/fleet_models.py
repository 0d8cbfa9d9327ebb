"""What the platform remembers of bringing stores to a new release's structure."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Some stores failed")
    STOPPED = "STOPPED", _("Stopped: too many failed")
    BROKEN_OFF = "BROKEN_OFF", _("Broken off")


class StepState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")


class FleetRun(models.Model):
    """One `manage.py migrate_fleet` that found stores behind. At most one is RUNNING."""

    target = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="RUNNING"), name="fleet_run_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target[:12]} {self.state}"


class StoreVersion(models.Model):
    """The ledger: where one store stands, and what its last move to a newer release came to.

    What a store really has stands in its own `django_migrations`; a store that was never moved has no row.
    """

    store = models.OneToOneField("tenants.Store", models.CASCADE, related_name="version")
    run = models.ForeignKey(FleetRun, models.SET_NULL, null=True, related_name="stores", db_index=False)
    target = models.CharField(max_length=64)
    # The migration that was applied last, or that failed.
    migration = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=7, choices=StepState, default=StepState.WAITING)
    place = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["run", "state", "place"], name="store_version_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.state} {self.migration}"


class RenderedStep(models.Model):
    """The SQL of one migration on stores that have had certain others, to be replayed on each of them."""

    key = models.CharField(max_length=64)
    migration = models.CharField(max_length=255)
    statements = models.TextField(blank=True)
    rendered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="rendered_step_one_key")]

    def __str__(self) -> str:
        return self.migration
