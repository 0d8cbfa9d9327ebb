"""How parcels travel and what the shopper pays for it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.kernel.ids import MAX_LENGTH
from tenants.store_model import StoreModel


class MethodKind(models.TextChoices):
    """How a method finds its fee."""

    FLAT = "FLAT", _("One price")
    TABLE = "TABLE", _("By region and weight")
    PICKUP = "PICKUP", _("Pick-up at the store")


class ShippingMethod(StoreModel):
    """One choice under "Shipping" at the checkout.

    A FLAT method costs `amount` everywhere, a TABLE method asks its rates, a PICKUP method hands over at the
    location `location_id` (a row of inventory, which lies beside this room, so a plain number).
    """

    public_id = models.CharField(max_length=MAX_LENGTH)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=6, choices=MethodKind)
    amount = models.PositiveBigIntegerField(default=0)
    free_over_amount = models.PositiveBigIntegerField(null=True)
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    min_days = models.PositiveSmallIntegerField(default=1)
    max_days = models.PositiveSmallIntegerField(default=3)
    weight_tolerance_grams = models.PositiveSmallIntegerField(default=300)
    location_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="shipping_method_one_public_id"),
            models.CheckConstraint(condition=Q(min_days__lte=F("max_days")), name="shipping_days_in_order"),
            models.CheckConstraint(
                condition=Q(weight_tolerance_grams__lt=1000), name="shipping_tolerance_below_a_kilo"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pickup(self) -> bool:
        """Whether the shopper comes and fetches it."""
        return self.kind == MethodKind.PICKUP


class ShippingRate(StoreModel):
    """What a TABLE method costs in one region up to one weight.

    `region_code` is the beginning of a region's code: "" is all of Indonesia, "32" a province, "32.73" a
    city. The fee is `amount` plus `per_kg_amount` for each kilogram billed; no `up_to_grams` is any weight.
    """

    method = models.ForeignKey(ShippingMethod, models.CASCADE, related_name="rates", db_index=False)
    region_code = models.CharField(max_length=13, blank=True)
    up_to_grams = models.PositiveIntegerField(null=True)
    amount = models.PositiveBigIntegerField(default=0)
    per_kg_amount = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["method", "region_code", "up_to_grams"],
                nulls_distinct=False,
                name="shipping_rate_one_per_step",
            ),
            models.CheckConstraint(condition=~Q(up_to_grams=0), name="shipping_rate_carries_something"),
        ]

    def __str__(self) -> str:
        return f"{self.region_code or '*'} {self.amount}+{self.per_kg_amount}/kg"
