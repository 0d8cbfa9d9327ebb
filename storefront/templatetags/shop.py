"""Template vocabulary of the storefront."""

from functools import lru_cache
from typing import Final

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from storefront.showing import Card
from tenants.context import current_store

register = template.Library()
# A card is a kilobyte or two of text.
_MOST_CARDS: Final = 4_096


@register.simple_tag
def product_card(card: Card, sizes: str, heading: str = "", eager: bool = False) -> SafeString:
    """Draw components/product_card.html, or take what was drawn of an equal card before.

    Nothing but its arguments and the language goes into a card, so there is nothing to be out of date; no
    store takes another's, though they would be equal.
    """
    store = current_store()
    return _drawn(store and store.pk, card, str(sizes), heading, bool(eager), get_language() or "")


@lru_cache(maxsize=_MOST_CARDS)
def _drawn(  # noqa: PLR0917 - they are the key
    store_id: int | None, card: Card, sizes: str, heading: str, eager: bool, language: str
) -> SafeString:
    told = {"product": card, "sizes": sizes, "heading": heading, "eager": eager}
    return render_to_string("components/product_card.html", told)
