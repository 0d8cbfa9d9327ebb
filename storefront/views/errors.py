"""What went wrong, in the store's own dress."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.catalog import selectors as catalog
from storefront import showing
from storefront.views.frame import show

SOME = 5


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page; here is what the store has."""
    newest = showing.cards(catalog.product_cards(limit=SOME).cards)
    context = {**_about(_("This page is not here")), "cards": newest}
    return show(request, "404.html", context, status=404)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent is too large, or nothing that we can read."""
    message = _("What was sent is too large or cannot be read. Go back and try again; nothing was changed.")
    return refusal(request, message, 400)


def refusal(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """Something was refused: say what, and what to do."""
    context = {**_about(_("That did not work")), "message": message}
    return show(request, "refusal.html", context, status=status)


def resting(request: HttpRequest) -> HttpResponse:
    """The shop rests for now. What was ordered before can still be looked at and paid."""
    return show(
        request, "resting.html", {"page_title": _("We will be back"), "canonical_url": ""}, status=503
    )


def _about(title: str) -> dict[str, Any]:
    return {"page_title": title, "noindex": True, "canonical_url": ""}
