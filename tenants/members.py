"""Finds the member behind a dashboard request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from tenants.models import HostKind, Membership
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
        if route.kind != HostKind.DASHBOARD or not request.user.is_authenticated:
            return None
        return (
            Membership.objects.select_related("user")
            .filter(user_id=request.user.pk, store_id=route.store.pk, user__is_active=True)
            .first()
        )


def actor_of(membership: Membership) -> Actor:
    """The actor that a member is in their store."""
    return Actor(
        kind="MEMBER",
        id=str(membership.user.uid),
        name=membership.user.display_name,
        permissions=ROLE_PERMISSIONS[membership.role],
    )
