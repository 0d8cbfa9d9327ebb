"""The question of the web server in front of us: may I get a certificate for this name?

It stands before everything else, is asked at handshakes that anybody can start, and denies by default.
"""

import logging
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tenants import callers, hosts
from tenants.domains import servable

log = logging.getLogger(__name__)
PATH: Final = "/internal/may-have-certificate"


class AskMiddleware:
    """Answers `PATH?domain=<name>` to our own network: 200 for a proven domain of an open store, else 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path != PATH:
            return self.get_response(request)
        answer = HttpResponse(status=200 if _may(request) else 403, content_type="text/plain")
        # Anybody can start handshakes for made-up names: they must not fill the log.
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer


def _may(request: HttpRequest) -> bool:
    try:
        name = hosts.normalise(request.GET.get("domain", ""))
        is_asked_by_us = request.method == "GET" and callers.is_ours(request)
        return is_asked_by_us and name is not None and servable.is_servable(name)
    except Exception:  # whatever breaks here must never let a name through
        log.exception("the question for a certificate could not be answered")
        return False
