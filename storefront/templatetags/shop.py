"""Template vocabulary of the storefront."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from django import template
from django.http import HttpRequest
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from storefront.memory import remembered
from storefront.showing import Card
from storefront.texts import Block
from tenants.context import current_store

register = template.Library()
# A card is a kilobyte or two of text.
_MOST_CARDS: Final = 4_096
# How many pictures of a list are on the first screen.
_FIRST_SCREEN: Final = 2


@register.simple_tag
def product_cards(cards: Sequence[Card], sizes: str, heading: str = "", eager: bool = False) -> SafeString:
    """Draw components/product_card.html for each, or take what was drawn of an equal card before.

    Nothing but its arguments and the language goes into a card, so there is nothing to be out of date; no
    store takes another's, though they would be equal.

    eager   True when the first pictures are on the first screen
    """
    store, language = current_store(), get_language() or ""
    mine = store and store.pk
    drawn = (
        (_drawn(mine, card, sizes, heading, eager and place < _FIRST_SCREEN, language),)
        for place, card in enumerate(cards)
    )
    return format_html_join("", "{}", drawn)


@lru_cache(maxsize=_MOST_CARDS)
def _drawn(  # noqa: PLR0917 - they are the key
    store_id: int | None, card: Card, sizes: str, heading: str, eager: bool, language: str
) -> SafeString:
    told = {"product": card, "sizes": sizes, "heading": heading, "eager": eager}
    return render_to_string("components/product_card.html", told)


@register.simple_tag
def prose(blocks: Sequence[Block], heading: str) -> SafeString:
    """Mark up the blocks of a seller's plain text (storefront.texts), with headings of h2 or h3."""
    return format_html_join("", "{}", ((_BLOCKS[block.kind](block.lines, heading),) for block in blocks))


def _heading(lines: Sequence[str], heading: str) -> SafeString:
    return format_html("<h3>{}</h3>" if heading == "h3" else "<h2>{}</h2>", lines[0])


def _list(lines: Sequence[str], heading: str) -> SafeString:
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in lines)))


def _paragraph(lines: Sequence[str], heading: str) -> SafeString:
    return format_html("<p>{}</p>", format_html_join(_BREAK, "{}", ((line,) for line in lines)))


_BREAK: Final = format_html("<{}>", "br")
_BLOCKS: Final = {"heading": _heading, "list": _list, "paragraph": _paragraph}


@register.tag
def piece(parser: Parser, token: Token) -> "PieceNode":
    """Write what is the same on every page of a store and language: `{% piece "footer" %}...{% endpiece %}`.

    It is rendered once, and remembered under the shop's word (storefront.memory). The block reads nothing but
    what is remembered under that word too, and the values that are named after its name:
    `{% piece "menu" menu_here %}`. With a value that is None it is rendered anew. Nothing that belongs to one
    visitor may stand in it, such as a token.
    """
    _tag, *told = token.split_contents()
    nodes = parser.parse(("endpiece",))
    parser.delete_first_token()
    return PieceNode([parser.compile_filter(each) for each in told], nodes)


class PieceNode(template.Node):
    """The block of a `piece`."""

    def __init__(self, told: list[FilterExpression], nodelist: NodeList) -> None:
        self.told, self.nodelist = told, nodelist

    def render(self, context: template.Context) -> SafeString:
        """The block's text, as it was rendered for equal values."""
        request = context.get("request")
        values = [each.resolve(context, ignore_failures=True) for each in self.told]
        if not isinstance(request, HttpRequest) or getattr(request, "store", None) is None or None in values:
            return self.nodelist.render(context)
        name = f"piece:{self.origin.template_name!r}:{get_language()}:{values}"
        return remembered(request, name, lambda: self.nodelist.render(context))
