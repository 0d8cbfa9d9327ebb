"""The reader's language: what they chose, else the store's, else Bahasa Indonesia. Programs ask each time."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

_KNOWN = {code for code, _ in settings.LANGUAGES}


class LanguageMiddleware:
    """Activates language and time zone for one request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        store = request.store  # type: ignore[attr-defined]
        chosen = _asked_by_header(request) or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in _KNOWN else (store.language if store else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = language
        zone = ZoneInfo(store.time_zone if store else settings.TIME_ZONE)
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _asked_by_header(request: HttpRequest) -> str:
    """The best language of `Accept-Language` that we speak, for calls to an API; "" on pages.

    A page's language is a choice that the reader sees; most phones here are set to English by their maker.
    """
    if not request.path_info.startswith("/api/"):
        return ""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500].lower())
    return next((code for each, _ in asked if (code := each.partition("-")[0]) in _KNOWN), "")
