"""Where other systems are told what happens: addresses, what each hears, its secret, its pauses."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.integrations.delivery import addresses, signing
from core.integrations.event_types import PUBLIC_EVENTS
from core.integrations.models import (
    DELIVERY_MAY_BECOME,
    ENDPOINT_MAY_BECOME,
    DeliveryState,
    EndpointState,
    PauseReason,
    WebhookDelivery,
    WebhookEndpoint,
)
from core.integrations.ports import AddressForbidden
from core.integrations.services.locking import OPEN_STATES, lock_endpoint
from core.integrations.services.sending import push
from core.kernel import audit, ids, sealing
from core.kernel.errors import InvalidInput
from tenants.permissions import Actor

MOST_ENDPOINTS = 20
LONGEST_DESCRIPTION = 80
# How long a secret that was exchanged still signs beside the new one.
BOTH_SIGN = timedelta(hours=24)
_ACTS: dict[str, str] = {
    EndpointState.ACTIVE: "webhook.resumed",
    EndpointState.PAUSED: "webhook.paused",
    EndpointState.REMOVED: "webhook.removed",
}


@transaction.atomic
def add_endpoint(
    *, url: str, event_types: Iterable[str], actor: Actor, description: str = ""
) -> tuple[WebhookEndpoint, str]:
    """Tell another system what happens from now on. Returns the row and its secret, shown this once.

    Raises   InvalidInput for an address that we never call, no types, or an endpoint too many
    """
    if WebhookEndpoint.objects.filter(state__in=OPEN_STATES).count() >= MOST_ENDPOINTS:
        raise InvalidInput(_("A store has at most %(most)s webhooks.") % {"most": MOST_ENDPOINTS}, "url")
    row = WebhookEndpoint(
        public_id=ids.new_id("whe"),
        url=checked_url(url),
        description=_clean_description(description),
        event_types=_clean_types(event_types),
        created_by=actor.name,
    )
    secret = signing.new_secret()
    row.sealed_secrets = sealing.seal([secret], place=row.place)
    row.save()
    _note(actor, "webhook.added", row, {"url": row.url, "event_types": row.event_types})
    return row, secret


@transaction.atomic
def edit_endpoint(*, public_id: str, changes: Mapping[str, Any], actor: Actor) -> WebhookEndpoint:
    """Change where an endpoint is, what it hears or how it is called. A new address starts afresh.

    changes  any of url, event_types, description
    Raises   NotFound, EndpointRemoved, InvalidInput
    Locks    the endpoint
    """
    checks = {"url": checked_url, "event_types": _clean_types, "description": _clean_description}
    cleaned = {name: checks[name](value) for name, value in changes.items()}
    row = lock_endpoint(public_id)
    changed = {name: [getattr(row, name), v] for name, v in cleaned.items() if getattr(row, name) != v}
    if not changed:
        return row
    for name, (_before, after) in changed.items():
        setattr(row, name, after)
    if "url" in changed:
        _forgive(row)
    row.save()
    _note(actor, "webhook.edited", row, changed)
    return row


@transaction.atomic
def rotate_secret(*, public_id: str, actor: Actor, now: datetime) -> tuple[WebhookEndpoint, str]:
    """Exchange the secret. Both sign for 24 hours, so that the receiver can follow. Returns the new one.

    Raises   NotFound, EndpointRemoved
    Locks    the endpoint
    """
    row = lock_endpoint(public_id)
    # A store that came from an archive has lost its secrets on the way.
    known = sealing.unseal(row.sealed_secrets, place=row.place)[:1] if row.sealed_secrets else []
    secret = signing.new_secret()
    row.sealed_secrets = sealing.seal([secret, *known], place=row.place)
    row.previous_until = now + BOTH_SIGN
    row.save(update_fields=["sealed_secrets", "previous_until"])
    _note(actor, "webhook.secret_rotated", row)
    return row, secret


@transaction.atomic
def pause(*, public_id: str, actor: Actor) -> WebhookEndpoint:
    """Send nothing for a while; what happens meanwhile is held. Pausing twice changes nothing.

    Raises   NotFound, EndpointRemoved
    Locks    the endpoint
    """
    row = lock_endpoint(public_id)
    if row.state == EndpointState.ACTIVE:
        _move(row, EndpointState.PAUSED, actor, reason=PauseReason.BY_HAND)
        _move_deliveries(row, DeliveryState.WAITING, DeliveryState.HELD)
    return row


@transaction.atomic
def resume(*, public_id: str, actor: Actor, now: datetime, with_held: bool = True) -> WebhookEndpoint:
    """Send again. Resuming twice changes nothing.

    with_held  also send what was held, oldest first; else it stays held and can be sent by hand
    Raises     NotFound, EndpointRemoved
    Locks      the endpoint
    """
    row = lock_endpoint(public_id)
    if row.state == EndpointState.PAUSED:
        _forgive(row)
        _move(row, EndpointState.ACTIVE, actor)
        if with_held:
            push(row, row.deliveries.filter(state=DeliveryState.HELD), now=now)
    return row


@transaction.atomic
def remove_endpoint(*, public_id: str, actor: Actor) -> WebhookEndpoint:
    """Tell an endpoint nothing any more, for good. Its log stays for 30 days, its secrets go.

    Raises   NotFound, EndpointRemoved
    Locks    the endpoint
    """
    row = lock_endpoint(public_id)
    row.sealed_secrets, row.previous_until = "", None
    row.save(update_fields=["sealed_secrets", "previous_until"])
    _move(row, EndpointState.REMOVED, actor)
    for state in (DeliveryState.WAITING, DeliveryState.HELD):
        _move_deliveries(row, state, DeliveryState.CANCELLED)
    return row


def _move(row: WebhookEndpoint, state: str, actor: Actor, *, reason: str = PauseReason.NONE) -> None:
    if state not in ENDPOINT_MAY_BECOME[row.state]:
        raise ValueError(f"A webhook that is {row.state} never becomes {state}")
    before, row.state, row.pause_reason = row.state, state, reason
    row.save(update_fields=["state", "pause_reason", "failing_since", "failures", "quiet_until"])
    _note(actor, _ACTS[state], row, {"state": [before, state], "reason": str(reason)})


def _move_deliveries(row: WebhookEndpoint, before: str, after: str) -> None:
    if after not in DELIVERY_MAY_BECOME[before]:
        raise ValueError(f"A delivery that is {before} never becomes {after}")
    WebhookDelivery.objects.filter(endpoint=row, state=before).update(state=after, next_at=None)


def _forgive(row: WebhookEndpoint) -> None:
    row.failing_since, row.failures, row.quiet_until = None, 0, None


def _note(actor: Actor, action: str, row: WebhookEndpoint, changes: Mapping[str, Any] | None = None) -> None:
    audit.write(actor=actor, action=action, subject="webhook", subject_id=row.public_id, changes=changes)


def checked_url(url: str) -> str:
    """An address that may be called, without spaces around it. Raises InvalidInput."""
    url = url.strip()
    try:
        addresses.read(url, may_loop_back=settings.WEBHOOKS_MAY_LOOP_BACK)
    except AddressForbidden as refused:
        raise InvalidInput(_why(refused.why), "url") from refused
    return url


def _why(code: str) -> str:
    return {
        "not_https": _("The address must begin with https://."),
        "has_login": _("Leave name and password out of the address; notices are signed instead."),
        "not_public": _("Use the public name of a server, such as hooks.example.com."),
        "other_port": _("Only the usual ports are called: leave the port away."),
    }.get(code, _("This is no complete address, such as https://hooks.example.com/store."))


def _clean_description(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_DESCRIPTION or not text.isprintable():
        raise InvalidInput(_("Use at most %(most)s letters.") % {"most": LONGEST_DESCRIPTION}, "description")
    return text


def _clean_types(types: Iterable[str]) -> list[str]:
    wanted = sorted({str(each) for each in types})
    if not wanted:
        raise InvalidInput(_("Choose at least one thing to tell."), "event_types")
    if unknown := set(wanted) - set(PUBLIC_EVENTS):
        raise InvalidInput(
            _("There is nothing called %(name)s to tell.") % {"name": min(unknown)[:40]}, "event_types"
        )
    return wanted
