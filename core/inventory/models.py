"""What is where: locations, counts, promises, and the movements that explain every count."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.kernel.ids import MAX_LENGTH
from tenants.store_model import StoreModel


class LocationKind(models.TextChoices):
    """What sort of place holds the goods."""

    WAREHOUSE = "WAREHOUSE", _("Warehouse")
    STORE = "STORE", _("Shop")
    CONSIGNMENT = "CONSIGNMENT", _("Consignment")
    THIRD_PARTY = "THIRD_PARTY", _("Partner's warehouse")
    VIRTUAL = "VIRTUAL", _("Virtual")


class Location(StoreModel):
    """A place that holds goods. One of them is the default; it cannot be closed."""

    public_id = models.CharField(max_length=MAX_LENGTH)
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=12)
    kind = models.CharField(max_length=12, choices=LocationKind, default=LocationKind.WAREHOUSE)
    address_line = models.CharField(max_length=200, blank=True)
    region_code = models.CharField(max_length=13, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    allows_pickup = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="location_one_public_id"),
            models.UniqueConstraint(fields=["code"], name="location_one_code"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="location_one_default"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(is_active=True), name="location_default_is_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StockItem(StoreModel):
    """How many of one variant sit at one location, and how many are already spoken for.

    `available` is what may still be sold. Only inventory.services changes the counters, and every change of
    `on_hand` leaves a StockMovement behind.
    """

    variant = models.ForeignKey("catalog.Variant", models.PROTECT, related_name="stock")
    location = models.ForeignKey(Location, models.PROTECT, related_name="stock", db_index=False)
    on_hand = models.PositiveIntegerField(default=0)
    allocated = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)
    safety = models.PositiveIntegerField(default=0)
    low_stock_threshold = models.PositiveIntegerField(null=True)
    low_alerted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "variant"], name="stock_one_row_per_location"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("allocated") + F("reserved")), name="stock_never_oversold"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}@{self.location_id}: {self.available} available"

    @property
    def available(self) -> int:
        """Units that may still be sold; 0 when the safety stock is being used up."""
        return max(self.on_hand - self.allocated - self.reserved - self.safety, 0)

    def threshold(self, fallback: int) -> int:
        """At how many available units this is low: by its own rule, the variant's, or the store's."""
        for own in (self.low_stock_threshold, self.variant.low_stock_threshold):
            if own is not None:
                return own
        return fallback


class MovementKind(models.TextChoices):
    """Why a count changed."""

    RECEIVED = "RECEIVED", _("Received")
    ADJUSTED = "ADJUSTED", _("Adjusted")
    COUNTED = "COUNTED", _("Counted")
    CONSUMED = "CONSUMED", _("Shipped")
    RESTOCKED = "RESTOCKED", _("Came back")
    SENT = "SENT", _("Transfer out")
    ARRIVED = "ARRIVED", _("Transfer in")


class StockMovement(StoreModel):
    """One change of `on_hand`: append-only. The sum of an item's movements is its count."""

    stock_item = models.ForeignKey(StockItem, models.PROTECT, related_name="movements", db_index=False)
    kind = models.CharField(max_length=10, choices=MovementKind)
    quantity = models.IntegerField()
    on_hand_after = models.PositiveIntegerField()
    reason = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=80)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="movement_moves_something")]
        indexes = [
            models.Index(fields=["stock_item", "at"], name="movement_by_stock_item"),
            models.Index(fields=["at"], name="movement_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity:+d}"


class Allocation(StoreModel):
    """Units firmly promised to a reference (an order's number). `consumed` of them have left."""

    stock_item = models.ForeignKey(StockItem, models.PROTECT, related_name="allocations", db_index=False)
    reference = models.CharField(max_length=40)
    quantity = models.PositiveIntegerField()
    consumed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference", "stock_item"], name="allocation_once_per_reference"),
            models.CheckConstraint(
                condition=Q(consumed__lte=F("quantity")), name="allocation_not_overconsumed"
            ),
        ]
        indexes = [models.Index(fields=["stock_item"], name="allocation_by_stock_item")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity}"

    @property
    def outstanding(self) -> int:
        """Units that are promised and still here."""
        return self.quantity - self.consumed


class Reservation(StoreModel):
    """Units put aside: for a checkout that is going on, or by a member until they say otherwise."""

    public_id = models.CharField(max_length=MAX_LENGTH)
    stock_item = models.ForeignKey(StockItem, models.PROTECT, related_name="reservations", db_index=False)
    reference = models.CharField(max_length=40)
    quantity = models.PositiveIntegerField()
    note = models.CharField(max_length=80, blank=True)
    actor_name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="reservation_one_public_id"),
            models.UniqueConstraint(
                fields=["reference", "stock_item"], name="reservation_once_per_reference"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="reservation_holds_something"),
        ]
        indexes = [
            models.Index(fields=["stock_item"], name="reservation_by_stock_item"),
            models.Index(fields=["expires_at"], name="reservation_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity}"


class TransferState(models.TextChoices):
    """Where a transfer is."""

    DRAFT = "DRAFT", _("Draft")
    IN_TRANSIT = "IN_TRANSIT", _("In transit")
    RECEIVED = "RECEIVED", _("Received")
    CANCELLED = "CANCELLED", _("Cancelled")


MAY_BECOME: dict[str, frozenset[str]] = {
    TransferState.DRAFT: frozenset({TransferState.IN_TRANSIT, TransferState.CANCELLED}),
    TransferState.IN_TRANSIT: frozenset({TransferState.RECEIVED}),
    TransferState.RECEIVED: frozenset(),
    TransferState.CANCELLED: frozenset(),
}


class Transfer(StoreModel):
    """Goods on their way from one location to another. They count nowhere until they arrive."""

    public_id = models.CharField(max_length=MAX_LENGTH)
    number = models.CharField(max_length=20)
    source = models.ForeignKey(Location, models.PROTECT, related_name="outgoing", db_index=False)
    destination = models.ForeignKey(Location, models.PROTECT, related_name="incoming", db_index=False)
    state = models.CharField(max_length=10, choices=TransferState, default=TransferState.DRAFT)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="transfer_one_public_id"),
            models.UniqueConstraint(fields=["number"], name="transfer_one_number"),
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="transfer_between_two_locations"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class TransferLine(StoreModel):
    """One variant of a transfer: how many left, and how many have arrived so far."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="lines", db_index=False)
    variant = models.ForeignKey("catalog.Variant", models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    received_quantity = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "variant"], name="transfer_line_once_per_variant"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="transfer_line_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.received_quantity}/{self.quantity}"

    @property
    def outstanding(self) -> int:
        """Units that left and have not arrived."""
        return max(self.quantity - self.received_quantity, 0)

    @property
    def discrepancy(self) -> int:
        """Arrived less sent: negative when units went missing."""
        return self.received_quantity - self.quantity
