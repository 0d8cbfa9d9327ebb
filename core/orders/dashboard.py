"""What the seller sees of orders: the list, one order, its edits and its papers."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kernel import pdf, phones, regions
from core.kernel.errors import CommerceError
from core.kernel.exports import csv_file
from core.orders import selectors, services, showing
from core.orders.forms import AddressForm, CancelForm, NoteForm, OrderFilterForm, SaveViewForm, TagsForm
from core.orders.list_page import export_rows, show_list
from core.orders.models import Order
from core.orders.order_page import show_order
from tenants.permissions import Permission, requires
from tenants.replica import reads_replica
from tenants.requests import StoreRequest

MOST_EXPORTED = 10_000


def back_to(public_id: str) -> HttpResponse:
    """The order's page, after something was done."""
    return redirect("orders:detail", public_id)


@require_safe
@requires(Permission.VIEW_ORDERS)
def order_list(request: StoreRequest) -> HttpResponse:
    """The orders, narrowed and newest first; htmx gets the rows alone."""
    return show_list(request)


@require_safe
@requires(Permission.VIEW_ORDERS)
@reads_replica
def export(request: StoreRequest) -> HttpResponse:
    """The filtered list as a CSV file, newest first, one line per order."""
    filters = OrderFilterForm(request.GET).filters()
    rows = selectors.order_list(filters).order_by("-placed_at", "-pk")[:MOST_EXPORTED]
    headings, lines = export_rows(rows)
    return csv_file(f"orders-{timezone.localdate():%Y-%m-%d}", headings, lines)


@require_POST
@requires(Permission.EDIT_ORDERS)
def save_view(request: StoreRequest) -> HttpResponse:
    """Keep the filters that are on under a name, or show the list with what is wrong."""
    form = SaveViewForm(request.POST)
    if form.is_valid():
        try:
            view = services.save_view(**form.cleaned_data, actor=request.actor)
        except CommerceError as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect(f"{reverse('orders:list')}?{view.query}")
    return show_list(request, save_form=form, status=422)


@require_POST
@requires(Permission.EDIT_ORDERS)
def delete_view(request: StoreRequest, public_id: str) -> HttpResponse:
    """Forget a saved view."""
    services.delete_view(public_id=public_id, actor=request.actor)
    messages.success(request, _("The view is deleted. Its orders stay."))
    return redirect("orders:list")


@require_safe
@requires(Permission.VIEW_ORDERS)
def detail(request: StoreRequest, public_id: str) -> HttpResponse:
    """One order: where it stands, what to do now, and everything about it."""
    return show_order(request, public_id)


@require_POST
@requires(Permission.EDIT_ORDERS)
def note(request: StoreRequest, public_id: str) -> HttpResponse:
    """Keep the staff's note."""
    form = NoteForm(request.POST)
    order = selectors.order_by_public_id(public_id)
    if not form.is_valid():
        return show_order(request, public_id, bound={"note": form}, status=422)
    services.set_staff_note(order_id=order.pk, note=form.cleaned_data["note"], actor=request.actor)
    messages.success(request, _("The note is saved."))
    return back_to(public_id)


@require_POST
@requires(Permission.EDIT_ORDERS)
def tags(request: StoreRequest, public_id: str) -> HttpResponse:
    """Replace the tags."""
    form = TagsForm(request.POST)
    order = selectors.order_by_public_id(public_id)
    if not form.is_valid():
        return show_order(request, public_id, bound={"tags": form}, status=422)
    services.set_tags(order_id=order.pk, tags=form.cleaned_data["tags"], actor=request.actor)
    messages.success(request, _("The tags are saved."))
    return back_to(public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_ORDERS)
def address(request: StoreRequest, public_id: str) -> HttpResponse:
    """Send the order elsewhere."""
    order = selectors.order_by_public_id(public_id)
    form = AddressForm(request.POST if request.method == "POST" else None, initial=_address_now(order))
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_address(order_id=order.pk, address=form.address(), actor=request.actor)
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The address is changed. The shipping price stays as agreed."))
            return back_to(public_id)
    chosen = form["region_code"].value() or ""
    return render(
        request,
        "dashboard/orders/address.html",
        {
            "order": order,
            "form": form,
            "found": _places(form["area"].value() or "", chosen),
            "chosen": chosen,
        },
        status=422 if form.errors else 200,
    )


def _address_now(order: Order) -> dict[str, str]:
    names = ("recipient_name", "address_phone", "address_line", "landmark", "region_code")
    now = {name: getattr(order, name) for name in names}
    return now | {"address_phone": phones.readable(order.address_phone)}


def _places(text: str, chosen: str) -> list[regions.Region]:
    """What was searched for; without a search, the place that is chosen now."""
    if text.strip():
        return [place for place in regions.search(text) if place.level >= regions.RegionLevel.DISTRICT]
    now = regions.find(chosen) if chosen else None
    return [now] if now is not None else []


@require_safe
@requires(Permission.VIEW_ORDERS)
def places(request: StoreRequest) -> HttpResponse:
    """Villages and districts for what is being typed, as radio buttons."""
    found = _places(request.GET.get("area", "").replace("\x00", "")[:200], "")
    return render(request, "dashboard/orders/address.html#places", {"found": found, "chosen": ""})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CANCEL_ORDERS)
def cancel(request: StoreRequest, public_id: str) -> HttpResponse:
    """Say in numbers what cancelling does, then do it."""
    order = selectors.order_by_public_id(public_id)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel(order_id=order.pk, **form.cleaned_data, actor=request.actor, now=timezone.now())
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Order %(number)s is cancelled.") % {"number": order.number})
            return back_to(public_id)
    return render(
        request,
        "dashboard/orders/cancel.html",
        {"order": order, "form": form, "says": showing.cancel_says(order)},
        status=422 if form.errors else 200,
    )


@require_safe
@requires(Permission.VIEW_ORDERS)
def packing_slip(request: StoreRequest, public_id: str) -> HttpResponse:
    """The slip that goes into the parcel."""
    order = selectors.order_by_public_id(public_id)
    return pdf.answer(pdf.render("packing_slips.typ", selectors.packing_slips([order])), order.number)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def invoice(request: StoreRequest, public_id: str) -> HttpResponse:
    """The invoice as it was issued; posting issues it."""
    order = selectors.order_by_public_id(public_id)
    if request.method == "POST":
        return _issue(request, order, timezone.now())
    issued = selectors.invoice_of(order)
    if issued is None:
        messages.info(request, _("This order has no invoice yet. Issue it first."))
        return back_to(public_id)
    content = selectors.invoice_papers([issued])
    return pdf.answer(pdf.render("invoices.typ", content, made_at=issued.issued_at), issued.number)


@requires(Permission.EDIT_ORDERS)
def _issue(request: StoreRequest, order: Order, now: datetime) -> HttpResponse:
    services.issue_invoice(order_id=order.pk, actor=request.actor, now=now)
    return redirect("orders:invoice", order.public_id)
