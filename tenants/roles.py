"""Roles and permissions in the words of the people who hand them out."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.models import Role
from tenants.permissions import ROLE_PERMISSIONS, Actor, Permission

ROLE_WORDS: dict[str, Promise] = {
    Role.OWNER: _("Everything, also payment settings and other owners."),
    Role.ADMIN: _("Everything except payment settings, owners and the store's backups."),
    Role.CATALOGUE: _(
        "Products, prices, pictures and the storefront. Sees stock, but no orders or customers."
    ),
    Role.ORDERS: _("Orders, transfers, parcels and customers. Sees products and stock."),
    Role.WAREHOUSE: _("Counts stock, packs and ships. Sees orders, but changes no prices."),
    Role.MARKETING: _("Customers and the storefront. Sees products, but no orders."),
    Role.FINANCE: _("Confirms transfers, refunds, payment settings, costs and reports. Ships nothing."),
    Role.READ_ONLY: _("Looks at everything of the day's business and changes nothing."),
}

PERMISSION_WORDS: dict[Permission, Promise] = {
    Permission.VIEW_HOME: _("See the front page"),
    Permission.VIEW_PRODUCTS: _("See products"),
    Permission.EDIT_PRODUCTS: _("Change products and prices"),
    Permission.VIEW_COSTS: _("See costs and profit"),
    Permission.VIEW_STOCK: _("See stock"),
    Permission.ADJUST_STOCK: _("Count and move stock"),
    Permission.EDIT_LOCATIONS: _("Change locations"),
    Permission.VIEW_ORDERS: _("See orders"),
    Permission.EDIT_ORDERS: _("Change orders"),
    Permission.CANCEL_ORDERS: _("Cancel orders"),
    Permission.FULFIL_ORDERS: _("Pack and ship"),
    Permission.CONFIRM_PAYMENTS: _("Confirm transfers"),
    Permission.REFUND_PAYMENTS: _("Refund"),
    Permission.VIEW_CUSTOMERS: _("See customers"),
    Permission.EDIT_CUSTOMERS: _("Change customers"),
    Permission.EDIT_STOREFRONT: _("Change the storefront"),
    Permission.EDIT_SETTINGS: _("Change settings"),
    Permission.EDIT_PAYMENT_SETTINGS: _("Change payment settings"),
    Permission.EDIT_MEMBERS: _("Change the team"),
    Permission.EDIT_API_KEYS: _("Make API keys"),
    Permission.EDIT_WEBHOOKS: _("Change webhooks"),
    Permission.VIEW_AUDIT: _("See who changed what"),
    Permission.VIEW_JOBS: _("See background work"),
    Permission.REPLAY_JOBS: _("Repeat background work"),
    Permission.MANAGE_DATA: _("Download, restore and delete the store"),
    Permission.VIEW_PLAN: _("See the plan and its invoices"),
    Permission.MANAGE_PLAN: _("Choose, pay and leave the plan"),
}


def may_give(actor: Actor, role: str) -> bool:
    """Whether `actor` may give or take `role`: nobody hands out more than they hold.

    A key of a program never makes or unmakes an owner, whatever it holds.
    """
    if role == Role.OWNER and actor.kind == "API_KEY":
        return False
    return actor.permissions >= ROLE_PERMISSIONS[role]


def choices_for(actor: Actor) -> list[tuple[str, Promise, Promise]]:
    """The roles `actor` may give: (role, its name, what it may do)."""
    return [(role.value, role.label, ROLE_WORDS[role]) for role in Role if may_give(actor, role)]


def table() -> list[tuple[Promise, list[bool]]]:
    """Every permission with a yes or no per role, in the order of `Role`."""
    return [
        (words, [permission in ROLE_PERMISSIONS[role] for role in Role])
        for permission, words in PERMISSION_WORDS.items()
    ]
