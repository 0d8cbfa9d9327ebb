"""What becomes of webhooks in a store that came from an archive."""

from django.utils import timezone

from core.integrations import services as integrations
from core.integrations.models import EndpointState, WebhookEndpoint
from tenants.archive import parts
from tenants.models import Store
from tenants.permissions import SYSTEM


def hold_webhooks(store: Store) -> None:
    """Their receivers may still be told by the store that this one is a copy of: the seller decides.

    Secrets are not in archives; each gets a new one, for the seller to exchange when they resume.
    """
    kept = WebhookEndpoint.objects.exclude(state=EndpointState.REMOVED)
    for public_id in kept.values_list("public_id", flat=True):
        integrations.pause(public_id=public_id, actor=SYSTEM)
        integrations.rotate_secret(public_id=public_id, actor=SYSTEM, now=timezone.now())


parts.on_arrival(hold_webhooks)
