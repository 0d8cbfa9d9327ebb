"""How this store may be paid, and what became of each payment."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.kernel import ids
from tenants.store_model import StoreModel


class MethodCode(models.TextChoices):
    MANUAL_TRANSFER = "MANUAL_TRANSFER", _("Bank transfer")
    COD = "COD", _("Cash on delivery")
    MIDTRANS = "MIDTRANS", _("Online payment")


class PaymentState(models.TextChoices):
    PENDING = "PENDING", _("Waiting for payment")
    AUTHORISED = "AUTHORISED", _("Authorised")
    REVIEW = "REVIEW", _("Under review")
    PAID = "PAID", _("Paid")
    FAILED = "FAILED", _("Failed")
    CANCELLED = "CANCELLED", _("Cancelled")
    EXPIRED = "EXPIRED", _("Expired")
    PARTLY_REFUNDED = "PARTLY_REFUNDED", _("Partly refunded")
    REFUNDED = "REFUNDED", _("Refunded")
    REVERSED = "REVERSED", _("Taken back by the bank")
    DISPUTED = "DISPUTED", _("Disputed")


_UNSETTLED = {PaymentState.FAILED, PaymentState.CANCELLED, PaymentState.EXPIRED}
_BACKWARDS: set[str] = {
    PaymentState.PARTLY_REFUNDED,
    PaymentState.REFUNDED,
    PaymentState.REVERSED,
    PaymentState.DISPUTED,
}

# A shopper may try again on the gateway's page, so PAID can follow a refusal; nothing leads from paid
# back to waiting, whatever a late message says.
MAY_BECOME: dict[str, set[str]] = {
    PaymentState.PENDING: {PaymentState.AUTHORISED, PaymentState.REVIEW, PaymentState.PAID, *_UNSETTLED},
    PaymentState.AUTHORISED: {PaymentState.REVIEW, PaymentState.PAID, *_UNSETTLED},
    PaymentState.REVIEW: {PaymentState.AUTHORISED, PaymentState.PAID, *_UNSETTLED},
    PaymentState.FAILED: {
        PaymentState.PENDING,
        PaymentState.PAID,
        PaymentState.EXPIRED,
        PaymentState.CANCELLED,
    },
    PaymentState.CANCELLED: {PaymentState.PAID},
    PaymentState.EXPIRED: {PaymentState.PAID},
    PaymentState.PAID: _BACKWARDS,
    PaymentState.PARTLY_REFUNDED: _BACKWARDS,
    PaymentState.REFUNDED: {PaymentState.DISPUTED},
    PaymentState.REVERSED: {PaymentState.PAID},
    PaymentState.DISPUTED: {PaymentState.PAID, PaymentState.REFUNDED, PaymentState.REVERSED},
}
OPEN_STATES = (PaymentState.PENDING, PaymentState.AUTHORISED, PaymentState.REVIEW, PaymentState.FAILED)
# The store has money of it that may have to go back.
HOLDING_STATES = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.DISPUTED)


class PaymentMethod(StoreModel):
    """One way to pay that the store offers or could offer; `credentials` are sealed."""

    code = models.CharField(max_length=20, choices=MethodCode)
    is_enabled = models.BooleanField(default=False)
    title = models.CharField(max_length=60)
    instructions = models.TextField(blank=True, max_length=1000)
    position = models.PositiveSmallIntegerField(default=0)
    credentials = models.TextField(blank=True)
    is_live = models.BooleanField(default=False)
    endpoint_id = models.CharField(max_length=ids.MAX_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="payment_method_one_code"),
            models.UniqueConstraint(fields=["endpoint_id"], name="payment_method_one_endpoint"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def place(self) -> str:
        """Where its credentials are sealed to."""
        return f"payments_paymentmethod|{self.code}"


class BankAccount(StoreModel):
    """Where shoppers transfer to."""

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    bank = models.CharField(max_length=40)
    number = models.CharField(max_length=30)
    holder = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="bank_account_one_public_id"),
            models.UniqueConstraint(fields=["bank", "number"], name="bank_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.number}"


class Payment(StoreModel):
    """One attempt to pay an order. `reference` is what a gateway knows it by: `SO-1043-1`."""

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="payments", db_index=False)
    method = models.CharField(max_length=20, choices=MethodCode)
    state = models.CharField(max_length=15, choices=PaymentState, default=PaymentState.PENDING)
    attempt = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=40)
    currency = models.CharField(max_length=3, default="IDR")
    amount = models.BigIntegerField()
    unique_code_amount = models.PositiveSmallIntegerField(default=0)
    received_amount = models.BigIntegerField(default=0)
    refunded_amount = models.BigIntegerField(default=0)
    redirect_url = models.CharField(max_length=500, blank=True)
    provider_reference = models.CharField(max_length=80, blank=True)
    provider_method = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="payment_one_public_id"),
            models.UniqueConstraint(fields=["reference"], name="payment_one_reference"),
            models.UniqueConstraint(fields=["order", "attempt"], name="payment_one_attempt"),
            models.UniqueConstraint(
                fields=["amount"],
                condition=Q(method="MANUAL_TRANSFER", state="PENDING"),
                name="payment_open_transfers_differ",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(refunded_amount__gte=0), name="payment_amounts_in_range"
            ),
        ]
        indexes = [models.Index(fields=["state", "expires_at"], name="payment_by_expiry")]

    def __str__(self) -> str:
        return self.reference

    @property
    def refundable_amount(self) -> int:
        """How much of it can still go back."""
        return max(self.received_amount - self.refunded_amount, 0)

    @property
    def is_open(self) -> bool:
        """Whether money may still come in the ordinary way."""
        return self.state in OPEN_STATES


class MessageState(models.TextChoices):
    RECEIVED = "RECEIVED", _("Received")
    APPLIED = "APPLIED", _("Applied")
    IGNORED = "IGNORED", _("Nothing to do")
    REFUSED = "REFUSED", _("Refused")


class GatewayMessage(StoreModel):
    """What a gateway told us, kept as it came, once per event."""

    provider = models.CharField(max_length=20)
    event_key = models.CharField(max_length=80)
    reference = models.CharField(max_length=60)
    outcome = models.CharField(max_length=15)
    amount = models.BigIntegerField()
    body = models.JSONField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.RECEIVED)
    note = models.CharField(max_length=200, blank=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_key"], name="gateway_message_once")]
        indexes = [models.Index(fields=["reference", "received_at"], name="gateway_message_by_reference")]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference} {self.outcome}"


class RefundState(models.TextChoices):
    REQUESTED = "REQUESTED", _("Asked for")
    DONE = "DONE", _("Done")
    REFUSED = "REFUSED", _("Refused")


class Refund(StoreModel):
    """Money on its way back. `public_id` is what makes repeating it at the gateway harmless."""

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    payment = models.ForeignKey("payments.Payment", models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    is_by_hand = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=RefundState, default=RefundState.REQUESTED)
    refusal = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="refund_one_public_id"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something"),
        ]

    def __str__(self) -> str:
        return self.public_id
