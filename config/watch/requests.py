"""Around every request: an id, a scope of its own for reports, its time; and a no to methods nobody needs."""

import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tenants import meters, scopes
from tenants.domains import ask

# They echo what was sent, or ask for a tunnel.
REFUSED_METHODS: Final = frozenset({"TRACE", "TRACK", "CONNECT"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", *REFUSED_METHODS})

# Our own machines ask here: a probe that is told no is no shopper's page that failed.
_INTERNAL: Final = frozenset({"/livez", "/readyz", ask.PATH})


class WatchMiddleware:
    """Stands first. The id is ours alone: a stranger's would let them write into other people's traces."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, identity = time.perf_counter(), uuid4().hex
        with scopes.piece_of_work(identity):
            # Django logs refusals when everything here is over; it hands the request to the log.
            request.work = scopes.current_work()  # type: ignore[attr-defined]
            if request.method in REFUSED_METHODS:
                response: HttpResponseBase = HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
            else:
                response = self.get_response(request)
            _count(request, response.status_code, time.perf_counter() - began)
        response.headers["X-Request-Id"] = identity
        response.headers["Server"] = settings.BRAND_NAME
        return response


def _count(request: HttpRequest, status: int, seconds: float) -> None:
    kind, route = _place(request)
    method = request.method if request.method in _METHODS else "other"
    meters.REQUESTS.labels(kind, route, method, f"{status // 100}xx").inc()
    meters.REQUEST_SECONDS.labels(kind, route).observe(seconds)
    store = getattr(request, "store", None)
    if store is not None:
        meters.LOADS.add(store.schema_name, meters.LOADS.REQUESTS, 1)
        if status >= 500:
            meters.LOADS.add(store.schema_name, meters.LOADS.FAILURES, 1)
    meters.LOADS.flush()


def _place(request: HttpRequest) -> tuple[str, str]:
    """The kind of host and the pattern of the address: never the address, of which there is no end."""
    if request.path in _INTERNAL:
        return "internal", request.path
    route = getattr(request, "route", None)
    if route is not None:
        match = request.resolver_match
        return route.kind.lower(), f"/{match.route}" if match else "unmatched"
    if request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
        return "static", "static"
    return "none", "unmatched"
