"""A cart as a link: to go on later, on another phone, or with somebody else's choice."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.checkout import selectors as carts
from core.checkout import services as checkout
from core.kernel.errors import CommerceError, NotFound
from storefront import cart_cookie
from storefront.views.frame import origin_of, show
from tenants.permissions import public


@public
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Put a copy of the cart aside, and show its link."""
    try:
        kept = checkout.copy_cart(
            cart_id=cart_cookie.cart_id_of(request), language=get_language() or "id", now=timezone.now()
        )
    except CommerceError as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("storefront:cart"))
    return HttpResponseRedirect(reverse("storefront:cart_saved", args=[kept.public_id]))


@public
@require_safe
@never_cache
def saved(request: HttpRequest, cart_id: str) -> HttpResponse:
    """What is in a cart that was put aside, and the button that takes it."""
    try:
        found = carts.open_cart(_id(cart_id), now=timezone.now())
    except NotFound as missing:
        raise Http404 from missing
    context = {
        "page_title": _("A cart for later"),
        "noindex": True,
        "cart_id": found.public_id,
        "quote": carts.quote(found),
        "link": f"{origin_of(request)}{request.path}",
    }
    return show(request, "saved_cart.html", context)


@public
@require_POST
def take(request: HttpRequest, cart_id: str) -> HttpResponse:
    """Go on with a copy of it in this browser."""
    response = HttpResponseRedirect(reverse("storefront:cart"))
    try:
        mine = checkout.copy_cart(cart_id=_id(cart_id), language=get_language() or "id", now=timezone.now())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        cart_cookie.remember(response, request, mine.public_id)
    return response


def _id(told: str) -> str:
    if not cart_cookie.is_cart_id(told):
        raise Http404
    return told
