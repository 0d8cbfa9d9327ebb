"""The page "Plan and invoices": what the store is on, how much of it is used, and what it could be on."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing import clock, selectors
from billing.models import Currency, Interval
from billing.selectors import standings
from tenants import context
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def overview(request: StoreRequest) -> HttpResponse:
    """How the store stands with us: its plan, the next payment, and how much of each limit is used."""
    now = clock.now()
    return render(
        request,
        "dashboard/plan/overview.html",
        {"standing": standings.standing(request.store, now), "now": now, "may": _may(request)},
    )


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def choose(request: StoreRequest) -> HttpResponse:
    """The plans side by side, by the month or by the year, in rupiah or dollars."""
    now = clock.now()
    standing = standings.standing(request.store, now)
    interval, currency = chosen_terms(request.GET, standing)
    with context.in_public():
        plans = selectors.offered_plans()
    facts = {
        "standing": standing,
        "offers": standings.offers(plans, standing, interval=interval, currency=currency),
        "interval": interval,
        "currency": currency,
        "may": _may(request),
    }
    return render(request, "dashboard/plan/choose.html", facts)


def chosen_terms(given: Any, standing: standings.Standing | None) -> tuple[str, str]:
    """The interval and the currency that an address asks for, or those that the store is on."""
    on = standing.subscription if standing else None
    interval, currency = given.get("interval", ""), given.get("currency", "")
    return (
        interval if interval in Interval.values else (on.interval if on else Interval.MONTH),
        currency if currency in Currency.values else (on.currency if on else Currency.IDR),
    )


def _may(request: StoreRequest) -> bool:
    return Permission.MANAGE_PLAN in request.actor.permissions
