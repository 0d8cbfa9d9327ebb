"""Parcels on the order's page: ship, correct the waybill, note the arrival."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.fulfilment import selectors
from core.fulfilment import services as fulfilment
from core.fulfilment.forms import ShipForm, WaybillForm
from core.kernel.errors import CommerceError
from core.orders import selectors as orders
from core.orders.order_page import show_order
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@require_POST
@requires(Permission.FULFIL_ORDERS)
def ship(request: StoreRequest, order_id: str) -> HttpResponse:
    """Send a parcel, or show the order with what is wrong."""
    order = orders.order_by_public_id(order_id)
    form = ShipForm(order, request.POST)
    if form.is_valid():
        try:
            fulfilment.ship_as_seen(
                order_id=order.pk,
                left_seen=form.cleaned_data["left_seen"],
                parcel=form.parcel(),
                actor=request.actor,
                now=timezone.now(),
            )
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The parcel is on its way. The shopper is told."))
            return redirect("orders:detail", order_id)
    return _refused(request, order_id, {"ship": form})


@require_POST
@requires(Permission.FULFIL_ORDERS)
def edit_waybill(request: StoreRequest, public_id: str) -> HttpResponse:
    """Correct courier and number of a parcel that is on the way."""
    parcel = selectors.fulfilment_by_public_id(public_id)
    form = WaybillForm(request.POST, auto_id=f"{public_id}_%s")
    if form.is_valid():
        try:
            fulfilment.edit_waybill(fulfilment_id=parcel.pk, **form.cleaned_data, actor=request.actor)
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The waybill is corrected."))
            return redirect("orders:detail", parcel.order.public_id)
    return _refused(request, parcel.order.public_id, {f"waybill-{public_id}": form})


@require_POST
@requires(Permission.FULFIL_ORDERS)
def deliver(request: StoreRequest, public_id: str) -> HttpResponse:
    """Note that a parcel arrived."""
    parcel = selectors.fulfilment_by_public_id(public_id)
    fulfilment.deliver(fulfilment_id=parcel.pk, actor=request.actor, now=timezone.now())
    messages.success(request, _("The parcel has arrived."))
    return redirect("orders:detail", parcel.order.public_id)


def _refused(request: StoreRequest, order_id: str, bound: dict) -> HttpResponse:
    """The order as it stands now; a form that no longer fits there leaves its message behind."""
    for form in bound.values():
        for problem in form.non_field_errors():
            messages.error(request, problem)
    return show_order(request, order_id, bound=bound, status=422)
