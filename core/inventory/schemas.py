"""Shapes of the inventory API."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.inventory.models import (
    Allocation,
    Location,
    LocationKind,
    MovementKind,
    Reservation,
    StockItem,
    StockMovement,
    Transfer,
    TransferLine,
    TransferState,
)
from core.inventory.selectors import StockLevel, VariantStock
from core.kernel.schemas import Cursor, Limit, Moment, PublicId, StrictSchema

MOST = 1_000_000

Sku = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
Quantity = Annotated[int, Field(ge=1, le=MOST)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Difference = Annotated[int, Field(ge=-MOST, le=MOST)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
Line = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Reference = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]
OwnWord = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]


class Paged(Schema):
    """Which page of a list is wanted: `after` is the `next` of the page before."""

    after: Cursor = ""
    limit: Limit = 50


class LocationOut(Schema):
    """A place that holds goods."""

    id: str
    name: str
    code: str
    kind: LocationKind
    address_line: str
    region_code: str
    postcode: str
    phone: str
    is_active: bool
    is_default: bool
    allows_pickup: bool
    position: int

    @classmethod
    def of(cls, location: Location) -> Self:
        fields = {name: getattr(location, name) for name in cls.model_fields if name != "id"}
        return cls(id=location.public_id, **fields)


class LocationsOut(Schema):
    """Every location: the default first, closed ones last."""

    items: list[LocationOut]
    next: str | None = None


class LocationEdit(StrictSchema):
    """What may be changed; fields left out stay."""

    name: Line | None = None
    code: Annotated[str, StringConstraints(max_length=12)] | None = None
    kind: LocationKind | None = None
    address_line: Text | None = None
    region_code: Annotated[str, StringConstraints(max_length=13, pattern=r"^[0-9.]*$")] | None = None
    postcode: Annotated[str, StringConstraints(pattern=r"^([0-9]{5})?$")] | None = None
    phone: Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9+() -]*$")] | None = None
    is_active: bool | None = None
    allows_pickup: bool | None = None
    position: Annotated[int, Field(ge=0, le=10_000)] | None = None


class LocationIn(LocationEdit):
    """A new location. Its code is short, unique and written in capitals: `BDG-1`."""

    name: Line
    code: Annotated[str, StringConstraints(min_length=1, max_length=12)]


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


class Placed(StrictSchema):
    """A SKU at a location; without one, the default location."""

    sku: Sku
    location_id: PublicId | None = None


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


class TransferQuery(Paged):
    """Which transfers are wanted."""

    state: TransferState | None = None


class TransferLineIn(StrictSchema):
    """How many units of a SKU."""

    sku: Sku
    quantity: Quantity


class TransferIn(StrictSchema):
    """Goods that shall move from one location to another."""

    source_id: PublicId
    destination_id: PublicId
    lines: Annotated[list[TransferLineIn], Field(min_length=1, max_length=500)]
    note: Text = ""


class TransferEdit(StrictSchema):
    """New lines and note of a draft."""

    lines: Annotated[list[TransferLineIn], Field(min_length=1, max_length=500)]
    note: Text = ""


class ArrivedLine(StrictSchema):
    """How many units of a SKU arrived now."""

    sku: Sku
    quantity: Count


class Arrival(StrictSchema):
    """One delivery of a transfer."""

    lines: Annotated[list[ArrivedLine], Field(max_length=500)]
    is_complete: bool = Field(default=False, description="Nothing more will come: close with a discrepancy.")


def units_of(lines: Iterable[TransferLineIn | ArrivedLine]) -> dict[str, int]:
    """SKU -> whole units; a SKU that is named twice counts together."""
    units: Counter[str] = Counter()
    for line in lines:
        units[line.sku] += line.quantity
    return dict(units)


class TransferLineOut(Schema):
    """One line of a transfer. `discrepancy` is arrived less sent."""

    sku: str
    quantity: int
    received_quantity: int
    discrepancy: int


class TransferOut(Schema):
    """A transfer with its lines."""

    id: str
    number: str
    state: TransferState
    source_id: str
    destination_id: str
    note: str
    created_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    lines: list[TransferLineOut]

    @classmethod
    def of(cls, transfer: Transfer, lines: list[TransferLine]) -> Self:
        return cls(
            id=transfer.public_id,
            number=transfer.number,
            state=TransferState(transfer.state),
            source_id=transfer.source.public_id,
            destination_id=transfer.destination.public_id,
            note=transfer.note,
            created_at=transfer.created_at,
            sent_at=transfer.sent_at,
            received_at=transfer.received_at,
            lines=[
                TransferLineOut(
                    sku=line.variant.sku,
                    quantity=line.quantity,
                    received_quantity=line.received_quantity,
                    discrepancy=line.discrepancy,
                )
                for line in lines
            ],
        )


class TransferHead(Schema):
    """A transfer in a list: how many units it moves, and how many of them arrived."""

    id: str
    number: str
    state: TransferState
    source_id: str
    destination_id: str
    created_at: datetime
    units: int
    arrived: int

    @classmethod
    def of(cls, row: Transfer) -> Self:
        return cls(
            id=row.public_id,
            number=row.number,
            state=TransferState(row.state),
            source_id=row.source.public_id,
            destination_id=row.destination.public_id,
            created_at=row.created_at,
            units=row.units,  # type: ignore[attr-defined]
            arrived=row.arrived,  # type: ignore[attr-defined]
        )


class TransferPage(Schema):
    """Transfers, newest first."""

    items: list[TransferHead]
    next: str | None


class ReservationIn(Placed):
    """Units to put aside under a word of your own."""

    quantity: Quantity
    reference: OwnWord
    note: Line = ""
    expires_at: Moment | None = None


class ReleaseIn(StrictSchema):
    """The word under which units were put aside."""

    reference: OwnWord


class HeldQuery(Paged):
    """Of which variant the held units are wanted."""

    variant_id: PublicId | None = None


class HeldOut(Schema):
    """Units that are reserved, or promised to an order."""

    reference: str
    sku: str
    location_id: str
    quantity: int
    note: str = ""
    expires_at: datetime | None = None

    @classmethod
    def of_reservation(cls, row: Reservation) -> Self:
        return cls(
            reference=row.reference,
            sku=row.stock_item.variant.sku,
            location_id=row.stock_item.location.public_id,
            quantity=row.quantity,
            note=row.note,
            expires_at=row.expires_at,
        )

    @classmethod
    def of_allocation(cls, row: Allocation) -> Self:
        return cls(
            reference=row.reference,
            sku=row.stock_item.variant.sku,
            location_id=row.stock_item.location.public_id,
            quantity=row.outstanding,
        )


class HeldPage(Schema):
    """Held units, newest first."""

    items: list[HeldOut]
    next: str | None
