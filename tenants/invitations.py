"""Asking somebody to join a store: a mail with a token that is good once, for one address, for a week.

The token exists in the mail only. The worker makes it when it sends, so that no secret waits in a row, and
sending again ends the token before.
"""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import acts, context, entitlements, platform_mails, roles, team
from tenants.errors import CommerceError
from tenants.hosts import platform_origin
from tenants.members import actor_of
from tenants.models import Invitation, Membership, Role, Store, StoreState, User
from tenants.permissions import Actor
from tenants.work import enqueue, register

LIFETIME = timedelta(days=7)
MAY_SEND_AGAIN_AFTER = timedelta(minutes=1)
# More open offers than any team needs: we are no way to mail strangers.
MOST_OPEN = 50


class InvitationOver(CommerceError):
    """Used, withdrawn, too old, or no invitation at all: one answer for all."""

    code = "invitation_over"
    http_status = 410

    def __init__(self) -> None:
        super().__init__(_("This invitation is no longer valid. Ask for a new one."))


class InvitationForSomebodyElse(CommerceError):
    code = "invitation_for_somebody_else"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(_("This invitation was sent to another e-mail address. Log in with that one."))


class AccountNeedsLogin(CommerceError):
    code = "account_needs_login"

    def __init__(self) -> None:
        super().__init__(_("This e-mail address already has an account. Log in to accept."))


class InvitationRefused(CommerceError):
    """The offer cannot be made; `field` says where it stands in a form."""

    code = "invitation_refused"
    field = "email"


class NoSuchInvitation(CommerceError):
    code = "not_found"
    http_status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such open invitation."))


@transaction.atomic
def invite(*, store: Store, email: str, role: str, actor: Actor, now: datetime) -> Invitation:
    """Offer a role to whoever reads the mails of `email`.

    Raises   RoleBeyondYours; LimitReached; InvitationRefused for a member, somebody already asked, a
             malformed address, too many open offers, or a store whose owner has not confirmed an address
    Locks    the store's row
    """
    email = _checked(email)
    if not roles.may_give(actor, role):
        raise team.RoleBeyondYours
    with context.in_public():
        team.lock(store)
        _refuse_known(store, email, now)
        entitlements.require("staff", used=team.staff_used(store, now), store=store)
        invitation = Invitation.objects.create(
            store_id=store.pk,
            email=email,
            role=role,
            token_hash=_hash(secrets.token_urlsafe(32)),
            invited_by=_account_of(actor),
            expires_at=now + LIFETIME,
        )
        enqueue(SEND, {"invitation_id": invitation.pk})
    acts.note(
        actor=actor,
        action="invitation.sent",
        store=store,
        subject_id=str(invitation.uid),
        changes={"who": email, "role": role},
    )
    return invitation


@transaction.atomic
def send_again(*, store: Store, uid: uuid.UUID, actor: Actor, now: datetime) -> Invitation:
    """Mail an open or expired offer once more, good for another week; the link before it ends.

    Raises   NoSuchInvitation, RoleBeyondYours; InvitationRefused within a minute of the last mail
    """
    with context.in_public():
        invitation = _locked(store, uid)
        if not roles.may_give(actor, invitation.role):
            raise team.RoleBeyondYours
        if invitation.sent_at and now - invitation.sent_at < MAY_SEND_AGAIN_AFTER:
            raise InvitationRefused(
                _("The mail was sent a moment ago. Wait a minute and look into the inbox.")
            )
        invitation.expires_at = now + LIFETIME
        invitation.save(update_fields=["expires_at"])
        enqueue(SEND, {"invitation_id": invitation.pk})
    _note_on(invitation, "invitation.sent_again", actor, store)
    return invitation


