"""What the platform remembers of stores written down, brought back, and gone."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ArchiveKind(models.TextChoices):
    DOWNLOAD = "DOWNLOAD", _("Download")
    BACKUP = "BACKUP", _("Backup")
    LAST = "LAST", _("Last archive before deletion")


class ArchiveState(models.TextChoices):
    WAITING = "WAITING", _("Being prepared")
    READY = "READY", _("Ready")
    FAILED = "FAILED", _("Failed")
    GONE = "GONE", _("Removed")


class StoreArchive(models.Model):
    """A store's rows and files as they were at one moment: a download for its owner, or a backup of ours.

    The row outlives its files, so that it stays known what was given out.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    store = models.ForeignKey("tenants.Store", models.SET_NULL, null=True, related_name="archives")
    store_uid = models.UUIDField()
    kind = models.CharField(max_length=8, choices=ArchiveKind)
    state = models.CharField(max_length=7, choices=ArchiveState, default=ArchiveState.WAITING)
    # Below ARCHIVE_DIR or BACKUP_DIR.
    path = models.CharField(max_length=200, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    asked_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    # The moment that its rows are of.
    taken_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # Whether its files open with the store's key only; those of earlier releases are clear.
    is_sealed = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [models.Index(fields=["store", "kind", "-created_at"], name="store_archive_by_store")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class StoreKey(models.Model):
    """The key to a store's backups and archives, sealed. When this row goes, they open nowhere any more."""

    store = models.OneToOneField("tenants.Store", models.CASCADE, related_name="data_key")
    store_uid = models.UUIDField(unique=True)
    sealed = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"key of {self.store_uid}"


class RestorationState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    BUILDING = "BUILDING", _("Being rebuilt")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")
    UNDONE = "UNDONE", _("Undone")


class Restoration(models.Model):
    """A store brought back to a backup. It owns the schema it builds, and the one that it put aside."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="restorations")
    archive = models.ForeignKey(StoreArchive, models.SET_NULL, null=True, related_name="restorations")
    state = models.CharField(max_length=8, choices=RestorationState, default=RestorationState.WAITING)
    new_schema = models.CharField(max_length=63, blank=True)
    kept_schema = models.CharField(max_length=63, blank=True)
    keep_until = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=80)
    trouble = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store"], condition=Q(state__in=["WAITING", "BUILDING"]), name="restoration_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.uid}"

    @property
    def dialog_id(self) -> str:
        """What a page calls the question whether to undo it."""
        return f"undo-{self.uid}"


class DeletionState(models.TextChoices):
    SCHEDULED = "SCHEDULED", _("Scheduled")
    UNDONE = "UNDONE", _("Undone")
    DONE = "DONE", _("Done")


class StoreDeletion(models.Model):
    """The proof that a store was deleted: every step with its time and what it counted.

    `steps` is a list of {"step", "at", "counts"} in the order in which they were done.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    store = models.ForeignKey("tenants.Store", models.SET_NULL, null=True, related_name="deletions")
    store_uid = models.UUIDField()
    store_slug = models.CharField(max_length=40)
    state = models.CharField(max_length=9, choices=DeletionState, default=DeletionState.SCHEDULED)
    # What the store was before, to be that again when this is undone.
    state_before = models.CharField(max_length=12)
    language = models.CharField(max_length=5)
    asked_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store"], condition=Q(state="SCHEDULED"), name="store_deletion_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="SCHEDULED"), name="store_deletion_by_due")
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.store_slug}"
