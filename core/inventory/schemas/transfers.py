"""Shapes of transfers between locations."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

from ninja import Schema
from pydantic import Field

from core.inventory.models import Transfer, TransferLine, TransferState
from core.inventory.schemas.fields import Count, Paged, Quantity, Sku, Text
from core.kernel.schemas import PublicId, StrictSchema


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
