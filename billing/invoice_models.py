"""Our own invoices to stores, what was paid on them, what was given back, and the fees that go on them."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.plan_models import Currency


class NumberSeries(models.Model):
    """The last number given out in a series, such as invoices of 2026. Its row is locked while one is taken,
    so that no number is left out when a transaction is rolled back."""

    name = models.CharField(max_length=30, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class InvoiceState(models.TextChoices):
    OPEN = "OPEN", _("Open")
    PAID = "PAID", _("Paid")
    UNCOLLECTIBLE = "UNCOLLECTIBLE", _("Written off")
    VOID = "VOID", _("Void")


class Invoice(models.Model):
    """What a store owes us for a period. It is numbered from the start, and only its state ever changes.

    Amounts are in the currency's unit that we count; net + tax = total.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    number = models.CharField(max_length=30, unique=True)
    store = models.ForeignKey("tenants.Store", models.PROTECT, related_name="platform_invoices")
    provider = models.CharField(max_length=7)
    external_ref = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=13, choices=InvoiceState, default=InvoiceState.OPEN)
    reason = models.CharField(max_length=20)
    currency = models.CharField(max_length=3, choices=Currency)
    net_amount = models.BigIntegerField()
    tax_amount = models.BigIntegerField()
    total_amount = models.BigIntegerField()
    paid_amount = models.BigIntegerField(default=0)
    credited_amount = models.BigIntegerField(default=0)
    refunded_amount = models.BigIntegerField(default=0)
    # As printed: "PPN 11% (12% x 11/12)", and the parties as they were on that day.
    tax_name = models.CharField(max_length=40, blank=True)
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    period_starts_at = models.DateTimeField(null=True)
    period_ends_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "external_ref"],
                condition=~Q(external_ref=""),
                name="invoice_one_per_ref",
            ),
            models.CheckConstraint(
                condition=Q(total_amount=F("net_amount") + F("tax_amount")), name="invoice_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__lte=F("paid_amount")), name="invoice_not_refunded_twice"
            ),
            models.CheckConstraint(
                condition=Q(credited_amount__lte=F("total_amount")), name="invoice_not_credited_twice"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-issued_at"], name="invoice_by_store"),
            models.Index(fields=["due_at"], condition=Q(state="OPEN"), name="invoice_open_by_due"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def open_amount(self) -> int:
        """What is still to be paid."""
        if self.state != InvoiceState.OPEN:
            return 0
        return max(self.total_amount - self.credited_amount - self.paid_amount, 0)


class LineKind(models.TextChoices):
    PLAN = "PLAN", _("Plan")
    PRORATION = "PRORATION", _("Part of a period")
    DISCOUNT = "DISCOUNT", _("Discount")
    FEES = "FEES", _("Transaction fees")
    ADD_ON = "ADD_ON", _("Add-on")
    SERVICE = "SERVICE", _("Service")
    CREDIT = "CREDIT", _("Credit")


class InvoiceLine(models.Model):
    """One line of an invoice, before tax."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=LineKind)
    text = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(default=1)
    net_amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position")]

    def __str__(self) -> str:
        return self.text


class PaymentState(models.TextChoices):
    PENDING = "PENDING", _("Waiting for the money")
    PAID = "PAID", _("Paid")
    FAILED = "FAILED", _("Failed")
    EXPIRED = "EXPIRED", _("Expired")


class InvoicePayment(models.Model):
    """One attempt to pay an invoice: a charged card, a virtual account, a QR code, a transfer we were shown.

    `reference` is ours; the provider charges one reference at most once.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=80, unique=True)
    provider = models.CharField(max_length=10)
    method = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=7, choices=PaymentState, default=PaymentState.PENDING)
    amount = models.BigIntegerField()
    pay_url = models.URLField(max_length=500, blank=True)
    external_ref = models.CharField(max_length=120, blank=True)
    trouble = models.CharField(max_length=200, blank=True)
    confirmed_by = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="PENDING"), name="invoice_payment_pending"),
            models.Index(fields=["invoice"], name="invoice_payment_by_invoice"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"


class CreditNote(models.Model):
    """Takes back part of an invoice, or all of it. Numbered without gaps in a series of its own."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    number = models.CharField(max_length=30, unique=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    net_amount = models.BigIntegerField()
    tax_amount = models.BigIntegerField()
    total_amount = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    external_ref = models.CharField(max_length=120, blank=True)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total_amount=F("net_amount") + F("tax_amount")), name="credit_note_adds_up"
            )
        ]

    def __str__(self) -> str:
        return self.number


class RefundState(models.TextChoices):
    ASKED = "ASKED", _("Waits for a second person")
    APPROVED = "APPROVED", _("Approved")
    SENT = "SENT", _("Sent back")
    REFUSED = "REFUSED", _("Refused")
    FAILED = "FAILED", _("Failed")


class InvoiceRefund(models.Model):
    """Money back to a seller: one of the staff asks, another one approves, then the provider is told."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(InvoicePayment, models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=RefundState, default=RefundState.ASKED)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey("tenants.User", models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("tenants.User", models.PROTECT, null=True, related_name="+")
    credit_note = models.ForeignKey(CreditNote, models.PROTECT, null=True, related_name="refunds")
    external_ref = models.CharField(max_length=120, blank=True)
    trouble = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_refund_something"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="invoice_refund_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"


class FeeKind(models.TextChoices):
    ACCRUED = "ACCRUED", _("Fee")
    REVERSED = "REVERSED", _("Fee given back")


class FeeEntry(models.Model):
    """What one payment of a shopper through a gateway costs the store, or gives back. Only grows.

    `amount` is what is charged after the month's cap, in whole rupiah; a reversal is negative.
    """

    store = models.ForeignKey("tenants.Store", models.PROTECT, related_name="fees")
    kind = models.CharField(max_length=8, choices=FeeKind)
    # The store's own names: an order's number, and the payment or refund that it is about.
    order_number = models.CharField(max_length=40)
    source_ref = models.CharField(max_length=80)
    month = models.DateField()
    basis_amount = models.BigIntegerField()
    basis_points = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind", "source_ref"], name="fee_entry_once")]
        indexes = [models.Index(fields=["store", "month"], name="fee_entry_by_month")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.order_number} {self.amount}"


class FeeReport(models.Model):
    """That a fee was told to the card provider's meter or put on an invoice: once, by `identifier`."""

    entry = models.OneToOneField(FeeEntry, models.PROTECT, related_name="report")
    identifier = models.CharField(max_length=100, unique=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="fee_reports")
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.identifier
