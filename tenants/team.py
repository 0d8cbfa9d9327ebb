"""Who works in a store: roles are changed, people removed, ownership handed over.

Every change holds the store's row, so that two owners who unmake each other at the same moment queue up and
the second one meets the rule that one owner must stay.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants import acts, context, roles
from tenants.errors import CommerceError
from tenants.models import Invitation, Membership, PlatformAct, Role, Store
from tenants.permissions import Actor


class NotInTeam(CommerceError):
    code = "not_found"
    http_status = 404

    def __init__(self) -> None:
        super().__init__(_("This person does not work in this store."))


class LastOwner(CommerceError):
    code = "last_owner"

    def __init__(self) -> None:
        super().__init__(_("A store needs an owner. Make somebody else owner first."))


class RoleBeyondYours(CommerceError):
    """Nobody hands out, or takes away, more than they hold themselves."""

    code = "role_beyond_yours"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(_("This role may do more than you may. Ask an owner to change it."))


@transaction.atomic
def change_role(*, store: Store, person: uuid.UUID, role: str, actor: Actor) -> Membership:
    """Give a member another role, in force with their next click.

    person   the public id of the member's account
    Raises   NotInTeam, RoleBeyondYours, LastOwner
    Locks    the store's row
    """
    with context.in_public():
        membership = _locked(store, person)
        _refuse_beyond(actor, membership.role, role)
        if membership.role == role:
            return membership
        if membership.role == Role.OWNER:
            _refuse_last_owner(store)
        before, membership.role = membership.role, role
        membership.save(update_fields=["role"])
        _note(actor, "member.role_changed", membership, {"role": [before, role]})
    return membership


@transaction.atomic
def remove(*, store: Store, person: uuid.UUID, actor: Actor) -> None:
    """End a person's access; their open pages are refused from the next click on.

    Raises   NotInTeam, RoleBeyondYours, LastOwner
    Locks    the store's row
    """
    with context.in_public():
        membership = _locked(store, person)
        _refuse_beyond(actor, membership.role)
        if membership.role == Role.OWNER:
            _refuse_last_owner(store)
        _note(actor, "member.removed", membership, {"role": membership.role})
        membership.delete()


@transaction.atomic
def hand_over(*, store: Store, person: uuid.UUID, actor: Actor) -> Membership:
    """Make a member the owner and the acting owner an admin.

    Raises   NotInTeam; RoleBeyondYours when the actor is no owner
    Locks    the store's row
    """
    with context.in_public():
        heir = _locked(store, person)
        giver = _members(store).filter(user__uid=actor.id).first() if actor.kind == "MEMBER" else None
        if giver is None or giver.role != Role.OWNER:
            raise RoleBeyondYours
        if heir.pk == giver.pk:
            return heir
        before, heir.role, giver.role = heir.role, Role.OWNER, Role.ADMIN
        Membership.objects.bulk_update([heir, giver], ["role"])
        _note(actor, "member.ownership_handed_over", heir, {"role": [before, Role.OWNER]})
    return heir


def members(store: Store) -> list[Membership]:
    """Everybody in the team with their account: owners first, then by name."""
    with context.in_public():
        rows = list(_members(store))
    order = list(Role)
    return sorted(rows, key=lambda row: (order.index(Role(row.role)), row.user.display_name.lower(), row.pk))


def member(store: Store, person: uuid.UUID) -> Membership:
    """One person in the team. Raises NotInTeam."""
    with context.in_public():
        found = _members(store).filter(user__uid=person).first()
    if found is None:
        raise NotInTeam
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the team's history, ready to read."""

    title: str
    moment: Any
    actor: str
    icon: str


_TOLD = {
    "member.role_changed": (gettext_lazy("%(who)s is now %(role)s"), "user-cog"),
    "member.removed": (gettext_lazy("%(who)s was removed"), "user"),
    "member.ownership_handed_over": (gettext_lazy("%(who)s is now owner"), "key-round"),
    "member.joined": (gettext_lazy("%(who)s joined as %(role)s"), "user-plus"),
    "invitation.sent": (gettext_lazy("%(who)s was invited as %(role)s"), "mail"),
    "invitation.sent_again": (gettext_lazy("%(who)s was invited again"), "mail"),
    "invitation.revoked": (gettext_lazy("The invitation of %(who)s was withdrawn"), "x"),
}


def history(store: Store) -> list[Change]:
    """What happened to the team lately, newest first."""
    rows = acts.of_store(store, beginning=("member.", "invitation."), most=12)
    return [_change(row) for row in rows if row.action in _TOLD]


def _change(row: PlatformAct) -> Change:
    words, icon = _TOLD[row.action]
    role = row.changes.get("role", "")
    role = role[1] if isinstance(role, list) else role
    told = {"who": row.changes.get("who", ""), "role": Role(role).label if role else ""}
    return Change(title=str(words) % told, moment=row.at, actor=row.actor_name, icon=icon)


def _members(store: Store) -> Any:
    return Membership.objects.select_related("user", "store").filter(store_id=store.pk)


def _locked(store: Store, person: uuid.UUID) -> Membership:
    lock(store)
    found: Membership | None = _members(store).filter(user__uid=person).first()
    if found is None:
        raise NotInTeam
    return found


def lock(store: Store) -> None:
    """Queue up with everybody who changes this team, until the transaction ends."""
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)


def staff_used(store: Store, now: datetime) -> int:
    """How many places of the plan are taken: by who works here, and by who was asked and may still come."""
    asked = Invitation.objects.filter(
        store_id=store.pk, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    )
    return _members(store).count() + asked.count()


def count_staff() -> int:
    """As `staff_used`, for the store that is in force."""
    store = context.require_store()
    with context.in_public():
        return staff_used(store, timezone.now())


def _refuse_beyond(actor: Actor, *wanted: str) -> None:
    if not all(roles.may_give(actor, role) for role in wanted):
        raise RoleBeyondYours


def _refuse_last_owner(store: Store) -> None:
    if _members(store).filter(role=Role.OWNER, user__is_active=True).count() <= 1:
        raise LastOwner


def _note(actor: Actor, action: str, membership: Membership, changes: dict[str, Any]) -> None:
    facts = {"who": membership.user.display_name, **changes}
    acts.note(
        actor=actor,
        action=action,
        store=membership.store,
        subject_id=str(membership.user.uid),
        changes=facts,
    )
