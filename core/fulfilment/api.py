"""Parcels for a store's other systems."""

from django.utils import timezone
from ninja import Path, Router, Status

from core.fulfilment import schemas, selectors
from core.fulfilment import services as fulfilment
from core.fulfilment.models import Fulfilment
from core.kernel.schemas import PublicId, answers
from core.orders import selectors as orders
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Fulfilment"])


def _shown(parcel: Fulfilment) -> schemas.FulfilmentOut:
    found = selectors.fulfilment_by_public_id(parcel.public_id)
    return schemas.FulfilmentOut.of(found, found.order)


@router.get(
    "/orders/{order_id}/fulfilments",
    response=answers(schemas.FulfilmentsOut),
    operation_id="list_fulfilments",
)
@requires(Permission.VIEW_ORDERS)
def list_fulfilments(request: StoreRequest, order_id: Path[PublicId]) -> schemas.FulfilmentsOut:
    """The parcels of an order, oldest first."""
    order = orders.order_by_public_id(order_id)
    parcels = selectors.fulfilments_of(order.pk)
    return schemas.FulfilmentsOut(items=[schemas.FulfilmentOut.of(parcel, order) for parcel in parcels])


@router.post(
    "/orders/{order_id}/fulfilments",
    response=answers(schemas.FulfilmentOut, 201),
    operation_id="create_fulfilment",
)
@requires(Permission.FULFIL_ORDERS)
def create_fulfilment(
    request: StoreRequest, order_id: Path[PublicId], body: schemas.FulfilmentIn
) -> Status[schemas.FulfilmentOut]:
    """Send units in one parcel. 409 when the order may not be shipped, 422 for more units than are left."""
    order = orders.order_by_public_id(order_id)
    parcel = fulfilment.ship(
        order_id=order.pk,
        quantities=body.quantities(),
        courier_name=body.courier_name,
        waybill=body.waybill,
        actor=request.actor,
        now=timezone.now(),
    )
    return Status(201, _shown(parcel))


@router.patch(
    "/fulfilments/{fulfilment_id}", response=answers(schemas.FulfilmentOut), operation_id="edit_waybill"
)
@requires(Permission.FULFIL_ORDERS)
def edit_waybill(
    request: StoreRequest, fulfilment_id: Path[PublicId], body: schemas.WaybillIn
) -> schemas.FulfilmentOut:
    """Correct courier and number. 409 once the parcel arrived."""
    parcel = selectors.fulfilment_by_public_id(fulfilment_id)
    fulfilment.edit_waybill(fulfilment_id=parcel.pk, **body.dict(), actor=request.actor)
    return _shown(parcel)


@router.post(
    "/fulfilments/{fulfilment_id}/deliver",
    response=answers(schemas.FulfilmentOut),
    operation_id="deliver_fulfilment",
)
@requires(Permission.FULFIL_ORDERS)
def deliver_fulfilment(request: StoreRequest, fulfilment_id: Path[PublicId]) -> schemas.FulfilmentOut:
    """Note that a parcel arrived. Twice changes nothing."""
    parcel = selectors.fulfilment_by_public_id(fulfilment_id)
    fulfilment.deliver(fulfilment_id=parcel.pk, actor=request.actor, now=timezone.now())
    return _shown(parcel)
