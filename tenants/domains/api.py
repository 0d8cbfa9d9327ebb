"""A store's own domains, for its other systems."""

import uuid
from datetime import datetime
from typing import Annotated, Literal, Self

from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import StringConstraints

from tenants.domains import resolvers, selectors, services
from tenants.domains.names import Record
from tenants.domains.selectors import Domain, DomainState
from tenants.domains.words import Advice
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest
from tenants.shapes import StrictSchema, answers

router = Router(tags=["Domains"])


class RecordOut(Schema):
    """One DNS record to set: `label` is the name without the domain, as providers' forms want it."""

    type: str
    label: str
    name: str
    value: str

    @classmethod
    def of(cls, record: Record) -> Self:
        return cls(type=record.kind, label=record.label, name=record.full_name, value=record.value)


class FindingOut(Schema):
    """What the last look at DNS found. `code` is stable; `records` are what to set instead."""

    code: str
    severity: Literal["success", "info", "danger"]
    title: str
    advice: str
    records: list[RecordOut]

    @classmethod
    def of(cls, found: Advice) -> Self:
        return cls(
            code=found.code,
            severity=found.tone,
            title=found.title,
            advice=found.text,
            records=[RecordOut.of(record) for record in found.records],
        )


class DomainOut(Schema):
    """A domain. `unicode_name` is for people; it equals `name` when its letters could be mistaken."""

    id: uuid.UUID
    name: str
    unicode_name: str
    url: str
    state: DomainState
    is_primary: bool
    records: list[RecordOut]
    findings: list[FindingOut]
    created_at: datetime
    checked_at: datetime | None
    disconnects_at: datetime | None

    @classmethod
    def of(cls, row: Domain) -> Self:
        return cls(
            id=row.uid,
            name=row.name,
            unicode_name=row.shown,
            url=row.origin,
            state=row.state,
            is_primary=row.is_primary,
            records=[RecordOut.of(record) for record in row.records],
            findings=[FindingOut.of(found) for found in row.findings],
            created_at=row.created_at,
            checked_at=row.checked_at,
            disconnects_at=row.ends_at,
        )


class DomainsOut(Schema):
    """All domains, the main address first; there are never so many that they need pages."""

    items: list[DomainOut]
    next: str | None = None


class DomainIn(StrictSchema):
    name: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]


@router.get("/domains", response=answers(DomainsOut), operation_id="list_domains")
@requires(Permission.EDIT_SETTINGS)
def list_domains(request: StoreRequest) -> DomainsOut:
    """The store's own domains with their state and the records that each needs."""
    return DomainsOut(items=[DomainOut.of(row) for row in selectors.domains(request.store)])


@router.post("/domains", response=answers(DomainOut, 201), operation_id="add_domain")
@requires(Permission.EDIT_SETTINGS)
def add_domain(request: StoreRequest, body: DomainIn) -> Status:
    """Claim a domain. It works once its records are set; look with `check_domain`."""
    claim = services.add(store=request.store, name=body.name, actor=request.actor, now=timezone.now())
    return Status(201, DomainOut.of(selectors.domain(request.store, claim.uid)))


@router.get("/domains/{uuid:domain_id}", response=answers(DomainOut), operation_id="get_domain")
@requires(Permission.EDIT_SETTINGS)
def get_domain(request: StoreRequest, domain_id: uuid.UUID) -> DomainOut:
    """One domain with what the last look at DNS found."""
    return DomainOut.of(selectors.domain(request.store, domain_id))


@router.post("/domains/{uuid:domain_id}/check", response=answers(DomainOut), operation_id="check_domain")
@requires(Permission.EDIT_SETTINGS)
def check_domain(request: StoreRequest, domain_id: uuid.UUID) -> DomainOut:
    """Look at DNS now, and act on it: prove, connect, or say what is wrong."""
    services.check(store=request.store, uid=domain_id, now=timezone.now(), resolvers=resolvers.current())
    return DomainOut.of(selectors.domain(request.store, domain_id))


@router.post(
    "/domains/{uuid:domain_id}/primary", response=answers(DomainOut), operation_id="make_primary_domain"
)
@requires(Permission.EDIT_SETTINGS)
def make_primary_domain(request: StoreRequest, domain_id: uuid.UUID) -> DomainOut:
    """Make a connected domain the main address; the others redirect to it. 409 before it is connected."""
    services.make_primary(store=request.store, uid=domain_id, actor=request.actor)
    return DomainOut.of(selectors.domain(request.store, domain_id))


@router.delete("/domains/primary", response=answers(None, 204), operation_id="reset_primary_domain")
@requires(Permission.EDIT_SETTINGS)
def reset_primary_domain(request: StoreRequest) -> Status:
    """Make the free address the main one again; the domains stay connected."""
    services.reset_primary(store=request.store, actor=request.actor)
    return Status(204, None)


@router.delete("/domains/{uuid:domain_id}", response=answers(None, 204), operation_id="remove_domain")
@requires(Permission.EDIT_SETTINGS)
def remove_domain(request: StoreRequest, domain_id: uuid.UUID) -> Status:
    """Give a domain back. No other store can take it for 30 days."""
    services.remove(store=request.store, uid=domain_id, actor=request.actor, now=timezone.now())
    return Status(204, None)
