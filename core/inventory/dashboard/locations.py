"""The places that hold goods: opened, described, closed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.inventory import selectors, services
from core.inventory.forms import LocationForm
from core.inventory.models import Location
from core.kernel import phones
from core.kernel.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@require_safe
@requires(Permission.VIEW_STOCK)
def places(request: StoreRequest) -> HttpResponse:
    """Every location, the default first."""
    context = {
        "rows": selectors.place_rows(),
        "may_edit": request.actor.may(Permission.EDIT_LOCATIONS),
    }
    return render(request, "dashboard/inventory/locations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_LOCATIONS)
def new(request: StoreRequest) -> HttpResponse:
    """Open a location."""
    form = LocationForm(request.POST or None)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            services.create_location(
                name=facts.pop("name"),
                code=facts.pop("code"),
                facts=facts,
                actor=request.actor,
            )
        except CommerceError as refusal:
            _note(form, refusal)
    return _answer(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_LOCATIONS)
def edit(request: StoreRequest, location_id: str) -> HttpResponse:
    """Describe a location anew."""
    place = selectors.location(location_id)
    if request.method == "GET":
        known = {field: getattr(place, field) for field in LocationForm.base_fields}
        known["phone"] = phones.readable(place.phone)
        return _answer(request, LocationForm(initial=known), place)
    form = LocationForm(request.POST)
    if form.is_valid():
        try:
            services.update_location(
                public_id=location_id,
                changes=form.cleaned_data,
                actor=request.actor,
            )
        except CommerceError as refusal:
            _note(form, refusal)
    return _answer(request, form, place)


@require_POST
@requires(Permission.EDIT_LOCATIONS)
def make_default(request: StoreRequest, location_id: str) -> HttpResponse:
    """Sell from here first."""
    place = services.make_default(public_id=location_id, actor=request.actor)
    messages.success(request, _("Orders are now taken from %(place)s first.") % {"place": place.name})
    return redirect("inventory:locations")


@require_POST
@requires(Permission.EDIT_LOCATIONS)
def set_open(request: StoreRequest, location_id: str) -> HttpResponse:
    """Close a location, or open it again."""
    is_open = request.POST.get("open") == "1"
    try:
        place = services.update_location(
            public_id=location_id,
            changes={"is_active": is_open},
            actor=request.actor,
        )
    except services.LocationInUse as refusal:
        messages.error(request, refusal.message)
    else:
        said = _("%(place)s is open.") if is_open else _("%(place)s is closed. Its history stays.")
        messages.success(request, said % {"place": place.name})
    return redirect("inventory:locations")


def _note(form: LocationForm, refusal: CommerceError) -> None:
    field = getattr(refusal, "field", "")
    form.add_error(field if field in form.fields else None, refusal.message)


def _answer(request: StoreRequest, form: LocationForm, place: Location | None) -> HttpResponse:
    if form.is_bound and form.is_valid():
        messages.success(request, _("Location saved."))
        return redirect("inventory:locations")
    context = {"form": form, "place": place}
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/inventory/location.html", context, status=status)
