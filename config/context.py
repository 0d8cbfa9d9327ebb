"""What every page knows: the brand, the store, and the way around the dashboard."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from tenants import entitlements, hosts
from tenants.models import HostKind
from tenants.permissions import Permission

_PRIMARY = (
    ("home", _("Home"), "house", "dashboard:home", Permission.VIEW_HOME),
    ("orders", _("Orders"), "shopping-bag", "orders:list", Permission.VIEW_ORDERS),
    ("products", _("Products"), "tag", "catalog:list", Permission.VIEW_PRODUCTS),
    ("stock", _("Stock"), "boxes", "inventory:stock", Permission.VIEW_STOCK),
)
_MORE = (
    ("customers", _("Customers"), "users", "customers:list", Permission.VIEW_CUSTOMERS),
    ("design", _("Storefront"), "store", "design:edit", Permission.EDIT_STOREFRONT),
    ("payments", _("Payments"), "credit-card", "payments:methods", Permission.EDIT_PAYMENT_SETTINGS),
    ("shipping", _("Shipping"), "truck", "shipping:methods", Permission.EDIT_SETTINGS),
    ("settings", _("Settings"), "settings", "settings:profile", Permission.EDIT_SETTINGS),
    ("team", _("Team"), "user-cog", "team:list", Permission.EDIT_MEMBERS),
    ("api", _("API keys"), "key-round", "integrations:keys", Permission.EDIT_API_KEYS),
    ("webhooks", _("Webhooks"), "webhook", "webhooks:list", Permission.EDIT_WEBHOOKS),
    ("audit", _("Audit log"), "history", "audit:list", Permission.VIEW_AUDIT),
    ("plan", _("Plan and invoices"), "receipt", "plan:overview", Permission.VIEW_PLAN),
    ("data", _("Your data"), "archive", "data:overview", Permission.MANAGE_DATA),
    ("work", _("Background work"), "activity", "work:list", Permission.VIEW_JOBS),
)


def brand(request: HttpRequest) -> dict[str, Any]:
    """The product's name, which is one setting."""
    return {"BRAND_NAME": settings.BRAND_NAME}


def store(request: HttpRequest) -> dict[str, Any]:
    """The store that the host belongs to, where it sells, and who acts."""
    here = getattr(request, "store", None)
    actor = getattr(request, "actor", None)
    if here is None or actor is None:
        return {"store": here, "actor": actor}
    request.storefront_url = hosts.store_origin(here, HostKind.STOREFRONT)  # type: ignore[attr-defined]
    return {
        "store": here,
        "actor": actor,
        "storefront_url": request.storefront_url,  # type: ignore[attr-defined]
        "limit_refusal": entitlements.refusal(),
    }


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The dashboard's entries that this member may open: `nav.primary` and `nav.more`."""
    route, actor = getattr(request, "route", None), getattr(request, "actor", None)
    if route is None or route.kind != HostKind.DASHBOARD or actor is None:
        return {}
    primary, more = _allowed(actor.permissions)
    at = (_nearest(request.path, primary), _nearest(request.path, more))
    return {"nav": _navigation(actor.permissions, at, hosts.platform_origin())}


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the menu. `key` is the letter that goes there; `post` is sent as a form."""

    label: Any
    url: str
    icon: str
    key: str = ""
    active: bool = False
    post: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Navigation:
    """The menu of a role, as it stands on one page; one of each in a process, see `kept` in ui.py."""

    primary: tuple[Entry, ...]
    more: tuple[Entry, ...]
    account: tuple[Entry, ...]


@lru_cache(maxsize=256)
def _navigation(permissions: frozenset[Permission], at: tuple[str, str], platform: str) -> Navigation:
    primary, more = (
        tuple(replace(entry, active=entry.key == key) for entry in entries)
        for entries, key in zip(_allowed(permissions), at, strict=True)
    )
    account = (
        Entry(_("Your stores"), f"{platform}/stores/", "store"),
        Entry(_("Your account"), f"{platform}/account/", "user-cog"),
        Entry(_("Log out"), _url("leave"), "log-out", post=True),
    )
    return Navigation(primary, more, account)


@lru_cache(maxsize=64)
def _allowed(permissions: frozenset[Permission]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The entries that lead somewhere and may be opened, of the first group and of the second."""
    return (_open_to(permissions, _PRIMARY), _open_to(permissions, _MORE))


def _open_to(permissions: frozenset[Permission], rows: tuple[tuple, ...]) -> tuple[Entry, ...]:
    found = [
        (label, _url(name), icon, key) for key, label, icon, name, needed in rows if needed in permissions
    ]
    return tuple(Entry(*told) for told in found if told[1])


def _nearest(path: str, entries: tuple[Entry, ...]) -> str:
    """The entry that the page hangs under: the one with the longest address, so Team is not Settings too."""
    above = [
        entry for entry in entries if path == entry.url or (entry.url != "/" and path.startswith(entry.url))
    ]
    return max(above, key=lambda entry: len(entry.url)).key if above else ""


def _url(name: str) -> str:
    try:
        return reverse(name, urlconf=settings.DASHBOARD_URLCONF)
    except NoReverseMatch:
        return ""
