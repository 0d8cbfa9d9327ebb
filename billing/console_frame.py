"""What every page of the console has: the way around, the alarm, and who acts."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from billing import selectors
from tenants import acts, breaches
from tenants.hosts import platform_origin
from tenants.models import Store, User
from tenants.permissions import Actor

_PRIMARY = (
    ("console:list", _("Stores"), "store"),
    ("console:subscriptions", _("Subscriptions"), "repeat"),
    ("console:invoices", _("Invoices"), "receipt"),
    ("console:alerts", _("Alerts"), "triangle-alert"),
)
_MORE = (
    ("console:revenue", _("Revenue"), "trending-up"),
    ("console:growth", _("Growth"), "chart-line"),
    ("console:ledgers", _("Ledgers"), "book-open"),
    ("console:refunds", _("Refunds"), "undo-2"),
    ("console:notices", _("Notices of providers"), "webhook"),
    ("console:services", _("Services"), "wrench"),
    ("console:partners", _("Partners"), "handshake"),
    ("console:fleet", _("Fleet"), "layers"),
    ("console:log", _("Audit log"), "history"),
)


def page(
    request: HttpRequest, template: str, facts: dict[str, Any], active: str, status: int = 200
) -> HttpResponse:
    """A page of the console, with its navigation and the alarm that every page shows."""
    account = {"label": _("Your account"), "url": f"{platform_origin()}/account/", "icon": "user-cog"}
    leave = {"label": _("Leave the console"), "url": reverse("console:leave"), "icon": "log-out"}
    nav = {
        "primary": _entries(_PRIMARY, active),
        "more": _entries(_MORE, active),
        "account": [account, {**leave, "post": True}],
    }
    alarm = breaches.open_breaches().count() if active != "console:alerts" else 0
    return render(request, template, {"nav": nav, "alarm": alarm, **facts}, status=status)


def _entries(rows: tuple[tuple[str, Any, str], ...], active: str) -> list[dict[str, Any]]:
    """Where a room has no page yet, there is no entry."""
    found = []
    for name, label, icon in rows:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        found.append({"label": label, "url": url, "icon": icon, "active": name == active})
    return found


def store_in(slug: str) -> Store:
    """The store in an address of the console. Raises Http404."""
    found = selectors.store_by_slug(slug)
    if found is None:
        raise Http404
    return found


def actor_of(request: HttpRequest) -> Actor:
    """Who of the staff acts."""
    user = request.user
    assert isinstance(user, User)  # staff_only has looked
    return acts.staff(user)


def search_of(request: HttpRequest) -> str:
    """What somebody searches a list for."""
    return request.GET.get("q", "").replace("\x00", "")[:80].strip()


def cursor_of(request: HttpRequest) -> str:
    """Where a list goes on; who reads it checks it."""
    return request.GET.get("after", "")[:400]


def views_of(views: Mapping[str, Any], active: str, name: str, query: str = "") -> list[dict[str, Any]]:
    """The saved views of a list, as components/saved_views.html shows them."""
    return [
        {"label": label, "url": list_url(name, view=key, q=query), "active": key == active, "count": ""}
        for key, label in views.items()
    ]


def list_url(name: str, **given: str | None) -> str:
    """The address of a list with what narrows it; what is empty is left out."""
    return reverse(name, query={key: value for key, value in given.items() if value})
