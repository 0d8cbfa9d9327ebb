"""What the platform remembers of stores that move to another deployment, and of those that came."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MoveState(models.TextChoices):
    WALKING = "WALKING", _("Moving")
    TURNING = "TURNING", _("Being undone")
    DONE = "DONE", _("Moved")
    UNDONE = "UNDONE", _("Undone")


class StoreMove(models.Model):
    """A store on its way to another deployment, or one that came from there.

    `steps` is a list of {"step", "at", "counts"} in the order in which they were done; work goes on after the
    last of them. Where the store goes is known here by a name only: how to get there, the operator knows.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    store = models.ForeignKey("tenants.Store", models.SET_NULL, null=True, related_name="moves")
    store_uid = models.UUIDField()
    store_slug = models.CharField(max_length=40)
    is_arrival = models.BooleanField(default=False)
    # A name of MOVE_TARGETS, or of the database's host for an address that was typed in.
    target = models.CharField(max_length=120)
    target_slug = models.CharField(max_length=40)
    state = models.CharField(max_length=7, choices=MoveState, default=MoveState.WALKING)
    # What the store was before, to be that again there or here.
    state_before = models.CharField(max_length=12)
    asked_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, blank=True)
    steps = models.JSONField(default=list)
    # What later steps need to know of earlier ones: counts and addresses, never rows.
    facts = models.JSONField(default=dict)
    trouble = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store"], condition=Q(state__in=["WALKING", "TURNING"]), name="store_move_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.store_slug}"

    def has_done(self, name: str) -> bool:
        """Whether a step is behind it."""
        return any(step["step"] == name for step in self.steps)
