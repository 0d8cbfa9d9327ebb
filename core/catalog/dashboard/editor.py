"""One product: added from a photo, edited, published, archived."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.catalog import selectors, services
from core.catalog.asking import by_script, edits, product_of, sees_costs
from core.catalog.dashboard.tiles import tiles_of
from core.catalog.forms import ProductForm
from core.catalog.models import Product, ProductStatus, Variant
from core.kernel.errors import CommerceError, InvalidInput
from core.kernel.image_worker import MAX_BYTES
from core.kernel.images import ImageRefused
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

NEW = "dashboard/catalog/new.html"
PAGE = "dashboard/catalog/edit.html"
MOST_SHOWN_VARIANTS = 8


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PRODUCTS)
def new(request: StoreRequest) -> HttpResponse:
    """A photo, a title and a price make a product; everything else may come now or later."""
    told = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ProductForm(*told, categories=selectors.category_tree(), sees_costs=sees_costs(request))
    if request.method == "POST" and form.is_valid():
        product = _create(request, form)
        if product is not None:
            return _lead_on(request, f"{reverse('catalog:edit', args=[product.public_id])}?created=1")
    status = 422 if form.errors else 200
    context = {
        "form": form,
        "brands": selectors.brands(),
        "max_bytes": MAX_BYTES,
        "by_script": by_script(request),
    }
    return render(request, NEW, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_PRODUCTS)
def edit(request: StoreRequest, public_id: str) -> HttpResponse:
    """Everything about a product on one page. Who may not edit sees it all the same."""
    product = product_of(public_id)
    variants = selectors.grid_of(product, limit=MOST_SHOWN_VARIANTS)
    only = variants[0] if product.variant_count == 1 else None
    if request.method != "POST":
        return _show(request, product, variants, _form(request, product, only))
    return save(request, product, variants, only)


@requires(Permission.EDIT_PRODUCTS)
def save(
    request: StoreRequest, product: Product, variants: list[Variant], only: Variant | None
) -> HttpResponse:
    """Save the page, or show it again with what is wrong and everything that was typed."""
    form = _form(request, product, only, request.POST)
    status = 200 if form.is_valid() else 422
    if form.is_valid():
        try:
            services.save_product(
                product_id=product.pk,
                changes=form.facts,
                row=form.row,
                actor=request.actor,
                seen_at=form.cleaned_data["seen_at"],
            )
        except CommerceError as refusal:
            _refuse(form, refusal)
            status = refusal.http_status
    if form.errors:
        return _show(request, product, variants, form, status=status)
    messages.success(request, _("Saved."))
    return redirect("catalog:edit", product.public_id)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def move(request: StoreRequest, public_id: str) -> HttpResponse:
    """Publish, unpublish, archive or bring back, from the menu of the page."""
    product = product_of(public_id)
    try:
        services.set_status(product_id=product.pk, status=request.POST.get("status", ""), actor=request.actor)
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("catalog:edit", public_id)


def _lead_on(request: StoreRequest, url: str) -> HttpResponse:
    """On to another page, also for a form that a script sent: it would draw the page into the form."""
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if by_script(request) else redirect(url)


def _create(request: StoreRequest, form: ProductForm) -> Product | None:
    facts = dict(form.facts)
    try:
        return services.create_with_photos(
            title=facts.pop("title"),
            photos=form.cleaned_data["photos"],
            variants=[form.row],
            actor=request.actor,
            **facts,
        )
    except CommerceError as refusal:
        _refuse(form, refusal)
    return None


def _form(
    request: StoreRequest, product: Product, only: Variant | None, data: Mapping[str, Any] | None = None
) -> ProductForm:
    return ProductForm(
        data,
        categories=selectors.category_tree(),
        sees_costs=sees_costs(request),
        product=product,
        only=only,
    )


def _refuse(form: ProductForm, refusal: CommerceError) -> None:
    """Put a refusal beside the field that it is about."""
    if isinstance(refusal, services.RowsRefused):
        for fields in refusal.errors.values():
            for field, message in fields.items():
                form.refuse(field, message)
    elif isinstance(refusal, ImageRefused):
        form.refuse("photos", refusal.message)
    elif isinstance(refusal, services.StaleEdit):
        form.refuse("", _stale_words())
    elif isinstance(refusal, services.NotReadyToSell):
        form.refuse("price_amount" if "price_amount" in form.fields else "status", refusal.message)
    elif isinstance(refusal, InvalidInput | services.SkuTaken):
        form.refuse(refusal.field.rsplit(".", 1)[-1], refusal.message)
    else:
        form.refuse("", refusal.message)


def _stale_words() -> str:
    return _(
        "Somebody else changed this product meanwhile. What you typed is still here: "
        "save again to keep yours, or reload the page to see theirs."
    )


def _show(
    request: StoreRequest, product: Product, variants: list[Variant], form: ProductForm, status: int = 200
) -> HttpResponse:
    may_edit = edits(request)
    context = {
        "product": product,
        "form": form,
        "only": form.only,
        "variants": variants,
        "more_variants": max(0, product.variant_count - len(variants)),
        "options": selectors.options_of(product),
        "tiles": tiles_of(product),
        "brands": selectors.brands(),
        "may_edit": may_edit,
        "entries": _entries(product) if may_edit else [],
        "max_bytes": MAX_BYTES,
        "created": "created" in request.GET,
        "old_slugs": selectors.old_slugs(product),
        "fresh_seen_at": product.updated_at.isoformat(),
        "is_stale": status == services.StaleEdit.http_status and form.errors,
    }
    return render(request, PAGE, context, status=status)


def _entries(product: Product) -> list[dict[str, Any]]:
    """What the menu offers to do with the whole product."""
    url = reverse("catalog:move", args=[product.public_id])
    to_draft = {"label": _("Unpublish"), "icon": "eye-off", "value": ProductStatus.DRAFT, "url": url}
    publish = {"label": _("Publish"), "icon": "eye", "value": ProductStatus.ACTIVE, "url": url}
    archive = {"label": _("Archive"), "icon": "folder", "value": ProductStatus.ARCHIVED, "url": url}
    back = {"label": _("Bring back as a draft"), "icon": "undo-2", "value": ProductStatus.DRAFT, "url": url}
    return {
        ProductStatus.DRAFT: [publish, archive],
        ProductStatus.ACTIVE: [to_draft, archive],
        ProductStatus.ARCHIVED: [back, publish],
    }[ProductStatus(product.status)]
