"""Refusals as other programs read them: problem documents (RFC 9457) with a stable `code`."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

MEDIA_TYPE: Final = "application/problem+json"


def problem(status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> HttpResponse:
    """A problem document in the reader's language. Nobody may keep it.

    detail   what happened here and what to do
    errors   one {"field", "message"} per field that is wrong
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    response = HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def title_of(status: int) -> str:
    """What a status means, in a few words."""
    return _TITLES.get(status, _TITLES[500 if status >= 500 else 400])()


_TITLES: Final[Mapping[int, Callable[[], str]]] = {
    400: lambda: _("The request cannot be read"),
    401: lambda: _("Not logged in"),
    402: lambda: _("The plan is not paid"),
    403: lambda: _("Not allowed"),
    404: lambda: _("Not found"),
    405: lambda: _("This address does not take that method"),
    409: lambda: _("Not possible at the moment"),
    410: lambda: _("No longer there"),
    413: lambda: _("Too large"),
    415: lambda: _("Unknown kind of content"),
    422: lambda: _("Some values are not valid"),
    429: lambda: _("Too many requests"),
    500: lambda: _("Something went wrong on our side"),
    502: lambda: _("Another service does not answer"),
    503: lambda: _("Not available at the moment"),
}
