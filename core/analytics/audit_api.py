"""The audit log, for a store's other systems."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from core.analytics.selectors import acting
from core.analytics.selectors.acting import AuditFilters
from core.kernel.models import AuditEntry
from core.kernel.schemas import StrictSchema, answers
from tenants.permissions import Permission, requires
from tenants.replica import reads_replica
from tenants.requests import StoreRequest

router = Router(tags=["Audit log"])

Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9_.:-]*$")]
Words = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]


class AuditActorOut(Schema):
    """Who acted. `kind` is MEMBER, API_KEY, SHOPPER, STAFF or SYSTEM."""

    kind: str
    id: str
    name: str


class AuditChangeOut(Schema):
    """One field; `before` is null where the entry only states a fact."""

    field: str
    before: Any
    after: Any


class AuditEntryOut(Schema):
    """One change. `position` and `hash` are its place in the log's chain: keep one to prove the log later."""

    position: int | None
    hash: str
    at: datetime
    actor: AuditActorOut
    action: str
    subject: str
    subject_id: str
    changes: list[AuditChangeOut]

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        link = getattr(entry, "link", None)
        return cls(
            position=link.position if link else None,
            hash=link.hash if link else "",
            at=entry.at,
            actor=AuditActorOut(kind=entry.actor_kind, id=entry.actor_id, name=entry.actor_name),
            action=entry.action,
            subject=entry.subject,
            subject_id=entry.subject_id,
            changes=[
                AuditChangeOut(field=change.field, before=change.before, after=change.after)
                for change in acting.changes_of(entry)
            ],
        )


class AuditEntriesOut(Schema):
    items: list[AuditEntryOut]
    next: str | None


class AuditQuery(StrictSchema):
    """What to look for; fields left out do not narrow. `actor` is a kind, or `KIND:id`."""

    actor: Code = ""
    subject: Code = ""
    action: Code = ""
    since: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))] | None = None
    until: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))] | None = None
    q: Words = ""
    after: Annotated[str, StringConstraints(max_length=400, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 50


@router.get("/audit-entries", response=answers(AuditEntriesOut), operation_id="list_audit_entries")
@requires(Permission.VIEW_AUDIT)
@reads_replica
def list_audit_entries(request: StoreRequest, asked: Query[AuditQuery]) -> Any:
    """Every change of the store by people, keys and jobs, newest first."""
    told = asked.dict(exclude={"after", "limit", "q"})
    rows, cursor = acting.audit_entries(
        AuditFilters(**told, query=asked.q), after=asked.after, limit=asked.limit
    )
    return AuditEntriesOut(items=[AuditEntryOut.of(entry) for entry in rows], next=cursor)
