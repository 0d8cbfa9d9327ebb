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
        actor: Actor | None = services.actor_for(token)
        request.actor = actor  # type: ignore[attr-defined]
        return actor
