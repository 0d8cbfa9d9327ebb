"""Products from a file: brought, checked, looked over, taken over."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.catalog import selectors, services
from core.catalog.asking import by_script, edits
from core.catalog.forms import SheetForm
from core.kernel.errors import CommerceError
from core.kernel.exports import csv_file
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

PAGE: Final = "dashboard/catalog/imports.html"
ONE: Final = "dashboard/catalog/import.html"
TONES: Final = {"READY": "info", "DONE": "success", "REFUSED": "danger"}
_HEADINGS: Final = (
    *("Handle", "Title", "Description", "Category", "Brand", "Tags", "Status"),
    *("Option1 name", "Option1 value", "Option2 name", "Option2 value", "Option3 name", "Option3 value"),
    *("SKU", "Barcode", "Price", "Price before discount", "Cost", "Weight (gram)"),
)


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def imports(request: StoreRequest) -> HttpResponse:
    """The form, and what was brought before."""
    return _list(request, SheetForm())


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def bring(request: StoreRequest) -> HttpResponse:
    """Keep a file, and show how its check goes."""
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            brought = services.bring_products(upload=form.cleaned_data["file"], actor=request.actor)
        except CommerceError as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("catalog:import", brought.public_id)
    return _list(request, form, status=422)


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def show(request: StoreRequest, public_id: str) -> HttpResponse:
    """What a file holds and how far it is; only that when the page asks again."""
    return _one(request, public_id)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def start(request: StoreRequest, public_id: str) -> HttpResponse:
    """Take the file over."""
    try:
        services.start_import(public_id=public_id, actor=request.actor)
    except services.ImportNotReady as refusal:
        return _one(request, public_id, refusal.message, status=409)
    return redirect("catalog:import", public_id)


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def mistakes(request: StoreRequest, public_id: str) -> HttpResponse:
    """The wrong cells as a CSV file."""
    brought = selectors.import_by_public_id(public_id)
    rows = [(str(row), column, message) for row, column, message in brought.errors]
    return csv_file(f"mistakes-{brought.public_id}", [_("Row"), _("Column"), _("What is wrong")], rows)


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def template(request: StoreRequest) -> HttpResponse:
    """An empty file with every column, and two rows that show how they are meant."""
    shirt = ["kemeja-mega", "Kemeja Mega", "Katun halus", "", "Batik Mega", "katun, baru", "draft"]
    first = [*shirt, "Ukuran", "S", "", "", "", "", "MEGA-S", "", "150.000", "175.000", "90.000", "250"]
    second = ["kemeja-mega", *[""] * 7, "M", *[""] * 4, "MEGA-M", "", "150.000", "175.000", "90.000", "260"]
    return csv_file("products", _HEADINGS, [first, second])


def _list(request: StoreRequest, form: SheetForm, status: int = 200) -> HttpResponse:
    found, cursor = selectors.product_imports(after=request.GET.get("after", ""))
    rows = [{"brought": each, "tone": TONES.get(each.state, "neutral")} for each in found]
    return render(
        request, PAGE, {"form": form, "rows": rows, "next": cursor, "edits": edits(request)}, status=status
    )


def _one(request: StoreRequest, public_id: str, trouble: str = "", status: int = 200) -> HttpResponse:
    brought = selectors.import_by_public_id(public_id)
    context = {
        "brought": brought,
        "tone": TONES.get(brought.state, "neutral"),
        "is_moving": brought.state in selectors.MOVING,
        "edits": edits(request),
        "trouble": trouble or brought.trouble,
    }
    return render(request, f"{ONE}#state" if by_script(request) else ONE, context, status=status)
