"""Shapes of the locations."""

from typing import Annotated, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.inventory.models import Location, LocationKind
from core.inventory.schemas.fields import Line, Text
from core.kernel.schemas import StrictSchema


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
