"""What surrounds every page of the storefront: dress, menus, contact, languages."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.kernel import phones, profile
from storefront import selectors, stylesheet
from storefront.models import Theme
from tenants.hosts import store_origin
from tenants.models import HostKind

FOLDER = "storefront/default"


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render one page of the storefront inside its frame."""
    return render(request, f"{FOLDER}/{template}", {**frame(request), **(context or {})}, status=status)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What templates/base/storefront.html asks for."""
    origin = origin_of(request)
    return {
        "theme": _dress(selectors.theme()),
        "menu": [],
        "footer_menu": [
            {"label": page.title, "url": reverse("storefront:page", args=[page.slug])}
            for page in selectors.footer_pages()
        ],
        "contact": _contact(),
        "languages": _languages(request),
        "search_url": reverse("storefront:home"),
        "cart_url": reverse("storefront:home"),
        "origin": origin,
        "canonical_url": f"{origin}{request.path}",
    }


def origin_of(request: HttpRequest) -> str:
    """The store's one public address, whatever host this request came by."""
    return store_origin(request.store, HostKind.STOREFRONT)  # type: ignore[attr-defined]


def _dress(theme: Theme) -> dict[str, Any]:
    text = stylesheet.css(theme)
    url = reverse("storefront:stylesheet", args=[stylesheet.version(theme)]) if text else ""
    logo = {"src": f"/media/{theme.logo}", "width": theme.logo_width, "height": theme.logo_height}
    return {
        "preset": theme.preset.lower(),
        "stylesheet_url": url,
        "announcement": theme.announcement,
        "logo": logo if theme.logo else None,
    }


def _contact() -> dict[str, str]:
    facts = profile.current()
    number = facts.whatsapp_phone
    return {
        "whatsapp_url": phones.whatsapp_link(number) if number else "",
        "phone": phones.shown(facts.phone) if facts.phone else "",
        "email": facts.email,
        "address": facts.address_line,
    }


def _languages(request: HttpRequest) -> list[dict[str, Any]]:
    here = request.get_full_path() if request.method == "GET" else "/"
    return [
        {
            "code": code,
            "label": _(str(label)),
            "url": f"{reverse('storefront:language', args=[code])}?{urlencode({'next': here})}",
            "active": code == get_language(),
        }
        for code, label in settings.LANGUAGES
    ]
