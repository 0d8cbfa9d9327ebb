"""Goods that move between locations, for a store's other systems."""

from django.utils import timezone
from ninja import Path, Query, Router, Status

from core.inventory import schemas, selectors, services
from core.inventory.schemas import PublicId
from core.kernel.schemas import answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Inventory"])


def _whole(public_id: str) -> schemas.TransferOut:
    return schemas.TransferOut.of(*selectors.transfer(public_id))


@router.get("/transfers", response=answers(schemas.TransferPage), operation_id="list_transfers")
@requires(Permission.VIEW_STOCK)
def list_transfers(request: StoreRequest, asked: Query[schemas.TransferQuery]) -> schemas.TransferPage:
    """Transfers, newest first."""
    rows, cursor = selectors.transfers(state=asked.state or "", after=asked.after, limit=asked.limit)
    return schemas.TransferPage(items=[schemas.TransferHead.of(row) for row in rows], next=cursor)


@router.get("/transfers/{public_id}", response=answers(schemas.TransferOut), operation_id="get_transfer")
@requires(Permission.VIEW_STOCK)
def get_transfer(request: StoreRequest, public_id: Path[PublicId]) -> schemas.TransferOut:
    """One transfer with its lines."""
    return _whole(public_id)


@router.post("/transfers", response=answers(schemas.TransferOut, status=201), operation_id="create_transfer")
@requires(Permission.ADJUST_STOCK)
def create_transfer(request: StoreRequest, body: schemas.TransferIn) -> Status[schemas.TransferOut]:
    """Write down what shall move. Nothing moves before it is sent."""
    made = services.create_transfer(
        source_id=body.source_id,
        destination_id=body.destination_id,
        lines=schemas.units_of(body.lines),
        note=body.note,
        actor=request.actor,
    )
    return Status(201, _whole(made.public_id))


@router.put("/transfers/{public_id}", response=answers(schemas.TransferOut), operation_id="edit_transfer")
@requires(Permission.ADJUST_STOCK)
def edit_transfer(
    request: StoreRequest, public_id: Path[PublicId], body: schemas.TransferEdit
) -> schemas.TransferOut:
    """Replace the lines and the note of a draft. 409 once it was sent."""
    services.edit_transfer(
        public_id=public_id, lines=schemas.units_of(body.lines), note=body.note, actor=request.actor
    )
    return _whole(public_id)


@router.post(
    "/transfers/{public_id}/send", response=answers(schemas.TransferOut), operation_id="send_transfer"
)
@requires(Permission.ADJUST_STOCK)
def send_transfer(request: StoreRequest, public_id: Path[PublicId]) -> schemas.TransferOut:
    """Take the units from the source. 409 when one SKU falls short: then nothing moves."""
    services.send_transfer(public_id=public_id, actor=request.actor, now=timezone.now())
    return _whole(public_id)


@router.post(
    "/transfers/{public_id}/receive", response=answers(schemas.TransferOut), operation_id="receive_transfer"
)
@requires(Permission.ADJUST_STOCK)
def receive_transfer(
    request: StoreRequest, public_id: Path[PublicId], body: schemas.Arrival
) -> schemas.TransferOut:
    """Add what arrived to the destination, in one or more parts."""
    services.receive_transfer(
        public_id=public_id,
        arrived=schemas.units_of(body.lines),
        is_complete=body.is_complete,
        actor=request.actor,
        now=timezone.now(),
    )
    return _whole(public_id)


@router.post(
    "/transfers/{public_id}/cancel", response=answers(schemas.TransferOut), operation_id="cancel_transfer"
)
@requires(Permission.ADJUST_STOCK)
def cancel_transfer(request: StoreRequest, public_id: Path[PublicId]) -> schemas.TransferOut:
    """Call off a draft. 409 once it was sent."""
    services.cancel_transfer(public_id=public_id, actor=request.actor)
    return _whole(public_id)
