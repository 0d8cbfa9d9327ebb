"""Shapes of the parcels API."""

from datetime import datetime
from typing import Annotated, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.fulfilment.models import Fulfilment, FulfilmentState
from core.kernel.schemas import StrictSchema
from core.orders.models import Order

Sku = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Line = Annotated[str, StringConstraints(max_length=60)]


class FulfilmentLineOut(Schema):
    sku: str
    quantity: int


class FulfilmentOut(Schema):
    """One parcel."""

    id: str
    order_id: str
    state: FulfilmentState
    courier_name: str
    waybill: str
    shipped_at: datetime
    delivered_at: datetime | None
    lines: list[FulfilmentLineOut]

    @classmethod
    def of(cls, parcel: Fulfilment, order: Order) -> Self:
        names = ("state", "courier_name", "waybill", "shipped_at", "delivered_at")
        return cls(
            id=parcel.public_id,
            order_id=order.public_id,
            lines=[
                FulfilmentLineOut(sku=line.order_line.sku, quantity=line.quantity)
                for line in parcel.lines.all()
            ],
            **{name: getattr(parcel, name) for name in names},
        )


class FulfilmentsOut(Schema):
    """The parcels of an order, oldest first."""

    items: list[FulfilmentOut]
    next: str | None = None


class FulfilmentLineIn(StrictSchema):
    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]


class WaybillIn(StrictSchema):
    """Who carries a parcel, and under which number."""

    courier_name: Line = ""
    waybill: Line = ""


class FulfilmentIn(WaybillIn):
    """A parcel. Without lines, everything that is left."""

    lines: Annotated[list[FulfilmentLineIn], Field(min_length=1, max_length=200)] | None = None

    def quantities(self) -> dict[str, int] | None:
        """SKU -> units, a SKU named twice added up; None for everything that is left."""
        if self.lines is None:
            return None
        units: dict[str, int] = {}
        for line in self.lines:
            units[line.sku] = units.get(line.sku, 0) + line.quantity
        return units
