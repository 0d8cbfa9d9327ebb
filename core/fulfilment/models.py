"""Parcels that left, and what was in them."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from core.kernel import ids
from tenants.store_model import StoreModel


class FulfilmentState(models.TextChoices):
    SHIPPED = "SHIPPED", _("Shipped")
    DELIVERED = "DELIVERED", _("Delivered")


MAY_BECOME: dict[str, set[str]] = {
    FulfilmentState.SHIPPED: {FulfilmentState.DELIVERED},
    FulfilmentState.DELIVERED: set(),
}


class Fulfilment(StoreModel):
    """One parcel of one order, given to a courier or handed over at the counter."""

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="fulfilments")
    location_id = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=FulfilmentState, default=FulfilmentState.SHIPPED)
    courier_name = models.CharField(max_length=60, blank=True)
    waybill = models.CharField(max_length=60, blank=True)
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["public_id"], name="fulfilment_one_public_id")]
        indexes = [
            models.Index(fields=["state", "shipped_at"], name="fulfilment_by_state"),
            GinIndex(OpClass(Upper("waybill"), name="gin_trgm_ops"), name="fulfilment_by_waybill"),
        ]

    def __str__(self) -> str:
        return self.waybill or self.public_id


class FulfilmentLine(StoreModel):
    """So many units of one order line in one parcel."""

    fulfilment = models.ForeignKey(
        "fulfilment.Fulfilment", models.CASCADE, related_name="lines", db_index=False
    )
    order_line = models.ForeignKey("orders.OrderLine", models.PROTECT, related_name="fulfilment_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fulfilment", "order_line"], name="fulfilment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="fulfilment_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.order_line_id}"
