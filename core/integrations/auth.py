"""How an API request says who it is."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from core.integrations import services
from tenants.permissions import Actor


class ApiKeyAuth(HttpBearer):
    """`Authorization: Bearer ssk_...`, a key of the store that the host belongs to."""

    openapi_scheme = "bearer"

    def authenticate(self, request: HttpRequest, token: str) -> Any | None:
        actor = remember(request, token)
        request.actor = actor  # type: ignore[attr-defined]
        return actor


def bearer_of(request: HttpRequest) -> str:
    """The key that a request brings; empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def remember(request: HttpRequest, token: str) -> Actor | None:
    """Who the request acts as by its key. Looked up once, however many ask."""
    known: tuple[str, Actor | None] | None = getattr(request, "bearer_actor", None)
    if known is None or known[0] != token:
        known = (token, services.actor_for(token) if token else None)
        request.bearer_actor = known  # type: ignore[attr-defined]
    return known[1]
