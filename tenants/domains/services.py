"""A store's own domains: added, proven, made the main address, given back.

A claim is nobody's property until its token is in DNS: two stores may claim a name, and only the one whose
token stands there gets it. What DNS says is asked for outside any transaction, then applied in one.
"""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants import acts, context, hosts, team
from tenants.domains import doctor, names, schedule, servable
from tenants.domains.doctor import Code, Diagnosis, Finding, Leads, Proof
from tenants.domains.resolvers import Resolver
from tenants.errors import CommerceError
from tenants.models import DomainClaim, HostKind, Hostname, Membership, ReleasedDomain, Role, Store
from tenants.permissions import SYSTEM, Actor
from tenants.work import enqueue

# More than any shop needs; each one costs a look at DNS every day and a certificate.
MOST: Final = 20
GRACE: Final = timedelta(hours=72)
QUARANTINE: Final = timedelta(days=30)
WARN, TELL_LAPSED = "tenants.domains.mails.warn", "tenants.domains.mails.tell_lapsed"


class NoSuchDomain(CommerceError):
    code = "not_found"
    http_status = 404

    def __init__(self) -> None:
        super().__init__(_("This store has no such domain."))


class DomainRefused(CommerceError):
    """The domain cannot be added; `field` says where it stands in a form."""

    code = "domain_refused"
    field = "name"


class DomainNotReady(CommerceError):
    code = "domain_not_ready"

    def __init__(self) -> None:
        super().__init__(
            _("Shoppers do not reach your shop by this domain yet. Follow the advice on its page first.")
        )


@transaction.atomic
def add(*, store: Store, name: str, actor: Actor, now: datetime) -> DomainClaim:
    """Claim a domain; it routes nothing until it is proven.

    name     as people type it; an address with https:// will do
    Raises   DomainNameRefused; DomainRefused when it is claimed here already, in quarantine, or one too many
    Locks    the store's row
    """
    name = names.check(name)
    with context.in_public():
        team.lock(store)
        mine = Hostname.objects.filter(store_id=store.pk)
        if mine.filter(name=name).exists():
            raise DomainRefused(_("This domain is on your list already."))
        if mine.filter(claim__isnull=False).count() >= MOST:
            raise DomainRefused(_("A store can have 20 domains. Remove one that you no longer use."))
        if _quarantine(store, name, now):
            raise DomainRefused(_("This domain was another store's until lately. Try again in some weeks."))
        hostname = Hostname.objects.create(name=name, kind=HostKind.STOREFRONT, store_id=store.pk)
        claim = DomainClaim.objects.create(
            hostname=hostname, token=f"smartseller-{secrets.token_hex(20)}", next_check_at=now
        )
        _note(actor, "domain.added", claim)
    return claim


@transaction.atomic
def grant(*, store: Store, name: str, now: datetime) -> DomainClaim:
    """Give a store a name that the platform itself vouches for. Safe to run twice."""
    with context.in_public():
        hostname, _is_new = Hostname.objects.get_or_create(
            name=name, store_id=store.pk, kind=HostKind.STOREFRONT, defaults={"verified_at": now}
        )
        claim, _is_new = DomainClaim.objects.get_or_create(hostname=hostname, defaults={"connected_at": now})
    _changed(store, name)
    return claim


def check(*, store: Store, uid: uuid.UUID, now: datetime, resolvers: Sequence[Resolver]) -> DomainClaim:
    """Ask DNS about one domain and act on it: prove it, connect it, warn of it, or let it lapse.

    Raises   NoSuchDomain
    Locks    the claim's row, after DNS has answered
    """
    with context.in_public():
        claim = _find(store, uid)
    found = doctor.examine(claim.hostname.name, claim.token, resolvers)
    with context.in_public(), transaction.atomic():
        claim = _locked(store, uid)
        findings = [*_prove(claim, found, now), *found.findings]
        if claim.hostname.verified_at:
            _watch(claim, found, now)
        claim.findings = [finding.as_json() for finding in findings]
        claim.checked_at = now
        claim.next_check_at = schedule.next_check(claim, now)
        claim.save()
    return claim


def _prove(claim: DomainClaim, found: Diagnosis, now: datetime) -> list[Finding]:
    """Let the name route when its token is in DNS and nobody else has it. Returns what stands in the way."""
    hostname = claim.hostname
    if hostname.verified_at or found.proof != Proof.FOUND:
        return []
    until = _quarantine(hostname.store, hostname.name, now)
    if until:
        return [Finding(Code.IN_QUARANTINE, {"until": until.isoformat()})]
    hostname.verified_at = now
    try:
        with transaction.atomic():
            hostname.save(update_fields=["verified_at"])
    except IntegrityError:
        hostname.verified_at = None
        return [Finding(Code.IN_USE)]
    ReleasedDomain.objects.filter(name=hostname.name).delete()
    claim.lapsed_at = claim.failing_since = claim.connected_at = None
    _note(SYSTEM, "domain.proven", claim)
    _changed(hostname.store, hostname.name)
    return []


def _watch(claim: DomainClaim, found: Diagnosis, now: datetime) -> None:
    """Follow a proven domain: connected, whole, failing, lapsed. What DNS did not say changes nothing."""
    if found.leads == Leads.HERE and claim.connected_at is None:
        claim.connected_at = now
        _note(SYSTEM, "domain.connected", claim)
    is_away = claim.connected_at is not None and found.leads == Leads.ELSEWHERE
    if found.proof == Proof.MISSING or is_away:
        _fail(claim, now)
    elif found.proof == Proof.FOUND and found.leads != Leads.UNKNOWN and claim.failing_since:
        claim.failing_since = None
        _note(SYSTEM, "domain.recovered", claim)
        _changed(claim.hostname.store, claim.hostname.name)


