"""A seller lets the platform's staff look into the dashboard, and takes it back. Both logs tell all of it."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import LookInConsent
from billing.selectors import consents
from core.kernel import audit
from tenants import acts, context, handoff, hosts
from tenants.errors import CommerceError
from tenants.models import HostKind, Store, User
from tenants.permissions import Actor

HOURS: Final = (1, 4, 24)


class LookInRefused(CommerceError):
    """The seller does not allow it, or not for so long."""

    code = "look_in_refused"
    http_status = 409


@transaction.atomic
def give(*, store: Store, user: User, hours: int, reason: str, actor: Actor, now: datetime) -> LookInConsent:
    """Let staff look in for 1, 4 or 24 hours. What was allowed before ends with it.

    Raises   LookInRefused for any other time
    """
    if hours not in HOURS:
        raise LookInRefused(_("Choose one, four or twenty-four hours."))
    with context.in_public():
        consents.standing(store, now).update(taken_back_at=now)
        made = LookInConsent.objects.create(
            store_id=store.pk,
            given_by_id=user.pk,
            reason=reason[:300],
            given_at=now,
            until=now + timedelta(hours=hours),
        )
    _note(store, actor, "look_in.given", str(made.uid), {"hours": hours, "reason": reason})
    return made


@transaction.atomic
def take_back(*, store: Store, actor: Actor, now: datetime) -> bool:
    """End it at once: who is looking in is out with their next click. Returns whether there was anything."""
    with context.in_public():
        open_ones = list(consents.standing(store, now).values_list("uid", flat=True))
        consents.standing(store, now).update(taken_back_at=now)
    for uid in open_ones:
        _note(store, actor, "look_in.taken_back", str(uid), {})
    return bool(open_ones)


def way_in(*, store: Store, user: User, now: datetime) -> str:
    """The address, good once and for a minute, where one of the staff looks in.

    Raises   LookInRefused without the seller's consent, or for a store that is not open
    """
    if not store.is_open or consents.open_consent(store, now) is None:
        raise LookInRefused(_("The seller allows nobody to look in. Ask them to, on the page of their plan."))
    code = handoff.issue_to_look_in(user=user, store=store, now=now)
    return f"{hosts.store_origin(store, HostKind.DASHBOARD)}/auth/look-in/?code={code}"


@transaction.atomic
def note_entry(store: Store, user: User, consent: str) -> None:
    """Write in both logs that somebody of the staff has begun to look in."""
    _note(store, acts.staff(user), "look_in.entered", consent, {})


def _note(store: Store, actor: Actor, action: str, subject_id: str, changes: dict[str, Any]) -> None:
    reason = str(changes.get("reason", ""))
    acts.note(actor=actor, action=action, store=store, subject_id=subject_id, reason=reason, changes=changes)
    with context.in_store(store):
        audit.write(actor=actor, action=action, subject="look_in", subject_id=subject_id, changes=changes)
