"""What a store's people and shoppers may still do while its plan is not paid for.

Billing writes `access` into Store.entitlements, and `notice`: what its people should know. READ_ONLY and
SHOP_PAUSED both leave the dashboard to be read; nothing of it can be changed but the plan, and everything can
be taken along. SHOP_PAUSED also lets the shop rest: what was ordered can still be paid.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import set_urlconf
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tenants import entitlements
from tenants.errors import CommerceError
from tenants.models import HostKind, Store

FULL, READ_ONLY, SHOP_PAUSED = "FULL", "READ_ONLY", "SHOP_PAUSED"
PLAN_PAGE: Final = "/plan/"
_SAFE = ("GET", "HEAD", "OPTIONS")
# The plan itself, an archive of everything, and the way out.
_ALWAYS_OPEN = re.compile(r"/(plan/|api/v1/plan(/|$)|settings/data/(archives/make|leave)/|api/v1/archives$)")
# What was begun can be finished: orders are looked at and paid, gateways tell what came in. Search engines
# are told to come back: robots.txt stays.
_SHOP_STAYS = re.compile(
    r"/(hooks/|orders/|api/storefront/v1/orders/|theme/|media/|static/|language/|\.well-known/|robots\.txt$)"
)
_RETRY_SECONDS: Final = 3600


class StoreIsReadOnly(CommerceError):
    """The plan is not paid for: everything can be read, nothing changed. Paying ends it at once."""

    code = "payment_required"
    http_status = 402

    def __init__(self) -> None:
        super().__init__(
            _("Nothing was changed: this store can only be read until its plan is paid. Pay to go on.")
        )


@dataclass(frozen=True, slots=True)
class PlanNotice:
    """What the people of a store should know of its plan, on every page.

    kind      a state of the subscription, or TRIAL_ENDING
    access    what is allowed now; `next_access` follows in `days`, at `next_at`, if nobody pays
    may_pay   whether who reads it may do something about it
    """

    kind: str
    access: str
    next_access: str
    next_at: datetime | None
    days: int
    may_pay: bool = False
    url: str = PLAN_PAGE


def access_of(store: Store) -> str:
    """What is allowed, as far as this process knows: an answer may be some minutes old."""
    return str(store.entitlements.get("access", FULL))


def require_open(request: HttpRequest) -> None:
    """Refuse to change anything of a store that can only be read. Every door with a permission asks this.

    Raises   StoreIsReadOnly; the database has the last word, so that paying helps at once
    """
    store = getattr(request, "store", None)
    if request.method in _SAFE or store is None or access_of(store) == FULL:
        return
    if _ALWAYS_OPEN.match(request.path_info) or entitlements.fresh(store).get("access", FULL) == FULL:
        return
    raise StoreIsReadOnly


def is_shop_paused(store: Store) -> bool:
    """Whether shoppers find a note instead of the shop."""
    return access_of(store) == SHOP_PAUSED and entitlements.fresh(store).get("access") == SHOP_PAUSED


def notice_of(store: Store, now: datetime, *, may_pay: bool = False) -> PlanNotice | None:
    """What the store's people should know of its plan."""
    told = store.entitlements.get("notice")
    if not told:
        return None
    next_at = datetime.fromisoformat(told["next_at"]) if told.get("next_at") else None
    days = -((now - next_at) // timedelta(days=1)) if next_at else 0
    url = f"{PLAN_PAGE}invoices/{told['invoice']}/" if told.get("invoice") else PLAN_PAGE
    return PlanNotice(
        told["kind"], access_of(store), told.get("next", ""), next_at, max(days, 0), may_pay, url
    )


class AccessMiddleware:
    """Lets a shop rest whose plan has not been paid for long, and has the dashboard say how things are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        route = request.route  # type: ignore[attr-defined]
        if route.kind == HostKind.STOREFRONT and self._rests(request, route.store):
            return _resting(request)
        if route.kind == HostKind.DASHBOARD and route.store.entitlements.get("notice"):
            now, actor = import_string(settings.PLAN_CLOCK)(), getattr(request, "actor", None)
            may_pay = actor is not None and "manage_plan" in actor.permissions
            request.plan_notice = notice_of(route.store, now, may_pay=may_pay)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _rests(self, request: HttpRequest, store: Store) -> bool:
        return not _SHOP_STAYS.match(request.path_info) and is_shop_paused(store)


def _resting(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        page = HttpResponse(status=503)
    else:
        # No address was looked up yet, so links would be made for the platform's host.
        set_urlconf(request.urlconf)
        page = import_string(settings.SHOP_RESTS_PAGE)(request)
    page.headers["Retry-After"] = str(_RETRY_SECONDS)
    page.headers["Cache-Control"] = "no-store"
    return page
