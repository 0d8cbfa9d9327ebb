"""Shipping as the seller sets it: ways to ship, their rates, and what a shopper would pay."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kernel import regions as gazetteer
from core.kernel.errors import CommerceError, NotFound
from core.shipping import selectors, services
from core.shipping.forms import MethodForm, QuoteForm, region_name
from core.shipping.models import MethodKind
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@require_safe
@requires(Permission.EDIT_SETTINGS)
def methods(request: StoreRequest) -> HttpResponse:
    """The ways to ship in the order in which shoppers see them, and a quote to try them out."""
    context = {"methods": selectors.methods(), "kinds": MethodKind.choices, "quote": QuoteForm()}
    return render(request, "dashboard/shipping/methods.html", context)


@require_safe
@requires(Permission.EDIT_SETTINGS)
def quote(request: StoreRequest) -> HttpResponse:
    """What a shopper in a region would be offered for one parcel."""
    form = QuoteForm(request.GET)
    if not form.is_valid():
        context = {"methods": selectors.methods(), "kinds": MethodKind.choices, "quote": form}
        page = "#quoted" if request.htmx else ""
        return render(request, f"dashboard/shipping/methods.html{page}", context, status=422)
    told = form.cleaned_data
    grams = 1000 if told["weight_grams"] is None else told["weight_grams"]
    options = selectors.options(
        region_code=told["region_code"], weight_grams=grams, subtotal_amount=told["subtotal_amount"] or 0
    )
    context = {
        "methods": selectors.methods(),
        "kinds": MethodKind.choices,
        "quote": form,
        "options": options,
        "place": region_name(told["region_code"]),
        "region": gazetteer.find(told["region_code"]) if told["region_code"] else None,
    }
    page = "#quoted" if request.htmx else ""
    return render(request, f"dashboard/shipping/methods.html{page}", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SETTINGS)
def new(request: StoreRequest, kind: str) -> HttpResponse:
    """Add a way to ship."""
    if kind not in MethodKind.values:
        raise NotFound(_("There is no such shipping method."))
    form = MethodForm(kind, request.POST or None)
    made = None
    if form.is_valid():
        terms = form.terms
        try:
            made = services.create_method(name=terms.pop("name"), kind=kind, terms=terms, actor=request.actor)
        except CommerceError as refusal:
            _note(form, refusal)
    if made is None:
        context = {"form": form, "kind": MethodKind(kind)}
        return render(
            request, "dashboard/shipping/method.html", context, status=422 if form.is_bound else 200
        )
    messages.success(request, _("%(name)s is offered at the checkout now.") % {"name": made.name})
    if made.kind == MethodKind.TABLE:
        return redirect("shipping:rates", made.public_id)
    return redirect("shipping:methods")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SETTINGS)
def edit(request: StoreRequest, method_id: str) -> HttpResponse:
    """Change the terms of a method."""
    method = selectors.method(method_id)
    form = MethodForm(method.kind, request.POST) if request.method == "POST" else MethodForm.about(method)
    saved = False
    if form.is_bound and form.is_valid():
        try:
            services.update_method(public_id=method_id, changes=form.terms, actor=request.actor)
            saved = True
        except CommerceError as refusal:
            _note(form, refusal)
    if saved:
        messages.success(request, _("Saved. Orders already placed keep their price."))
        return redirect("shipping:methods")
    context = {"form": form, "kind": MethodKind(method.kind), "method": method}
    return render(request, "dashboard/shipping/method.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.EDIT_SETTINGS)
def switch(request: StoreRequest, method_id: str) -> HttpResponse:
    """Offer a method, or stop offering it."""
    services.update_method(
        public_id=method_id,
        changes={"is_active": request.POST.get("is_active") == "1"},
        actor=request.actor,
    )
    return redirect("shipping:methods")


@require_POST
@requires(Permission.EDIT_SETTINGS)
def arrange(request: StoreRequest) -> HttpResponse:
    """Offer the methods in another order."""
    ids = [public_id[:32] for public_id in request.POST.getlist("order")[: services.MOST_METHODS]]
    services.order_methods(public_ids=ids, actor=request.actor)
    return HttpResponse(status=204) if request.htmx else redirect("shipping:methods")


@require_POST
@requires(Permission.EDIT_SETTINGS)
def delete(request: StoreRequest, method_id: str) -> HttpResponse:
    """Remove a method with its rates."""
    services.delete_method(public_id=method_id, actor=request.actor)
    messages.success(request, _("Removed. Orders keep the name and the fee they were placed with."))
    return redirect("shipping:methods")


@require_safe
@requires(Permission.VIEW_HOME)
def regions(request: StoreRequest) -> HttpResponse:
    """Regions that fit what is being typed, as choices of the field `name`."""
    query = request.GET.get("region_query", "").replace("\x00", "").strip()[:80]
    name = "".join(letter for letter in request.GET.get("name", "") if letter.isalnum() or letter == "_")[:40]
    found = gazetteer.search(query, 6) if len(query) > 1 else ()
    context = {"regions": found, "query": query, "name": name or "region_code"}
    return render(request, "dashboard/shipping/regions.html", context)


def _note(form: MethodForm, refusal: CommerceError) -> None:
    field = getattr(refusal, "field", "")
    form.add_error(field if field in form.fields else None, refusal.message)
