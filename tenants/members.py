"""Finds the member behind a dashboard request."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from tenants import looking
from tenants.models import HostKind, Membership, User
from tenants.permissions import ROLE_PERMISSIONS, Actor


class MemberMiddleware:
    """Sets `request.actor` and `request.membership` on dashboard hosts; None where nobody is logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self._looks_in(request):
            return self.get_response(request)
        membership = self._membership(request)
        request.membership = membership  # type: ignore[attr-defined]
        request.actor = actor_of(membership) if membership else None  # type: ignore[attr-defined]
        return self.get_response(request)

    def _looks_in(self, request: HttpRequest) -> bool:
        """Whether the session is one of staff who look in: it never is a member's too, whoever they are."""
        route = request.route  # type: ignore[attr-defined]
        if route.kind != HostKind.DASHBOARD or looking.MARK not in request.session:
            return False
        found = looking.current(request)
        request.look_in = found  # type: ignore[attr-defined]
        request.membership = None  # type: ignore[attr-defined]
        request.actor = found.actor if found else None  # type: ignore[attr-defined]
        return True

    def _membership(self, request: HttpRequest) -> Membership | None:
        route = request.route  # type: ignore[attr-defined]
        person = request.session.get(SESSION_KEY) if route.kind == HostKind.DASHBOARD else None
        if person is None:
            return None
        found = _found(person, route.store.pk)
        if found is not None and _is_logged_in(request, found.user):
            # One query for the person and the membership: Django need not ask for the person again.
            request._cached_user = found.user  # type: ignore[attr-defined]
        return found if request.user.is_authenticated else None


def _found(person: str, store_id: int) -> Membership | None:
    """A person's membership with the person in it; None where they have none, or may do nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute(_question(), [person, store_id])
        row = cursor.fetchone()
    if row is None:
        return None
    own, persons = ([each.attname for each in model._meta.concrete_fields] for model in (Membership, User))
    found = Membership.from_db(connection.alias, own, row[: len(own)])
    found.user = User.from_db(connection.alias, persons, row[len(own) :])
    return found


@cache
def _question() -> str:
    """Django's query, written down once: every page of the dashboard asks it."""
    rows = Membership.objects.select_related("user")
    asked = rows.filter(user_id=1, user__is_active=True).filter(store_id=2)
    statement, told = asked.query.sql_with_params()
    assert told == (1, 2), told
    return statement


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
