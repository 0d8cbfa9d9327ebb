"""How counts came about, and what they were on a day."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.inventory import selectors
from core.inventory.forms import PastForm
from core.inventory.models import MovementKind
from core.kernel.exports import csv_file
from tenants.permissions import Permission, requires
from tenants.replica import reads_replica
from tenants.requests import StoreRequest

ROWS = 50


@require_safe
@requires(Permission.VIEW_STOCK)
def movements(request: StoreRequest) -> HttpResponse:
    """The ledger: every change of a count, newest first."""
    asked = {name: _asked(request, name) for name in ("kind", "location", "sku")}
    kind = asked["kind"] if asked["kind"] in MovementKind.values else ""
    rows, cursor = selectors.movements(
        variant_id=asked["sku"],
        location_id=asked["location"],
        kind=kind,
        after=_asked(request, "after"),
        limit=ROWS,
    )
    context = {
        "movements": rows,
        "kinds": MovementKind.choices,
        "kind": kind,
        "places": [(place.public_id, place.name) for place in selectors.locations()],
        "place": asked["location"],
        "variant": selectors.stock_of(variant_id=asked["sku"]).variant if asked["sku"] else None,
        "next_url": _address("inventory:movements", {**asked, "after": cursor or ""}) if cursor else None,
    }
    return render(request, "dashboard/inventory/movements.html", context)


@require_safe
@requires(Permission.VIEW_STOCK)
@reads_replica
def past(request: StoreRequest) -> HttpResponse:
    """What was on the shelves when a day ended; today without a day."""
    form = _past_form(request)
    if not form.is_valid():
        return render(request, "dashboard/inventory/past.html", {"form": form}, status=422)
    place = form.cleaned_data["location"]
    rows, cursor = selectors.stock_at(
        moment=form.moment, location_id=place, after=_asked(request, "after"), limit=ROWS
    )
    skus, units = selectors.totals_at(moment=form.moment, location_id=place)
    asked = {"day": form.cleaned_data["day"].isoformat(), "location": place}
    context = {
        "form": form,
        "rows": rows,
        "day": form.cleaned_data["day"],
        "skus": skus,
        "units": units,
        "export_url": _address("inventory:past_export", asked),
        "next_url": _address("inventory:past", {**asked, "after": cursor}) if cursor else None,
    }
    return render(request, "dashboard/inventory/past.html", context)


@require_safe
@requires(Permission.VIEW_STOCK)
@reads_replica
def past_export(request: StoreRequest) -> HttpResponse:
    """The same as a CSV file, whole."""
    form = _past_form(request)
    if not form.is_valid():
        return render(request, "dashboard/inventory/past.html", {"form": form}, status=422)
    rows = selectors.whole_stock_at(moment=form.moment, location_id=form.cleaned_data["location"])
    return csv_file(
        f"stock-{form.cleaned_data['day'].isoformat()}",
        [_("SKU"), _("Product"), _("Variant"), _("Location"), _("On hand")],
        (
            (
                row.variant.sku,
                row.variant.product.title,
                row.variant.title,
                row.location.name,
                row.counted,  # type: ignore[attr-defined]
            )
            for row in rows
        ),
    )


def _past_form(request: StoreRequest) -> PastForm:
    asked = {"day": timezone.localdate().isoformat(), **request.GET.dict()}
    return PastForm(selectors.locations(), asked)


def _asked(request: StoreRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "")[:400]


def _address(name: str, asked: dict[str, str]) -> str:
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"{reverse(name)}?{query}"
