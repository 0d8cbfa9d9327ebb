"""Lists of products: all of them, one category, what a search finds."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.catalog import selectors as catalog
from core.kernel.errors import NotFound
from storefront import showing, structured
from storefront.forms import ListingForm
from storefront.views.frame import origin_of, show
from tenants.permissions import public


@public
@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """Everything on sale."""
    return _list(request, title=_("All products"))


@public
@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """What stands on one shelf and on those below it."""
    try:
        shelf = catalog.category_by_slug(slug)
    except NotFound as missing:
        raise Http404 from missing
    crumbs = catalog.crumbs_of(shelf)
    jsonld = structured.breadcrumb(crumbs, origin=origin_of(request))
    return _list(
        request,
        title=shelf.name,
        category=slug,
        more={
            "crumbs": [
                {"label": name, "url": showing.category_url(each) if each != slug else ""}
                for name, each in crumbs
            ],
            "jsonld": [structured.element(jsonld)],
        },
    )


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What fits the words that somebody typed."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:100]
    title = _("Search results for “%(query)s”") % {"query": query} if query else _("Search")
    return _list(request, title=title, query=query, more={"query": query, "noindex": True})


def _list(
    request: HttpRequest,
    *,
    title: str,
    category: str | None = None,
    query: str = "",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    form = ListingForm(request.GET)
    form.is_valid()
    told = form.told()
    found = catalog.product_cards(
        category=category,
        query=query,
        filters=form.filters(),
        sort=told.get("sort", ""),
        after=request.GET.get("after", "").replace("\0", "")[:200],
    )
    base = {"q": query} if query else {}
    is_narrowed = bool(told)
    return show(
        request,
        "listing.html",
        {
            "title": title,
            "cards": showing.cards(found.cards),
            "told": told,
            "chips": _chips(request.path, base, told),
            "clear_url": showing.with_query(request.path, base) if is_narrowed else "",
            "sorts": _sorts(bool(query)),
            "brands": catalog.brands_on_sale(category),
            "next_url": showing.with_query(request.path, {**base, **told}, after=found.next)
            if found.next
            else "",
            "noindex": is_narrowed,
            "products_url": reverse("storefront:products"),
            **(more or {}),
        },
    )


def _sorts(has_query: bool) -> list[tuple[str, str]]:
    sorts = [
        ("newest", _("Newest")),
        ("price_low", _("Lowest price")),
        ("price_high", _("Highest price")),
        ("name", _("Name")),
    ]
    return [("relevance", _("Best match")), *sorts] if has_query else sorts


def _chips(path: str, base: dict[str, str], told: dict[str, Any]) -> list[dict[str, Any]]:
    """The quick filters, each with the address that switches it."""
    quick = (("in_stock", _("In stock")), ("reduced", _("Reduced")))
    return [
        {
            "label": label,
            "url": showing.with_query(path, {**base, **told}, **{name: "" if told.get(name) else "1"}),
            "on": bool(told.get(name)),
        }
        for name, label in quick
    ]
