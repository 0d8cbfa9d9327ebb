"""A product's pictures: sent many at once, described, put into order, removed."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.catalog import selectors, services
from core.catalog.asking import actor_of, by_script, product_of
from core.catalog.models import Media, MediaState, Product
from core.kernel.errors import CommerceError, InvalidInput
from core.kernel.image_worker import MAX_BYTES
from tenants.permissions import Permission, requires

PAGE = "dashboard/catalog/media.html"
TILE = "dashboard/catalog/media.html#tile"


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture as its tile shows it."""

    media: Media
    url: str
    is_waiting: bool
    is_refused: bool

    @classmethod
    def of(cls, media: Media) -> "Tile":
        return cls(
            media=media,
            url=selectors.small_url(media),
            is_waiting=media.state == MediaState.UPLOADED,
            is_refused=media.state == MediaState.REFUSED,
        )


def tiles_of(product: Product) -> list[Tile]:
    """The product's pictures in order."""
    return [Tile.of(media) for media in selectors.media_of(product)]


@require_GET
@requires(Permission.EDIT_PRODUCTS)
def pictures(request: HttpRequest, public_id: str) -> HttpResponse:
    """The pictures on a page of their own, which needs no script."""
    product = product_of(public_id)
    return render(request, PAGE, {"product": product, "tiles": tiles_of(product), "max_bytes": MAX_BYTES})


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep pictures. A script sends one file at a time and gets its tile, or the reason as plain text."""
    product = product_of(public_id)
    kept, refused = [], []
    for file in request.FILES.getlist("photos"):
        try:
            kept.append(services.add_media(product_id=product.pk, upload=file, actor=actor_of(request)))
        except CommerceError as refusal:
            refused.append((file.name, refusal))
    if by_script(request):
        if refused:
            return _refusal(refused[0][1])
        return _tiles(request, product, kept)
    for name, reason in refused:
        messages.error(request, f"{name}: {reason.message}")
    return redirect("catalog:pictures", public_id)


@require_GET
@requires(Permission.VIEW_PRODUCTS)
def tile(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tile again: asked every two seconds while its sizes are being drawn."""
    media = selectors.media_by_public_id(public_id)
    return render(request, TILE, {"tile": Tile.of(media), "product": media.product, "may_edit": True})


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def describe(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what a picture shows."""
    try:
        media = services.describe_media(
            public_id=public_id, alt_text=request.POST.get("alt_text", ""), actor=actor_of(request)
        )
    except InvalidInput as refusal:
        return _refusal(refusal)
    return HttpResponse(status=204) if by_script(request) else redirect("catalog:pictures", _home(media))


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def arrange(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put the pictures into the order that was sent; `first` alone makes one the cover."""
    product = product_of(public_id)
    order = request.POST.getlist("order")[:300] or [request.POST.get("first", "")]
    services.order_media(product_id=product.pk, order=order, actor=actor_of(request))
    return HttpResponse(status=204) if by_script(request) else redirect("catalog:pictures", public_id)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Remove a picture and its files."""
    home = _home(selectors.media_by_public_id(public_id))
    services.remove_media(public_id=public_id, actor=actor_of(request))
    # An empty answer takes the tile's place.
    return HttpResponse() if by_script(request) else redirect("catalog:pictures", home)


def _tiles(request: HttpRequest, product: Product, kept: list[Media]) -> HttpResponse:
    drawn = [
        render(request, TILE, {"tile": Tile.of(media), "product": product, "may_edit": True}).content.decode()
        for media in kept
    ]
    return HttpResponse("".join(drawn))


def _home(media: Media) -> str:
    return media.product.public_id if media.product else ""


def _refusal(refusal: CommerceError) -> HttpResponse:
    return HttpResponse(refusal.message, status=refusal.http_status, content_type="text/plain")
