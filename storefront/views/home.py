"""The front page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.catalog import selectors as catalog
from storefront import selectors, showing, structured
from storefront.keeping import SHOP, kept
from storefront.models import HomeSection, SectionKind
from storefront.views.frame import facts_of, origin_of, shelves_of, show, theme_of
from tenants.permissions import public


@public
@require_safe
@kept(SHOP)
def home(request: HttpRequest) -> HttpResponse:
    """The sections that the seller put together."""
    shelves = shelves_of(request)
    theme = theme_of(request)
    newest = showing.cards(catalog.product_cards(limit=showing.section_size(theme.preset)).cards)
    rows = selectors.home_sections()
    chosen = _chosen(rows)
    sections = [_filled(section, shelves, newest, chosen) for section in rows]
    shown = [section for section in sections if section["is_worth_showing"]]
    hero = next((section for section in shown if section["kind"] == SectionKind.HERO), None)
    store = request.store  # type: ignore[attr-defined]
    return show(
        request,
        "home.html",
        {
            "sections": shown,
            "shelves": shelves,
            "dress": theme,
            "lcp": hero["picture"] if hero else None,
            "page_description": hero["text"] if hero else "",
            "is_empty": not newest,
            "jsonld": [
                structured.shop(origin=origin_of(request), store_name=store.name, profile=facts_of(request))
            ],
        },
    )


def _chosen(sections: list[HomeSection]) -> dict[str, showing.Card]:
    """Public id -> card of every product that a section names and that is on sale."""
    named = [public_id for section in sections for public_id in section.product_public_ids]
    found = catalog.cards_by_id(catalog.ids_of(named)) if named else []
    ids = (card.public_id for card in found)
    return dict(zip(ids, showing.cards(found), strict=True))


def _filled(
    section: HomeSection,
    shelves: list[catalog.Shelf],
    newest: list[showing.Card],
    chosen: dict[str, showing.Card],
) -> dict[str, Any]:
    """A section with what it shows; `is_worth_showing` is False for one that has nothing yet."""
    mine = [chosen[public_id] for public_id in section.product_public_ids if public_id in chosen]
    filled = {"kind": section.kind, "title": section.title, "text": section.text, "is_worth_showing": True}
    if section.kind == SectionKind.HERO:
        filled["picture"] = next((card.image for card in [*mine, *newest] if card.image), None)
    elif section.kind == SectionKind.CATEGORIES:
        filled["tiles"] = _tiles(shelves)
        filled["is_worth_showing"] = bool(filled["tiles"])
    elif section.kind in (SectionKind.NEWEST, SectionKind.CATEGORY):
        filled |= _cards(section, shelves, newest)
        filled["is_worth_showing"] = bool(filled["cards"])
    elif section.kind == SectionKind.PRODUCTS:
        title = section.title or _("Chosen for you")
        filled |= {"title": title, "cards": mine, "all_url": reverse("storefront:products")}
        filled["is_worth_showing"] = bool(mine)
    return filled


def _tiles(shelves: list[catalog.Shelf]) -> list[dict[str, Any]]:
    pictures = catalog.shelf_pictures() if shelves else {}
    return [
        {"label": shelf.name, "url": showing.category_url(shelf.slug), "picture": pictures.get(shelf.id)}
        for shelf in shelves
    ]


def _cards(section: HomeSection, shelves: list[catalog.Shelf], newest: list[showing.Card]) -> dict[str, Any]:
    if section.kind == SectionKind.NEWEST:
        return {"cards": newest, "all_url": reverse("storefront:products")}
    shelf = showing.shelf_where(shelves, lambda each: each.public_id == section.category_public_id)
    if shelf is None:
        return {"cards": []}
    found = catalog.product_cards(category=shelf.slug, limit=max(len(newest), 1)).cards
    return {
        "title": section.title or shelf.name,
        "cards": showing.cards(found),
        "all_url": showing.category_url(shelf.slug),
    }
