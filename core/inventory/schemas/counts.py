"""Shapes of counts: what is on the shelf, what changed it, and what was there."""

from datetime import datetime
from typing import Self

from ninja import Schema
from pydantic import Field

from core.inventory.models import MovementKind, StockItem, StockMovement
from core.inventory.schemas.fields import Count, Difference, Line, Paged, Placed, Quantity, Reason, Reference
from core.inventory.selectors import StockLevel, VariantStock
from core.kernel.schemas import Moment, PublicId


class StockLevelOut(Schema):
    """One SKU at one location. `available` is on_hand less allocated, reserved and safety."""

    sku: str
    variant_id: str
    location_id: str
    on_hand: int
    allocated: int
    reserved: int
    safety: int
    available: int
    incoming: int
    low_stock_threshold: int
    is_low: bool

    @classmethod
    def of(cls, sku: str, variant_id: str, level: StockLevel) -> Self:
        return cls(
            sku=sku,
            variant_id=variant_id,
            location_id=level.location.public_id,
            on_hand=level.on_hand,
            allocated=level.allocated,
            reserved=level.reserved,
            safety=level.safety,
            available=level.available,
            incoming=level.incoming,
            low_stock_threshold=level.low_stock_threshold,
            is_low=level.is_low,
        )


class StockOut(Schema):
    """One SKU: what may be sold in all, and what is where."""

    sku: str
    variant_id: str
    on_hand: int
    available: int
    locations: list[StockLevelOut]

    @classmethod
    def of(cls, stock: VariantStock) -> Self:
        sku, variant_id = stock.variant.sku, stock.variant.public_id
        return cls(
            sku=sku,
            variant_id=variant_id,
            on_hand=stock.on_hand,
            available=stock.available,
            locations=[StockLevelOut.of(sku, variant_id, level) for level in stock.levels],
        )


class StockQuery(Paged):
    """Which part of the stock table is wanted."""

    q: Line = Field(default="", description="Words of the name, a SKU or its beginning, or a whole barcode.")
    location_id: PublicId | None = None
    low: bool = False


class StockPage(Schema):
    """A page of the stock table."""

    items: list[StockLevelOut]
    next: str | None


class Adjustment(Placed):
    """A correction by a difference."""

    by: Difference = Field(description="Units to add; negative removes.")
    reason: Reason = Field(description="Why the count changes, for the ledger.")


class Recount(Placed):
    """What was counted on the shelf, promised units included."""

    counted: Count
    reason: Line = ""


class Receipt(Placed):
    """Goods that arrived."""

    quantity: Quantity
    reason: Line = ""
    reference: Reference = Field(default="", description="For example the supplier's delivery note.")


class Rules(Placed):
    """What is kept back from sale, and from how many on stock counts as low."""

    safety: Count = 0
    low_stock_threshold: Count | None = None


class MovementQuery(Paged):
    """Which movements are wanted."""

    variant_id: PublicId | None = None
    location_id: PublicId | None = None
    kind: MovementKind | None = None


class MovementOut(Schema):
    """One change of a count."""

    at: datetime
    kind: MovementKind
    sku: str
    location_id: str
    quantity: int
    on_hand_after: int
    reason: str
    reference: str
    actor: str

    @classmethod
    def of(cls, row: StockMovement) -> Self:
        return cls(
            at=row.at,
            kind=MovementKind(row.kind),
            sku=row.stock_item.variant.sku,
            location_id=row.stock_item.location.public_id,
            quantity=row.quantity,
            on_hand_after=row.on_hand_after,
            reason=row.reason,
            reference=row.reference,
            actor=row.actor_name,
        )


class MovementPage(Schema):
    """Movements, newest first."""

    items: list[MovementOut]
    next: str | None


class PastQuery(Paged):
    """Which moment is wanted: with its zone, RFC 3339."""

    moment: Moment
    location_id: PublicId | None = None


class PastCount(Schema):
    """What was on the shelf at a moment."""

    sku: str
    location_id: str
    on_hand: int

    @classmethod
    def of(cls, row: StockItem) -> Self:
        return cls(
            sku=row.variant.sku,
            location_id=row.location.public_id,
            on_hand=row.counted,  # type: ignore[attr-defined]
        )


class PastPage(Schema):
    """Counts at a moment, by SKU."""

    items: list[PastCount]
    next: str | None
