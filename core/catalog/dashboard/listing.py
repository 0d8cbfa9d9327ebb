"""The product list: search, filters in the address, saved views, and what is done to many at once."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.catalog import selectors, services
from core.catalog.asking import by_script, edits
from core.catalog.forms import BulkForm, FilterForm, ViewForm
from core.catalog.models import Product, ProductStatus, SavedView
from core.kernel.errors import InvalidInput
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

PAGE = "dashboard/catalog/list.html"
LIST = f"{PAGE}#list"
PER_PAGE = 50
BECOMES = {
    "publish": ProductStatus.ACTIVE,
    "unpublish": ProductStatus.DRAFT,
    "archive": ProductStatus.ARCHIVED,
}
TONES = {ProductStatus.ACTIVE: "success", ProductStatus.ARCHIVED: "neutral", ProductStatus.DRAFT: "info"}


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def product_list(request: StoreRequest) -> HttpResponse:
    """The list, or its rows alone while somebody types."""
    target = request.headers.get("HX-Target", "")
    return render(request, LIST if target == "list" else PAGE, _page(request, request.GET))


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def bulk(request: StoreRequest) -> HttpResponse:
    """Do one thing to every ticked product, and say what became of each."""
    form = BulkForm(request.POST)
    results = _act(request, form) if form.is_valid() else None
    context = _page(request, QueryDict(request.POST.get("query", "")[:500]))
    context |= {"bulk_form": form, "results": results}
    template = LIST if by_script(request) else PAGE
    return render(request, template, context, status=200 if results else 422)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def save_view(request: StoreRequest) -> HttpResponse:
    """Keep the filters in force under a name."""
    form = ViewForm(request.POST)
    view = None
    if form.is_valid():
        try:
            view = services.save_view(
                name=form.cleaned_data["name"],
                query=_kept(QueryDict(form.cleaned_data["query"])),
                actor=request.actor,
            )
        except InvalidInput as refusal:
            form.add_error(refusal.field or None, refusal.message)
    if view is None:
        context = _page(request, QueryDict(request.POST.get("query", "")[:500])) | {"view_form": form}
        return render(request, PAGE, context, status=422)
    return redirect(f"{reverse('catalog:list')}?{view.query}")


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def delete_view(request: StoreRequest, public_id: str) -> HttpResponse:
    """Forget a saved view."""
    services.delete_view(public_id=public_id, actor=request.actor)
    return redirect("catalog:list")


def _act(request: StoreRequest, form: BulkForm) -> dict[str, Any]:
    action, ids = form.cleaned_data["action"], selectors.ids_of(form.cleaned_data["selected"])
    if action == "tag":
        services.tag_products(product_ids=ids, tag=form.cleaned_data["tag"], actor=request.actor)
        return {"done": len(ids), "refused": []}
    refused = services.set_status_of_many(product_ids=ids, status=BECOMES[action], actor=request.actor)
    rows = [
        {"label": each.title, "url": reverse("catalog:edit", args=[each.public_id]), "reason": each.reason}
        for each in refused
    ]
    return {"done": len(ids) - len(rows), "refused": rows}


def _page(request: StoreRequest, query: QueryDict) -> dict[str, Any]:
    tree, brands = selectors.category_tree(), selectors.brands()
    form = FilterForm(query, categories=tree, brands=brands)
    known = form.known
    sort = query.get("sort", "") if query.get("sort", "") in selectors.DESK_SORTS else "newest"
    filters = selectors.ProductFilters(
        query=known.get("q", ""), **{name: value for name, value in known.items() if name != "q"}
    )
    found, following = selectors.product_list(
        filters=filters, sort=sort, after=query.get("after", ""), limit=PER_PAGE
    )
    saved = selectors.saved_views()
    kept = {**known, **({"sort": sort} if sort != "newest" else {})}
    return {
        "rows": [_row(product) for product in found],
        "filter_form": form,
        "query": known.get("q", ""),
        "kept": urlencode(kept),
        "hidden": [(name, value) for name, value in kept.items() if name != "q"],
        "sort": sort,
        "sorts": _sorts(kept, sort),
        "chips": _chips(form, known, kept),
        "views": _views(kept, saved),
        "open_view": next((view for view in saved if _filters(view) == kept), None),
        "next_url": f"{reverse('catalog:list')}?{urlencode({**kept, 'after': following})}"
        if following
        else None,
        "actions": _actions() if edits(request) else [],
        "edits": edits(request),
        "is_narrowed": bool(known),
    }


def _row(product: Product) -> dict[str, Any]:
    return {
        "product": product,
        "picture": selectors.small_url(product.cover),
        "tone": TONES[ProductStatus(product.status)],
    }


def _filters(view: SavedView) -> dict[str, str]:
    return {name: str(value) for name, value in QueryDict(view.query).items()}


def _views(kept: dict[str, str], saved: Sequence[SavedView]) -> list[dict[str, Any]]:
    counts = selectors.status_counts()
    fixed: list[tuple[str, dict[str, str], int | None]] = [
        (_("All"), {}, counts["ALL"]),
        (_("Active"), {"status": "ACTIVE"}, counts["ACTIVE"]),
        (_("Draft"), {"status": "DRAFT"}, counts["DRAFT"]),
        (_("Archived"), {"status": "ARCHIVED"}, counts["ARCHIVED"]),
        (_("Sold out"), {"status": "ACTIVE", "stock": "out"}, counts["OUT"]),
    ]
    fixed += [(view.name, _filters(view), None) for view in saved]
    page = reverse("catalog:list")
    return [
        {"label": label, "url": f"{page}?{urlencode(filters)}", "active": filters == kept, "count": count}
        for label, filters, count in fixed
    ]


def _chips(form: FilterForm, known: dict[str, str], kept: dict[str, str]) -> list[dict[str, Any]]:
    """The filters in force, each with the address of the list without it."""
    chips = []
    for name, value in known.items():
        choices = dict(getattr(form.fields[name], "choices", ()))
        said = str(choices.get(value, value)).lstrip("– ")
        without = urlencode({key: each for key, each in kept.items() if key != name})
        label = f"“{said}”" if name == "q" else f"{form.fields[name].label}: {said}"
        chips.append({"label": label, "url": f"{reverse('catalog:list')}?{without}", "on": True})
    return chips


def _sorts(kept: dict[str, str], sort: str) -> list[dict[str, Any]]:
    labels = {
        "newest": _("Newest"),
        "edited": _("Last edited"),
        "name": _("Name"),
        "price_low": _("Lowest price"),
        "price_high": _("Highest price"),
    }
    base = {name: value for name, value in kept.items() if name != "sort"}
    page = reverse("catalog:list")
    return [
        {
            "label": label,
            "url": f"{page}?{urlencode({**base, 'sort': key})}",
            "icon": "check" if key == sort else "",
        }
        for key, label in labels.items()
    ]


def _actions() -> list[dict[str, Any]]:
    return [
        {"label": _("Publish"), "value": "publish", "icon": "eye"},
        {"label": _("Unpublish"), "value": "unpublish", "icon": "eye-off"},
        {"label": _("Add tag"), "icon": "tag", "dialog": "bulk-tag"},
        {"label": _("Archive"), "value": "archive", "icon": "folder"},
    ]


def _kept(query: QueryDict) -> str:
    """Only what the list understands, in one order, so that equal views are equal text."""
    form = FilterForm(query, categories=selectors.category_tree(), brands=selectors.brands())
    sort = query.get("sort", "")
    return urlencode({**form.known, **({"sort": sort} if sort in selectors.DESK_SORTS else {})})
