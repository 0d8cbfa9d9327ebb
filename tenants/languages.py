"""The reader's language: what they chose, else the store's, else Bahasa Indonesia."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

_KNOWN = {code for code, _ in settings.LANGUAGES}


class LanguageMiddleware:
    """Activates language and time zone for one request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        store = request.store  # type: ignore[attr-defined]
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in _KNOWN else (store.language if store else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = language
        zone = ZoneInfo(store.time_zone if store else settings.TIME_ZONE)
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
