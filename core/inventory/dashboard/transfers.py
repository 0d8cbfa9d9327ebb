"""Goods that move between locations: written down, sent, received in parts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.catalog import selectors as catalog
from core.inventory import selectors, services
from core.inventory.forms import TransferForm, read_arrivals, read_lines, units_in
from core.inventory.models import Transfer, TransferState
from core.kernel.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

ROWS = 30


@require_safe
@requires(Permission.VIEW_STOCK)
def listing(request: StoreRequest) -> HttpResponse:
    """Transfers by state, newest first."""
    state = request.GET.get("state", "")
    state = state if state in TransferState.values else ""
    rows, cursor = selectors.transfers(state=state, after=request.GET.get("after", "")[:400], limit=ROWS)
    here = reverse("inventory:transfers")
    views = [{"label": _("All"), "url": here, "active": not state}]
    views += [
        {"label": label, "url": f"{here}?state={value}", "active": state == value}
        for value, label in TransferState.choices
    ]
    context = {
        "transfers": rows,
        "views": views,
        "state": state,
        "next_url": f"{here}?state={state}&after={cursor}" if cursor else None,
        "can_move": len(selectors.locations(active_only=True)) > 1,
        "may_adjust": request.actor.may(Permission.ADJUST_STOCK),
    }
    return render(request, "dashboard/inventory/transfers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ADJUST_STOCK)
def new(request: StoreRequest) -> HttpResponse:
    """Write down what shall move."""
    places = selectors.locations(active_only=True)
    if request.method == "GET":
        sku = request.GET.get("sku", "").replace("\x00", "")[:64]
        lines = [{"sku": sku, "quantity": "1"}] if sku else []
        return _form(request, TransferForm(places), lines)
    form = TransferForm(places, request.POST)
    typed, units, wrong = read_lines(request.POST)
    if wrong:
        form.add_error(None, wrong)
    made = None
    if form.is_valid():
        made = _tried(form, lambda: services.create_transfer(lines=units, **_told(request, form)))
    return redirect("inventory:transfer", made.public_id) if made else _form(request, form, typed)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ADJUST_STOCK)
def edit(request: StoreRequest, transfer_id: str) -> HttpResponse:
    """Write a draft anew."""
    transfer, lines = selectors.transfer(transfer_id)
    places = [transfer.source, transfer.destination]
    route = {"source_id": transfer.source.public_id, "destination_id": transfer.destination.public_id}
    if request.method == "GET":
        typed = [{"sku": line.variant.sku, "quantity": str(line.quantity)} for line in lines]
        form = TransferForm(places, initial={**route, "note": transfer.note})
        return _form(request, form, typed, transfer)
    form = TransferForm(places, {**request.POST.dict(), **route})
    typed, units, wrong = read_lines(request.POST)
    if wrong:
        form.add_error(None, wrong)
    saved = None
    if form.is_valid():
        told = _told(request, form)
        saved = _tried(
            form,
            lambda: services.edit_transfer(
                public_id=transfer_id, lines=units, note=told["note"], actor=told["actor"]
            ),
        )
    return redirect("inventory:transfer", transfer_id) if saved else _form(request, form, typed, transfer)


@require_safe
@requires(Permission.ADJUST_STOCK)
def pick(request: StoreRequest) -> HttpResponse:
    """SKUs that fit what is being typed, with what the source can give."""
    query = request.GET.get("pick", "").replace("\x00", "").strip()[:80]
    places = {place.public_id: place for place in selectors.locations(active_only=True)}
    source = places.get(request.GET.get("source_id", "")) or selectors.default_location()
    rows = selectors.stock_table(query=query, location=source, limit=8)[0] if query else []
    return render(request, "dashboard/inventory/transfer_form.html#found", {"rows": rows, "query": query})


@require_safe
@requires(Permission.ADJUST_STOCK)
def line(request: StoreRequest) -> HttpResponse:
    """One more line of the form, for a SKU that was picked."""
    typed = {"sku": request.GET.get("sku", "").replace("\x00", "")[:64], "quantity": "1"}
    context = {"line": _named([typed])[0], "is_new": True}
    return render(request, "dashboard/inventory/transfer_form.html#line", context)


@require_safe
@requires(Permission.VIEW_STOCK)
def whole(request: StoreRequest, transfer_id: str) -> HttpResponse:
    """One transfer with its lines, and what can be done with it now."""
    return _whole(request, transfer_id)


@require_POST
@requires(Permission.ADJUST_STOCK)
def send(request: StoreRequest, transfer_id: str) -> HttpResponse:
    """Take the units from the source."""
    return _moved(
        request,
        transfer_id,
        lambda: services.send_transfer(
            public_id=transfer_id,
            actor=request.actor,
            now=timezone.now(),
        ),
    )


@require_POST
@requires(Permission.ADJUST_STOCK)
def receive(request: StoreRequest, transfer_id: str) -> HttpResponse:
    """Add what arrived to the destination."""
    arrived, wrong = read_arrivals(request.POST)
    if wrong:
        return _whole(request, transfer_id, wrong)
    return _moved(
        request,
        transfer_id,
        lambda: services.receive_transfer(
            public_id=transfer_id,
            arrived=arrived,
            is_complete=request.POST.get("is_complete") == "1",
            arrived_seen=units_in(request.POST.get("arrived_seen", "")),
            actor=request.actor,
            now=timezone.now(),
        ),
    )


@require_POST
@requires(Permission.ADJUST_STOCK)
def cancel(request: StoreRequest, transfer_id: str) -> HttpResponse:
    """Call off a draft."""
    return _moved(
        request,
        transfer_id,
        lambda: services.cancel_transfer(public_id=transfer_id, actor=request.actor),
    )


def _moved(request: StoreRequest, transfer_id: str, move: Callable[[], Transfer]) -> HttpResponse:
    """The transfer's page after a step, or with the reason why the step was refused."""
    try:
        transfer = move()
    except CommerceError as refusal:
        if refusal.http_status == 404:
            raise
        return _whole(request, transfer_id, refusal.message)
    said = {"number": transfer.number, "state": transfer.get_state_display()}
    messages.success(request, _("%(number)s: %(state)s") % said)
    return redirect("inventory:transfer", transfer_id)


