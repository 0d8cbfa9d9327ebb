"""The stock of a store for its other systems: counts, the ledger, and what is spoken for."""

from typing import Any

from ninja import Path, Query, Router, Status

from core.inventory import locations_api, schemas, selectors, services, transfers_api
from core.inventory.schemas import Sku
from core.kernel.schemas import answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Inventory"])
router.add_router("", locations_api.router)
router.add_router("", transfers_api.router)


def _place(body: schemas.Placed) -> dict[str, Any]:
    """SKU and location as the services take them."""
    found = selectors.location(body.location_id) if body.location_id else selectors.default_location()
    return {"sku": body.sku, "location_id": found.pk}


def _level(place: dict[str, Any]) -> schemas.StockLevelOut:
    stock = selectors.stock_of(sku=place["sku"], everywhere=True)
    level = next(level for level in stock.levels if level.location.pk == place["location_id"])
    return schemas.StockLevelOut.of(stock.variant.sku, stock.variant.public_id, level)


@router.get("/stock", response=answers(schemas.StockPage), operation_id="list_stock")
@requires(Permission.VIEW_STOCK)
def list_stock(request: StoreRequest, asked: Query[schemas.StockQuery]) -> schemas.StockPage:
    """SKUs by product name with their counts, at one location or at all where they ever were."""
    place = selectors.location(asked.location_id) if asked.location_id else None
    rows, cursor = selectors.stock_table(
        query=asked.q, location=place, low=asked.low, after=asked.after, limit=asked.limit
    )
    items = [schemas.StockLevelOut.of(row.variant.sku, row.variant.public_id, row.level) for row in rows]
    return schemas.StockPage(items=items, next=cursor)


@router.get("/stock/skus/{path:sku}", response=answers(schemas.StockOut), operation_id="get_stock")
@requires(Permission.VIEW_STOCK)
def get_stock(request: StoreRequest, sku: Path[Sku]) -> schemas.StockOut:
    """One SKU: what may be sold in all, and what is at each location."""
    return schemas.StockOut.of(selectors.stock_of(sku=sku))


@router.post("/stock/adjustments", response=answers(schemas.StockLevelOut), operation_id="adjust_stock")
@requires(Permission.ADJUST_STOCK)
def adjust_stock(request: StoreRequest, body: schemas.Adjustment) -> schemas.StockLevelOut:
    """Correct a count by a difference. 409 when fewer units would be left than are promised."""
    place = _place(body)
    services.adjust(**place, by=body.by, reason=body.reason, actor=request.actor)
    return _level(place)


@router.post("/stock/counts", response=answers(schemas.StockLevelOut), operation_id="set_count")
@requires(Permission.ADJUST_STOCK)
def set_count(request: StoreRequest, body: schemas.Recount) -> schemas.StockLevelOut:
    """Write down what was counted on the shelf. 409 when fewer were counted than are promised."""
    place = _place(body)
    services.set_count(**place, counted=body.counted, reason=body.reason, actor=request.actor)
    return _level(place)


@router.post("/stock/receipts", response=answers(schemas.StockLevelOut), operation_id="receive_stock")
@requires(Permission.ADJUST_STOCK)
def receive_stock(request: StoreRequest, body: schemas.Receipt) -> schemas.StockLevelOut:
    """Add goods that arrived from a supplier."""
    place = _place(body)
    services.receive(
        **place,
        quantity=body.quantity,
        reason=body.reason,
        reference=body.reference,
        actor=request.actor,
    )
    return _level(place)


@router.put("/stock/rules", response=answers(schemas.StockLevelOut), operation_id="set_stock_rules")
@requires(Permission.ADJUST_STOCK)
def set_stock_rules(request: StoreRequest, body: schemas.Rules) -> schemas.StockLevelOut:
    """Set how many units are kept back from sale, and from how many on stock counts as low."""
    place = _place(body)
    services.set_rules(
        **place,
        safety=body.safety,
        low_stock_threshold=body.low_stock_threshold,
        actor=request.actor,
    )
    return _level(place)


@router.get("/stock/movements", response=answers(schemas.MovementPage), operation_id="list_stock_movements")
@requires(Permission.VIEW_STOCK)
def list_stock_movements(request: StoreRequest, asked: Query[schemas.MovementQuery]) -> schemas.MovementPage:
    """Every change of a count, newest first: what, where, how many, why, and by whom."""
    rows, cursor = selectors.movements(
        variant_id=asked.variant_id or "",
        location_id=asked.location_id or "",
        kind=asked.kind or "",
        after=asked.after,
        limit=asked.limit,
    )
    return schemas.MovementPage(items=[schemas.MovementOut.of(row) for row in rows], next=cursor)


@router.get("/stock/past", response=answers(schemas.PastPage), operation_id="get_past_stock")
@requires(Permission.VIEW_STOCK)
def get_past_stock(request: StoreRequest, asked: Query[schemas.PastQuery]) -> schemas.PastPage:
    """What was on the shelf at a moment. SKUs that had nothing then are left out."""
    rows, cursor = selectors.stock_at(
        moment=asked.moment, location_id=asked.location_id or "", after=asked.after, limit=asked.limit
    )
    return schemas.PastPage(items=[schemas.PastCount.of(row) for row in rows], next=cursor)


@router.get("/stock/reservations", response=answers(schemas.HeldPage), operation_id="list_reservations")
@requires(Permission.VIEW_STOCK)
def list_reservations(request: StoreRequest, asked: Query[schemas.HeldQuery]) -> schemas.HeldPage:
    """Units that are put aside, newest first."""
    rows, cursor = selectors.reservations(
        variant_id=asked.variant_id or "", after=asked.after, limit=asked.limit
    )
    return schemas.HeldPage(items=[schemas.HeldOut.of_reservation(row) for row in rows], next=cursor)


@router.post("/stock/reservations", response=answers(schemas.StockLevelOut), operation_id="reserve_stock")
@requires(Permission.ADJUST_STOCK)
def reserve_stock(request: StoreRequest, body: schemas.ReservationIn) -> schemas.StockLevelOut:
    """Put units aside under a word of your own. The same word again changes nothing."""
    place = _place(body)
    services.reserve(
        reference=body.reference,
        wanted={place["sku"]: body.quantity},
        location_id=place["location_id"],
        expires_at=body.expires_at,
        note=body.note,
        actor=request.actor,
    )
    return _level(place)


@router.post(
    "/stock/reservations/release", response=answers(None, status=204), operation_id="release_reservation"
)
@requires(Permission.ADJUST_STOCK)
def release_reservation(request: StoreRequest, body: schemas.ReleaseIn) -> Status[None]:
    """Sell again what was put aside under a word. Releasing twice changes nothing."""
    services.unreserve(reference=body.reference)
    return Status(204, None)


@router.get("/stock/allocations", response=answers(schemas.HeldPage), operation_id="list_allocations")
@requires(Permission.VIEW_STOCK)
def list_allocations(request: StoreRequest, asked: Query[schemas.HeldQuery]) -> schemas.HeldPage:
    """Units that are promised to orders and still here, newest first."""
    rows, cursor = selectors.allocations(
        variant_id=asked.variant_id or "", after=asked.after, limit=asked.limit
    )
    return schemas.HeldPage(items=[schemas.HeldOut.of_allocation(row) for row in rows], next=cursor)
