"""The page "Plan and invoices": what the store is on, how much of it is used, and what it could be on."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing import clock, selectors
from billing.account.frame import may_manage
from billing.forms import PauseForm
from billing.models import Currency, Interval
from billing.selectors import fees, invoices, standings
from tenants import context
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def overview(request: StoreRequest) -> HttpResponse:
    """How the store stands with us: its plan, the next payment, and how much of each limit is used."""
    now = clock.now()
    standing = standings.standing(request.store, now)
    return render(
        request,
        "dashboard/plan/overview.html",
        {
            "standing": standing,
            "now": now,
            "may": may_manage(request),
            "owed": invoices.owed(request.store),
            "invoices": invoices.latest(request.store),
            "fees": fees.fee_terms(request.store, now),
            "pause_form": PauseForm(auto_id="pause_%s"),
        },
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
        "may": may_manage(request),
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
