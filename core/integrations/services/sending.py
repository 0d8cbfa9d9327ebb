"""Send notices: outside any transaction, ten tries over 72 hours, and a pause for who never answers."""

import json
import math
import random
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.integrations.delivery import patience, signing
from core.integrations.delivery.client import HookClient
from core.integrations.delivery.patience import Round
from core.integrations.event_types import PING
from core.integrations.models import (
    DELIVERY_MAY_BECOME,
    DeliveryState,
    EndpointState,
    PauseReason,
    WebhookDelivery,
    WebhookEndpoint,
)
from core.integrations.ports import AddressForbidden, Answer, Failure, NoAnswer
from core.integrations.services.warning import warn_owners
from core.kernel import audit, sealing
from tenants.failpoints import failpoint
from tenants.permissions import SYSTEM
from tenants.work import store_task

# From this many failures in a row on, an endpoint is left in peace for a while, twice as long each time.
PATIENCE: Final = 5
SHORTEST_PEACE, LONGEST_PEACE = timedelta(seconds=30), timedelta(minutes=15)
# One that asks for time gets it for all its notices, but one wrong answer must not silence it for days.
LONGEST_WISH: Final = timedelta(hours=1)
# A worker that took a notice and never told how it went is given up after this.
CLAIM_LASTS: Final = timedelta(minutes=10)
_RUN: Final = 200
_LONGEST_LOG: Final = 20


@store_task(retries=3, atomic=False, label=_("Tell another system what happened"))
def send(*, delivery_id: int, attempt: int) -> None:
    """Try one notice once, and plan the next try if it does not arrive.

    attempt   how many tries there were before: whoever comes second with the same number does nothing
    """
    now = timezone.now()
    delivery = _claim(delivery_id, attempt, now)
    if delivery is None:
        return
    failpoint("webhooks.after_claim")
    answer = _ask(delivery, now)
    failpoint("webhooks.after_post")
    _write_down(delivery, answer, timezone.now())


def _claim(delivery_id: int, attempt: int, now: datetime) -> WebhookDelivery | None:
    """Take a notice for one try; None when another has, or when its endpoint wants none now."""
    rows = WebhookDelivery.objects.filter(pk=delivery_id, state=DeliveryState.WAITING, attempts=attempt)
    delivery = rows.select_related("endpoint").first()
    if delivery is None:
        return None
    endpoint = delivery.endpoint
    if delivery.event_type != PING:
        if endpoint.state != EndpointState.ACTIVE:
            rows.update(state=DeliveryState.HELD, next_at=None)
            return None
        if endpoint.quiet_until is not None and endpoint.quiet_until > now:
            _postpone(rows, delivery, endpoint.quiet_until)
            return None
    taken = rows.update(attempts=F("attempts") + 1, next_at=now + CLAIM_LASTS)
    delivery.attempts += 1
    return delivery if taken else None


@transaction.atomic
def _postpone(rows: QuerySet[WebhookDelivery], delivery: WebhookDelivery, until: datetime) -> None:
    later = until + timedelta(seconds=random.uniform(0, 30))  # noqa: S311
    if rows.update(next_at=later):
        send(delivery_id=delivery.pk, attempt=delivery.attempts, run_at=later)


def _ask(delivery: WebhookDelivery, now: datetime) -> Answer | NoAnswer:
    endpoint = delivery.endpoint
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    signed = signing.headers(
        event_id=delivery.event_id,
        sent_at=int(now.timestamp()),
        body=body,
        keys=_keys(endpoint, now),
    )
    told = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"{settings.BRAND_NAME}-Webhooks/1",
        **signed,
    }
    client = HookClient(may_loop_back=settings.WEBHOOKS_MAY_LOOP_BACK)
    try:
        return client.post(endpoint.url, headers=told, body=body)
    except AddressForbidden:
        return NoAnswer(Failure.ADDRESS)
    except NoAnswer as silence:
        return silence


