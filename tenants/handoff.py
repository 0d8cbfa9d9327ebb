"""From the one log-in on the platform to a session on a store's dashboard.

The platform writes a code that is good once, for one store, for a minute; the dashboard host takes it and
opens a session of its own. Only the code's hash is stored. The staff console is entered the same way.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from tenants import context
from tenants.errors import CommerceError
from tenants.models import HandoffCode, Membership, Store, User

LIFETIME = timedelta(seconds=60)


class HandoffRefused(CommerceError):
    """Used, too old, of another store, or no code at all: one answer for all."""

    code = "handoff_refused"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(_("This way in is no longer valid. Open the store again from your list of stores."))


def issue(*, user: User, store: Store, next_path: str, now: datetime) -> str:
    """Write a code for `user` to enter `store` with.

    Raises   HandoffRefused when the person is no member
    """
    if not Membership.objects.filter(user_id=user.pk, store_id=store.pk).exists():
        raise HandoffRefused
    return _write(user, store, next_path, now)


def issue_for_console(*, user: User, next_path: str, now: datetime) -> str:
    """Write a code for one of the platform's staff; the door has seen their second factor.

    Raises   HandoffRefused for everybody else
    """
    if not user.is_staff:
        raise HandoffRefused
    return _write(user, None, next_path, now)


def redeem(*, code: str, store: Store, now: datetime) -> tuple[User, str]:
    """Use a code up. Returns the person, and the path they were going to.

    Raises   HandoffRefused; a code of another store is left unused
    """
    with context.in_public():
        used = _take(code, store, now)
        is_member = Membership.objects.filter(user_id=used.user_id, store_id=store.pk).exists()
    if not is_member or not used.user.is_active:
        raise HandoffRefused
    return used.user, used.next_path


def redeem_for_console(*, code: str, now: datetime) -> tuple[User, str]:
    """Use a code for the console up. Raises HandoffRefused; a code for a store is left unused."""
    used = _take(code, None, now)
    if not used.user.is_staff or not used.user.is_active:
        raise HandoffRefused
    return used.user, used.next_path


def issue_to_look_in(*, user: User, store: Store, now: datetime) -> str:
    """Write a code for one of the platform's staff to look into `store`; whoever takes it checks the consent.

    Raises   HandoffRefused for everybody else
    """
    if not user.is_staff:
        raise HandoffRefused
    return _write(user, store, "/", now)


def redeem_to_look_in(*, code: str, store: Store, now: datetime) -> tuple[User, str]:
    """Use a code to look in up. Raises HandoffRefused; a code of another store is left unused."""
    with context.in_public():
        used = _take(code, store, now)
    if not used.user.is_staff or not used.user.is_active:
        raise HandoffRefused
    return used.user, used.next_path


def _write(user: User, store: Store | None, next_path: str, now: datetime) -> str:
    code = secrets.token_urlsafe(32)
    with transaction.atomic():
        HandoffCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
        HandoffCode.objects.create(
            code_hash=_hash(code),
            user=user,
            store_id=store.pk if store else None,
            next_path=safe_path(next_path),
            expires_at=now + LIFETIME,
        )
    return code


def _take(code: str, store: Store | None, now: datetime) -> HandoffCode:
    mine = HandoffCode.objects.filter(code_hash=_hash(code))
    mine = mine.filter(store_id=store.pk) if store else mine.filter(store__isnull=True)
    # The row count decides between two who come at once.
    if not mine.filter(used_at__isnull=True, expires_at__gt=now).update(used_at=now):
        raise HandoffRefused
    return mine.select_related("user").get()


def safe_path(path: str) -> str:
    """`path` if it stays on the host it is used on, else the front page."""
    if not path.startswith("/") or len(path) > 500:
        return "/"
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else "/"


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
