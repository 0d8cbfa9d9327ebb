"""The cart: put in, change, look."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
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
from storefront.forms import LineForm
from storefront.views.frame import show
from tenants.permissions import public


@public
@require_safe
@never_cache
def cart(request: HttpRequest) -> HttpResponse:
    """What the shopper has picked, at today's prices, and what has changed meanwhile."""
    try:
        found = carts.open_cart(cart_cookie.cart_id_of(request), now=timezone.now())
    except NotFound:
        return show(request, "cart.html", {"quote": None})
    return show(request, "cart.html", {"quote": carts.quote(found)})


@public
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a variant into the cart, starting one if need be."""
    form = LineForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a variant and how many you want."))
        return HttpResponseRedirect(_back(request))
    now = timezone.now()
    cart_id = _open_cart_id(request, now=now)
    try:
        checkout.add_line(cart_id=cart_id, now=now, **form.line())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
        response = HttpResponseRedirect(_back(request))
    else:
        response = HttpResponseRedirect(reverse("storefront:cart"))
    cart_cookie.remember(response, request, cart_id)
    return response


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


def _open_cart_id(request: HttpRequest, *, now: Any) -> str:
    try:
        return carts.open_cart(cart_cookie.cart_id_of(request), now=now).public_id
    except NotFound:
        return checkout.create_cart(language=get_language() or "id", now=now).public_id


def _back(request: HttpRequest) -> str:
    there = request.POST.get("back", "")
    return there if there.startswith("/") and not there.startswith(("//", "/\\")) else "/"