def _keys(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    keys: list[str] = sealing.unseal(endpoint.sealed_secrets, place=endpoint.place)
    both = endpoint.previous_until is not None and now < endpoint.previous_until
    return keys if both else keys[:1]


@transaction.atomic
def _write_down(delivery: WebhookDelivery, answer: Answer | NoAnswer, now: datetime) -> None:
    """Note how a try went.

    Locks    the endpoint, then the delivery
    """
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    row = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    row.tries = [*row.tries, _told(answer, now)][-_LONGEST_LOG:]
    row.last_status = answer.status if isinstance(answer, Answer) else None
    if isinstance(answer, Answer) and answer.is_welcome:
        _arrived(endpoint, row, now)
    else:
        _failed(endpoint, row, answer, now)
    row.save(update_fields=["tries", "last_status", "state", "next_at", "delivered_at"])
    failpoint("webhooks.in_write_down")


def _told(answer: Answer | NoAnswer, now: datetime) -> dict[str, Any]:
    if isinstance(answer, Answer):
        facts: dict[str, Any] = {"status": answer.status, "answer": answer.excerpt}
    else:
        facts = {"failure": answer.failure.value}
    if asked := patience.wait_asked(answer, now):
        facts["wait"] = math.ceil(asked.total_seconds())
    return {"at": now.isoformat(), "milliseconds": answer.milliseconds, **facts}


def _arrived(endpoint: WebhookEndpoint, row: WebhookDelivery, now: datetime) -> None:
    if DeliveryState.DELIVERED in DELIVERY_MAY_BECOME[row.state]:
        row.state, row.next_at = DeliveryState.DELIVERED, None
    row.delivered_at = row.delivered_at or now
    if endpoint.failing_since is not None and row.event_type != PING:
        endpoint.failing_since, endpoint.failures, endpoint.quiet_until = None, 0, None
        endpoint.save(update_fields=["failing_since", "failures", "quiet_until"])


def _failed(
    endpoint: WebhookEndpoint, row: WebhookDelivery, answer: Answer | NoAnswer, now: datetime
) -> None:
    if row.event_type == PING:
        row.state, row.next_at = DeliveryState.FAILED, None
        return
    asked = patience.wait_asked(answer, now)
    if isinstance(answer, Answer) and answer.is_gone and endpoint.state == EndpointState.ACTIVE:
        _pause(endpoint, PauseReason.GONE)
    if row.state == DeliveryState.WAITING and endpoint.state != EndpointState.PAUSED:
        _plan(row, asked, now)
    if endpoint.state == EndpointState.ACTIVE:
        _lose_patience(endpoint, asked, now)
    if endpoint.state == EndpointState.PAUSED and row.state == DeliveryState.WAITING:
        row.state, row.next_at = DeliveryState.HELD, None


def _plan(row: WebhookDelivery, asked: timedelta, now: datetime) -> None:
    """The next try, or the end after the tenth."""
    row.next_at = patience.next_try(_round(row), asked=asked, now=now)
    if row.next_at is None:
        row.state = DeliveryState.FAILED
    else:
        send(delivery_id=row.pk, attempt=row.attempts, run_at=row.next_at)


def _round(row: WebhookDelivery) -> Round:
    """How often it was tried in this round, by its log: a worker that died has left no line there."""
    tries = row.attempts - row.attempts_before
    logged = row.tries[-tries:]
    began_at = datetime.fromisoformat(logged[0]["at"])
    return Round(tries, began_at, any("wait" in each for each in logged))


def _lose_patience(endpoint: WebhookEndpoint, asked: timedelta, now: datetime) -> None:
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if asked:
        endpoint.quiet_until = now + min(asked, LONGEST_WISH)
    if endpoint.failures >= PATIENCE:
        peace = SHORTEST_PEACE * 2 ** min(endpoint.failures - PATIENCE, 10)
        endpoint.quiet_until = max(endpoint.quiet_until or now, now + min(peace, LONGEST_PEACE))
    if now - endpoint.failing_since >= patience.GIVE_UP_AFTER:
        _pause(endpoint, PauseReason.FAILING)
    endpoint.save(update_fields=["failures", "failing_since", "quiet_until"])


def _pause(endpoint: WebhookEndpoint, reason: PauseReason) -> None:
    endpoint.state, endpoint.pause_reason = EndpointState.PAUSED, reason
    endpoint.save(update_fields=["state", "pause_reason"])
    endpoint.deliveries.filter(state=DeliveryState.WAITING).update(state=DeliveryState.HELD, next_at=None)
    audit.write(
        actor=SYSTEM,
        action="webhook.paused",
        subject="webhook",
        subject_id=endpoint.public_id,
        changes={"state": [EndpointState.ACTIVE.value, EndpointState.PAUSED.value], "reason": reason.value},
    )
    warn_owners(endpoint_id=endpoint.pk)


def push(endpoint: WebhookEndpoint, rows: QuerySet[WebhookDelivery], *, now: datetime) -> int:
    """Give deliveries a new round of tries that begins now. Returns how many. The caller holds the endpoint.

    One that waits for its next try goes at once and keeps its place in the round.
    """
    rows = rows.exclude(state=DeliveryState.CANCELLED)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    chosen = endpoint.deliveries.filter(pk__in=pks)
    chosen.exclude(state=DeliveryState.WAITING).update(attempts_before=F("attempts"))
    chosen.update(state=DeliveryState.WAITING, next_at=now)
    _send_run(chosen.filter(pk__in=pks[:_RUN]))
    if len(pks) > _RUN:
        send_pushed(endpoint_id=endpoint.pk, after=pks[_RUN - 1], until=pks[-1])
    return len(pks)


@store_task(label=_("Tell another system what happened"))
def send_pushed(*, endpoint_id: int, after: int, until: int) -> None:
    """Ask for the next run of an endpoint's waiting notices, oldest first, and for the run after it."""
    rows = WebhookDelivery.objects.filter(
        endpoint_id=endpoint_id, state=DeliveryState.WAITING, pk__gt=after, pk__lte=until
    )
    last = _send_run(rows)
    if last is not None:
        send_pushed(endpoint_id=endpoint_id, after=last, until=until)


def _send_run(rows: QuerySet[WebhookDelivery]) -> int | None:
    """Ask for a try of each of the first rows. Returns the last one's key; None when there are none."""
    found = list(rows.order_by("pk").values_list("pk", "attempts")[:_RUN])
    for pk, attempts in found:
        send(delivery_id=pk, attempt=attempts)
    return found[-1][0] if found else None


def send_overdue(*, now: datetime) -> int:
    """Ask again for tries whose moment passed and whose duty was lost. Returns how many."""
    overdue = WebhookDelivery.objects.filter(state=DeliveryState.WAITING, next_at__lt=now - CLAIM_LASTS)
    found = list(overdue.order_by("next_at").values_list("pk", "attempts")[:_RUN])
    WebhookDelivery.objects.filter(pk__in=[pk for pk, _ in found]).update(next_at=now)
    for pk, attempts in found:
        send(delivery_id=pk, attempt=attempts)
    return len(found)
