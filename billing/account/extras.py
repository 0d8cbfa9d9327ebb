"""What goes on top of a plan: add-ons, and work of ours that can be ordered."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock
from billing.account.frame import crumbs, done, may_manage
from billing.forms import OrderServiceForm
from billing.selectors import add_ons as selectors
from billing.selectors import service_orders, standings
from billing.services import add_ons, ordering
from tenants.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def listed(request: StoreRequest) -> HttpResponse:
    """Every add-on with its price, whether it is on, and what a metered one has cost this month."""
    now = clock.now()
    facts = {
        "crumbs": crumbs(here=_("Add-ons")),
        "cards": selectors.cards_for(request.store, now),
        "open_amount": selectors.open_amount(request.store),
        "standing": standings.standing(request.store, now),
        "may": may_manage(request),
    }
    return render(request, "dashboard/plan/add_ons.html", facts)


@require_POST
@requires(Permission.MANAGE_PLAN)
def turn_on(request: StoreRequest, code: str) -> HttpResponse:
    """Have an add-on from now on."""
    return done(
        request,
        lambda: add_ons.turn_on(store=request.store, code=code, actor=request.actor, now=clock.now()),
        _("It is on. You can use it right away."),
        back="plan:add_ons",
    )


@require_POST
@requires(Permission.MANAGE_PLAN)
def turn_off(request: StoreRequest, code: str) -> HttpResponse:
    """Have it no more. What was made with it stays."""
    return done(
        request,
        lambda: add_ons.turn_off(store=request.store, code=code, actor=request.actor, now=clock.now()),
        _("It is off. Everything you made with it stays."),
        back="plan:add_ons",
    )


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def services(request: StoreRequest) -> HttpResponse:
    """What we can do for the store, and how far orders are."""
    return _services(request, OrderServiceForm(auto_id="order_%s"), "")


@require_POST
@requires(Permission.MANAGE_PLAN)
def order(request: StoreRequest, code: str) -> HttpResponse:
    """Order a service."""
    form = OrderServiceForm(request.POST, auto_id="order_%s")
    if not form.is_valid():
        return _services(request, form, code, status=422)
    now = clock.now()
    try:
        ordering.order(store=request.store, code=code, **form.cleaned_data, actor=request.actor, now=now)
    except CommerceError as refusal:
        form.add_error(None, refusal.message)
        return _services(request, form, code, status=422)
    return done(
        request, lambda: None, _("Ordered. We confirm a time within one working day."), back="plan:services"
    )


@require_POST
@requires(Permission.MANAGE_PLAN)
def call_off(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Take an order back that nobody has begun with."""
    return done(
        request,
        lambda: ordering.call_off(store=request.store, uid=uid, actor=request.actor, now=clock.now()),
        _("The order was cancelled. It costs nothing."),
        back="plan:services",
    )


def _services(request: StoreRequest, form: OrderServiceForm, chosen: str, status: int = 200) -> HttpResponse:
    facts = {
        "crumbs": crumbs(here=_("Services")),
        "services": service_orders.offered(),
        "orders": service_orders.orders_of(request.store),
        "form": form,
        "chosen": chosen,
        "may": may_manage(request),
    }
    return render(request, "dashboard/plan/services.html", facts, status=status)
