"""Whom we bill, and money of theirs that is with us."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.invoice_models import Invoice
from billing.plan_models import Currency


class BuyerDetails(models.Model):
    """Who a store wants its invoices made out to. What is empty is taken from the store's own profile."""

    store = models.OneToOneField("tenants.Store", models.CASCADE, related_name="buyer_details")
    name = models.CharField(max_length=120, blank=True)
    npwp = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=300, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(npwp__regex=r"^([0-9]{15,16})?$"), name="buyer_npwp_digits")
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.name}"


class BalanceKind(models.TextChoices):
    OVERPAID = "OVERPAID", _("Paid twice or too much")
    CREDITED = "CREDITED", _("Given back by a credit note")
    GIVEN = "GIVEN", _("Given by our staff")
    USED = "USED", _("Used for an invoice")
    PAID_OUT = "PAID_OUT", _("Paid out")


class BalanceEntry(models.Model):
    """Money that a store has with us, or uses up: its sum pays the next invoices. Only grows.

    What came in is positive, what was used is negative.
    """

    store = models.ForeignKey("tenants.Store", models.PROTECT, related_name="balance_entries")
    kind = models.CharField(max_length=8, choices=BalanceKind)
    currency = models.CharField(max_length=3, choices=Currency)
    amount = models.BigIntegerField()
    # What it is about, by our own names: a payment's reference, a credit note's or an invoice's number.
    source_ref = models.CharField(max_length=80)
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="balance_entries")
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "source_ref"], name="balance_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.kind} {self.amount}"
