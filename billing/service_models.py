"""Work of ours that sellers order."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Service(models.Model):
    """Work of ours that a seller can order: setting up, importing, training."""

    code = models.CharField(max_length=30, unique=True)
    name_id = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    scope_id = models.CharField(max_length=500)
    scope_en = models.CharField(max_length=500)
    idr_amount = models.BigIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class ServiceOrderState(models.TextChoices):
    ORDERED = "ORDERED", _("Ordered")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    IN_PROGRESS = "IN_PROGRESS", _("In progress")
    DONE = "DONE", _("Done")
    CANCELLED = "CANCELLED", _("Cancelled")


class ServiceOrder(models.Model):
    """One service for one store, from the order to the day it is done."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    store = models.ForeignKey("tenants.Store", models.CASCADE, related_name="service_orders")
    service = models.ForeignKey(Service, models.PROTECT, related_name="orders")
    state = models.CharField(max_length=11, choices=ServiceOrderState, default=ServiceOrderState.ORDERED)
    idr_amount = models.BigIntegerField()
    wish = models.CharField(max_length=500, blank=True)
    slot_at = models.DateTimeField(null=True)
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, null=True, related_name="service_orders")
    ordered_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"
