"""Webhooks: a store's other systems are told what happens, and can have it told again."""

from typing import Any, Final

from django.utils import timezone
from ninja import Query, Router, Status

from core.integrations import schemas, selectors, services
from core.integrations.event_types import PING, PUBLIC_EVENTS
from core.integrations.selectors import DeliveryFilter
from core.kernel.schemas import PublicId, answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Webhooks"])

_TABLE: Final = "\n".join(
    ["| type | data |", "|---|---|"]
    + [f"| `{each.code}` | {each.data} |" for each in PUBLIC_EVENTS.values()]
    + [f"| `{PING}` | `webhook` {{id}}; only sent on request |"]
)
_MANUAL: Final = f"""Tell another system what happens from now on. The answer is the only one with the secret.

Each event is a POST with the JSON body `{{"type", "timestamp", "store", "data"}}`. `data` has ids and
addresses and no state: read the address with an API key to see what is true now. Notices may come twice, in
any order; `webhook-id` is the same each time.

{_TABLE}

Notices are signed as Standard Webhooks has it: `webhook-signature` holds one or more `v1,<base64>`, each the
HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<body>` under the bytes that stand in base64 behind `whsec_`.
Accept a notice when any of them fits and the timestamp is at most five minutes away.

Answer with any 2xx within 10 seconds; redirects are not followed. What fails is tried ten times over 72
hours. When nothing got through for 72 hours, the webhook is paused and the owner gets a mail; what happens
meanwhile is held. Everything is kept for 30 days and can be sent again.
"""


@router.get("/webhooks", response=answers(schemas.EndpointPage), operation_id="list_webhooks")
@requires(Permission.EDIT_WEBHOOKS)
def list_webhooks(request: StoreRequest, asked: Query[schemas.Paged]) -> Any:
    """The store's webhooks, newest first, without removed ones."""
    rows, cursor = selectors.endpoint_page(after=asked.after, limit=asked.limit)
    return schemas.EndpointPage(items=[schemas.EndpointOut.of(row) for row in rows], next=cursor)


@router.post(
    "/webhooks",
    response=answers(schemas.EndpointWithSecret, 201),
    operation_id="create_webhook",
    description=_MANUAL,
)
@requires(Permission.EDIT_WEBHOOKS)
def create_webhook(request: StoreRequest, body: schemas.EndpointIn) -> Any:
    """Tell another system what happens from now on."""
    row, secret = services.add_endpoint(**body.dict(), actor=request.actor)
    return Status(201, schemas.EndpointWithSecret.of(row, secret=secret))


@router.get("/webhooks/{webhook_id}", response=answers(schemas.EndpointOut), operation_id="get_webhook")
@requires(Permission.EDIT_WEBHOOKS)
def get_webhook(request: StoreRequest, webhook_id: PublicId) -> Any:
    """One webhook, also a removed one."""
    return schemas.EndpointOut.of(selectors.endpoint_by_public_id(webhook_id))


@router.patch("/webhooks/{webhook_id}", response=answers(schemas.EndpointOut), operation_id="update_webhook")
@requires(Permission.EDIT_WEBHOOKS)
def update_webhook(request: StoreRequest, webhook_id: PublicId, body: schemas.EndpointEdit) -> Any:
    """Change a webhook's address, words or types. A new address starts without failures."""
    changes = body.dict(exclude_unset=True)
    return schemas.EndpointOut.of(
        services.edit_endpoint(public_id=webhook_id, changes=changes, actor=request.actor)
    )


@router.delete("/webhooks/{webhook_id}", response=answers(None, 204), operation_id="remove_webhook")
@requires(Permission.EDIT_WEBHOOKS)
def remove_webhook(request: StoreRequest, webhook_id: PublicId) -> Any:
    """Tell it nothing any more, for good. Its log can be read for 30 days."""
    services.remove_endpoint(public_id=webhook_id, actor=request.actor)
    return Status(204, None)


@router.post(
    "/webhooks/{webhook_id}/pause", response=answers(schemas.EndpointOut), operation_id="pause_webhook"
)
@requires(Permission.EDIT_WEBHOOKS)
def pause_webhook(request: StoreRequest, webhook_id: PublicId) -> Any:
    """Send nothing for a while; what happens meanwhile is held. Pausing twice changes nothing."""
    return schemas.EndpointOut.of(services.pause(public_id=webhook_id, actor=request.actor))


