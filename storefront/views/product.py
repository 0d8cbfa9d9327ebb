"""The page of one product."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.catalog import selectors as catalog
from core.inventory import selectors as inventory
from core.kernel import phones
from core.kernel.errors import NotFound
from core.payments import selectors as payments
from core.shipping import selectors as shipping
from storefront import areas, showing, structured, texts
from storefront.keeping import SHOP, STOCK, kept
from storefront.memory import remembered
from storefront.views.frame import facts_of, origin_of, show, theme_of
from tenants.permissions import public

_MOST_DESCRIPTION = 155


@public
@require_safe
@kept(SHOP, STOCK, names=frozenset({"variant"}))
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Pictures, choices, price and stock. `?variant=` shows one variant, `?area=` estimates its delivery."""
    try:
        page = catalog.product_page(slug)
    except NotFound as missing:
        now_at = catalog.moved_to(slug)
        if now_at is None:
            raise Http404 from missing
        return HttpResponsePermanentRedirect(showing.product_url(now_at))
    stock = inventory.available_to_sell([variant.id for variant in page.variants])
    chosen = _chosen(request, page, stock)
    context = {**_head(request, page, stock), **_body(request, page, stock, chosen)}
    return show(request, "product.html", context)


def _head(request: HttpRequest, page: catalog.ProductPage, stock: dict[int, int]) -> dict[str, Any]:
    """What search engines and link previews read."""
    store, origin = request.store, origin_of(request)  # type: ignore[attr-defined]
    summary = Truncator(" ".join(page.description.split())).chars(_MOST_DESCRIPTION)
    return {
        "page_title": page.seo_title or page.title,
        "page_description": page.seo_description or summary or page.title,
        "og_type": "product",
        "og_image": origin + page.pictures[0].src if page.pictures else "",
        "lcp": page.pictures[0] if page.pictures else None,
        "jsonld": [
            structured.product(page, stock, origin=origin, store_name=store.name, currency=store.currency),
            structured.breadcrumb(page.crumbs, origin=origin, here=page.title),
        ],
    }


def _body(
    request: HttpRequest,
    page: catalog.ProductPage,
    stock: dict[int, int],
    chosen: catalog.PageVariant | None,
) -> dict[str, Any]:
    left = stock.get(chosen.id, 0) if chosen else 0
    return {
        "page": page,
        "blocks": texts.blocks(page.description),
        "crumbs": _crumbs(page),
        "picker": showing.picker(page, stock, chosen),
        "chosen": chosen,
        "percent": showing.percent_off(chosen) if chosen else 0,
        "left": left,
        "stock_word": showing.stock_word(left),
        "stock_tone": showing.stock_tone(left),
        "takes_cash": remembered(request, "cash", _takes_cash),
        "ask_url": _ask_url(request, page),
        "delivery": _delivery(request, chosen),
        **_related(request, page),
    }


def _takes_cash() -> bool:
    return any(method.code == "COD" for method in payments.methods_for_checkout(1))


def _related(request: HttpRequest, page: catalog.ProductPage) -> dict[str, Any]:
    theme = theme_of(request)
    found = catalog.related_cards(page.id, page.category_id, showing.section_size(theme.preset))
    return {"dress": theme, "related": showing.cards(found)}


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
    home = {"label": _("Home"), "url": reverse("storefront:home")}
    above = [{"label": name, "url": showing.category_url(slug)} for name, slug in page.crumbs]
    return [home, *above, {"label": page.title, "url": ""}]


def _ask_url(request: HttpRequest, page: catalog.ProductPage) -> str:
    """A WhatsApp chat that already says which product it is about; "" without a number."""
    number = facts_of(request).whatsapp_phone
    if not number:
        return ""
    address = origin_of(request) + showing.product_url(page.slug)
    question = _("Hello, I have a question about %(product)s: %(address)s")
    return phones.whatsapp_link(number, question % {"product": page.title, "address": address})


def _delivery(request: HttpRequest, chosen: catalog.PageVariant | None) -> dict[str, Any]:
    """What sending one piece costs and how long it takes to the area that was typed."""
    text = areas.clean(request.GET.get("area", ""))
    if not text or chosen is None:
        return {"text": text, "options": [], "area": None, "asked": bool(text)}
    area = areas.meant(text, "")
    code = area.common_code
    options = shipping.options(
        region_code=code, weight_grams=chosen.weight_grams, subtotal_amount=chosen.price_amount
    )
    return {"text": text, "options": options if code else [], "area": area, "asked": True}
