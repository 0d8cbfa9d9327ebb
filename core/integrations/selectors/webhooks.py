"""Questions about webhooks: who listens, what went out and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from core.integrations.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from core.kernel import paging
from core.kernel.errors import NotFound
from core.kernel.statements import Statement


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which part of an endpoint's log is wanted."""

    state: str = ""
    event_type: str = ""


def is_heard(event_type: str) -> bool:
    """Whether any endpoint wants to know; a paused one does, later."""
    return any(event_type in event_types for (event_types,) in _HEARD.rows())


_HEARD = Statement(
    lambda: WebhookEndpoint.objects.exclude(state=EndpointState.REMOVED).values_list("event_types")
)


def endpoint_rows() -> list[WebhookEndpoint]:
    """The store's endpoints, newest first, without removed ones."""
    return list(_kept().order_by("-pk"))


def endpoint_page(*, after: str = "", limit: int = 50) -> tuple[list[WebhookEndpoint], str | None]:
    """A page of endpoints, newest first, and the next cursor. Raises InvalidInput."""
    return paging.page(_kept(), after=after, limit=limit)


def _kept() -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.exclude(state=EndpointState.REMOVED)


def endpoint_by_public_id(public_id: str) -> WebhookEndpoint:
    """One endpoint, also a removed one. Raises NotFound."""
    found = WebhookEndpoint.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such webhook."))
    return found


def delivery_page(
    endpoint: WebhookEndpoint, filters: DeliveryFilter, *, after: str = "", limit: int = 50
) -> tuple[list[WebhookDelivery], str | None]:
    """A page of an endpoint's log, newest first, and the next cursor. Raises InvalidInput."""
    wanted: dict[str, Any] = {"state": filters.state, "event_type": filters.event_type}
    rows = endpoint.deliveries.select_related("endpoint").filter(
        **{name: value for name, value in wanted.items() if value}
    )
    return paging.page(rows, after=after, limit=limit)


def delivery_by_public_id(public_id: str, *, endpoint_id: str = "") -> WebhookDelivery:
    """One delivery with its endpoint: of that webhook, where one is named. Raises NotFound."""
    found = WebhookDelivery.objects.select_related("endpoint").filter(public_id=public_id).first()
    if found is None or endpoint_id not in ("", found.endpoint.public_id):
        raise NotFound(_("There is no such delivery."))
    return found


def state_counts(endpoint: WebhookEndpoint) -> Mapping[str, int]:
    """How many deliveries of the last 30 days are in each state."""
    counted = endpoint.deliveries.values("state").annotate(number=Count("pk")).values_list("state", "number")
    return dict.fromkeys(DeliveryState.values, 0) | dict(counted)
