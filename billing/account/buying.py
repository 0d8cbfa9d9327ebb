"""Choosing a plan: what it costs for this store today, and paying for it by card or by invoice."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock, selectors
from billing.account.frame import address, crumbs, elsewhere, is_begun
from billing.account.overview import chosen_terms
from billing.models import Currency, Plan, Provider
from billing.registry import takes_cards
from billing.selectors import standings
from billing.selectors.standings import Standing
from billing.services import by_invoice, changing, subscribing
from billing.services.subscribing import Choice, WayBack
from core.kernel.money import Money
from tenants import context
from tenants.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@never_cache
@require_safe
@requires(Permission.MANAGE_PLAN)
def plan(request: StoreRequest, code: str) -> HttpResponse:
    """One plan: what it costs now, when it begins, and how it can be paid."""
    return _page(request, code)


@require_POST
@requires(Permission.MANAGE_PLAN)
def by_card(request: StoreRequest, code: str) -> HttpResponse:
    """Go to the page where a card is entered. A second click finds the same page."""
    interval, currency = _terms(request)
    way_back = WayBack(
        done_url=address(request, "plan:back"),
        cancel_url=address(request, "plan:plan", code),
        language=get_language() or "id",
    )
    try:
        intent = subscribing.subscribe(
            store=request.store,
            choice=Choice(code, interval, currency),
            way_back=way_back,
            actor=request.actor,
            now=clock.now(),
        )
    except CommerceError as refusal:
        return _page(request, code, refusal)
    return elsewhere(request, intent.url)


@require_POST
@requires(Permission.MANAGE_PLAN)
def by_bill(request: StoreRequest, code: str) -> HttpResponse:
    """Make the invoice of a plan, and show how it can be paid."""
    interval, _currency = _terms(request)
    try:
        invoice = by_invoice.start(
            store=request.store, plan_code=code, interval=interval, actor=request.actor, now=clock.now()
        )
    except CommerceError as refusal:
        return _page(request, code, refusal)
    return redirect("plan:invoice", uid=invoice.uid)


@require_POST
@requires(Permission.MANAGE_PLAN)
def change(request: StoreRequest, code: str) -> HttpResponse:
    """Change to this plan: at once when it is for more, with the next period when it is for less."""
    interval, currency = _terms(request)
    standing = _standing(request)
    told: dict[str, Any] = {"store": request.store, "plan_code": code, "interval": interval}
    told |= {"actor": request.actor, "now": clock.now()}
    try:
        if standing is not None and standing.subscription.provider == Provider.INVOICE:
            invoice = by_invoice.change(**told)
            if invoice is not None and invoice.state == "OPEN":
                return redirect("plan:invoice", uid=invoice.uid)
        else:
            intent = changing.change(**told, currency=currency)
            if intent.url:
                return elsewhere(request, intent.url)
    except CommerceError as refusal:
        return _page(request, code, refusal)
    messages.success(request, _("Your plan was changed."))
    return redirect("plan:overview")


def _page(request: StoreRequest, code: str, refusal: CommerceError | None = None) -> HttpResponse:
    """The page of a plan, with what was refused on top."""
    standing = _standing(request)
    interval, currency = _terms(request, standing)
    with context.in_public():
        found = next((each for each in selectors.offered_plans() if each.code == code), None)
    if found is None:
        raise Http404
    (offer,) = standings.offers([found], standing, interval=interval, currency=currency)
    facts = {
        "crumbs": crumbs((_("Choose a plan"), "plan:choose"), here=found.name),
        "standing": standing,
        "offer": offer,
        "interval": interval,
        "currency": currency,
        "is_begun": is_begun(standing),
        "takes_cards": takes_cards(),
        "takes_bills": currency == Currency.IDR,
        "refusal": refusal.message if refusal else "",
        **(_costs(request, found, interval, standing) if is_begun(standing) and not refusal else {}),
    }
    return render(request, "dashboard/plan/plan.html", facts, status=refusal.http_status if refusal else 200)


def _costs(request: StoreRequest, found: Plan, interval: str, standing: Standing | None) -> dict[str, Any]:
    """What a change would cost, or why it cannot be made now."""
    assert standing is not None  # is_begun has looked
    told: dict[str, Any] = {"store": request.store, "plan_code": found.code, "interval": interval}
    told["now"] = clock.now()
    try:
        if standing.subscription.provider == Provider.INVOICE:
            costs = by_invoice.costs_of(**told)
            return _told(costs.is_now, costs.begins_at, costs.net_amount, costs.tax_amount, "IDR")
        prospect = changing.prospect(**told)
    except CommerceError as refusal:
        return {"refusal": refusal.message}
    if prospect.costs is None:
        return _told(prospect.is_now, prospect.begins_at, 0, 0, standing.subscription.currency)
    net, tax = prospect.costs.total_amount - prospect.costs.tax_amount, prospect.costs.tax_amount
    return _told(prospect.is_now, prospect.begins_at, net, tax, standing.subscription.currency)


def _told(is_now: bool, begins_at: Any, net: int, tax: int, currency: str) -> dict[str, Any]:
    sums = [
        {"label": _("Difference for the rest of the period"), "amount": Money(net, currency)},
        {"label": _("PPN"), "amount": Money(tax, currency)},
        {"label": _("To pay now"), "amount": Money(net + tax, currency), "total": True},
    ]
    return {"change": {"is_now": is_now, "begins_at": begins_at, "sums": sums if is_now else []}}


def _standing(request: StoreRequest) -> Standing | None:
    return standings.standing(request.store, clock.now())


def _terms(request: StoreRequest, standing: Standing | None = None) -> tuple[str, str]:
    given = request.POST if request.method == "POST" else request.GET
    return chosen_terms(given, standing or _standing(request))
