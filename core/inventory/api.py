"""The stock of a store for its other systems."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from core.inventory import schemas, selectors, services
from core.inventory.models import Location
from core.inventory.schemas import Cursor, PublicId, Sku
from tenants.permissions import Actor, Permission, requires

router = Router(tags=["Inventory"])

Limit = Annotated[int, Field(ge=1, le=100)]
Word = Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]
Aware = Annotated[datetime, Field(description="A moment with its zone, RFC 3339.")]


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _place(body: schemas.Placed) -> dict[str, Any]:
    """SKU and location as the services take them."""
    found = selectors.location(body.location_id) if body.location_id else selectors.default_location()
    return {"sku": body.sku, "location_id": found.pk}


def _level(place: dict[str, Any]) -> schemas.StockLevelOut:
    stock = selectors.stock_of(sku=place["sku"])
    level = next(level for level in stock.levels if level.location.pk == place["location_id"])
    return schemas.StockLevelOut.of(stock.variant.sku, stock.variant.public_id, level)


@router.get("/stock", response=schemas.StockPage, operation_id="list_stock")
@requires(Permission.VIEW_STOCK)
def list_stock(
    request: HttpRequest,
    q: Query[Word] = "",
    location_id: Query[PublicId] = "",
    low: bool = False,
    after: Query[Cursor] = "",
    limit: Query[Limit] = 50,
) -> schemas.StockPage:
    """SKUs by product name with their counts, at one location or at all where they ever were."""
    place = selectors.location(location_id) if location_id else None
    rows, cursor = selectors.stock_table(query=q, location=place, low=low, after=after, limit=limit)
    items = [schemas.StockLevelOut.of(row.variant.sku, row.variant.public_id, row.level) for row in rows]
    return schemas.StockPage(items=items, next=cursor)
