"""Orders for a store's other systems: find, read, edit, cancel, print."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status

from core.kernel import pdf, phones, regions
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.regions import RegionLevel
from core.kernel.schemas import answers
from core.orders import bulk_api, schemas, selectors, services
from core.orders.forms import address_in
from core.orders.schemas import PublicId
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Orders"])
router.add_router("", bulk_api.router)

PDF = {
    "responses": {
        200: {
            "description": "A PDF.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get("/orders", response=answers(schemas.OrderPage), operation_id="list_orders")
@requires(Permission.VIEW_ORDERS)
def list_orders(request: StoreRequest, asked: Query[schemas.OrderQuery]) -> schemas.OrderPage:
    """Orders, newest first."""
    filters = selectors.OrderFilter(
        view=asked.view,
        q=asked.q,
        number=asked.number,
        state=asked.state or "",
        payment=asked.payment_state or "",
        fulfilment=asked.fulfilment_state or "",
        method=asked.payment_method,
        source=asked.source or "",
        tag=asked.tag,
        customer=asked.customer_id,
        since=asked.since,
        until=asked.until,
    )
    found, cursor = selectors.order_page(filters, after=asked.after, limit=asked.limit)
    return schemas.OrderPage(items=[schemas.OrderOut.of(order) for order in found], next=cursor)


@router.get("/orders/{order_id}", response=answers(schemas.OrderOut), operation_id="get_order")
@requires(Permission.VIEW_ORDERS)
def get_order(request: StoreRequest, order_id: Path[PublicId]) -> schemas.OrderOut:
    """One order. Its payments and parcels have addresses of their own below it."""
    return schemas.OrderOut.of(selectors.order_by_public_id(order_id))


@router.patch("/orders/{order_id}", response=answers(schemas.OrderOut), operation_id="update_order")
@requires(Permission.EDIT_ORDERS)
def update_order(
    request: StoreRequest, order_id: Path[PublicId], body: schemas.OrderEdit
) -> schemas.OrderOut:
    """Replace the staff's note or the tags."""
    order = selectors.order_by_public_id(order_id)
    if body.staff_note is not None:
        services.set_staff_note(order_id=order.pk, note=body.staff_note, actor=request.actor)
    if body.tags is not None:
        services.set_tags(order_id=order.pk, tags=body.tags, actor=request.actor)
    return schemas.OrderOut.of(selectors.order_by_public_id(order_id))


@router.put(
    "/orders/{order_id}/address", response=answers(schemas.OrderOut), operation_id="edit_order_address"
)
@requires(Permission.EDIT_ORDERS)
def edit_order_address(
    request: StoreRequest, order_id: Path[PublicId], body: schemas.AddressIn
) -> schemas.OrderOut:
    """Send it elsewhere. 409 for a pick-up, or once a parcel has left."""
    order = selectors.order_by_public_id(order_id)
    region = regions.find(body.region_code)
    if region is None or region.level < RegionLevel.DISTRICT:
        raise InvalidInput(_("Choose the village or district from the list."), "region_code")
    typed = body.dict(exclude={"region_code", "phone"}) | {"address_phone": phones.normalise(body.phone)}
    services.edit_address(order_id=order.pk, address=address_in(region, typed), actor=request.actor)
    return schemas.OrderOut.of(selectors.order_by_public_id(order_id))


@router.post("/orders/{order_id}/cancel", response=answers(schemas.OrderOut), operation_id="cancel_order")
@requires(Permission.CANCEL_ORDERS)
def cancel_order(
    request: StoreRequest, order_id: Path[PublicId], body: schemas.Cancellation
) -> schemas.OrderOut:
    """End an order of which nothing has left. Twice changes nothing; 409 once a parcel has left."""
    order = selectors.order_by_public_id(order_id)
    services.cancel(
        order_id=order.pk,
        reason=body.reason,
        restock=body.restock,
        actor=request.actor,
        now=timezone.now(),
    )
    return schemas.OrderOut.of(selectors.order_by_public_id(order_id))


