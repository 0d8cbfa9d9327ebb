"""Who may do what: permissions, the roles that hold them, and the decorator that every door wears."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _

from tenants import access
from tenants.errors import CommerceError
from tenants.hosts import platform_origin
from tenants.models import Role


class Permission(StrEnum):
    """One thing a member, or an API key, may be allowed to do in a store."""

    VIEW_HOME = "view_home"
    VIEW_PRODUCTS = "view_products"
    EDIT_PRODUCTS = "edit_products"
    VIEW_COSTS = "view_costs"
    VIEW_STOCK = "view_stock"
    ADJUST_STOCK = "adjust_stock"
    EDIT_LOCATIONS = "edit_locations"
    VIEW_ORDERS = "view_orders"
    EDIT_ORDERS = "edit_orders"
    CANCEL_ORDERS = "cancel_orders"
    FULFIL_ORDERS = "fulfil_orders"
    CONFIRM_PAYMENTS = "confirm_payments"
    REFUND_PAYMENTS = "refund_payments"
    VIEW_CUSTOMERS = "view_customers"
    EDIT_CUSTOMERS = "edit_customers"
    EDIT_STOREFRONT = "edit_storefront"
    EDIT_SETTINGS = "edit_settings"
    EDIT_PAYMENT_SETTINGS = "edit_payment_settings"
    EDIT_MEMBERS = "edit_members"
    EDIT_API_KEYS = "edit_api_keys"
    EDIT_WEBHOOKS = "edit_webhooks"
    VIEW_AUDIT = "view_audit"
    VIEW_JOBS = "view_jobs"
    REPLAY_JOBS = "replay_jobs"
    MANAGE_DATA = "manage_data"
    VIEW_PLAN = "view_plan"
    MANAGE_PLAN = "manage_plan"


_VIEWS = frozenset(
    {
        Permission.VIEW_HOME,
        Permission.VIEW_PRODUCTS,
        Permission.VIEW_STOCK,
        Permission.VIEW_ORDERS,
        Permission.VIEW_CUSTOMERS,
        Permission.VIEW_JOBS,
    }
)
_EVERYTHING = frozenset(Permission)
_SAFE = ("GET", "HEAD", "OPTIONS")

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADMIN: _EVERYTHING
    - {Permission.EDIT_PAYMENT_SETTINGS, Permission.MANAGE_DATA, Permission.MANAGE_PLAN},
    Role.CATALOGUE: frozenset(
        {
            Permission.VIEW_HOME,
            Permission.VIEW_PRODUCTS,
            Permission.EDIT_PRODUCTS,
            Permission.VIEW_COSTS,
            Permission.VIEW_STOCK,
            Permission.EDIT_STOREFRONT,
            Permission.VIEW_JOBS,
        }
    ),
    Role.ORDERS: _VIEWS
    | {
        Permission.EDIT_ORDERS,
        Permission.CANCEL_ORDERS,
        Permission.FULFIL_ORDERS,
        Permission.CONFIRM_PAYMENTS,
        Permission.EDIT_CUSTOMERS,
    },
    Role.WAREHOUSE: frozenset(
        {
            Permission.VIEW_HOME,
            Permission.VIEW_PRODUCTS,
            Permission.VIEW_STOCK,
            Permission.ADJUST_STOCK,
            Permission.VIEW_ORDERS,
            Permission.FULFIL_ORDERS,
            Permission.VIEW_JOBS,
        }
    ),
    Role.MARKETING: frozenset(
        {
            Permission.VIEW_HOME,
            Permission.VIEW_PRODUCTS,
            Permission.VIEW_CUSTOMERS,
            Permission.EDIT_CUSTOMERS,
            Permission.EDIT_STOREFRONT,
        }
    ),
    Role.FINANCE: _VIEWS
    | {
        Permission.VIEW_COSTS,
        Permission.CONFIRM_PAYMENTS,
        Permission.REFUND_PAYMENTS,
        Permission.EDIT_PAYMENT_SETTINGS,
        Permission.VIEW_PLAN,
    },
    Role.READ_ONLY: _VIEWS,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member, an API key, a job. Kept in audit rows as id and name, never as a key to User."""

    kind: str
    id: str
    name: str
    permissions: frozenset[Permission] = frozenset()

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


SYSTEM = Actor("SYSTEM", "", "SmartSeller", _EVERYTHING)
SHOPPER = Actor("SHOPPER", "", "Shopper")


class PermissionRefused(CommerceError):
    code = "permission_refused"
    http_status = 403

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__(_("Your role does not allow this. Ask the store's owner for access."))


class LooksOnly(CommerceError):
    """Staff of the platform see a store's dashboard with its seller's consent, and change nothing."""

    code = "looks_only"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(_("You are only looking in: nothing was changed."))


class LoginNeeded(CommerceError):
    code = "login_needed"
    http_status = 401

    def __init__(self) -> None:
        super().__init__(_("Please log in first."))


type_of_view = Callable[..., Any]


def requires(permission: Permission) -> Callable[[type_of_view], type_of_view]:
    """A door that only actors with `permission` may pass. Anonymous people are sent to the login."""

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            actor: Actor | None = getattr(request, "actor", None)
            if actor is None:
                return _to_login(request)
            if not actor.may(permission):
                raise PermissionRefused(permission)
            if actor.kind == "STAFF" and request.method not in _SAFE:
                raise LooksOnly
            access.require_open(request)
            return view(request, *args, **kwargs)

        guarded.door = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _to_login(request: HttpRequest) -> HttpResponseRedirect:
    if request.headers.get("HX-Request") or request.path.startswith("/api/"):
        raise LoginNeeded
    store = request.store  # type: ignore[attr-defined]
    query = urlencode({"next": request.get_full_path() if request.method == "GET" else "/"})
    if store is None:
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?{query}")
    return HttpResponseRedirect(f"{platform_origin()}/stores/{store.slug}/enter/?{query}")


def public(view: type_of_view) -> type_of_view:
    """A door that stands open to everybody."""
    view.door = "public"  # type: ignore[attr-defined]
    return view


def login_required(view: type_of_view) -> type_of_view:
    """A platform door for anybody with an account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return _to_login(request)
        return view(request, *args, **kwargs)

    guarded.door = "login"  # type: ignore[attr-defined]
    return guarded
