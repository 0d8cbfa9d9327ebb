"""What somebody looks at who wants to know whether we are being attacked: one line per event, no secrets.

People are named by their public id; only log-ins say where they came from. The names of all events stand in
config/inventories/logs.toml.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

log = logging.getLogger("security")
_REFUSED = (401, 403, 429)
_MOST_LETTERS = 200


def note(event: str, **facts: object) -> None:
    """Write one event. Facts may hold what a stranger typed: they are escaped and cut."""
    told = {name: str(fact)[:_MOST_LETTERS] for name, fact in facts.items()}
    log.info("%s %s", event, json.dumps(told, sort_keys=True))


class SecurityLogMiddleware:
    """Notes every request that was refused for who asks or how often: by a role, a key, a token, a limit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code in _REFUSED:
            note(
                "request.refused",
                status=response.status_code,
                method=request.method,
                door=_door(request),
                host=request.route.kind,  # type: ignore[attr-defined]
                actor=_actor(request),
            )
        return response


def tells_failures(event: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A form that proves who somebody is: an answer that leads nowhere else was a wrong try."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def noted(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            response = view(request, *args, **kwargs)
            if request.method == "POST" and response.status_code == 200:
                note(event, actor=_actor(request))
            return response

        return noted

    return decorate


def _door(request: HttpRequest) -> str:
    """The pattern of the address, never the address: that may hold an order's token."""
    return request.resolver_match.route if request.resolver_match else ""


def _actor(request: HttpRequest) -> str:
    actor = getattr(request, "actor", None)
    if actor is not None:
        return f"{actor.kind}:{actor.id}"
    user = getattr(request, "user", None)
    return f"USER:{user.uid}" if user is not None and user.is_authenticated else ""
