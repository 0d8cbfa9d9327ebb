"""Who buys from this store."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.kernel import ids
from tenants.store_model import StoreModel


class Customer(StoreModel):
    """A shopper's record in one store. Found again by phone, or by e-mail where there is no phone.

    The three figures are kept by customers.services.note_order; orders themselves are never counted here.
    """

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True, max_length=2000)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    language = models.CharField(max_length=5, default="id")
    accepts_marketing = models.BooleanField(default=False)
    order_count = models.PositiveIntegerField(default=0)
    spent_amount = models.BigIntegerField(default=0)
    last_order_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="customer_one_public_id"),
            models.UniqueConstraint(fields=["phone"], name="customer_one_phone", condition=~Q(phone="")),
            models.UniqueConstraint(
                fields=["email"], name="customer_one_email", condition=~Q(email="") & Q(phone="")
            ),
        ]
        indexes = [models.Index(fields=["email"], name="customer_by_email")]

    def __str__(self) -> str:
        return self.name


class Address(StoreModel):
    """Where a customer has had something sent, newest use last."""

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="addresses", db_index=False
    )
    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    recipient_name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)
    address_line = models.CharField(max_length=200)
    landmark = models.CharField(max_length=120, blank=True)
    region_code = models.CharField(max_length=13)
    province = models.CharField(max_length=60)
    regency = models.CharField(max_length=60)
    district = models.CharField(max_length=60)
    village = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="address_one_public_id"),
            models.UniqueConstraint(
                fields=["customer", "recipient_name", "address_line", "region_code"], name="address_once"
            ),
        ]
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return f"{self.recipient_name}, {self.address_line}"
