"""The catalogue's answers in the shapes that the components ask for."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext as _

from core.catalog import selectors as catalog
from core.kernel.formats import format_money
from storefront.models import Preset

# How wide a card's picture is shown, by preset.
_CARD_SIZES = {
    Preset.PASAR: "(min-width: 64rem) 15rem, (min-width: 48rem) 33vw, 50vw",
    Preset.GALERI: "(min-width: 64rem) 28rem, (min-width: 48rem) 33vw, 50vw",
    Preset.BERSIH: "5rem",
}
# How many cards fill whole rows of a section, on a phone and on a desk.
_CARDS_OF_A_SECTION = {Preset.PASAR: 10, Preset.GALERI: 6, Preset.BERSIH: 8}
# Stands for a slug; a slug is written in an address as it is.
_SLUG = "0-slug-0"
# Above this many left, the exact number helps nobody.
FEW = 10


class Card(NamedTuple):
    """A product in a listing, as components/product_card.html asks for it."""

    name: str
    url: str
    price_amount: int
    compare_amount: int | None
    percent_off: int
    from_price: bool
    sold_out: bool
    cover: catalog.Cover | None
    label: str = ""

    @property
    def image(self) -> catalog.Picture | None:
        """Its picture, made out anew at each call: cards are drawn once and compared often."""
        return self.cover.picture() if self.cover else None


def cards(found: list[catalog.ProductCard]) -> list[Card]:
    """Cards with their addresses."""
    return [
        Card(
            name=card.name,
            url=product_url(card.slug),
            price_amount=card.price_amount,
            compare_amount=card.compare_amount,
            percent_off=card.percent_off,
            from_price=card.from_price,
            sold_out=card.sold_out,
            cover=card.cover,
        )
        for card in found
    ]


def card_sizes(preset: str) -> str:
    """The `sizes` of a card's picture."""
    return _CARD_SIZES.get(Preset(preset), "50vw")


def section_size(preset: str) -> int:
    """How many cards a section of the front page, or the foot of a product, shows."""
    return _CARDS_OF_A_SECTION.get(Preset(preset), 6)


def product_url(slug: str) -> str:
    """Where a product is shown."""
    return _address("storefront:product", get_script_prefix()).replace(_SLUG, slug)


def category_url(slug: str) -> str:
    """Where a category is shown."""
    return _address("storefront:category", get_script_prefix()).replace(_SLUG, slug)


def language_url(code: str) -> str:
    """Where a shopper chooses a language."""
    return _address("storefront:language", get_script_prefix()).replace(_SLUG, code)


@lru_cache(maxsize=256)
def _address(name: str, prefix: str) -> str:
    """An address with a place for the slug, below the prefix in force: a long list asks for many."""
    return reverse(name, args=[_SLUG])


def shelf_where(shelves: list[catalog.Shelf], fits: Callable[[catalog.Shelf], bool]) -> catalog.Shelf | None:
    """The first shelf of the tree that fits, whatever its depth."""
    for shelf in shelves:
        found = shelf if fits(shelf) else shelf_where(shelf.children, fits)
        if found is not None:
            return found
    return None


def stock_word(available: int) -> str:
    """Stock as a shopper needs it: there, nearly gone, gone."""
    if available <= 0:
        return _("Sold out")
    if available <= FEW:
        return _("%(left)s left") % {"left": available}
    return _("In stock")


def stock_tone(available: int) -> str:
    """The same as a tone of the stylesheet."""
    if available <= 0:
        return "out"
    return "low" if available <= FEW else "in"


def picker(
    page: catalog.ProductPage, stock: dict[int, int], chosen: catalog.PageVariant | None
) -> dict[str, Any]:
    """The arguments of components/variant_picker.html."""
    return {
        "options": [
            {
                "name": choice.name,
                "slug": choice.slug,
                "values": [
                    {
                        "label": word,
                        "value": str(value_id),
                        "selected": chosen is not None and chosen.values[position] == value_id,
                        "available": _is_reachable(page, stock, chosen, position, value_id),
                        "swatch": None,
                    }
                    for value_id, word in choice.values
                ],
            }
            for position, choice in enumerate(page.choices)
        ],
        "variants": [_row(variant, stock) for variant in page.variants],
        "chosen": chosen.public_id if chosen else "",
    }


def _is_reachable(
    page: catalog.ProductPage,
    stock: dict[int, int],
    chosen: catalog.PageVariant | None,
    position: int,
    value_id: int,
) -> bool:
    """Whether something can be bought with this value and the other values as they are chosen."""
    others = chosen.values if chosen else []
    return any(
        stock.get(variant.id, 0) > 0
        and variant.values[position] == value_id
        and all(at == position or value == variant.values[at] for at, value in enumerate(others))
        for variant in page.variants
    )


def _row(variant: catalog.PageVariant, stock: dict[int, int]) -> dict[str, Any]:
    left = stock.get(variant.id, 0)
    return {
        "id": variant.public_id,
        "values": [str(value) for value in variant.values],
        "price": format_money(variant.price_amount),
        "compare": format_money(variant.compare_at_amount) if variant.compare_at_amount else "",
        "percent": f"-{percent}%" if (percent := percent_off(variant)) else "",
        "stock": stock_word(left),
        "tone": stock_tone(left),
        "sku": variant.sku,
        "available": left > 0,
        "left": left,
        "image": variant.picture,
    }


def percent_off(variant: catalog.PageVariant) -> int:
    """Whole percent of a variant's reduction; 0 without one."""
    before = variant.compare_at_amount
    return (before - variant.price_amount) * 100 // before if before else 0


def with_query(path: str, told: dict[str, Any], **changes: Any) -> str:
    """The address of the same list with some parameters changed; empty ones are left away."""
    query = {name: value for name, value in {**told, **changes}.items() if value not in ("", None, False, [])}
    return f"{path}?{urlencode(query, doseq=True)}" if query else path