@router.post(
    "/webhooks/{webhook_id}/resume", response=answers(schemas.EndpointOut), operation_id="resume_webhook"
)
@requires(Permission.EDIT_WEBHOOKS)
def resume_webhook(request: StoreRequest, webhook_id: PublicId, body: schemas.Resumption) -> Any:
    """Send again, and what was held as well. Resuming twice changes nothing."""
    row = services.resume(
        public_id=webhook_id, with_held=body.with_held, actor=request.actor, now=timezone.now()
    )
    return schemas.EndpointOut.of(row)


@router.post(
    "/webhooks/{webhook_id}/secret",
    response=answers(schemas.EndpointWithSecret),
    operation_id="rotate_webhook_secret",
)
@requires(Permission.EDIT_WEBHOOKS)
def rotate_webhook_secret(request: StoreRequest, webhook_id: PublicId) -> Any:
    """Exchange the secret. For 24 hours both sign, so each notice carries two signatures."""
    row, secret = services.rotate_secret(public_id=webhook_id, actor=request.actor, now=timezone.now())
    return schemas.EndpointWithSecret.of(row, secret=secret)


@router.post(
    "/webhooks/{webhook_id}/ping", response=answers(schemas.DeliveryOut, 201), operation_id="ping_webhook"
)
@requires(Permission.EDIT_WEBHOOKS)
def ping_webhook(request: StoreRequest, webhook_id: PublicId) -> Any:
    """Send a notice that means nothing, once, also during a pause. Its log tells how it went."""
    return Status(201, schemas.DeliveryOut.of(services.ping(public_id=webhook_id, now=timezone.now())))


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    response=answers(schemas.DeliveryPage),
    operation_id="list_webhook_deliveries",
)
@requires(Permission.EDIT_WEBHOOKS)
def list_webhook_deliveries(
    request: StoreRequest, webhook_id: PublicId, asked: Query[schemas.DeliveryQuery]
) -> Any:
    """What a webhook was told in the last 30 days, newest first, with every try and its answer."""
    filters = DeliveryFilter(state=asked.state or "", event_type=asked.event_type or "")
    endpoint = selectors.endpoint_by_public_id(webhook_id)
    rows, cursor = selectors.delivery_page(endpoint, filters, after=asked.after, limit=asked.limit)
    return schemas.DeliveryPage(items=[schemas.DeliveryOut.of(row) for row in rows], next=cursor)


@router.post(
    "/webhooks/{webhook_id}/replay", response=answers(schemas.ReplayOut), operation_id="replay_webhook"
)
@requires(Permission.EDIT_WEBHOOKS)
def replay_webhook(request: StoreRequest, webhook_id: PublicId, body: schemas.ReplayIn) -> Any:
    """Send everything again that happened since a moment, oldest first, with the old ids."""
    count = services.replay_since(
        public_id=webhook_id, **body.dict(), actor=request.actor, now=timezone.now()
    )
    return schemas.ReplayOut(count=count)


@router.get(
    "/webhook-deliveries/{delivery_id}",
    response=answers(schemas.DeliveryOut),
    operation_id="get_webhook_delivery",
)
@requires(Permission.EDIT_WEBHOOKS)
def get_webhook_delivery(request: StoreRequest, delivery_id: PublicId) -> Any:
    """One delivery with every try and its answer."""
    return schemas.DeliveryOut.of(selectors.delivery_by_public_id(delivery_id))


@router.post(
    "/webhook-deliveries/{delivery_id}/replay",
    response=answers(schemas.DeliveryOut),
    operation_id="replay_webhook_delivery",
)
@requires(Permission.EDIT_WEBHOOKS)
def replay_webhook_delivery(request: StoreRequest, delivery_id: PublicId) -> Any:
    """Send one notice again now, with its old id. 409 while its webhook is paused."""
    return schemas.DeliveryOut.of(
        services.replay(public_id=delivery_id, actor=request.actor, now=timezone.now())
    )
