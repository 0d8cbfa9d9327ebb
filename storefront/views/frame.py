"""What surrounds every page of the storefront: dress, menus, contact, languages."""

from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.catalog import selectors as catalog
from core.kernel import phones, profile
from core.kernel.profile import StoreProfile
from storefront import selectors, showing, stylesheet
from storefront.memory import remembered
from storefront.models import Preset, Theme
from tenants.hosts import store_origin
from tenants.models import HostKind

FOLDER = "storefront/default"
# What fits into the header of a wide screen; letters count three more for the gap after each entry.
_MENU_ENTRIES: Final = 5
_MENU_LETTERS: Final = 70


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render one page of the storefront inside its frame.

    context   may bring `shelves` and `dress` if the page has read them already; else they are read here
    """
    told = context or {}
    shelves = told.get("shelves")
    around = frame(
        request,
        theme=told.get("dress") or theme_of(request),
        shelves=shelves_of(request) if shelves is None else shelves,
    )
    return render(request, f"{FOLDER}/{template}", {**around, **told}, status=status)


def frame(request: HttpRequest, *, theme: Theme, shelves: list[catalog.Shelf]) -> dict[str, Any]:
    """What templates/base/storefront.html asks for."""
    origin = origin_of(request)
    fixed = remembered(request, f"frame:{get_language()}", lambda: _fixed(request, theme, shelves))
    return {
        **fixed,
        "menu_here": request.path if request.path in fixed["menu_urls"] else "",
        "languages": _languages(request),
        "origin": origin,
        "canonical_url": f"{origin}{request.path}",
    }


def _fixed(request: HttpRequest, theme: Theme, shelves: list[catalog.Shelf]) -> dict[str, Any]:
    """What is the same on every page of the store in one language."""
    menu = _menu(shelves)
    return {
        "theme": _dress(theme),
        "menu": menu,
        "menu_urls": {entry["url"] for entry in menu},
        "menu_is_long": theme.preset == Preset.BERSIH or _is_long(menu),
        "footer_menu": [
            {"label": page.title, "url": reverse("storefront:page", args=[page.slug])}
            for page in selectors.footer_pages()
        ],
        "contact": _contact(facts_of(request)),
        "home_url": reverse("storefront:home"),
        "search_url": reverse("storefront:search"),
        "cart_url": reverse("storefront:cart"),
        "cart_badge_url": reverse("storefront:cart_badge"),
        "sizes": showing.card_sizes(theme.preset),
    }


def origin_of(request: HttpRequest) -> str:
    """The store's one public address, whatever host this request came by. Read once for each request."""
    known: str | None = getattr(request, "shop_origin", None)
    if known is None:
        store = request.store  # type: ignore[attr-defined]
        known = remembered(request, "origin", lambda: store_origin(store, HostKind.STOREFRONT))
        request.shop_origin = known  # type: ignore[attr-defined]
    return known


def facts_of(request: HttpRequest) -> StoreProfile:
    """The store's own facts. Read once for each request."""
    known: StoreProfile | None = getattr(request, "shop_facts", None)
    if known is None:
        known = request.shop_facts = remembered(request, "facts", profile.current)  # type: ignore[attr-defined]
    return known


def theme_of(request: HttpRequest) -> Theme:
    """The store's dress."""
    return remembered(request, "theme", selectors.theme)


def shelves_of(request: HttpRequest) -> list[catalog.Shelf]:
    """The tree of categories."""
    return remembered(request, "shelves", catalog.shelves)


def _menu(shelves: list[catalog.Shelf]) -> list[dict[str, str]]:
    entries = [{"label": _("All products"), "url": reverse("storefront:products")}]
    return entries + [{"label": shelf.name, "url": showing.category_url(shelf.slug)} for shelf in shelves]


def _is_long(menu: list[dict[str, str]]) -> bool:
    """Whether a wide header may have no room for all of it, so that the button to the whole menu stays."""
    return len(menu) > _MENU_ENTRIES or sum(len(entry["label"]) + 3 for entry in menu) > _MENU_LETTERS


def _dress(theme: Theme) -> dict[str, Any]:
    text = stylesheet.css(theme)
    url = reverse("storefront:stylesheet", args=[stylesheet.version(theme)]) if text else ""
    logo = {"src": f"/media/{theme.logo}", "width": theme.logo_width, "height": theme.logo_height}
    return {
        "preset": theme.preset.lower(),
        "stylesheet_url": url,
        "system_font": stylesheet.needs_no_font(theme),
        "announcement": theme.announcement,
        "logo": logo if theme.logo else None,
    }


def _contact(facts: StoreProfile) -> dict[str, str]:
    number = facts.whatsapp_phone
    return {
        "whatsapp_url": phones.whatsapp_link(number) if number else "",
        "phone": phones.shown(facts.phone) if facts.phone else "",
        "email": facts.email,
        "address": facts.address_line,
    }


def _languages(request: HttpRequest) -> list[dict[str, Any]]:
    here = urlencode({"next": request.get_full_path() if request.method == "GET" else "/"})
    spoken = get_language()
    return [
        {
            "code": code,
            "label": _(str(label)),
            "url": f"{showing.language_url(code)}?{here}",
            "active": code == spoken,
        }
        for code, label in settings.LANGUAGES
    ]
