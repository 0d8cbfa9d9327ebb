"""Coming back from a provider's page, resting, leaving, and changing one's mind."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock
from billing.account.frame import address, done, elsewhere
from billing.forms import PauseForm
from billing.models import IntentState, Provider
from billing.ports import PortalPart
from billing.selectors import standings
from billing.services import by_invoice, changing, pausing, portal, subscribing
from tenants.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@never_cache
@require_safe
@requires(Permission.MANAGE_PLAN)
def back(request: StoreRequest) -> HttpResponse:
    """Somebody comes back from the card's page: ask what became of it, since no message may have come yet."""
    try:
        intent = subscribing.look_again(store=request.store, now=clock.now())
    except CommerceError as refusal:
        messages.info(request, refusal.message)
        return redirect("plan:overview")
    if intent is None or intent.state == IntentState.DONE:
        messages.success(request, _("Thank you. Your plan is active."))
    else:
        messages.info(request, _("The payment is not finished yet. This page shows it as soon as it is."))
    return redirect("plan:overview")


@require_POST
@requires(Permission.MANAGE_PLAN)
def cancel(request: StoreRequest) -> HttpResponse:
    """Leave with the end of the period."""
    return done(
        request,
        lambda: pausing.cancel(store=request.store, actor=request.actor, now=clock.now()),
        _("Your plan ends with the period you paid for. Until then you can change your mind."),
    )


@require_POST
@requires(Permission.MANAGE_PLAN)
def keep(request: StoreRequest) -> HttpResponse:
    """Stay after all."""
    return done(
        request,
        lambda: pausing.keep(store=request.store, actor=request.actor, now=clock.now()),
        _("Good that you stay. Your plan goes on."),
    )


@require_POST
@requires(Permission.MANAGE_PLAN)
def keep_plan(request: StoreRequest) -> HttpResponse:
    """Undo a change that waits for the next period."""
    standing = standings.standing(request.store, clock.now())
    is_by_bill = standing is not None and standing.subscription.provider == Provider.INVOICE
    undo = by_invoice.keep_plan if is_by_bill else changing.keep_price
    return done(
        request,
        lambda: undo(store=request.store, actor=request.actor, now=clock.now()),
        _("The change was called off. You stay on your plan."),
    )


@require_POST
@requires(Permission.MANAGE_PLAN)
def pause(request: StoreRequest) -> HttpResponse:
    """Rest for some weeks."""
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("plan:overview")
    return done(
        request,
        lambda: pausing.pause(
            store=request.store, days=form.cleaned_data["days"], actor=request.actor, now=clock.now()
        ),
        _("Your plan rests now. Nothing is charged until it goes on."),
    )


@require_POST
@requires(Permission.MANAGE_PLAN)
def resume(request: StoreRequest) -> HttpResponse:
    """End the rest."""
    return done(
        request,
        lambda: pausing.resume(store=request.store, actor=request.actor, now=clock.now()),
        _("Welcome back. Your plan goes on."),
    )


@require_POST
@requires(Permission.MANAGE_PLAN)
def card(request: StoreRequest) -> HttpResponse:
    """To the provider's page where another card is entered."""
    try:
        url = portal.address(
            store=request.store,
            part=PortalPart.CARD,
            return_url=address(request, "plan:overview"),
            language=get_language() or "id",
        )
    except CommerceError as refusal:
        messages.error(request, refusal.message)
        return redirect("plan:overview")
    return elsewhere(request, url)
