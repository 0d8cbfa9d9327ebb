"""Tell a store's owners that one of its webhooks was paused."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.integrations.models import EndpointState, PauseReason, WebhookEndpoint
from tenants import hosts, platform_mails
from tenants.context import in_public, require_store
from tenants.models import HostKind, Membership, Role
from tenants.work import store_task


@store_task(label=_("Warn of a paused webhook"))
def warn_owners(*, endpoint_id: int) -> None:
    """Write a duty for each owner's mail, so that one that fails does not send the others again."""
    store = require_store()
    with in_public():
        owners = Membership.objects.filter(store_id=store.pk, role=Role.OWNER, user__is_active=True)
        told = list(owners.values_list("user__email", "user__language"))
    for address, language in told:
        warn(endpoint_id=endpoint_id, address=address, language=language)


@store_task(retries=8, atomic=False, label=_("Warn of a paused webhook"))
def warn(*, endpoint_id: int, address: str, language: str) -> None:
    """Mail one owner, unless the webhook runs again."""
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    reason = PauseReason(endpoint.pause_reason)
    if endpoint.state != EndpointState.PAUSED or not reason.is_ours:
        return
    store = require_store()
    path = reverse("webhooks:detail", args=[endpoint.public_id], urlconf=settings.DASHBOARD_URLCONF)
    facts = {
        "shop_name": store.name,
        "url": endpoint.url,
        "since": endpoint.failing_since,
        "is_gone": reason == PauseReason.GONE,
        "link": hosts.store_origin(store, HostKind.DASHBOARD) + path,
    }
    platform_mails.send("webhook_paused", address, language or store.language, facts)
