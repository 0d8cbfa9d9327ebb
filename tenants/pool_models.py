"""What the platform remembers of structures: what head is, and which ready schemas wait for a store."""

from django.db import models
from django.db.models import Q


class Blueprint(models.Model):
    """The structure of an empty store at one release. The one that was drawn last is head."""

    digest = models.CharField(max_length=32)
    fingerprint = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="blueprint_one_digest")]

    def __str__(self) -> str:
        return self.digest


class SpareSchema(models.Model):
    """A ready schema without a store: the owner of its schema until a store takes both, name and all."""

    schema_name = models.CharField(max_length=63)
    fingerprint = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schema_name"], name="spare_schema_one_name"),
            models.CheckConstraint(
                condition=Q(schema_name__regex=r"^s_[a-z2-7]{16}$"), name="spare_schema_name_is_opaque"
            ),
        ]

    def __str__(self) -> str:
        return self.schema_name
