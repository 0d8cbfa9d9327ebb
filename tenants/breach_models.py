"""What the platform remembers of rules that were found broken."""

from django.db import models
from django.db.models import Q


class Breach(models.Model):
    """Something that must always be true of a store's rows, or of the platform's, and was found not to be.

    One row from when it is first seen until a later look finds it in order. For the staff: sellers see
    nothing of it.
    """

    store = models.ForeignKey("tenants.Store", models.CASCADE, null=True, related_name="breaches")
    room = models.CharField(max_length=20)
    rule = models.CharField(max_length=12)
    subject = models.CharField(max_length=120)
    expected = models.CharField(max_length=200)
    found = models.CharField(max_length=200)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "rule", "subject"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="breach_one_open_per_subject",
            ),
        ]
        indexes = [models.Index(fields=["-first_seen_at"], name="breach_newest_first")]
        verbose_name_plural = "breaches"

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"