def _whole(request: StoreRequest, transfer_id: str, wrong: str = "") -> HttpResponse:
    transfer, lines = selectors.transfer(transfer_id)
    arrived = dict(zip(request.POST.getlist("sku"), request.POST.getlist("arrived"), strict=False))
    context = {
        "transfer": transfer,
        "lines": [(row, arrived.get(row.variant.sku, str(row.outstanding))) for row in lines],
        "units": sum(row.quantity for row in lines),
        "arrived": sum(row.received_quantity for row in lines),
        "wrong": wrong,
        "is_complete": request.POST.get("is_complete") == "1",
        "may_adjust": request.actor.may(Permission.ADJUST_STOCK),
    }
    return render(request, "dashboard/inventory/transfer.html", context, status=422 if wrong else 200)


def _told(request: StoreRequest, form: TransferForm) -> dict[str, Any]:
    return {**form.cleaned_data, "actor": request.actor}


def _tried(form: TransferForm, write: Callable[[], Transfer]) -> Transfer | None:
    try:
        return write()
    except CommerceError as refusal:
        field = getattr(refusal, "field", "")
        form.add_error(field if field in form.fields else None, refusal.message)
        return None


def _form(
    request: StoreRequest, form: TransferForm, typed: list[dict[str, str]], transfer: Transfer | None = None
) -> HttpResponse:
    context = {"form": form, "lines": _named(typed), "transfer": transfer}
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/inventory/transfer_form.html", context, status=status)


def _named(typed: list[dict[str, str]]) -> list[dict[str, str]]:
    """The lines with the names of their products, where the SKU is known."""
    goods = catalog.variants_by_sku([line["sku"] for line in typed])
    return [
        {**line, "name": goods[line["sku"]].product_title if line["sku"] in goods else ""} for line in typed
    ]