def _fail(claim: DomainClaim, now: datetime) -> None:
    if claim.failing_since is None:
        claim.failing_since = now
        _note(SYSTEM, "domain.failing", claim)
        enqueue(WARN, {"claim_id": claim.pk})
    elif now - claim.failing_since >= GRACE:
        _lapse(claim, now)
    _changed(claim.hostname.store, claim.hostname.name)


def _lapse(claim: DomainClaim, now: datetime) -> None:
    """Stop routing a domain whose records stayed away; a main address gives way to the free one."""
    hostname = claim.hostname
    claim.lapsed_at, claim.connected_at, claim.failing_since = now, None, None
    was_primary, hostname.is_primary, hostname.verified_at = hostname.is_primary, False, None
    hostname.save(update_fields=["is_primary", "verified_at"])
    if was_primary:
        _free_address_leads(hostname.store)
    _note(SYSTEM, "domain.lapsed", claim)
    enqueue(TELL_LAPSED, {"claim_id": claim.pk})


@transaction.atomic
def make_primary(*, store: Store, uid: uuid.UUID, actor: Actor) -> DomainClaim:
    """Make a domain the shop's main address: links lead to it, and other addresses redirect there.

    Raises   NoSuchDomain; DomainNotReady unless shoppers arrive by it
    Locks    the store's row and the claim's
    """
    with context.in_public():
        team.lock(store)
        claim = _locked(store, uid)
        hostname = claim.hostname
        if hostname.verified_at is None or claim.connected_at is None or claim.failing_since:
            raise DomainNotReady
        if not hostname.is_primary:
            _others_follow(store)
            hostname.is_primary = True
            hostname.save(update_fields=["is_primary"])
            _note(actor, "domain.made_primary", claim)
        _changed(store, hostname.name)
    return claim


@transaction.atomic
def reset_primary(*, store: Store, actor: Actor) -> None:
    """Make the free address the main one again. Locks the store's row."""
    with context.in_public():
        team.lock(store)
        primary = DomainClaim.objects.filter(hostname__store_id=store.pk, hostname__is_primary=True)
        claim = primary.select_related("hostname").first()
        if claim is not None:
            _free_address_leads(store)
            _note(actor, "domain.reset_primary", claim)
        _changed(store, "")


@transaction.atomic
def remove(*, store: Store, uid: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Give a domain back; a proven one rests 30 days before another store may have it.

    Raises   NoSuchDomain
    Locks    the store's row and the claim's
    """
    with context.in_public():
        team.lock(store)
        claim = _locked(store, uid)
        hostname = claim.hostname
        if hostname.is_primary:
            _free_address_leads(store)
        if hostname.verified_at:
            ReleasedDomain.objects.update_or_create(
                name=hostname.name, defaults={"store_id": store.pk, "until": now + QUARANTINE}
            )
        _note(actor, "domain.removed", claim)
        hostname.delete()
        _changed(store, hostname.name)


def end_quarantines(*, now: datetime) -> int:
    """Forget the names whose rest is over. Returns how many."""
    with context.in_public():
        return ReleasedDomain.objects.filter(until__lte=now).delete()[0]


def _find(store: Store, uid: uuid.UUID) -> DomainClaim:
    rows = DomainClaim.objects.select_related("hostname__store")
    found = rows.filter(hostname__store_id=store.pk, uid=uid).first()
    if found is None:
        raise NoSuchDomain
    return found


def _locked(store: Store, uid: uuid.UUID) -> DomainClaim:
    rows = DomainClaim.objects.select_for_update(of=("self", "hostname")).select_related("hostname__store")
    found = rows.filter(hostname__store_id=store.pk, uid=uid).first()
    if found is None:
        raise NoSuchDomain
    return found


def _quarantine(store: Store, name: str, now: datetime) -> datetime | None:
    """Until when the name rests for this store; who owns the store that released it need not wait."""
    row = ReleasedDomain.objects.filter(name=name, until__gt=now).exclude(store_id=store.pk).first()
    if row is None:
        return None
    if row.store_id is None:
        return row.until
    owners = Membership.objects.filter(role=Role.OWNER)
    before = owners.filter(store_id=row.store_id).values("user_id")
    return None if owners.filter(store_id=store.pk, user_id__in=before).exists() else row.until


def _others_follow(store: Store) -> None:
    Hostname.objects.filter(store_id=store.pk, kind=HostKind.STOREFRONT, is_primary=True).update(
        is_primary=False
    )


def _free_address_leads(store: Store) -> None:
    _others_follow(store)
    free = f"{store.slug}.{settings.STOREFRONT_SUFFIX}"
    Hostname.objects.filter(store_id=store.pk, kind=HostKind.STOREFRONT, name=free).update(is_primary=True)


def _changed(store: Store, name: str) -> None:
    """After commit, hosts and certificates follow."""
    context.on_commit(_tell, store, name)


def _tell(store: Store, name: str) -> None:
    hosts.forget(store)
    if name:
        hosts.forget_names([name])
    servable.publish()


def _note(actor: Actor, action: str, claim: DomainClaim) -> None:
    hostname = claim.hostname
    facts: dict[str, Any] = {"name": hostname.name}
    acts.note(actor=actor, action=action, store=hostname.store, subject_id=str(claim.uid), changes=facts)
