"""The page of one product."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from core.catalog import selectors as catalog
from core.inventory import selectors as inventory
from core.kernel.errors import NotFound
from core.payments import selectors as payments
from storefront import showing, structured, texts
from storefront.views.frame import origin_of, show
from tenants.permissions import public


@public
@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Pictures, choices, price and stock; `?variant=` shows one variant, and so does every combination sent."""
    try:
        page = catalog.product_page(slug)
    except NotFound as missing:
        now_at = catalog.moved_to(slug)
        if now_at is None:
            raise Http404 from missing
        return HttpResponsePermanentRedirect(showing.product_url(now_at))
    stock = inventory.available_to_sell([variant.id for variant in page.variants])
    chosen = _chosen(request, page, stock)
    left = stock.get(chosen.id, 0) if chosen else 0
    return show(
        request,
        "product.html",
        {
            "page": page,
            "blocks": texts.blocks(page.description),
            "crumbs": _crumbs(page),
            "picker": showing.picker(page, stock, chosen),
            "chosen": chosen,
            "left": left,
            "stock_word": showing.stock_word(left),
            "few": showing.FEW,
            "description": page.seo_description or Truncator(page.description).chars(155) or page.title,
            "cash_on_delivery": any(method.code == "COD" for method in payments.methods_for_checkout(1)),
            "related": showing.cards(catalog.related_cards(page.id, page.category_id, 8)),
            "jsonld": _jsonld(request, page, stock),
        },
    )


def _chosen(
    request: HttpRequest, page: catalog.ProductPage, stock: dict[int, int]
) -> catalog.PageVariant | None:
    """The variant in the address, else the first that can be had, else the first."""
    told = request.GET.get("variant", "")
    by_id = {variant.public_id: variant for variant in page.variants}
    if told in by_id:
        return by_id[told]
    buyable = (variant for variant in page.variants if stock.get(variant.id, 0) > 0)
    return next(buyable, page.variants[0] if page.variants else None)


def _crumbs(page: catalog.ProductPage) -> list[dict[str, str]]:
    above = [{"label": name, "url": showing.category_url(slug)} for name, slug in page.crumbs]
    return [*above, {"label": page.title, "url": ""}]


def _jsonld(request: HttpRequest, page: catalog.ProductPage, stock: dict[int, int]) -> list[Any]:
    store = request.store  # type: ignore[attr-defined]
    origin = origin_of(request)
    return [
        structured.element(
            structured.product(page, stock, origin=origin, store_name=store.name, currency=store.currency)
        ),
        structured.element(structured.breadcrumb(page.crumbs, origin=origin, here=page.title)),
    ]
