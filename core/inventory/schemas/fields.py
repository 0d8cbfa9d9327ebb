"""Parts that the shapes of the inventory API share."""

from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from core.kernel.schemas import Cursor, Limit, PublicId, StrictSchema

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


class Placed(StrictSchema):
    """A SKU at a location; without one, the default location."""

    sku: Sku
    location_id: PublicId | None = None
