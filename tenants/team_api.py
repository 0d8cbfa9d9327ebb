"""The team of a store, for its other systems."""

import uuid
from datetime import datetime
from typing import Annotated, Self

from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import StringConstraints

from tenants import invitations, team
from tenants.models import Invitation, Membership, Role
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest
from tenants.shapes import StrictSchema, answers

router = Router(tags=["Team"])

Email = Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^\x00]+$")]


class MemberOut(Schema):
    """A person who works in the store."""

    id: uuid.UUID
    name: str
    email: str
    role: Role
    joined_at: datetime

    @classmethod
    def of(cls, membership: Membership) -> Self:
        person = membership.user
        return cls(
            id=person.uid,
            name=person.display_name,
            email=person.email,
            role=Role(membership.role),
            joined_at=membership.created_at,
        )


class MembersOut(Schema):
    """The whole team, owners first; it is never so large that it needs pages."""

    items: list[MemberOut]
    next: str | None = None


class InvitationOut(Schema):
    """An offer that was neither taken up nor withdrawn. `sent_at` is null until the mail has left."""

    id: uuid.UUID
    email: str
    role: Role
    created_at: datetime
    sent_at: datetime | None
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        return cls(
            id=invitation.uid,
            email=invitation.email,
            role=Role(invitation.role),
            created_at=invitation.created_at,
            sent_at=invitation.sent_at,
            expires_at=invitation.expires_at,
        )


class InvitationsOut(Schema):
    """Open offers, newest first."""

    items: list[InvitationOut]
    next: str | None = None


class RoleIn(StrictSchema):
    role: Role


class InvitationIn(StrictSchema):
    email: Email
    role: Role


@router.get("/team", response=answers(MembersOut), operation_id="list_members")
@requires(Permission.EDIT_MEMBERS)
def list_members(request: StoreRequest) -> MembersOut:
    """Everybody who works in the store, with their role."""
    rows = team.members(request.store)
    return MembersOut(items=[MemberOut.of(row) for row in rows])


@router.post("/team/invitations", response=answers(InvitationOut, 201), operation_id="invite_member")
@requires(Permission.EDIT_MEMBERS)
def invite_member(request: StoreRequest, body: InvitationIn) -> Status:
    """Ask somebody by mail. 403 for a role beyond the caller, 409 for who is here or was asked."""
    invitation = invitations.invite(
        store=request.store,
        email=body.email,
        role=body.role,
        actor=request.actor,
        now=timezone.now(),
    )
    return Status(201, InvitationOut.of(invitation))


@router.get("/team/invitations", response=answers(InvitationsOut), operation_id="list_invitations")
@requires(Permission.EDIT_MEMBERS)
def list_invitations(request: StoreRequest) -> InvitationsOut:
    """Offers that wait for an answer; those past `expires_at` can only be sent again."""
    rows = invitations.waiting(request.store)
    return InvitationsOut(items=[InvitationOut.of(row) for row in rows])


@router.post(
    "/team/invitations/{uuid:invitation_id}/send",
    response=answers(InvitationOut),
    operation_id="send_invitation_again",
)
@requires(Permission.EDIT_MEMBERS)
def send_invitation_again(request: StoreRequest, invitation_id: uuid.UUID) -> InvitationOut:
    """Mail an offer once more, good for another week; the link before ends."""
    invitation = invitations.send_again(
        store=request.store,
        uid=invitation_id,
        actor=request.actor,
        now=timezone.now(),
    )
    return InvitationOut.of(invitation)


@router.delete(
    "/team/invitations/{uuid:invitation_id}", response=answers(None, 204), operation_id="revoke_invitation"
)
@requires(Permission.EDIT_MEMBERS)
def revoke_invitation(request: StoreRequest, invitation_id: uuid.UUID) -> Status:
    """Withdraw an offer; its link is dead at once."""
    invitations.revoke(
        store=request.store,
        uid=invitation_id,
        actor=request.actor,
        now=timezone.now(),
    )
    return Status(204, None)


@router.patch("/team/{uuid:member_id}", response=answers(MemberOut), operation_id="change_member_role")
@requires(Permission.EDIT_MEMBERS)
def change_member_role(request: StoreRequest, member_id: uuid.UUID, body: RoleIn) -> MemberOut:
    """Give a member another role. 409 `last_owner` when the store would have no owner left."""
    membership = team.change_role(
        store=request.store,
        person=member_id,
        role=body.role,
        actor=request.actor,
    )
    return MemberOut.of(membership)


@router.delete("/team/{uuid:member_id}", response=answers(None, 204), operation_id="remove_member")
@requires(Permission.EDIT_MEMBERS)
def remove_member(request: StoreRequest, member_id: uuid.UUID) -> Status:
    """End a person's access at once."""
    team.remove(store=request.store, person=member_id, actor=request.actor)
    return Status(204, None)
