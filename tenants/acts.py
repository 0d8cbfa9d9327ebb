"""The platform's audit log: what was done to a store, its team and its plan.

A store's own log lives in the store and is written by `core.kernel.audit`; rooms below core write here.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tenants import context
from tenants.models import PlatformAct, Store, User
from tenants.permissions import Actor


def note(
    *,
    actor: Actor,
    action: str,
    store: Store | None,
    subject_id: str = "",
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Write that `actor` did `action`, for example `member.removed`, in the caller's transaction.

    changes   field -> [before, after], or plain facts of the act; JSON values only
    """
    with context.in_public():
        PlatformAct.objects.create(
            at=timezone.now(),
            store_id=store.pk if store else None,
            store_slug=store.slug if store else "",
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            subject_id=subject_id,
            reason=reason,
            changes=dict(changes or {}),
        )


def of_store(store: Store, *, beginning: tuple[str, ...] = (), most: int = 20) -> list[PlatformAct]:
    """The latest acts on a store, newest first; `beginning` keeps some kinds, for example `("member.",)`."""
    with context.in_public():
        rows = PlatformAct.objects.filter(store_id=store.pk)
        if beginning:
            rows = rows.filter(action__regex=f"^({'|'.join(beginning)})")
        return list(rows.order_by("-at", "-pk")[:most])


def log() -> QuerySet[PlatformAct]:
    """Every act, for the console."""
    return PlatformAct.objects.select_related("store")


def staff(user: User) -> Actor:
    """The actor that a member of the platform's staff is."""
    return Actor("STAFF", str(user.uid), user.display_name)
