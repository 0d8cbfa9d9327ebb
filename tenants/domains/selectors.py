"""What a store's people see of its domains."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tenants import acts, context, hosts
from tenants.domains import names, services, words
from tenants.domains.names import Record
from tenants.domains.words import Advice
from tenants.models import DomainClaim, HostKind, Hostname, Store


class DomainState(StrEnum):
    """How far a domain is."""

    WAITING = "WAITING"
    PROVEN = "PROVEN"
    CONNECTED = "CONNECTED"
    FAILING = "FAILING"
    LAPSED = "LAPSED"


STATE_WORDS: Final = {
    DomainState.WAITING: (_("Waiting for records"), "warning"),
    DomainState.PROVEN: (_("Yours, not connected yet"), "info"),
    DomainState.CONNECTED: (_("Connected"), "success"),
    DomainState.FAILING: (_("Records are missing"), "danger"),
    DomainState.LAPSED: (_("Disconnected"), "danger"),
}


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain, ready to read. `records` are what its DNS must say; none when the platform keeps it."""

    uid: uuid.UUID
    name: str
    shown: str
    origin: str
    state: DomainState
    is_primary: bool
    records: list[Record]
    findings: list[Advice]
    created_at: datetime
    checked_at: datetime | None
    ends_at: datetime | None

    @property
    def label(self) -> Any:
        return STATE_WORDS[self.state][0]

    @property
    def tone(self) -> str:
        return STATE_WORDS[self.state][1]

    @property
    def may_lead(self) -> bool:
        """Whether it may be made the main address now."""
        return self.state == DomainState.CONNECTED and not self.is_primary


@dataclass(frozen=True, slots=True)
class FreeAddress:
    """The address under our own suffix, which every shop keeps."""

    name: str
    origin: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history, ready to read."""

    title: str
    moment: datetime
    actor: str
    icon: str
    tone: str


_TOLD: Final = {
    "domain.added": (_("%(name)s was added"), "plus", "neutral"),
    "domain.proven": (_("%(name)s is proven to be yours"), "check", "success"),
    "domain.connected": (_("%(name)s leads to your shop"), "globe", "success"),
    "domain.failing": (_("Records of %(name)s went missing"), "triangle-alert", "warning"),
    "domain.recovered": (_("Records of %(name)s are back"), "check", "success"),
    "domain.lapsed": (_("%(name)s was disconnected"), "circle-alert", "danger"),
    "domain.made_primary": (_("%(name)s is the main address now"), "star", "neutral"),
    "domain.reset_primary": (_("The free address took over from %(name)s"), "star", "neutral"),
    "domain.removed": (_("%(name)s was removed"), "trash-2", "neutral"),
}


def domains(store: Store) -> list[Domain]:
    """Every domain of the store: the main one first, then by name."""
    with context.in_public():
        return [of(claim) for claim in _claims(store).order_by("-hostname__is_primary", "hostname__name")]


def domain(store: Store, uid: uuid.UUID) -> Domain:
    """One domain of the store. Raises NoSuchDomain."""
    with context.in_public():
        claim = _claims(store).filter(uid=uid).first()
    if claim is None:
        raise services.NoSuchDomain
    return of(claim)


def of(claim: DomainClaim) -> Domain:
    """A claim, ready to read."""
    hostname, token = claim.hostname, claim.token
    wanted = [names.proof_record(hostname.name, token), *names.pointing_records(hostname.name)]
    return Domain(
        uid=claim.uid,
        name=hostname.name,
        shown=names.shown(hostname.name),
        origin=hosts.origin(hostname.name),
        state=_state(claim),
        is_primary=hostname.is_primary,
        records=wanted if token else [],
        findings=[words.advice(hostname.name, token, finding) for finding in claim.findings],
        created_at=hostname.created_at,
        checked_at=claim.checked_at,
        ends_at=claim.failing_since + services.GRACE if claim.failing_since else None,
    )


def free_address(store: Store) -> FreeAddress:
    """The address that came with the store."""
    name = f"{store.slug}.{settings.STOREFRONT_SUFFIX}"
    with context.in_public():
        own = Hostname.objects.filter(store_id=store.pk, kind=HostKind.STOREFRONT, is_primary=True)
        is_primary = not own.exclude(name=name).exists()
    return FreeAddress(name=name, origin=hosts.origin(name), is_primary=is_primary)


def history(store: Store) -> list[Change]:
    """What happened to the domains lately, newest first."""
    rows = acts.of_store(store, beginning=("domain.",), most=12)
    return [_change(row.action, row.changes, row.at, row.actor_name) for row in rows if row.action in _TOLD]


def _change(action: str, changes: dict[str, Any], moment: datetime, actor: str) -> Change:
    title, icon, tone = _TOLD[action]
    told = {"name": names.shown(changes.get("name", ""))}
    return Change(str(title) % told, moment, actor, icon, tone)


def _claims(store: Store) -> Any:
    return DomainClaim.objects.select_related("hostname").filter(hostname__store_id=store.pk)


def _state(claim: DomainClaim) -> DomainState:
    if claim.hostname.verified_at is None:
        return DomainState.LAPSED if claim.lapsed_at else DomainState.WAITING
    if claim.failing_since:
        return DomainState.FAILING
    return DomainState.CONNECTED if claim.connected_at else DomainState.PROVEN
