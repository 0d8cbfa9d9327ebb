"""Mails about a store's plan and its money, to the people who own it. Each is a duty of its own."""

from typing import Any

from django.urls import reverse

from billing.mail_facts import readable
from tenants import context, hosts, platform_mails
from tenants.models import HostKind, Membership, Role, Store
from tenants.work import enqueue, register


def tell_owners(store: Store, template: str, facts: dict[str, Any], *, dedupe_key: str = "") -> None:
    """Mail `email/platform/<template>` to the store's owners, in the language of each, after the commit.

    facts        plain values for the template, which also gets `shop_name` and `plan_link`
    dedupe_key   a second mail of that key is not written while the first one waits
    """
    with context.in_public():
        enqueue(
            OWNERS,
            {"store_id": store.pk, "template": template, "facts": facts},
            dedupe_key=f"{OWNERS}:{store.pk}:{dedupe_key}" if dedupe_key else None,
        )


def _send_to_owners(*, store_id: int, template: str, facts: dict[str, Any]) -> None:
    store = Store.objects.get(pk=store_id)
    told = {"shop_name": store.name, "plan_link": plan_link(store), **readable(facts)}
    owners = Membership.objects.filter(store_id=store.pk, role=Role.OWNER, user__is_active=True)
    for owner in owners.select_related("user").order_by("pk"):
        platform_mails.send(template, owner.user.email, owner.user.language, told)


def plan_link(store: Store) -> str:
    """Where the store's people look after their plan."""
    desk = store.hostnames.get(kind=HostKind.DASHBOARD, is_primary=True)
    return hosts.origin(desk.name) + reverse("plan:overview", urlconf="config.urls.dashboard")


OWNERS = "billing.mails.owners"
register(OWNERS, _send_to_owners, of_platform=True)
