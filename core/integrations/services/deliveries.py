"""Write down what is to be told to whom, once per thing that happened and endpoint, and tell it again."""

import base64
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.integrations.event_types import PING
from core.integrations.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from core.integrations.selectors import delivery_by_public_id, happening_of
from core.integrations.services.locking import OPEN_STATES, lock_endpoint
from core.integrations.services.sending import push, send
from core.kernel import audit, ids
from core.kernel.errors import CommerceError
from tenants import work
from tenants.context import require_store
from tenants.failpoints import failpoint
from tenants.permissions import Actor

KEPT = timedelta(days=30)
_RUN = 500


class EndpointPaused(CommerceError):
    code = "webhook_paused"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("This webhook is paused. Resume it first."))


@transaction.atomic
def announce(*, event: Any, now: datetime) -> int:
    """Write a delivery for each endpoint that hears this event. Returns how many are new.

    Told twice by the same duty, it has the same event id, and the second time changes nothing.
    """
    happening = happening_of(event)
    if happening is None:
        return 0
    duty = work.running()
    event_id = _event_id(duty.pk if duty else uuid.uuid4())
    payload = _payload(happening.type, duty.created_at if duty else now, happening.data)
    listening = WebhookEndpoint.objects.filter(event_types__contains=[happening.type], state__in=OPEN_STATES)
    written = [
        _written(endpoint, event_id, happening.type, payload, now) for endpoint in listening.order_by("pk")
    ]
    return len([row for row in written if row is not None])


def _event_id(occasion: uuid.UUID) -> str:
    return f"evt_{base64.b32encode(occasion.bytes).decode().lower().rstrip('=')}"


def _payload(event_type: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """The body of a notice, as Standard Webhooks has it, and whose it is."""
    return {"type": event_type, "timestamp": at.isoformat(), "store": require_store().slug, "data": data}


def _written(
    endpoint: WebhookEndpoint, event_id: str, event_type: str, payload: dict[str, Any], now: datetime
) -> WebhookDelivery | None:
    """The new row, on its way unless the endpoint is paused; None when it is there already."""
    is_active = endpoint.state == EndpointState.ACTIVE or event_type == PING
    row, is_new = WebhookDelivery.objects.get_or_create(
        endpoint=endpoint,
        event_id=event_id,
        defaults={
            "public_id": ids.new_id("whd"),
            "event_type": event_type,
            "payload": payload,
            "state": DeliveryState.WAITING if is_active else DeliveryState.HELD,
            "next_at": now if is_active else None,
            "created_at": now,
        },
    )
    failpoint("webhooks.after_row")
    if is_new and is_active:
        send(delivery_id=row.pk, attempt=0)
    return row if is_new else None


@transaction.atomic
def ping(*, public_id: str, now: datetime) -> WebhookDelivery:
    """Send an endpoint a notice that means nothing, once, also while it is paused.

    Raises   NotFound, EndpointRemoved
    """
    endpoint = lock_endpoint(public_id)
    payload = _payload(PING, now, {"webhook": {"id": endpoint.public_id}})
    row = _written(endpoint, _event_id(uuid.uuid4()), PING, payload, now)
    if row is None:
        raise RuntimeError("A new event id was there already")
    return row


@transaction.atomic
def replay(*, public_id: str, actor: Actor, now: datetime, endpoint_id: str = "") -> WebhookDelivery:
    """Send one notice again, with its old id: a receiver that has taken it knows it.

    endpoint_id   the public id of the webhook that it must belong to, where one is named
    Raises   NotFound, EndpointRemoved, EndpointPaused
    Locks    the endpoint
    """
    row = delivery_by_public_id(public_id, endpoint_id=endpoint_id)
    endpoint = _open(row.endpoint.public_id)
    push(endpoint, endpoint.deliveries.filter(pk=row.pk), now=now)
    _note(actor, endpoint, {"delivery": public_id})
    row.refresh_from_db()
    return row


@transaction.atomic
def replay_since(
    *, public_id: str, since: datetime, actor: Actor, now: datetime, only_undelivered: bool = True
) -> int:
    """Send everything again that happened since a moment, oldest first. Returns how many notices that are.

    only_undelivered  leave out what has arrived
    Raises            NotFound, EndpointRemoved, EndpointPaused
    Locks             the endpoint
    """
    endpoint = _open(public_id)
    rows = endpoint.deliveries.filter(created_at__gte=since).exclude(event_type=PING)
    if only_undelivered:
        rows = rows.exclude(state=DeliveryState.DELIVERED)
    count = push(endpoint, rows, now=now)
    _note(actor, endpoint, {"since": since.isoformat(), "count": count})
    return count


def _open(public_id: str) -> WebhookEndpoint:
    endpoint = lock_endpoint(public_id)
    if endpoint.state == EndpointState.PAUSED:
        raise EndpointPaused
    return endpoint


def _note(actor: Actor, endpoint: WebhookEndpoint, changes: dict[str, Any]) -> None:
    audit.write(
        actor=actor,
        action="webhook.replayed",
        subject="webhook",
        subject_id=endpoint.public_id,
        changes=changes,
    )


def forget_deliveries(*, now: datetime) -> int:
    """Remove what is older than 30 days and no longer on its way, in runs. Returns how many went."""
    old = WebhookDelivery.objects.filter(created_at__lt=now - KEPT).exclude(state=DeliveryState.WAITING)
    gone = 0
    while pks := list(old.order_by("pk").values_list("pk", flat=True)[:_RUN]):
        gone += WebhookDelivery.objects.filter(pk__in=pks).delete()[0]
    return gone
