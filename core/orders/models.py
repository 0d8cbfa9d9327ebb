"""What was bought, by whom, for how much, and how far it has come."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from core.kernel import ids
from tenants.store_model import StoreModel


class OrderState(models.TextChoices):
    OPEN = "OPEN", _("Open")
    CLOSED = "CLOSED", _("Closed")
    CANCELLED = "CANCELLED", _("Cancelled")


class PaymentState(models.TextChoices):
    UNPAID = "UNPAID", _("Unpaid")
    PAID = "PAID", _("Paid")
    PARTLY_REFUNDED = "PARTLY_REFUNDED", _("Partly refunded")
    REFUNDED = "REFUNDED", _("Refunded")


class FulfilmentState(models.TextChoices):
    UNFULFILLED = "UNFULFILLED", _("Not shipped")
    PARTLY_FULFILLED = "PARTLY_FULFILLED", _("Partly shipped")
    FULFILLED = "FULFILLED", _("Shipped")
    DELIVERED = "DELIVERED", _("Delivered")


class OrderSource(models.TextChoices):
    STOREFRONT = "STOREFRONT", _("Storefront")
    API = "API", _("API")
    DASHBOARD = "DASHBOARD", _("Dashboard")


# A cancelled order opens again only when its money arrives late and its goods are still there.
ORDER_MAY_BECOME: dict[str, set[str]] = {
    OrderState.OPEN: {OrderState.CLOSED, OrderState.CANCELLED},
    OrderState.CLOSED: {OrderState.OPEN},
    OrderState.CANCELLED: {OrderState.OPEN},
}
# Back to UNPAID is a bank taking the money back.
PAYMENT_MAY_BECOME: dict[str, set[str]] = {
    PaymentState.UNPAID: {PaymentState.PAID},
    PaymentState.PAID: {PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED, PaymentState.UNPAID},
    PaymentState.PARTLY_REFUNDED: {PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED, PaymentState.UNPAID},
    PaymentState.REFUNDED: set(),
}
FULFILMENT_MAY_BECOME: dict[str, set[str]] = {
    FulfilmentState.UNFULFILLED: {FulfilmentState.PARTLY_FULFILLED, FulfilmentState.FULFILLED},
    FulfilmentState.PARTLY_FULFILLED: {FulfilmentState.PARTLY_FULFILLED, FulfilmentState.FULFILLED},
    FulfilmentState.FULFILLED: {FulfilmentState.DELIVERED},
    FulfilmentState.DELIVERED: set(),
}


# What a search looks into, besides the lines and the parcels.
SEARCHED = ("number", "customer_name", "recipient_name", "phone", "email")


class Order(StoreModel):
    """One purchase, with the prices, the names and the address as they were when it was placed.

    Three small states move apart from each other: `state`, `payment_state`, `fulfilment_state`.
    `token` opens the shopper's status page without a login.
    """

    number = models.CharField(max_length=20)
    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    token = models.CharField(max_length=43)
    placed_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=OrderState, default=OrderState.OPEN)
    payment_state = models.CharField(max_length=15, choices=PaymentState, default=PaymentState.UNPAID)
    fulfilment_state = models.CharField(
        max_length=16, choices=FulfilmentState, default=FulfilmentState.UNFULFILLED
    )
    source = models.CharField(max_length=10, choices=OrderSource, default=OrderSource.STOREFRONT)
    language = models.CharField(max_length=5, default="id")

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="orders")
    customer_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)

    recipient_name = models.CharField(max_length=120, blank=True)
    address_phone = models.CharField(max_length=20, blank=True)
    address_line = models.CharField(max_length=200, blank=True)
    landmark = models.CharField(max_length=120, blank=True)
    region_code = models.CharField(max_length=13, blank=True)
    province = models.CharField(max_length=60, blank=True)
    regency = models.CharField(max_length=60, blank=True)
    district = models.CharField(max_length=60, blank=True)
    village = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(max_length=5, blank=True)

    shipping_method_name = models.CharField(max_length=80, blank=True)
    is_pickup = models.BooleanField(default=False)
    location_id = models.BigIntegerField()
    payment_method = models.CharField(max_length=20)
    expires_at = models.DateTimeField(null=True)

    currency = models.CharField(max_length=3, default="IDR")
    subtotal_amount = models.BigIntegerField()
    shipping_amount = models.BigIntegerField(default=0)
    discount_amount = models.BigIntegerField(default=0)
    unique_code_amount = models.BigIntegerField(default=0)
    total_amount = models.BigIntegerField()
    refunded_amount = models.BigIntegerField(default=0)
    weight_grams = models.PositiveIntegerField(default=0)

    note = models.TextField(blank=True, max_length=1000)
    staff_note = models.TextField(blank=True, max_length=2000)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    paid_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_one_number"),
            models.UniqueConstraint(fields=["public_id"], name="order_one_public_id"),
            models.UniqueConstraint(fields=["token"], name="order_one_token"),
            models.CheckConstraint(
                condition=Q(
                    total_amount=F("subtotal_amount")
                    + F("shipping_amount")
                    - F("discount_amount")
                    + F("unique_code_amount")
                ),
                name="order_amounts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(total_amount__gte=0)
                & Q(refunded_amount__gte=0)
                & Q(refunded_amount__lte=F("total_amount")),
                name="order_amounts_in_range",
            ),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest_first"),
            models.Index(
                fields=["state", "payment_state", "fulfilment_state", "-placed_at"], name="order_by_states"
            ),
            models.Index(fields=["total_amount"], name="order_by_total"),
            GinIndex(
                *(OpClass(Upper(field), name="gin_trgm_ops") for field in SEARCHED),
                name="order_by_words",
            ),
            GinIndex(fields=["tags"], name="order_by_tags"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_on_delivery(self) -> bool:
        """Whether the courier brings the money back."""
        return self.payment_method == "COD"

    @property
    def may_be_shipped(self) -> bool:
        """Whether its goods may leave: open, something left to send, and paid or payable on delivery."""
        waits = self.fulfilment_state in (FulfilmentState.UNFULFILLED, FulfilmentState.PARTLY_FULFILLED)
        is_covered = self.is_on_delivery or self.payment_state in (
            PaymentState.PAID,
            PaymentState.PARTLY_REFUNDED,
        )
        return self.state == OrderState.OPEN and waits and is_covered

    @property
    def may_be_cancelled(self) -> bool:
        """Whether nothing of it has left yet."""
        return self.state == OrderState.OPEN and self.fulfilment_state == FulfilmentState.UNFULFILLED


class OrderLine(StoreModel):
    """So many of one variant, as it was called and priced that day."""

    order = models.ForeignKey("orders.Order", models.CASCADE, related_name="lines", db_index=False)
    variant_id = models.BigIntegerField()
    sku = models.CharField(max_length=64)
    product_title = models.CharField(max_length=200)
    variant_title = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField()
    unit_amount = models.BigIntegerField()
    total_amount = models.BigIntegerField()
    weight_grams = models.PositiveIntegerField(default=0)
    image_url = models.CharField(max_length=300, blank=True)
    fulfilled_quantity = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="order_line_one_per_sku"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1)
                & Q(unit_amount__gte=0)
                & Q(total_amount=F("unit_amount") * F("quantity")),
                name="order_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(fulfilled_quantity__lte=F("quantity")), name="order_line_never_oversent"
            ),
        ]
        indexes = [
            models.Index(fields=["variant_id"], name="order_line_by_variant"),
            GinIndex(
                *(OpClass(Upper(field), name="gin_trgm_ops") for field in ("sku", "product_title")),
                name="order_line_by_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"

    @property
    def left_quantity(self) -> int:
        """Units that still have to leave."""
        return self.quantity - self.fulfilled_quantity


class Invoice(StoreModel):
    """The invoice of one order: numbered without gaps, and frozen as it was issued."""

    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="invoice")
    number = models.CharField(max_length=30)
    issued_at = models.DateTimeField()
    snapshot = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="invoice_one_number")]

    def __str__(self) -> str:
        return self.number


class SavedView(StoreModel):
    """A named set of filters of the order list, for everybody in the store."""

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="saved_view_one_public_id"),
            models.UniqueConstraint(fields=["name"], name="saved_view_one_name"),
        ]

    def __str__(self) -> str:
        return self.name


class BulkState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    STOPPED = "STOPPED", _("Stopped")


class BulkRun(StoreModel):
    """One verb for many orders, and what became of each.

    `results` maps an order's public id to "" where it worked, else to why it did not. An order that has a
    result is not touched again, so a run that broke off goes on where it was.
    """

    public_id = models.CharField(max_length=ids.MAX_LENGTH)
    verb = models.CharField(max_length=20)
    told = models.JSONField(default=dict)
    order_ids = ArrayField(models.CharField(max_length=ids.MAX_LENGTH))
    results = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=BulkState, default=BulkState.WAITING)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=80)
    job_id = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["public_id"], name="bulk_run_one_public_id")]

    def __str__(self) -> str:
        return f"{self.verb} {len(self.results)}/{len(self.order_ids)}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in (BulkState.DONE, BulkState.STOPPED)
