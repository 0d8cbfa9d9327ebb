"""What an API key may do, in groups and in the words of people."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from tenants.permissions import Actor, Permission
from tenants.roles import PERMISSION_WORDS

_GROUPS: Final[tuple[tuple[Any, tuple[Permission, ...]], ...]] = (
    (_("Products"), (Permission.VIEW_PRODUCTS, Permission.EDIT_PRODUCTS, Permission.VIEW_COSTS)),
    (_("Stock"), (Permission.VIEW_STOCK, Permission.ADJUST_STOCK, Permission.EDIT_LOCATIONS)),
    (
        _("Orders"),
        (
            Permission.VIEW_ORDERS,
            Permission.EDIT_ORDERS,
            Permission.CANCEL_ORDERS,
            Permission.FULFIL_ORDERS,
        ),
    ),
    (_("Money"), (Permission.CONFIRM_PAYMENTS, Permission.REFUND_PAYMENTS)),
    (_("Customers"), (Permission.VIEW_CUSTOMERS, Permission.EDIT_CUSTOMERS)),
    (
        _("Store"),
        (
            Permission.VIEW_HOME,
            Permission.EDIT_STOREFRONT,
            Permission.EDIT_SETTINGS,
            Permission.EDIT_PAYMENT_SETTINGS,
            Permission.EDIT_MEMBERS,
            Permission.EDIT_API_KEYS,
            Permission.EDIT_WEBHOOKS,
        ),
    ),
    (_("Background work"), (Permission.VIEW_JOBS, Permission.REPLAY_JOBS)),
    (_("Audit log"), (Permission.VIEW_AUDIT,)),
    (_("Your data"), (Permission.MANAGE_DATA,)),
    (_("Plan and invoices"), (Permission.VIEW_PLAN, Permission.MANAGE_PLAN)),
)


@dataclass(frozen=True, slots=True)
class ScopeGroup:
    """Things a key may do with one part of the store."""

    label: Any
    scopes: list[tuple[Permission, Any]]


def groups_for(actor: Actor) -> list[ScopeGroup]:
    """Everything that `actor` may give to a key, in groups; nobody gives more than they hold."""
    groups = [
        ScopeGroup(label, [(scope, PERMISSION_WORDS[scope]) for scope in scopes if actor.may(scope)])
        for label, scopes in _GROUPS
    ]
    return [group for group in groups if group.scopes]


def words_of(scopes: list[str]) -> list[Any]:
    """What a key may do, in words."""
    return [PERMISSION_WORDS[Permission(scope)] for scope in scopes]
