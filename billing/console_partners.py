"""The console's page on partners: applications, what is to be paid, and stores on which nothing is."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock
from billing.console_frame import actor_of, page
from billing.forms import ReasonForm
from billing.models import PartnerState
from billing.selectors import partners as selectors
from billing.services import partnering
from core.kernel.exports import csv_file
from tenants import acts
from tenants.console import Duty, may, staff_may, staff_only
from tenants.errors import CommerceError


@never_cache
@require_safe
@staff_only
def show(request: HttpRequest) -> HttpResponse:
    """Everybody who brings stores."""
    facts = {
        "partners": selectors.partner_list(),
        "open": selectors.payout_list(is_open=True),
        "paid": selectors.payout_list(is_open=False, most=30),
        "held": selectors.held(),
        "tiers": selectors.tiers(),
        "may_pay": may(request.user, Duty.MONEY),  # type: ignore[arg-type]
    }
    return page(request, "console/partners.html", facts, "console:partners")


@require_POST
@staff_may(Duty.MONEY)
def take(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take somebody as a partner."""
    return _moved(request, uid, PartnerState.ACTIVE)


@require_POST
@staff_may(Duty.MONEY)
def end(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """End it. What was earned stays to be paid."""
    return _moved(request, uid, PartnerState.ENDED)


def _moved(request: HttpRequest, uid: uuid.UUID, state: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("console:partners")
    try:
        partnering.move(uid=uid, state=state, reason=form.cleaned_data["reason"], actor=actor_of(request))
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("console:partners")


@require_POST
@staff_may(Duty.MONEY)
def pay(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Write down that a payout was sent."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("console:partners")
    reason = form.cleaned_data["reason"]
    try:
        partnering.mark_paid(uid=uid, reason=reason, actor=actor_of(request), now=clock.now())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The payout is marked as paid."))
    return redirect("console:partners")


@never_cache
@require_safe
@staff_may(Duty.MONEY)
def download(request: HttpRequest) -> HttpResponse:
    """Open payouts with where they go, for the bank."""
    acts.note(actor=actor_of(request), action="payouts.exported", store=None)
    headings = [
        _("Payout"),
        _("Month"),
        _("Partner"),
        _("Name"),
        "NPWP",
        _("Bank"),
        _("Account number"),
        _("Account holder"),
        _("Currency"),
        _("Amount"),
    ]
    return csv_file("payouts", headings, selectors.payout_rows())
