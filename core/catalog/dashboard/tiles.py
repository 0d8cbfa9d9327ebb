"""A product's pictures: sent many at once, described, put into order, removed."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.catalog import selectors, services
from core.catalog.asking import by_script, product_of
from core.catalog.models import Media, MediaState, Product
from core.kernel.errors import CommerceError, InvalidInput
from core.kernel.image_worker import MAX_BYTES
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

PAGE = "dashboard/catalog/media.html"
CARD = "dashboard/catalog/media.html#pictures"
TILE = "dashboard/catalog/media.html#tile"


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture as its tile shows it."""

    media: Media
    url: str
    is_waiting: bool
    is_refused: bool
    depicted: selectors.Depicted
    shows: str

    @classmethod
    def of(cls, media: Media, depicted: selectors.Depicted) -> "Tile":
        return cls(
            media=media,
            url=selectors.small_url(media),
            is_waiting=media.state == MediaState.UPLOADED,
            is_refused=media.state == MediaState.REFUSED,
            depicted=depicted,
            shows=depicted.key_of(media),
        )


def tiles_of(product: Product) -> list[Tile]:
    """The product's pictures in order."""
    depicted = selectors.depicted_of(product)
    return [Tile.of(media, depicted) for media in selectors.media_of(product)]


@require_safe
@requires(Permission.EDIT_PRODUCTS)
def pictures(request: StoreRequest, public_id: str) -> HttpResponse:
    """The pictures on a page of their own, which needs no script."""
    return _all(request, product_of(public_id), PAGE)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def upload(request: StoreRequest, public_id: str) -> HttpResponse:
    """Keep pictures. A script sends one file at a time and gets its tile, or the reason as plain text."""
    product = product_of(public_id)
    kept, refused = [], []
    for file in request.FILES.getlist("photos"):
        try:
            kept.append(services.add_media(product_id=product.pk, upload=file, actor=request.actor))
        except CommerceError as refusal:
            refused.append((file.name, refusal))
    if by_script(request):
        if refused:
            return _refusal(refused[0][1])
        return _tiles(request, kept)
    for name, reason in refused:
        messages.error(request, f"{name}: {reason.message}")
    return redirect("catalog:pictures", public_id)


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def tile(request: StoreRequest, public_id: str) -> HttpResponse:
    """One tile again: asked every two seconds while its sizes are being drawn."""
    media = selectors.media_by_public_id(public_id)
    return render(request, TILE, _one(media))


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def describe(request: StoreRequest, public_id: str) -> HttpResponse:
    """Say what a picture shows."""
    try:
        media = services.describe_media(
            public_id=public_id, alt_text=request.POST.get("alt_text", ""), actor=request.actor
        )
    except InvalidInput as refusal:
        return _refusal(refusal)
    return HttpResponse(status=204) if by_script(request) else redirect("catalog:pictures", _home(media))


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def show(request: StoreRequest, public_id: str) -> HttpResponse:
    """Say which variants a picture stands for: those with one value of an option, or none."""
    media = selectors.media_by_public_id(public_id)
    product = product_of(_home(media))
    key = request.POST.get("shows", "")[:200]
    chosen = selectors.depicted_of(product).find(key)
    if chosen is None and key not in ("", selectors.MIXED):
        raise InvalidInput(_("This variant is not there any more."), "shows")
    if key != selectors.MIXED:
        services.depict_variants(
            media=media, variant_ids=chosen.variant_ids if chosen else (), actor=request.actor
        )
    if by_script(request):
        return _all(request, product, CARD)
    return redirect("catalog:pictures", product.public_id)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def arrange(request: StoreRequest, public_id: str) -> HttpResponse:
    """Put the pictures into the order that was sent; `first` alone makes one the cover."""
    product = product_of(public_id)
    order = request.POST.getlist("order")[:300] or [request.POST.get("first", "")]
    services.order_media(product_id=product.pk, order=order, actor=request.actor)
    return HttpResponse(status=204) if by_script(request) else redirect("catalog:pictures", public_id)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def remove(request: StoreRequest, public_id: str) -> HttpResponse:
    """Remove a picture and its files."""
    home = _home(selectors.media_by_public_id(public_id))
    services.remove_media(public_id=public_id, actor=request.actor)
    # An empty answer takes the tile's place.
    return HttpResponse() if by_script(request) else redirect("catalog:pictures", home)


def _tiles(request: StoreRequest, kept: list[Media]) -> HttpResponse:
    drawn = [render(request, TILE, _one(media)).content.decode() for media in kept]
    return HttpResponse("".join(drawn))


def _one(media: Media) -> dict[str, Any]:
    depicted = selectors.depicted_of(media.product) if media.product else selectors.Depicted((), {})
    return {"tile": Tile.of(media, depicted), "product": media.product, "may_edit": True}


def _all(request: StoreRequest, product: Product, template: str) -> HttpResponse:
    """All pictures of a product, as a page or as the card in it."""
    context = {"product": product, "tiles": tiles_of(product), "max_bytes": MAX_BYTES, "may_edit": True}
    return render(request, template, context)


def _home(media: Media) -> str:
    return media.product.public_id if media.product else ""


def _refusal(refusal: CommerceError) -> HttpResponse:
    return HttpResponse(refusal.message, status=refusal.http_status, content_type="text/plain")
