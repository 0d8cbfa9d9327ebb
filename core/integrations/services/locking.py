"""The lock of webhooks: the endpoint first, then its deliveries."""

from django.utils.translation import gettext as _

from core.integrations.models import EndpointState, WebhookEndpoint
from core.kernel.errors import CommerceError, NotFound

OPEN_STATES = (EndpointState.ACTIVE, EndpointState.PAUSED)


class EndpointRemoved(CommerceError):
    code = "webhook_removed"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("This webhook was removed. Make a new one."))


def lock_endpoint(public_id: str) -> WebhookEndpoint:
    """One endpoint until the caller commits. Raises NotFound, EndpointRemoved."""
    endpoint = WebhookEndpoint.objects.select_for_update().filter(public_id=public_id).first()
    if endpoint is None:
        raise NotFound(_("There is no such webhook."))
    if endpoint.state == EndpointState.REMOVED:
        raise EndpointRemoved
    return endpoint