@transaction.atomic
def revoke(*, store: Store, uid: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Withdraw an open offer; its link is dead at once. Raises NoSuchInvitation, RoleBeyondYours."""
    with context.in_public():
        invitation = _locked(store, uid)
        if not roles.may_give(actor, invitation.role):
            raise team.RoleBeyondYours
        invitation.revoked_at = now
        invitation.save(update_fields=["revoked_at"])
    _note_on(invitation, "invitation.revoked", actor, store)


def accept(*, token: str, user: User, now: datetime) -> Membership:
    """Take an offer up with the account that the mail address belongs to.

    Raises   InvitationOver, InvitationForSomebodyElse; nothing is changed
    """
    invitation = find(token, now)
    if not is_for(invitation, user):
        raise InvitationForSomebodyElse
    with transaction.atomic():
        return _join(invitation, user, now)


def accept_as_new(
    *, token: str, name: str, password: str, language: str, now: datetime
) -> tuple[User, Membership]:
    """Open an account for the invited address and take the offer up. The mail proved the address.

    Raises   InvitationOver, AccountNeedsLogin; nothing is changed
    """
    invitation = find(token, now)
    if has_account(invitation.email):
        raise AccountNeedsLogin
    with transaction.atomic():
        try:
            with transaction.atomic():
                user = User.objects.create_user(invitation.email, password, name=name, language=language)
        except IntegrityError as clash:
            raise AccountNeedsLogin from clash
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user, _join(invitation, user, now)


def find(token: str, now: datetime) -> Invitation:
    """The open offer behind a token, with its store. Raises InvitationOver."""
    found = (
        Invitation.objects.select_related("store", "invited_by")
        .filter(
            token_hash=_hash(token), accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
        )
        .exclude(store__state=StoreState.CLOSED)
        .first()
    )
    if found is None:
        raise InvitationOver
    return found


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the invited address is this account's own."""
    if user.email == invitation.email:
        return True
    return EmailAddress.objects.filter(user_id=user.pk, email=invitation.email, verified=True).exists()


def has_account(email: str) -> bool:
    """Whether somebody logs in with this address. Ask only for who proved that they read its mails."""
    return (
        User.objects.filter(email=email).exists()
        or EmailAddress.objects.filter(email=email, verified=True).exists()
    )


def waiting(store: Store) -> list[Invitation]:
    """Offers that were neither taken up nor withdrawn, newest first; some have run out."""
    with context.in_public():
        rows = Invitation.objects.filter(store_id=store.pk, accepted_at__isnull=True, revoked_at__isnull=True)
        return list(rows.order_by("-created_at", "-pk")[: MOST_OPEN * 2])


def _join(invitation: Invitation, user: User, now: datetime) -> Membership:
    # The row count decides between two who come at once.
    is_mine = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    ).update(accepted_at=now)
    if not is_mine:
        raise InvitationOver
    membership, is_new = Membership.objects.get_or_create(
        user=user, store=invitation.store, defaults={"role": invitation.role}
    )
    _confirm(user, invitation.email)
    if is_new:
        acts.note(
            actor=actor_of(membership),
            action="member.joined",
            store=invitation.store,
            subject_id=str(user.uid),
            changes={"who": user.display_name, "role": invitation.role},
        )
    return membership


def _confirm(user: User, email: str) -> None:
    """The token came by mail, so whoever holds it reads that mailbox."""
    is_elsewhere = EmailAddress.objects.filter(email=email, verified=True).exclude(user_id=user.pk).exists()
    if user.email == email and not is_elsewhere:
        EmailAddress.objects.update_or_create(
            user=user,
            email=email,
            defaults={"verified": True},
            create_defaults={"verified": True, "primary": True},
        )


def _checked(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as wrong:
        raise InvitationRefused(_("Write an e-mail address, for example budi@example.com.")) from wrong
    return email


def _refuse_known(store: Store, email: str, now: datetime) -> None:
    owners = User.objects.filter(memberships__store_id=store.pk, memberships__role=Role.OWNER)
    if not EmailAddress.objects.filter(user__in=owners, verified=True).exists():
        raise InvitationRefused(_("Confirm the owner's e-mail address first; the link is in the first mail."))
    addresses = EmailAddress.objects.filter(email=email, verified=True).values("user_id")
    known = Membership.objects.filter(store_id=store.pk)
    if known.filter(user__email=email).exists() or known.filter(user_id__in=addresses).exists():
        raise InvitationRefused(_("This person already works in your store."))
    rows = Invitation.objects.filter(store_id=store.pk, accepted_at__isnull=True, revoked_at__isnull=True)
    rows.filter(email=email, expires_at__lte=now).update(revoked_at=now)
    if rows.filter(email=email).exists():
        raise InvitationRefused(_("This address was already invited. Send the invitation again instead."))
    if rows.count() >= MOST_OPEN:
        raise InvitationRefused(_("Too many invitations are open. Withdraw some that nobody will accept."))


def _locked(store: Store, uid: uuid.UUID) -> Invitation:
    found = (
        Invitation.objects.select_for_update()
        .filter(store_id=store.pk, uid=uid, accepted_at__isnull=True, revoked_at__isnull=True)
        .first()
    )
    if found is None:
        raise NoSuchInvitation
    return found


def _account_of(actor: Actor) -> User | None:
    return User.objects.filter(uid=actor.id).first() if actor.kind == "MEMBER" else None


def _note_on(invitation: Invitation, action: str, actor: Actor, store: Store) -> None:
    acts.note(
        actor=actor,
        action=action,
        store=store,
        subject_id=str(invitation.uid),
        changes={"who": invitation.email, "role": invitation.role},
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _send(*, invitation_id: int) -> None:
    """The duty: make a token and mail it. Running twice mails twice, and only the last link works."""
    invitation = (
        Invitation.objects.select_related("store", "invited_by")
        .filter(pk=invitation_id, accepted_at__isnull=True, revoked_at__isnull=True)
        .first()
    )
    if invitation is None:
        return
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=_hash(token), sent_at=timezone.now())
    known = User.objects.filter(email=invitation.email).values_list("language", flat=True).first()
    facts: dict[str, Any] = {
        "link": platform_origin() + reverse("invitation", args=[token], urlconf=settings.PLATFORM_URLCONF),
        "shop_name": invitation.store.name,
        "from_name": invitation.invited_by.display_name if invitation.invited_by else invitation.store.name,
        "expires_at": invitation.expires_at,
    }
    platform_mails.send("invitation", invitation.email, known or invitation.store.language, facts)


SEND = "tenants.invitations.send"
register(SEND, _send, of_platform=True)
