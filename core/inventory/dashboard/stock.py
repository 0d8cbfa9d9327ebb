"""The stock table: what is where, and a count corrected in place."""

import json
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.inventory import selectors, services
from core.inventory.forms import RecountForm
from core.inventory.models import Location
from core.kernel.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

EVERYWHERE = "all"
ROWS = 40


@require_safe
@requires(Permission.VIEW_STOCK)
def table(request: StoreRequest) -> HttpResponse:
    """SKUs with their counts; filters live in the address."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    low = request.GET.get("low") == "1"
    places = selectors.locations(active_only=True)
    place = _place(places, request.GET.get("location", ""), low=low)
    rows, cursor = selectors.stock_table(
        query=query, location=place, low=low, after=request.GET.get("after", "")[:400], limit=ROWS
    )
    asked = {"q": query, "location": request.GET.get("location", ""), "low": "1" if low else ""}
    context = {
        "rows": rows,
        "query": query,
        "low": low,
        "place": place,
        "places": places,
        "is_everywhere": place is None,
        "view": "stock",
        "views": _views(asked, low),
        "chips": _chips(asked, places, place),
        "next_url": _address({**asked, "after": cursor}) if cursor else None,
        "is_first_page": not request.GET.get("after"),
        "form": RecountForm(),
        "may_adjust": request.actor.may(Permission.ADJUST_STOCK),
    }
    page = "#list" if request.htmx else ""
    return render(request, f"dashboard/inventory/stock.html{page}", context)


@require_POST
@requires(Permission.ADJUST_STOCK)
def adjust(request: StoreRequest, variant_id: str, location_id: str) -> HttpResponse:
    """Swap one row of the table: the new count with a way back, or the form with what is wrong."""
    row = selectors.stock_row(variant_id=variant_id, location_id=location_id)
    form = RecountForm(request.POST)
    movement = None
    if form.is_valid():
        try:
            movement = services.adjust(
                sku=row.variant.sku,
                location_id=row.level.location.pk,
                by=form.cleaned_data["by"],
                reason=form.told,
                actor=request.actor,
            )
        except CommerceError as refusal:
            form.add_error("counted", refusal.message)
    if movement is not None and not request.htmx:
        return redirect("inventory:sku", variant_id)
    context = {
        "row": selectors.stock_row(variant_id=variant_id, location_id=location_id),
        "form": RecountForm() if movement else form,
        "is_open": movement is None,
        "may_adjust": True,
        "view": "sku" if request.POST.get("view") == "sku" else "stock",
        "is_everywhere": request.POST.get("view") == "everywhere",
    }
    page = "stock.html#row" if request.htmx else "adjust.html"
    response = render(request, f"dashboard/inventory/{page}", context, status=200 if movement else 422)
    if movement is not None:
        response.headers["HX-Trigger"] = _toast(movement.pk, row.variant.sku, movement.on_hand_after)
    return response


@require_POST
@requires(Permission.ADJUST_STOCK)
def take_back(request: StoreRequest, movement_id: int) -> HttpResponse:
    """Undo an adjustment from its toast."""
    services.take_back(movement_id=movement_id, actor=request.actor)
    return HttpResponse(status=204)


def _toast(movement_id: int, sku: str, on_hand: int) -> str:
    said = _("%(sku)s: %(on_hand)s on hand") % {"sku": sku, "on_hand": on_hand}
    return json.dumps({"toast": {"text": said, "undo": reverse("inventory:take_back", args=[movement_id])}})


def _place(places: list[Location], wanted: str, *, low: bool) -> Location | None:
    """The location that the table shows: the one asked for, else the default; None is everywhere."""
    if wanted == EVERYWHERE or (low and not wanted):
        return None
    return next((place for place in places if place.public_id == wanted), places[0])


def _address(asked: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('inventory:stock')}?{query}" if query else reverse("inventory:stock")


def _views(asked: dict[str, str], low: bool) -> list[dict]:
    return [
        {"label": _("All SKUs"), "url": _address({**asked, "low": ""}), "active": not low, "count": ""},
        {
            "label": _("Low stock"),
            "url": _address({**asked, "low": "1"}),
            "active": low,
            "count": selectors.low_count(),
        },
    ]


def _chips(asked: dict[str, str], places: list[Location], shown: Location | None) -> list[dict]:
    """One chip per location, where there is more than one; taking the chip off shows them all."""
    if len(places) < 2:
        return []
    return [
        {
            "label": place.name,
            "url": _address({**asked, "location": EVERYWHERE if place == shown else place.public_id}),
            "on": place == shown,
        }
        for place in places
    ]
