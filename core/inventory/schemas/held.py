"""Shapes of units that are put aside."""

from datetime import datetime
from typing import Self

from ninja import Schema

from core.inventory.models import Allocation, Reservation
from core.inventory.schemas.fields import Line, OwnWord, Paged, Placed, Quantity
from core.kernel.schemas import Moment, PublicId, StrictSchema


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
