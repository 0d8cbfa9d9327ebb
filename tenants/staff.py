"""Who works in a store, for rooms that have something to tell them."""

from dataclasses import dataclass

from tenants import context
from tenants.models import Membership, Store
from tenants.permissions import ROLE_PERMISSIONS, Permission


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the store's staff. `id` is the public one."""

    id: str
    name: str
    email: str
    role: str
    role_name: str
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Whether this person's role allows it."""
        return permission in self.permissions


def colleagues(store: Store) -> list[Colleague]:
    """Everybody who works in `store` now, those who joined first on top."""
    with context.in_public():
        rows = list(
            Membership.objects.select_related("user")
            .filter(store_id=store.pk, user__is_active=True)
            .order_by("created_at", "pk")
        )
    return [
        Colleague(
            id=str(row.user.uid),
            name=row.user.display_name,
            email=row.user.email,
            role=row.role,
            role_name=str(row.get_role_display()),
            permissions=ROLE_PERMISSIONS[row.role],
        )
        for row in rows
    ]
