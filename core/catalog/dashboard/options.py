"""What a product comes in: its options, with the consequences in numbers before they happen."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.catalog import selectors, services
from core.catalog.asking import product_of
from core.catalog.forms import OptionsForm
from core.catalog.models import Product
from core.kernel.errors import InvalidInput
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

PAGE = "dashboard/catalog/options.html"
FORECAST = "dashboard/catalog/options.html#forecast"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PRODUCTS)
def matrix(request: StoreRequest, public_id: str) -> HttpResponse:
    """Edit the options. What would retire variants is shown first and happens at the second press."""
    product = product_of(public_id)
    if request.method != "POST":
        return _show(request, product, OptionsForm(options=selectors.options_of(product)), None)
    form = OptionsForm(request.POST)
    forecast = _foresee(product, form)
    if forecast is None:
        return _show(request, product, form, None, status=422)
    if forecast.retired and request.POST.get("retiring") != str(forecast.retired):
        return _show(request, product, form, forecast, status=409)

    services.set_options(product_id=product.pk, options=form.choices, actor=request.actor)
    messages.success(request, _("Saved."))
    return redirect("catalog:variants" if form.choices else "catalog:edit", public_id)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def preview(request: StoreRequest, public_id: str) -> HttpResponse:
    """What the options as they are typed now would do, in numbers."""
    product = product_of(public_id)
    form = OptionsForm(request.POST)
    forecast = _foresee(product, form)
    return render(request, FORECAST, {"product": product, "form": form, "forecast": forecast})


def _foresee(product: Product, form: OptionsForm) -> services.Forecast | None:
    """The forecast, or None with the refusal written into the form."""
    if not form.is_valid():
        return None
    try:
        return services.foresee_options(product_id=product.pk, options=form.choices)
    except InvalidInput as refusal:
        form.refuse(refusal)
    return None


def _show(
    request: StoreRequest,
    product: Product,
    form: OptionsForm,
    forecast: services.Forecast | None,
    status: int = 200,
) -> HttpResponse:
    context = {"product": product, "form": form, "forecast": forecast, "must_confirm": status == 409}
    return render(request, PAGE, context, status=status)
