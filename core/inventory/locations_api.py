"""The places that hold goods, for a store's other systems."""

from typing import Any

from ninja import Path, Router, Status

from core.inventory import schemas, selectors, services
from core.inventory.schemas import PublicId
from core.kernel.schemas import answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Inventory"])


@router.get("/locations", response=answers(schemas.LocationsOut), operation_id="list_locations")
@requires(Permission.VIEW_STOCK)
def list_locations(request: StoreRequest) -> schemas.LocationsOut:
    """Every location, the default first and closed ones last. A store has few: there is one page."""
    return schemas.LocationsOut(items=[schemas.LocationOut.of(place) for place in selectors.locations()])


@router.get("/locations/{public_id}", response=answers(schemas.LocationOut), operation_id="get_location")
@requires(Permission.VIEW_STOCK)
def get_location(request: StoreRequest, public_id: Path[PublicId]) -> schemas.LocationOut:
    """One location."""
    return schemas.LocationOut.of(selectors.location(public_id))


@router.post("/locations", response=answers(schemas.LocationOut, status=201), operation_id="create_location")
@requires(Permission.EDIT_LOCATIONS)
def create_location(request: StoreRequest, body: schemas.LocationIn) -> Status[schemas.LocationOut]:
    """Open a place that holds goods."""
    facts = body.dict(exclude_none=True)
    place = services.create_location(
        name=facts.pop("name"),
        code=facts.pop("code"),
        facts=facts,
        actor=request.actor,
    )
    return Status(201, schemas.LocationOut.of(place))


@router.patch("/locations/{public_id}", response=answers(schemas.LocationOut), operation_id="update_location")
@requires(Permission.EDIT_LOCATIONS)
def update_location(
    request: StoreRequest, public_id: Path[PublicId], body: schemas.LocationEdit
) -> schemas.LocationOut:
    """Change some facts of a location, or close it. 409 while goods are there."""
    changes: dict[str, Any] = body.dict(exclude_none=True)
    place = services.update_location(public_id=public_id, changes=changes, actor=request.actor)
    return schemas.LocationOut.of(place)


@router.post(
    "/locations/{public_id}/default",
    response=answers(schemas.LocationOut),
    operation_id="make_default_location",
)
@requires(Permission.EDIT_LOCATIONS)
def make_default_location(request: StoreRequest, public_id: Path[PublicId]) -> schemas.LocationOut:
    """Sell from this location first."""
    place = services.make_default(public_id=public_id, actor=request.actor)
    return schemas.LocationOut.of(place)
