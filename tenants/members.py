"""Finds the member behind a dashboard request."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from tenants.models import HostKind, Membership, User
from tenants.permissions import ROLE_PERMISSIONS, Actor


class MemberMiddleware:
    """Sets `request.actor` and `request.membership` on dashboard hosts; None where nobody is logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        membership = self._membership(request)
        request.membership = membership  # type: ignore[attr-defined]
        request.actor = actor_of(membership) if membership else None  # type: ignore[attr-defined]
        return self.get_response(request)

    def _membership(self, request: HttpRequest) -> Membership | None:
        route = request.route  # type: ignore[attr-defined]
        person = request.session.get(SESSION_KEY) if route.kind == HostKind.DASHBOARD else None
        if person is None:
            return None
        found = (
            Membership.objects.select_related("user")
            .filter(user_id=person, store_id=route.store.pk, user__is_active=True)
            .first()
        )
        if found is not None and _is_logged_in(request, found.user):
            # One query for the person and the membership: Django need not ask for the person again.
            request._cached_user = found.user  # type: ignore[attr-defined]
        return found if request.user.is_authenticated else None


def _is_logged_in(request: HttpRequest, user: User) -> bool:
    """Whether the session is good for this person, as Django sees it; what is unusual is left to Django."""
    session = request.session
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    return constant_time_compare(session.get(HASH_SESSION_KEY) or "", user.get_session_auth_hash())


def actor_of(membership: Membership) -> Actor:
    """The actor that a member is in their store."""
    return Actor(
        kind="MEMBER",
        id=str(membership.user.uid),
        name=membership.user.display_name,
        permissions=ROLE_PERMISSIONS[membership.role],
    )
