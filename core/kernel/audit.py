"""The audit log: every change leaves one row, in the transaction that makes it.

When the transaction ends, its rows are linked into the store's chain (`core.kernel.audit_chain`).
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core.kernel import audit_chain
from core.kernel import history as past
from core.kernel.models import AuditEntry
from tenants import context
from tenants.permissions import Actor


@transaction.atomic(savepoint=False)
def write(
    *, actor: Actor, action: str, subject: str, subject_id: str, changes: Mapping[str, Any] | None = None
) -> None:
    """Note that `actor` did `action`, for example `order.cancelled`.

    changes   field -> [before, after], or plain facts of the act; JSON values only
    Locks     the end of the chain, while the caller commits
    """
    entry = AuditEntry.objects.create(
        at=past.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        subject=subject,
        subject_id=subject_id,
        changes=dict(changes or {}),
    )
    context.before_commit(audit_chain.link, entry.pk)


def history(subject: str, subject_id: str) -> QuerySet[AuditEntry]:
    """Everything that happened to one thing, newest first."""
    return AuditEntry.objects.filter(subject=subject, subject_id=subject_id).order_by("-at", "-pk")


def entries() -> QuerySet[AuditEntry]:
    """The whole log of the store, in no order."""
    return AuditEntry.objects.all()
