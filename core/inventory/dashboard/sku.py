"""One SKU: where it is, what it is promised to, how its count came about, and the forms that change it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.inventory import selectors, services
from core.inventory.forms import CountForm, HoldForm, ReceiptForm, RecountForm, RulesForm
from core.inventory.selectors import DayCount, StockRow
from core.kernel.errors import CommerceError
from core.kernel.formats import format_day
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

SHOWN = 15


@require_safe
@requires(Permission.VIEW_STOCK)
def page(request: StoreRequest, variant_id: str) -> HttpResponse:
    """Everything about one SKU's stock."""
    stock = selectors.stock_of(variant_id=variant_id)
    days = selectors.on_hand_by_day(variant_id=variant_id, today=timezone.localdate())
    movements, more = selectors.movements(variant_id=variant_id, limit=SHOWN)
    context = {
        "stock": stock,
        "rows": [StockRow(stock.variant, level) for level in stock.levels],
        "series": _series(days),
        "chart_rows": _chart_rows(days, str(request.LANGUAGE_CODE)),
        "headings": [_("Day"), _("On hand"), _("In"), _("Out")],
        "movements": movements,
        "has_more": more is not None,
        "allocations": selectors.allocations(variant_id=variant_id, limit=SHOWN)[0],
        "reservations": selectors.reservations(variant_id=variant_id, limit=SHOWN)[0],
        "form": RecountForm(),
        "view": "sku",
        "may_adjust": request.actor.may(Permission.ADJUST_STOCK),
    }
    return render(request, "dashboard/inventory/sku.html", context)


@require_safe
@requires(Permission.ADJUST_STOCK)
def level(request: StoreRequest, variant_id: str, location_id: str) -> HttpResponse:
    """What can be done with one SKU at one location."""
    return _level(request, selectors.stock_row(variant_id=variant_id, location_id=location_id))


@require_POST
@requires(Permission.ADJUST_STOCK)
def count(request: StoreRequest, variant_id: str, location_id: str) -> HttpResponse:
    """Write down what was counted."""
    row = selectors.stock_row(variant_id=variant_id, location_id=location_id)
    return _write(request, row, "count", CountForm(request.POST), services.set_count)


@require_POST
@requires(Permission.ADJUST_STOCK)
def receive(request: StoreRequest, variant_id: str, location_id: str) -> HttpResponse:
    """Add what a supplier delivered."""
    row = selectors.stock_row(variant_id=variant_id, location_id=location_id)
    return _write(request, row, "receipt", ReceiptForm(request.POST), services.receive)


@require_POST
@requires(Permission.ADJUST_STOCK)
def set_rules(request: StoreRequest, variant_id: str, location_id: str) -> HttpResponse:
    """Set the safety stock and the threshold."""
    row = selectors.stock_row(variant_id=variant_id, location_id=location_id)
    return _write(request, row, "rules", RulesForm(request.POST), services.set_rules)


@require_POST
@requires(Permission.ADJUST_STOCK)
def hold(request: StoreRequest, variant_id: str, location_id: str) -> HttpResponse:
    """Put units aside."""
    row = selectors.stock_row(variant_id=variant_id, location_id=location_id)

    def reserve(*, sku: str, location_id: int, quantity: int, until: Any, **told: Any) -> None:
        services.reserve(wanted={sku: quantity}, location_id=location_id, expires_at=until, **told)

    return _write(request, row, "hold", HoldForm(request.POST), reserve)


@require_POST
@requires(Permission.ADJUST_STOCK)
def release(request: StoreRequest, variant_id: str) -> HttpResponse:
    """Let go of what was put aside."""
    services.unreserve(reference=request.POST.get("reference", "").replace("\x00", "")[:40])
    messages.success(request, _("These units can be sold again."))
    return redirect("inventory:sku", variant_id)


def _write(
    request: StoreRequest, row: StockRow, name: str, form: forms.Form, service: Callable[..., Any]
) -> HttpResponse:
    """One service call from a valid form, then the SKU's page; else the forms with what is wrong."""
    if form.is_valid():
        try:
            service(
                sku=row.variant.sku,
                location_id=row.level.location.pk,
                actor=request.actor,
                **form.cleaned_data,
            )
        except CommerceError as refusal:
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, refusal.message)
    if not form.is_valid():
        return _level(request, row, {name: form})
    place = row.level.location.name
    messages.success(request, _("Saved: %(sku)s at %(place)s.") % {"sku": row.variant.sku, "place": place})
    return redirect("inventory:sku", row.variant.public_id)


def _level(request: StoreRequest, row: StockRow, sent: dict[str, forms.Form] | None = None) -> HttpResponse:
    rules = {"safety": row.level.safety, "low_stock_threshold": row.level.own_threshold}
    context = {
        "row": row,
        "count": CountForm(initial={"counted": row.level.on_hand}, prefix=None),
        "receipt": ReceiptForm(),
        "rules": RulesForm(initial=rules),
        "hold": HoldForm(),
        **(sent or {}),
    }
    return render(request, "dashboard/inventory/level.html", context, status=422 if sent else 200)


def _series(days: list[DayCount]) -> dict[str, Any]:
    return {
        "kind": "line",
        "unit": "count",
        "labels": [f"{each.day.day}/{each.day.month}" for each in days],
        "sets": [{"label": _("On hand"), "values": [each.on_hand for each in days]}],
    }


def _chart_rows(days: list[DayCount], language: str) -> list[tuple[str, int, int, int]]:
    """The days on which something moved, newest first."""
    return [
        (format_day(each.day, language), each.on_hand, each.came, each.left)
        for each in reversed(days)
        if each.came or each.left
    ]
