"""The cookie that says which cart is a shopper's. It holds nothing but the cart's unguessable id."""

import re

from django.http import HttpRequest, HttpResponseBase

COOKIE, SECURE_COOKIE = "cart", "__Host-cart"
_SECONDS = 30 * 24 * 3600
_SHAPE = re.compile(r"^crt_[a-z2-7]{22}\Z")


def cart_id_of(request: HttpRequest) -> str:
    """The id in the shopper's cookie; "" when there is none, or something that is no id."""
    told = request.COOKIES.get(_name(request), "")
    return told if is_cart_id(told) else ""


def is_cart_id(text: str) -> bool:
    """Whether a text has the shape of a cart's id."""
    return _SHAPE.match(text) is not None


def remember(response: HttpResponseBase, request: HttpRequest, cart_id: str) -> None:
    """Give the shopper's browser the cart's id for another 30 days."""
    response.set_cookie(
        _name(request),
        cart_id,
        max_age=_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def forget(response: HttpResponseBase, request: HttpRequest) -> None:
    """Let the next product start a new cart."""
    response.set_cookie(
        _name(request), "", max_age=0, httponly=True, samesite="Lax", secure=request.is_secure()
    )


def _name(request: HttpRequest) -> str:
    """Over https a name that no other host and no plain http page can set."""
    return SECURE_COOKIE if request.is_secure() else COOKIE
