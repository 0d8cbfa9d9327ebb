"""The design editor: draw, see it in a frame of the real shop, publish, take back."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.catalog import selectors as catalog
from core.kernel.errors import CommerceError, InvalidInput
from storefront import preview, selectors, services
from storefront.design import Design, Section
from storefront.design_forms import DesignForm
from storefront.models import SectionKind
from tenants.hosts import store_origin
from tenants.models import HostKind
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

TEMPLATE = "dashboard/storefront/design.html"


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section with the products it names, as the editor shows it."""

    section: Section
    kind: str
    products: list[catalog.ProductCard]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_STOREFRONT)
def edit(request: StoreRequest) -> HttpResponse:
    """The editor. A POST keeps the draft and then publishes it, or adds or removes a section."""
    if request.method != "POST":
        return _editor(request, DesignForm.of(selectors.latest_design()))
    form = DesignForm(request.POST)
    if not _keep(request, form) or not _then(request, form):
        return _editor(request, form, status=422)
    there = "#sections" if "add" in request.POST or "remove" in request.POST else ""
    return HttpResponseRedirect(reverse("design:edit") + there)


@require_POST
@requires(Permission.EDIT_STOREFRONT)
def draft(request: StoreRequest) -> HttpResponse:
    """Keep the draft while the seller draws, and say how it stands; the frame then shows it."""
    form = DesignForm(request.POST)
    is_kept = _keep(request, form)
    response = render(
        request, f"{TEMPLATE}#state", {"form": form, **_state()}, status=200 if is_kept else 422
    )
    if is_kept:
        response.headers["HX-Trigger"] = json.dumps({"design-kept": True})
    return response


@require_POST
@requires(Permission.EDIT_STOREFRONT)
def undo(request: StoreRequest) -> HttpResponse:
    """Show shoppers the design before the published one."""
    services.undo(actor=request.actor)
    messages.success(request, _("Your shop looks as it did before."))
    return _back(request)


@require_POST
@requires(Permission.EDIT_STOREFRONT)
def discard(request: StoreRequest) -> HttpResponse:
    """Forget what was drawn since the last publishing."""
    services.discard_draft(actor=request.actor)
    messages.success(request, _("The draft is gone. Your shop did not change."))
    return _back(request)


@require_POST
@requires(Permission.EDIT_STOREFRONT)
def logo(request: StoreRequest) -> HttpResponse:
    """Let the draft show another logo, or what is wrong with the file."""
    upload = request.FILES.get("logo")
    try:
        if upload is None:
            raise InvalidInput(_("Choose a picture first."), "logo")
        services.put_logo(upload=upload, now=timezone.now(), actor=request.actor)
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    return _back(request)


@require_POST
@requires(Permission.EDIT_STOREFRONT)
def remove_logo(request: StoreRequest) -> HttpResponse:
    """Let the draft show the store's name instead of a logo."""
    services.remove_logo(now=timezone.now(), actor=request.actor)
    return _back(request)


@require_safe
@requires(Permission.EDIT_STOREFRONT)
def products(request: StoreRequest) -> HttpResponse:
    """Products to choose from, while the seller types."""
    query = request.GET.get("q", "").replace("\0", "")[:100]
    found = catalog.search(query) if query.strip() else catalog.product_cards(limit=6).cards
    return render(request, f"{TEMPLATE}#found", {"found": found})


def _keep(request: StoreRequest, form: DesignForm) -> bool:
    """Save the draft if the form allows; what is wrong is written into the form."""
    if not form.is_valid():
        return False
    design = form.design(selectors.latest_design())
    try:
        services.save_draft(design=design, now=timezone.now(), actor=request.actor)
    except InvalidInput as wrong:
        form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
        return False
    return True


def _then(request: StoreRequest, form: DesignForm) -> bool:
    now, actor, told = timezone.now(), request.actor, request.POST
    try:
        if "add" in told:
            services.add_section(kind=told["add"], now=now, actor=actor)
        elif "remove" in told:
            services.remove_section(section_id=told["remove"], now=now, actor=actor)
        elif told.get("then") == "publish":
            services.publish(now=now, actor=actor)
            messages.success(request, _("Published. Shoppers see it now."))
    except services.NothingToPublish as refusal:
        messages.info(request, refusal.message)
    except InvalidInput as wrong:
        form.add_error(None, wrong.message)
        return False
    return True


def _editor(request: StoreRequest, form: DesignForm, *, status: int = 200) -> HttpResponse:
    design = selectors.latest_design()
    store = request.store
    origin = store_origin(store, HostKind.STOREFRONT)
    context = {
        "form": form,
        "design": design,
        "rows": _rows(design),
        "categories": _categories(),
        "section_kinds": SectionKind.choices,
        "logo_url": f"{origin}/media/{design.logo}" if design.logo else "",
        "frame_url": preview.preview_url(),
        "frame_pages": _frame_pages(),
        **_state(),
    }
    response = render(request, TEMPLATE, context, status=status)
    response._csp_update = {"frame-src": [origin], "img-src": [origin]}  # type: ignore[attr-defined]
    return response


def _state() -> dict[str, Any]:
    """How draft and shop stand to each other."""
    versions = selectors.versions()
    return {
        "has_draft": selectors.draft() is not None,
        "published": versions[0] if versions else None,
        "earlier": versions[1] if len(versions) > 1 else None,
    }


def _rows(design: Design) -> list[SectionRow]:
    named = [product_id for each in design.sections for product_id in each.product_ids]
    cards = {card.public_id: card for card in catalog.cards_by_id(catalog.ids_of(named))} if named else {}
    return [
        SectionRow(
            section=each,
            kind=str(SectionKind(each.kind).label),
            products=[cards[product_id] for product_id in each.product_ids if product_id in cards],
        )
        for each in design.sections
    ]


def _categories() -> list[tuple[str, str]]:
    """(public id, name), moved in by how deep each lies."""
    rows: list[Any] = list(catalog.category_tree())
    return [(row.public_id, "— " * row.depth + row.name) for row in rows]


def _frame_pages() -> list[tuple[str, str]]:
    """(path below the preview's address, name) of the pages that the frame can show."""
    pages = [("", _("Front page")), ("products/", _("All products")), ("cart/", _("Cart"))]
    return pages + [(f"pages/{page.slug}/", page.title) for page in selectors.footer_pages()]


def _back(request: StoreRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("design:edit"))
