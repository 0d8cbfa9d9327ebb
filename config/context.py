"""What every page knows: the brand, the store, and the way around the dashboard."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from tenants import hosts
from tenants.models import HostKind
from tenants.permissions import Permission

_PRIMARY = [
    ("home", _("Home"), "house", "dashboard:home", Permission.VIEW_HOME),
    ("orders", _("Orders"), "shopping-bag", "orders:list", Permission.VIEW_ORDERS),
    ("products", _("Products"), "tag", "catalog:list", Permission.VIEW_PRODUCTS),
    ("stock", _("Stock"), "boxes", "inventory:stock", Permission.VIEW_STOCK),
]
_MORE = [
    ("customers", _("Customers"), "users", "customers:list", Permission.VIEW_CUSTOMERS),
    ("design", _("Storefront"), "store", "design:edit", Permission.EDIT_STOREFRONT),
    ("payments", _("Payments"), "credit-card", "payments:methods", Permission.EDIT_PAYMENT_SETTINGS),
    ("shipping", _("Shipping"), "truck", "shipping:methods", Permission.EDIT_SETTINGS),
    ("settings", _("Settings"), "settings", "settings:profile", Permission.EDIT_SETTINGS),
    ("team", _("Team"), "user-cog", "team:list", Permission.EDIT_MEMBERS),
    ("api", _("API keys"), "key-round", "integrations:keys", Permission.EDIT_API_KEYS),
    ("webhooks", _("Webhooks"), "webhook", "webhooks:list", Permission.EDIT_WEBHOOKS),
    ("audit", _("Audit log"), "history", "audit:list", Permission.VIEW_AUDIT),
    ("data", _("Your data"), "archive", "data:overview", Permission.MANAGE_DATA),
    ("work", _("Background work"), "activity", "work:list", Permission.VIEW_JOBS),
]


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
    return {"store": here, "actor": actor, "storefront_url": request.storefront_url}  # type: ignore[attr-defined]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The dashboard's entries that this member may open: `nav.primary` and `nav.more`."""
    route, actor = getattr(request, "route", None), getattr(request, "actor", None)
    if route is None or route.kind != HostKind.DASHBOARD or actor is None:
        return {}
    return {
        "nav": {
            "primary": _entries(request, _PRIMARY),
            "more": _entries(request, _MORE),
            "account": _account_entries(),
        }
    }


def _account_entries() -> list[dict[str, Any]]:
    """What belongs to the person rather than to the store."""
    platform = hosts.platform_origin()
    return [
        {"label": _("Your stores"), "url": f"{platform}/stores/", "icon": "store"},
        {"label": _("Your account"), "url": f"{platform}/account/", "icon": "user-cog"},
        {"label": _("Log out"), "url": _url("leave"), "icon": "log-out", "post": True},
    ]


def _entries(request: HttpRequest, rows: list[tuple]) -> list[dict[str, Any]]:
    entries = []
    for key, label, icon, name, permission in rows:
        url = _url(name)
        if url and request.actor.may(permission):  # type: ignore[attr-defined]
            entries.append({"key": key, "label": label, "icon": icon, "url": url, "active": False})
    for entry in _nearest(request.path, entries):
        entry["active"] = True
    return entries


def _nearest(path: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entry that the page hangs under: the one with the longest address, so Team is not Settings too."""
    above = [
        entry
        for entry in entries
        if path == entry["url"] or (entry["url"] != "/" and path.startswith(entry["url"]))
    ]
    return sorted(above, key=lambda entry: len(entry["url"]))[-1:]


def _url(name: str) -> str:
    try:
        return reverse(name, urlconf=settings.DASHBOARD_URLCONF)
    except NoReverseMatch:
        return ""
