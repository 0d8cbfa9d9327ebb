"""The platform's staff in a store's dashboard: only to look, and only as long as its seller allows it.

Their session says so from the start and never becomes anything else. Each request asks whether the seller's
consent still stands, which billing keeps (settings.LOOK_IN_CONSENT); without it the session is over.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants import context, handoff
from tenants.console import Duty, has_second_factor, may
from tenants.models import Store, User
from tenants.permissions import Actor, Permission
from tenants.security_log import note

MARK: Final = "looks_in_by"
# Goods and stock. No orders, no customers, no money, no team.
SEES: Final = frozenset({Permission.VIEW_HOME, Permission.VIEW_PRODUCTS, Permission.VIEW_STOCK})


@dataclass(frozen=True, slots=True)
class Consent:
    """What a seller allows: `uid` names it, `until` ends it."""

    uid: str
    until: datetime


@dataclass(frozen=True, slots=True)
class LookIn:
    """Somebody of the staff who looks in with this request."""

    actor: Actor
    until: datetime


def consent_of(store: Store, now: datetime) -> Consent | None:
    """What the store's seller allows now."""
    found: Consent | None = import_string(settings.LOOK_IN_CONSENT)(store, now)
    return found


def enter(request: HttpRequest, *, code: str, now: datetime) -> str:
    """Use up a code from the console and open a session that can only look.

    Returns  the path to go to
    Raises   HandoffRefused without a good code, the consent, or the duty to help
    """
    store: Store = request.store  # type: ignore[attr-defined]
    user, next_path = handoff.redeem_to_look_in(code=code, store=store, now=now)
    with context.in_public():
        is_fit = may(user, Duty.HELP) and has_second_factor(user)
    consent = consent_of(store, now)
    if not is_fit or consent is None:
        raise handoff.HandoffRefused
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[MARK] = consent.uid
    request.session.set_expiry(max(int((consent.until - now).total_seconds()), 1))
    note("login.looked_in", user=user.uid)
    import_string(settings.LOOK_IN_NOTE)(store, user, consent.uid)
    return next_path


def current(request: HttpRequest) -> LookIn | None:
    """Who looks in with this request. A session whose consent is over, or taken back, ends here."""
    user, store = request.user, request.store  # type: ignore[attr-defined]
    consent = consent_of(store, timezone.now())
    is_allowed = consent is not None and consent.uid == request.session.get(MARK)
    if consent is None or not is_allowed or not isinstance(user, User) or not may(user, Duty.HELP):
        logout(request)
        return None
    return LookIn(Actor("STAFF", str(user.uid), user.display_name, SEES), consent.until)
