"""API keys, for a store's other systems."""

from datetime import datetime
from typing import Annotated, Any, Self

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from core.integrations import selectors, services, webhooks_api
from core.integrations.models import ApiKey, KeyState
from core.kernel.schemas import Moment, PublicId, StrictSchema, answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["API keys"])
router.add_router("", webhooks_api.router)


class ApiKeyOut(Schema):
    """A key; the key itself is shown only in the answer that makes it. `prefix` tells it apart."""

    id: str
    name: str
    prefix: str
    scopes: list[Permission]
    state: KeyState
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: ApiKey, **more: Any) -> Self:
        names = ("name", "prefix", "scopes", "created_by", "created_at", "expires_at", "last_used_at")
        fields = {name: getattr(row, name) for name in names}
        return cls(id=row.public_id, state=row.state_at(timezone.now()), **fields, **more)


class NewApiKeyOut(ApiKeyOut):
    """A key that was just made. Keep `key`: it cannot be shown again."""

    key: str


class ApiKeyPage(Schema):
    items: list[ApiKeyOut]
    next: str | None


class ApiKeyQuery(StrictSchema):
    """Which part of the list is wanted."""

    after: Annotated[str, StringConstraints(max_length=400, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class ApiKeyIn(StrictSchema):
    """A new key. It may do no more than the key that makes it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=40)]
    expires_at: Moment | None = None


@router.get("/api-keys", response=answers(ApiKeyPage), operation_id="list_api_keys")
@requires(Permission.EDIT_API_KEYS)
def list_api_keys(request: StoreRequest, asked: Query[ApiKeyQuery]) -> Any:
    """Every key of the store, newest first, revoked ones too."""
    rows, cursor = selectors.api_key_page(after=asked.after, limit=asked.limit)
    return ApiKeyPage(items=[ApiKeyOut.of(row) for row in rows], next=cursor)


@router.post("/api-keys", response=answers(NewApiKeyOut, 201), operation_id="create_api_key")
@requires(Permission.EDIT_API_KEYS)
def create_api_key(request: StoreRequest, body: ApiKeyIn) -> Any:
    """Make a key. The answer is the only one that contains it."""
    row, key = services.create_key(**body.dict(), actor=request.actor)
    return Status(201, NewApiKeyOut.of(row, key=key))


@router.post("/api-keys/{key_id}/revoke", response=answers(ApiKeyOut), operation_id="revoke_api_key")
@requires(Permission.EDIT_API_KEYS)
def revoke_api_key(request: StoreRequest, key_id: PublicId) -> Any:
    """End a key at once. Revoking twice changes nothing."""
    return ApiKeyOut.of(services.revoke_key(public_id=key_id, actor=request.actor))
