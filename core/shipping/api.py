"""How parcels travel and what that costs, for a store's other systems."""

from typing import Any

from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status

from core.kernel.errors import InvalidInput
from core.kernel.schemas import answers
from core.shipping import pickups, schemas, selectors, services
from core.shipping.schemas import PublicId
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Shipping"])


def _terms(body: schemas.MethodEdit) -> dict[str, Any]:
    terms = body.terms()
    if "location_id" in body.model_fields_set:
        place = pickups.place_id(body.location_id) if body.location_id else None
        if body.location_id and place is None:
            raise InvalidInput(_("Shoppers cannot pick up at this location."), "location_id")
        terms["location_id"] = place
    return terms


def _whole(public_id: str) -> schemas.MethodOut:
    return schemas.MethodOut.of(selectors.method(public_id))


@router.get("/shipping/methods", response=answers(schemas.MethodsOut), operation_id="list_shipping_methods")
@requires(Permission.EDIT_SETTINGS)
def list_shipping_methods(request: StoreRequest) -> schemas.MethodsOut:
    """Every way to ship with its rates, in the order in which shoppers see them."""
    return schemas.MethodsOut(items=[schemas.MethodOut.of(row) for row in selectors.methods()])


@router.post(
    "/shipping/methods", response=answers(schemas.MethodOut, 201), operation_id="create_shipping_method"
)
@requires(Permission.EDIT_SETTINGS)
def create_shipping_method(request: StoreRequest, body: schemas.MethodIn) -> Status[schemas.MethodOut]:
    """Add a way to ship: one price, by region and weight, or pick-up."""
    terms = _terms(body)
    made = services.create_method(name=terms.pop("name"), kind=body.kind, terms=terms, actor=request.actor)
    return Status(201, _whole(made.public_id))


@router.put(
    "/shipping/methods/order", response=answers(schemas.MethodsOut), operation_id="order_shipping_methods"
)
@requires(Permission.EDIT_SETTINGS)
def order_shipping_methods(request: StoreRequest, body: schemas.OrderIn) -> schemas.MethodsOut:
    """Offer the methods in this order."""
    services.order_methods(public_ids=body.ids, actor=request.actor)
    return schemas.MethodsOut(items=[schemas.MethodOut.of(row) for row in selectors.methods()])


@router.get("/shipping/quote", response=answers(schemas.OptionsOut), operation_id="quote_shipping")
@requires(Permission.EDIT_SETTINGS)
def quote_shipping(request: StoreRequest, asked: Query[schemas.QuoteQuery]) -> schemas.OptionsOut:
    """What a shopper would be offered for one parcel."""
    found = selectors.options(
        region_code=asked.region_code,
        weight_grams=asked.weight_grams,
        subtotal_amount=asked.subtotal_amount,
    )
    return schemas.OptionsOut(items=[schemas.OptionOut.of(option) for option in found])


@router.get(
    "/shipping/methods/{public_id}", response=answers(schemas.MethodOut), operation_id="get_shipping_method"
)
@requires(Permission.EDIT_SETTINGS)
def get_shipping_method(request: StoreRequest, public_id: Path[PublicId]) -> schemas.MethodOut:
    """One way to ship."""
    return _whole(public_id)


@router.patch(
    "/shipping/methods/{public_id}",
    response=answers(schemas.MethodOut),
    operation_id="update_shipping_method",
)
@requires(Permission.EDIT_SETTINGS)
def update_shipping_method(
    request: StoreRequest, public_id: Path[PublicId], body: schemas.MethodEdit
) -> schemas.MethodOut:
    """Change some terms. Orders already placed keep theirs."""
    services.update_method(public_id=public_id, changes=_terms(body), actor=request.actor)
    return _whole(public_id)


@router.delete(
    "/shipping/methods/{public_id}", response=answers(None, 204), operation_id="delete_shipping_method"
)
@requires(Permission.EDIT_SETTINGS)
def delete_shipping_method(request: StoreRequest, public_id: Path[PublicId]) -> Status[None]:
    """Remove a way to ship and its rates."""
    services.delete_method(public_id=public_id, actor=request.actor)
    return Status(204, None)


@router.put(
    "/shipping/methods/{public_id}/rates",
    response=answers(schemas.MethodOut),
    operation_id="set_shipping_rates",
)
@requires(Permission.EDIT_SETTINGS)
def set_shipping_rates(
    request: StoreRequest, public_id: Path[PublicId], body: schemas.RatesIn
) -> schemas.MethodOut:
    """Replace the whole rate table of a table method."""
    services.set_rates(public_id=public_id, rows=[rate.row() for rate in body.rates], actor=request.actor)
    return _whole(public_id)
