"""Shapes of the webhooks API."""

from datetime import datetime
from typing import Annotated, Any, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.integrations.delivery.addresses import LONGEST_URL
from core.integrations.event_types import EventType
from core.integrations.models import (
    DeliveryState,
    EndpointState,
    PauseReason,
    WebhookDelivery,
    WebhookEndpoint,
)
from core.integrations.ports import Failure
from core.kernel.schemas import Cursor, Limit, Moment, StrictSchema

Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL, pattern=r"^[^\x00-\x1f]+$")]
Types = Annotated[list[EventType], Field(min_length=1, max_length=len(EventType))]
Words = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]*$")]


class EndpointOut(Schema):
    """An address of another system, what it hears, and how it has been doing."""

    id: str
    url: str
    description: str
    event_types: list[str]
    state: EndpointState
    pause_reason: PauseReason
    failing_since: datetime | None = Field(description="The first failure since something got through.")
    failures: int = Field(description="Tries in a row that failed.")
    created_by: str
    created_at: datetime

    @classmethod
    def of(cls, row: WebhookEndpoint, **more: Any) -> Self:
        names = [name for name in EndpointOut.model_fields if name != "id"]
        return cls(id=row.public_id, **{name: getattr(row, name) for name in names}, **more)


class EndpointWithSecret(EndpointOut):
    """The only answer that has the secret. Keep it: it cannot be shown again."""

    secret: str


class EndpointPage(Schema):
    items: list[EndpointOut]
    next: str | None


class Paged(StrictSchema):
    """Which part of the list is wanted."""

    after: Cursor = ""
    limit: Limit = 50


class EndpointIn(StrictSchema):
    """Another system that shall be told what happens."""

    url: Url = Field(description="A public https address.")
    event_types: Types
    description: Words = ""


class EndpointEdit(StrictSchema):
    """What shall be different. Fields that are left out stay as they are."""

    url: Url = ""
    event_types: Types = Field(default_factory=lambda: list(EventType))
    description: Words = ""


class Resumption(StrictSchema):
    """What becomes of that which was held."""

    with_held: bool = Field(default=True, description="Also send what happened during the pause.")


class TryOut(Schema):
    """One try: a status with the beginning of the answer, or why there was none."""

    at: datetime
    milliseconds: int
    status: int | None = None
    answer: str = ""
    failure: Failure | None = None
    wait: int | None = Field(None, description="For how many seconds it asked us to wait, by `Retry-After`.")


class DeliveryOut(Schema):
    """One thing that happened, on its way to one webhook."""

    id: str
    webhook_id: str
    event_id: str = Field(description="The `webhook-id` header: the same on every try.")
    event_type: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    last_status: int | None
    created_at: datetime
    delivered_at: datetime | None
    payload: dict[str, Any]
    tries: list[TryOut]

    @classmethod
    def of(cls, row: WebhookDelivery) -> Self:
        names = (
            "event_id event_type state attempts next_at last_status created_at delivered_at payload"
        ).split()
        return cls(
            id=row.public_id,
            webhook_id=row.endpoint.public_id,
            tries=[TryOut(**each) for each in row.tries],
            **{name: getattr(row, name) for name in names},
        )


class DeliveryPage(Schema):
    items: list[DeliveryOut]
    next: str | None


class DeliveryQuery(Paged):
    """How the log is narrowed."""

    state: DeliveryState | None = None
    event_type: EventType | None = None


class ReplayIn(StrictSchema):
    """What shall be sent again."""

    since: Moment = Field(description="Everything from this moment on; 30 days are kept.")
    only_undelivered: bool = Field(default=True, description="Leave out what has arrived.")


class ReplayOut(Schema):
    """How many notices are on their way again."""

    count: int
