"""All variants of a product in one sheet: typed, pasted and filled like in a spreadsheet."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.catalog import cells, selectors, services
from core.catalog.asking import edits, product_of, sees_costs
from core.catalog.models import Product, Variant
from core.kernel.errors import InvalidInput
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

PAGE = "dashboard/catalog/grid.html"
PER_PAGE = 50

Errors = dict[str, dict[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PRODUCTS)
def sheet(request: StoreRequest, public_id: str) -> HttpResponse:
    """A plain form of fifty variants; with a script it becomes a sheet of all of them."""
    product = product_of(public_id)
    typed, errors = {}, {}
    if request.method == "POST":
        typed = _typed(request)
        errors = _save(request, product, typed)
        if not errors:
            messages.success(request, _("Saved."))
            return redirect(request.get_full_path())
    found, following = selectors.variants_of(product, after=request.GET.get("after", ""), limit=PER_PAGE)
    columns = cells.columns(sees_costs=sees_costs(request))
    context = {
        "product": product,
        "columns": columns,
        "rows": [_row(variant, columns, typed, errors) for variant in found],
        "next": following,
        "wrong": sum(len(fields) for fields in errors.values()),
    }
    return render(request, PAGE, context, status=422 if errors else 200)


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def values(request: StoreRequest, public_id: str) -> HttpResponse:
    """Every cell of the sheet for the script, as texts in the order of the columns."""
    product = product_of(public_id)
    columns = cells.columns(sees_costs=sees_costs(request))
    rows = [
        [
            variant.public_id,
            variant.title or product.title,
            *(cells.written(variant, each) for each in columns),
        ]
        for variant in selectors.grid_of(product)
    ]
    shape = [
        {"name": each.name, "label": str(each.label), "kind": each.kind, "unit": each.unit}
        for each in columns
    ]
    return JsonResponse({"columns": shape, "rows": rows, "editable": edits(request)})


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def save_values(request: StoreRequest, public_id: str) -> HttpResponse:
    """Save the cells that changed, all or none: `{"rows": {variant id: {column: text}}}`."""
    product = product_of(public_id)
    try:
        typed = _told(json.loads(request.body))
    except (ValueError, TypeError, AttributeError, RecursionError, RawPostDataException) as odd:
        raise InvalidInput(_("Some values are not valid.")) from odd
    errors = _save(request, product, typed)
    if errors:
        message = next(iter(next(iter(errors.values())).values()))
        return JsonResponse({"errors": errors, "message": message}, status=422)
    saved = {
        variant.public_id: {each.name: cells.written(variant, each) for each in cells.COLUMNS}
        for variant in selectors.grid_of(product)
        if variant.public_id in typed
    }
    return JsonResponse({"rows": saved})


def _save(request: StoreRequest, product: Product, typed: cells.Typed) -> Errors:
    """Read and save what was typed. Returns what is wrong, cell by cell; nothing is saved then."""
    wanted, errors = cells.read(typed, sees_costs=sees_costs(request))
    if errors:
        return errors
    try:
        services.edit_variants(product_id=product.pk, edits=wanted, actor=request.actor)
    except services.RowsRefused as refusal:
        return {public_id: dict(fields) for public_id, fields in refusal.errors.items()}
    except services.NotReadyToSell as refusal:
        return {public_id: {"price_amount": refusal.message} for public_id in _unpriced(wanted)}
    return {}


def _unpriced(wanted: dict[str, dict[str, Any]]) -> list[str]:
    """The rows whose price was taken away, or that were switched on without one."""
    empty = [public_id for public_id, fields in wanted.items() if not fields.get("price_amount", 1)]
    return empty or list(wanted)


def _told(body: Any) -> dict[str, dict[str, str]]:
    rows = body["rows"] if isinstance(body, dict) and "rows" in body else None
    if not isinstance(rows, dict):
        raise TypeError(body)
    return {
        str(public_id)[:32]: {str(name): str(text)[:200] for name, text in fields.items()}
        for public_id, fields in rows.items()
    }


def _typed(request: StoreRequest) -> dict[str, dict[str, str]]:
    """The plain form's cells: `<variant id>.<column>`; an unticked box sends nothing."""
    typed: dict[str, dict[str, str]] = {
        public_id[:32]: {"is_active": ""} for public_id in request.POST.getlist("row")[:100]
    }
    for field, text in request.POST.items():
        public_id, _dot, column = field.partition(".")
        if column and public_id in typed:
            typed[public_id][column] = str(text)[:200]
    return typed


def _row(variant: Variant, columns: list[cells.Column], typed: cells.Typed, errors: Errors) -> dict[str, Any]:
    """One line of the plain form, with what was typed where something is wrong."""
    mine = typed.get(variant.public_id, {})
    wrong = errors.get(variant.public_id, {})
    return {
        "variant": variant,
        "cells": [
            {
                "name": f"{variant.public_id}.{column.name}",
                "column": column,
                "text": mine.get(column.name, cells.written(variant, column)),
                "error": wrong.get(column.name, ""),
            }
            for column in columns
        ],
    }
