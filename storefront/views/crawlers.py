"""What search engines ask for."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.catalog import selectors as catalog
from storefront import selectors, showing
from storefront.views.frame import FOLDER, origin_of
from tenants.permissions import public

# The format allows 50,000 addresses a file.
MOST_PRODUCTS = 40_000
LARGEST_ID = 2**63 - 1
_PRIVATE = ("cart", "checkout", "search")


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page worth finding; an index of several files when one cannot hold them."""
    found = catalog.sitemap_products(limit=MOST_PRODUCTS + 1)
    if len(found) > MOST_PRODUCTS:
        return _index(request, found)
    origin = origin_of(request)
    fixed = [reverse("storefront:home"), reverse("storefront:products")]
    shelves = [showing.category_url(slug) for slug in _slugs(catalog.shelves())]
    entries: list[tuple[str, object]] = [(origin + path, None) for path in (*fixed, *shelves)]
    entries += [
        (origin + reverse("storefront:page", args=[page.slug]), page.changed_at)
        for page in selectors.footer_pages()
    ]
    entries += [(origin + showing.product_url(slug), changed) for _id, slug, changed in found]
    return _xml(request, {"entries": entries})


@public
@require_safe
def sitemap_part(request: HttpRequest, after: int) -> HttpResponse:
    """The products of a large store, from one id on."""
    if after > LARGEST_ID:
        raise Http404
    found = catalog.sitemap_products(after_id=after, limit=MOST_PRODUCTS)
    origin = origin_of(request)
    return _xml(
        request, {"entries": [(origin + showing.product_url(slug), changed) for _id, slug, changed in found]}
    )


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Where search engines may go, and where the map is."""
    closed = [reverse(f"storefront:{name}") for name in _PRIVATE]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in (*closed, "/orders/"))]
    lines += ["", f"Sitemap: {origin_of(request)}{reverse('storefront:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _index(request: HttpRequest, found: list) -> HttpResponse:
    starts = [0]
    while len(found) > MOST_PRODUCTS:
        starts.append(found[MOST_PRODUCTS - 1][0])
        found = catalog.sitemap_products(after_id=starts[-1], limit=MOST_PRODUCTS + 1)
    origin = origin_of(request)
    parts = [origin + reverse("storefront:sitemap_part", args=[start]) for start in starts]
    return _xml(request, {"parts": parts})


def _slugs(shelves: list[catalog.Shelf]) -> list[str]:
    return [slug for shelf in shelves for slug in (shelf.slug, *_slugs(shelf.children))]


def _xml(request: HttpRequest, context: dict) -> HttpResponse:
    return render(request, f"{FOLDER}/sitemap.xml", context, content_type="application/xml; charset=utf-8")
