"""Has browsers keep nothing of what only somebody logged in may see."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from tenants.hosts import CONSOLE
from tenants.models import HostKind

# Pages behind a log-in, whoever asks: a redirect to it is not worth keeping either.
_BEHIND_A_LOG_IN = (HostKind.DASHBOARD, CONSOLE)


class PrivateAnswerMiddleware:
    """No page behind a log-in stays in a cache, neither on the way nor in the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if _is_private(request) and "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store, private"
        return response


def _is_private(request: HttpRequest) -> bool:
    kind = request.route.kind  # type: ignore[attr-defined]
    if kind == HostKind.STOREFRONT:
        return False
    return kind in _BEHIND_A_LOG_IN or request.user.is_authenticated


def clears_site(view: Callable[..., Any]) -> Callable[..., Any]:
    """A way out: the browser forgets the pages and whatever else it kept of this host."""

    @wraps(view)
    def left(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return left
