"""The rate table of a method: typed row by row, or brought and taken as a file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kernel import regions
from core.kernel.errors import CommerceError
from core.kernel.exports import csv_file
from core.shipping import selectors, services
from core.shipping.forms import RatesFileForm, named_rates, read_rates, region_name, typed_rates
from core.shipping.models import ShippingMethod
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

PAGE = "dashboard/shipping/rates.html"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SETTINGS)
def rates(request: StoreRequest, method_id: str) -> HttpResponse:
    """The whole table, written anew by one form."""
    method = selectors.method(method_id)
    if request.method == "GET":
        return _page(request, method, _written(method))
    return _replace(request, method, typed_rates(request.POST))


@require_POST
@requires(Permission.EDIT_SETTINGS)
def bring(request: StoreRequest, method_id: str) -> HttpResponse:
    """Replace the table by a file."""
    method = selectors.method(method_id)
    form = RatesFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, method, _written(method), form=form)
    return _replace(request, method, form.cleaned_data["file"])


@require_safe
@requires(Permission.EDIT_SETTINGS)
def take(request: StoreRequest, method_id: str) -> HttpResponse:
    """The table as a file, which can be brought back."""
    method = selectors.method(method_id)
    headings = [_("Region code"), _("Region"), _("Up to (gram)"), _("Price"), _("Price per kg")]
    rows = [
        (rate.region_code, region_name(rate.region_code), rate.up_to_grams, rate.amount, rate.per_kg_amount)
        for rate in method.rates.all()
    ]
    return csv_file("shipping-rates", headings, rows)


@require_safe
@requires(Permission.EDIT_SETTINGS)
def row(request: StoreRequest) -> HttpResponse:
    """An empty row for a region that was picked."""
    code = request.GET.get("region_code", "")[:13]
    known = code if regions.find(code) else ""
    typed = {"region_code": known, "up_to_grams": "", "amount": "", "per_kg_amount": ""}
    return render(request, f"{PAGE}#row", {"rate": named_rates([typed])[0]})


@require_safe
@requires(Permission.EDIT_SETTINGS)
def pick(request: StoreRequest) -> HttpResponse:
    """Regions to add a row for: provinces, cities, districts and villages."""
    query = request.GET.get("pick", "").replace("\x00", "").strip()[:80]
    found = regions.search(query, 8) if len(query) > 1 else ()
    return render(request, f"{PAGE}#found", {"found": found, "query": query})


def _written(method: ShippingMethod) -> list[dict[str, str]]:
    return [
        {
            "region_code": rate.region_code,
            "up_to_grams": "" if rate.up_to_grams is None else str(rate.up_to_grams),
            "amount": f"{rate.amount:,}".replace(",", "."),
            "per_kg_amount": f"{rate.per_kg_amount:,}".replace(",", "."),
        }
        for rate in method.rates.all()
    ]


def _replace(request: StoreRequest, method: ShippingMethod, typed: list[dict[str, str]]) -> HttpResponse:
    rows, wrong = read_rates(typed)
    if not wrong:
        try:
            services.set_rates(public_id=method.public_id, rows=rows, actor=request.actor)
        except CommerceError as refusal:
            wrong = refusal.message
    if wrong:
        return _page(request, method, typed, wrong=wrong)
    messages.success(request, _("The table has %(rows)s rows now.") % {"rows": len(rows)})
    return redirect("shipping:rates", method.public_id)


def _page(
    request: StoreRequest,
    method: ShippingMethod,
    typed: list[dict[str, str]],
    *,
    wrong: str = "",
    form: RatesFileForm | None = None,
) -> HttpResponse:
    context = {
        "method": method,
        "rates": named_rates(typed),
        "wrong": wrong,
        "form": form or RatesFileForm(),
    }
    return render(request, PAGE, context, status=422 if wrong or form else 200)
