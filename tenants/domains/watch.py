"""The daily look at every domain, and the mails to owners when something is wrong."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tenants import hosts, platform_mails
from tenants.domains import names, resolvers, servable, services
from tenants.models import DomainClaim, HostKind, Membership, Role, StoreState
from tenants.routines import every
from tenants.work import enqueue, register

MOST_AT_ONCE = 500


@every(minutes=10, of_platform=True)
def look_at_due_domains() -> None:
    """Write a duty for each domain whose next look is due; the longest overdue come first."""
    due = DomainClaim.objects.filter(
        next_check_at__lte=timezone.now(), hostname__store__state=StoreState.ACTIVE
    )
    for claim_id in due.order_by("next_check_at").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        enqueue(LOOK, {"claim_id": claim_id}, dedupe_key=f"{LOOK}:{claim_id}")


@every(hours=24, of_platform=True)
def end_quarantines() -> None:
    """Forget released names whose rest is over."""
    services.end_quarantines(now=timezone.now())


@every(minutes=5, of_platform=True)
def publish_servable_domains() -> None:
    """Write the list for certificates anew, should Redis have lost it or a change not have reached it."""
    servable.publish()


def _look(*, claim_id: int) -> None:
    """The duty: one look at one domain. Running twice looks twice."""
    claim = DomainClaim.objects.select_related("hostname__store").filter(pk=claim_id).first()
    if claim is not None:
        services.check(
            store=claim.hostname.store, uid=claim.uid, now=timezone.now(), resolvers=resolvers.current()
        )


def _warn(*, claim_id: int) -> None:
    _mail("domain_failing", claim_id)


def _tell_lapsed(*, claim_id: int) -> None:
    _mail("domain_lapsed", claim_id)


def _mail(template: str, claim_id: int) -> None:
    """Tell every owner of the domain's store what is wrong and what to do, in their language."""
    claim = DomainClaim.objects.select_related("hostname__store").filter(pk=claim_id).first()
    if claim is None:
        return
    store = claim.hostname.store
    owners = Membership.objects.select_related("user").filter(store=store, role=Role.OWNER)
    path = reverse("domains:domain", args=[claim.uid], urlconf=settings.DASHBOARD_URLCONF)
    for owner in owners.filter(user__is_active=True):
        facts: dict[str, Any] = {
            "name": names.shown(claim.hostname.name),
            "shop_name": store.name,
            "until": claim.failing_since and claim.failing_since + services.GRACE,
            "free_address": f"{store.slug}.{settings.STOREFRONT_SUFFIX}",
            "link": hosts.store_origin(store, HostKind.DASHBOARD) + path,
        }
        platform_mails.send(template, owner.user.email, owner.user.language, facts)


LOOK = "tenants.domains.watch.look"
register(LOOK, _look, atomic=False, of_platform=True)
register(services.WARN, _warn, of_platform=True)
register(services.TELL_LAPSED, _tell_lapsed, of_platform=True)
