"""Make, use and revoke API keys."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.integrations.models import ApiKey, IdempotencyKey
from core.kernel import audit, ids
from core.kernel.errors import InvalidInput, NotFound
from tenants.permissions import Actor, Permission

LONGEST_NAME = 60
ANSWERS_KEPT = timedelta(hours=48)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(_("Give the key a name of at most 60 letters."), "name")
    return name


@transaction.atomic
def create_key(
    *, name: str, scopes: Iterable[Permission], actor: Actor, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Make a key. Returns the row and the key itself, which can never be shown again.

    Raises   InvalidInput without a name or scopes, with a scope that the actor does not hold, or an end that
             has passed
    """
    name = _clean_name(name)
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput(_("This moment has passed. Choose a later one."), "expires_at")
    wanted = sorted({Permission(scope) for scope in scopes})
    if not wanted:
        raise InvalidInput(_("Choose at least one thing that the key may do."), "scopes")
    if not actor.permissions.issuperset(wanted):
        raise InvalidInput(_("A key cannot do more than you may do yourself."), "scopes")
    key = f"ssk_{secrets.token_urlsafe(32)}"
    row = ApiKey.objects.create(
        public_id=ids.new_id("key"),
        name=name,
        prefix=key[:10],
        key_hash=_hash(key),
        scopes=[str(scope) for scope in wanted],
        created_by=actor.name,
        expires_at=expires_at,
    )
    audit.write(
        actor=actor,
        action="api_key.created",
        subject="api_key",
        subject_id=row.public_id,
        changes={"name": row.name, "scopes": row.scopes},
    )
    return row, key


@transaction.atomic
def revoke_key(*, public_id: str, actor: Actor) -> ApiKey:
    """End a key at once. Revoking twice changes nothing. Raises NotFound."""
    row = ApiKey.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise NotFound(_("There is no such key."))
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        audit.write(actor=actor, action="api_key.revoked", subject="api_key", subject_id=public_id)
    return row


def actor_for(key: str) -> Actor | None:
    """Who a bearer key acts as; None for an unknown, revoked or expired one. Notes its use once a minute."""
    now = timezone.now()
    row = (
        ApiKey.objects.filter(key_hash=_hash(key), revoked_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .first()
    )
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return Actor("API_KEY", row.public_id, row.name, frozenset(Permission(scope) for scope in row.scopes))


def forget_answers(*, now: datetime) -> int:
    """Remove the answers to requests that may not be repeated any more. Returns how many went."""
    return int(IdempotencyKey.objects.filter(created_at__lt=now - ANSWERS_KEPT).delete()[0])
