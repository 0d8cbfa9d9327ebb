"""The cart: put in, change, look."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.catalog import selectors as catalog
from core.checkout import selectors as carts
from core.checkout import services as checkout
from core.kernel.errors import CommerceError, NotFound
from storefront import cart_cookie, showing
from storefront.forms import LineForm, is_public_id, option_values
from storefront.views.frame import show
from tenants.permissions import public


@public
@require_safe
@never_cache
def cart(request: HttpRequest) -> HttpResponse:
    """What the shopper has picked, at today's prices, and what has changed meanwhile."""
    context = {"page_title": _("Cart"), "noindex": True}
    try:
        found = carts.open_cart(cart_cookie.cart_id_of(request), now=timezone.now())
    except NotFound:
        return show(request, "cart.html", context)
    return show(request, "cart.html", {**context, "quote": carts.quote(found)})


@public
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a variant into the cart, starting one if need be."""
    form = LineForm(_with_variant(request))
    if not form.is_valid():
        messages.error(request, _("Choose a variant and how many you want."))
        return HttpResponseRedirect(_back(request))
    try:
        filled = checkout.put_in(
            cart_id=cart_cookie.cart_id_of(request),
            language=get_language() or "id",
            now=timezone.now(),
            **form.line(),
        )
    except CommerceError as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(_back(request))
    response = HttpResponseRedirect(reverse("storefront:cart"))
    cart_cookie.remember(response, request, filled.public_id)
    return response


@public
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Show the combination that was ticked. Only browsers without a script need to ask."""
    variant_id = _with_variant(request)["variant"]
    goods = catalog.for_sale_by_public_id(variant_id) if is_public_id(variant_id) else None
    if goods is None:
        messages.error(request, _("This combination is not made. Choose another one."))
        return HttpResponseRedirect(_back(request))
    address = showing.product_url(goods.product_slug)
    return HttpResponseRedirect(f"{address}?variant={goods.public_id}")


@public
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Make a line hold another quantity; 0 takes it out."""
    form = LineForm(request.POST)
    response = HttpResponseRedirect(reverse("storefront:cart"))
    if not form.is_valid():
        messages.error(request, _("Write a quantity from 0 to 999."))
        return response
    try:
        checkout.set_line(cart_id=cart_cookie.cart_id_of(request), now=timezone.now(), **form.line())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    return response


@public
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Take today's prices, and what is left of what ran short."""
    try:
        checkout.accept_changes(cart_id=cart_cookie.cart_id_of(request), now=timezone.now())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("storefront:cart"))


@public
@require_safe
@never_cache
def badge(request: HttpRequest) -> HttpResponse:
    """The number beside the cart, as text."""
    cart_id = cart_cookie.cart_id_of(request)
    units = carts.units_in(cart_id, now=timezone.now()) if cart_id else 0
    return HttpResponse(str(units), content_type="text/plain; charset=utf-8")


def _with_variant(request: HttpRequest) -> dict[str, str]:
    """What was sent, with the variant that the ticked options mean: without a script they may have moved
    away from the one that the page shows.
    """
    told = {name: request.POST.get(name, "") for name in ("variant", "quantity")}
    values = option_values(request.POST)
    if values and is_public_id(told["variant"]):
        told["variant"] = catalog.sibling_with_values(told["variant"], values) or ""
    return told


def _back(request: HttpRequest) -> str:
    """The page that the form stood on; never another site's."""
    there = request.POST.get("back", "")
    is_path = there.startswith("/") and not there.startswith(("//", "/\\")) and there.isprintable()
    return there if is_path else reverse("storefront:cart")
