"""What the platform knows of one store and it takes along: team, addresses, accounts, duties, its plan.

Nobody's password or second factor goes along. Whoever owns the store gets an account there by mail address
and sets a new password; other people are asked to join, unless they have an account there already.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tenants import context, invitations, work
from tenants.models import (
    DomainClaim,
    ExternalAccount,
    HostKind,
    Hostname,
    Invitation,
    Job,
    JobState,
    Membership,
    ReleasedDomain,
    Role,
    Store,
    User,
)

Told = dict[str, Any]
# Duties over this deployment's own archives mean nothing elsewhere.
_STAY: Final = "tenants."
_KEPT_STATES: Final = (JobState.WAITING, JobState.DEAD)
_FACTS: Final = ("name", "language", "time_zone", "currency", "is_demo", "entitlements")

_others: dict[str, tuple[Callable[[Store], Told], Callable[[Store, Told], None]]] = {}


def also(name: str, tell: Callable[[Store], Told], bring: Callable[[Store, Told], None]) -> None:
    """Let a room of the platform take along what it knows of a store. For `AppConfig.ready`."""
    _others[name] = (tell, bring)


def of(store: Store) -> Told:
    """Everything of public that goes along, as plain values."""
    with context.in_public():
        return {
            "store": {name: getattr(store, name) for name in _FACTS},
            "schema": store.schema_name,
            "members": _members(store),
            "invitations": _invitations(store),
            "domains": _domains(store),
            "accounts": list(_accounts(store).values("provider", "external_id")),
            "duties": _duties(store),
            "others": {name: tell(store) for name, (tell, _bring) in sorted(_others.items())},
        }


def _members(store: Store) -> list[Told]:
    rows = Membership.objects.select_related("user").filter(store_id=store.pk, user__is_active=True)
    proven = set(
        EmailAddress.objects.filter(user__memberships__store_id=store.pk, verified=True).values_list(
            "email", flat=True
        )
    )
    return [
        {
            "email": row.user.email,
            "name": row.user.name,
            "language": row.user.language,
            "role": row.role,
            "is_proven": row.user.email in proven,
        }
        for row in rows.order_by("pk")
    ]


def _invitations(store: Store) -> list[Told]:
    rows = Invitation.objects.filter(store_id=store.pk, accepted_at=None, revoked_at=None)
    rows = rows.filter(expires_at__gt=timezone.now()).order_by("pk")
    return [{"email": row.email, "role": row.role} for row in rows]


def _own_names(slug: str) -> list[str]:
    return [f"{slug}.{suffix}" for suffix in (settings.DASHBOARD_SUFFIX, settings.STOREFRONT_SUFFIX)]


def _domains(store: Store) -> list[Told]:
    rows = Hostname.objects.filter(store_id=store.pk, verified_at__isnull=False)
    rows = rows.exclude(name__in=_own_names(store.slug)).order_by("pk")
    tokens = dict(DomainClaim.objects.filter(hostname__in=rows).values_list("hostname__name", "token"))
    return [{"name": row.name, "kind": row.kind, "token": tokens.get(row.name)} for row in rows]


def _accounts(store: Store) -> Any:
    return ExternalAccount.objects.filter(store_id=store.pk).order_by("pk")


def _duties(store: Store) -> list[Told]:
    rows = Job.objects.filter(store_id=store.pk, state__in=_KEPT_STATES).exclude(kind__startswith=_STAY)
    return [
        {
            "id": str(row.pk),
            "kind": row.kind,
            "payload": row.payload,
            "dedupe_key": row.dedupe_key,
            "state": row.state,
            "attempts": row.attempts,
            "max_attempts": row.max_attempts,
            "next_at": row.next_at.isoformat(),
        }
        for row in rows.order_by("created_at", "pk")
    ]


# There


def clashes(told: Told, *, slug: str) -> list[str]:
    """What of a store is somebody else's here already: names and accounts, none of them anybody's secret."""
    now = timezone.now()
    names = [each["name"] for each in told["domains"]]
    taken = Hostname.objects.filter(name__in=[*names, *_own_names(slug)], verified_at__isnull=False)
    resting = ReleasedDomain.objects.filter(name__in=names, until__gt=now)
    theirs = Q()
    for each in told["accounts"]:
        theirs |= Q(provider=each["provider"], external_id=each["external_id"])
    accounts = ExternalAccount.objects.filter(theirs) if theirs else ExternalAccount.objects.none()
    return sorted(
        {
            *taken.values_list("name", flat=True),
            *resting.values_list("name", flat=True),
            *accounts.values_list("provider", flat=True),
        }
    )


def bring(store: Store, told: Told, *, now: datetime) -> dict[str, int]:
    """Write down what came along. Part of the transaction that opens the store."""
    members = [_bring_member(store, each, now) for each in told["members"]]
    known = {each["email"] for each in told["members"]}
    for each in told["invitations"]:
        if each["email"] not in known:
            _invite(store, each["email"], each["role"], now)
    for each in told["domains"]:
        row = Hostname.objects.create(name=each["name"], kind=each["kind"], store=store, verified_at=now)
        if each["token"] is not None and row.kind == HostKind.STOREFRONT:
            DomainClaim.objects.create(hostname=row, token=each["token"], next_check_at=now)
    for each in told["accounts"]:
        ExternalAccount.objects.create(store=store, **each)
    for each in told["duties"]:
        _bring_duty(store, each, told["schema"])
    for name, (_tell, bring_other) in sorted(_others.items()):
        if name in told["others"]:
            bring_other(store, told["others"][name])
    return {
        "members": sum(members),
        "invited": len(members) - sum(members),
        "domains": len(told["domains"]),
        "duties": len(told["duties"]),
    }


def _bring_member(store: Store, told: Told, now: datetime) -> bool:
    """Whether the person is a member at once. Only a proven address is taken for the same person."""
    user = User.objects.filter(email=told["email"], is_active=True).first()
    is_same = (
        user is not None
        and told["is_proven"]
        and EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    )
    if user is None and told["role"] == Role.OWNER:
        user, is_same = _new_account(told), True
    if user is not None and is_same:
        Membership.objects.create(user=user, store=store, role=told["role"])
        return True
    _invite(store, told["email"], told["role"], now)
    return False


def _new_account(told: Told) -> User:
    """An account that nobody can log in to before they have set a password by mail."""
    user = User.objects.create_user(
        told["email"], None, name=told["name"][:80], language=told["language"][:5]
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=told["is_proven"])
    return user


def _invite(store: Store, email: str, role: str, now: datetime) -> None:
    row = Invitation.objects.create(
        store=store,
        email=email,
        role=role,
        # No token opens it before the mail is sent, which makes one.
        token_hash=uuid.uuid4().hex,
        expires_at=now + timedelta(days=30),
    )
    work.enqueue(invitations.SEND, {"invitation_id": row.pk})


def _bring_duty(store: Store, told: Told, old_schema: str) -> None:
    key = told["dedupe_key"]
    Job.objects.create(
        id=uuid.UUID(told["id"]),
        store=store,
        kind=told["kind"],
        payload=told["payload"],
        dedupe_key=key.replace(old_schema, store.schema_name) if key else key,
        state=told["state"],
        attempts=told["attempts"],
        max_attempts=told["max_attempts"],
        next_at=told["next_at"],
    )