@router.get(
    "/orders/{order_id}/timeline", response=answers(schemas.TimelineOut), operation_id="get_order_timeline"
)
@requires(Permission.VIEW_ORDERS)
def get_order_timeline(request: StoreRequest, order_id: Path[PublicId]) -> schemas.TimelineOut:
    """What happened to an order, newest first."""
    told = selectors.timeline(selectors.order_by_public_id(order_id))
    return schemas.TimelineOut(items=[schemas.HappeningOut.of(happening) for happening in told])


@router.post("/orders/{order_id}/invoice", response=answers(schemas.InvoiceOut), operation_id="issue_invoice")
@requires(Permission.EDIT_ORDERS)
def issue_invoice(request: StoreRequest, order_id: Path[PublicId]) -> schemas.InvoiceOut:
    """Give an order its invoice with the next number. Twice returns the first one."""
    order = selectors.order_by_public_id(order_id)
    invoice = services.issue_invoice(order_id=order.pk, actor=request.actor, now=timezone.now())
    return schemas.InvoiceOut.of(invoice, order)


@router.get("/orders/{order_id}/invoice.pdf", operation_id="get_invoice_pdf", openapi_extra=PDF)
@requires(Permission.VIEW_ORDERS)
def get_invoice_pdf(request: StoreRequest, order_id: Path[PublicId]) -> HttpResponse:
    """The invoice as a PDF. 404 while none was issued."""
    invoice = selectors.invoice_of(selectors.order_by_public_id(order_id))
    if invoice is None:
        raise NotFound(_("This order has no invoice yet. Issue it first."))
    content = selectors.invoice_papers([invoice])
    return pdf.answer(pdf.render("invoices.typ", content, made_at=invoice.issued_at), invoice.number)


@router.get("/orders/{order_id}/packing-slip.pdf", operation_id="get_packing_slip_pdf", openapi_extra=PDF)
@requires(Permission.VIEW_ORDERS)
def get_packing_slip_pdf(request: StoreRequest, order_id: Path[PublicId]) -> HttpResponse:
    """The slip that goes into the parcel, as a PDF."""
    order = selectors.order_by_public_id(order_id)
    return pdf.answer(pdf.render("packing_slips.typ", selectors.packing_slips([order])), order.number)


@router.post("/packing-slips", operation_id="print_packing_slips", openapi_extra=PDF)
@requires(Permission.VIEW_ORDERS)
def print_packing_slips(request: StoreRequest, body: schemas.SlipsIn) -> HttpResponse:
    """The slips of many orders in one PDF. Orders that do not exist are left out; 404 when none does."""
    orders = selectors.chosen_orders(body.order_ids)
    if not orders:
        raise NotFound(_("There is no such order."))
    return pdf.answer(pdf.render("packing_slips.typ", selectors.packing_slips(orders)), "packing-slips")


@router.get("/order-views", response=answers(schemas.ViewsOut), operation_id="list_order_views")
@requires(Permission.VIEW_ORDERS)
def list_order_views(request: StoreRequest) -> schemas.ViewsOut:
    """The saved views of the order list."""
    return schemas.ViewsOut(items=[schemas.ViewOut.of(view) for view in selectors.saved_views()])


@router.post("/order-views", response=answers(schemas.ViewOut, 201), operation_id="save_order_view")
@requires(Permission.EDIT_ORDERS)
def save_order_view(request: StoreRequest, body: schemas.ViewIn) -> Status[schemas.ViewOut]:
    """Keep a set of filters under a name. Filters that the list does not know are left out."""
    view = services.save_view(name=body.name, query=bulk_api.known_filters(body.query), actor=request.actor)
    return Status(201, schemas.ViewOut.of(view))


@router.delete("/order-views/{view_id}", response=answers(None, 204), operation_id="delete_order_view")
@requires(Permission.EDIT_ORDERS)
def delete_order_view(request: StoreRequest, view_id: Path[PublicId]) -> Status[None]:
    """Forget a saved view; its orders stay. Twice changes nothing."""
    services.delete_view(public_id=view_id, actor=request.actor)
    return Status(204, None)
