"""What orders paid through a gateway cost: before it happens, and month by month."""

import re
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing import clock
from billing.account.frame import crumbs
from billing.selectors import fees as selectors
from core.kernel.exports import csv_file
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def show(request: StoreRequest) -> HttpResponse:
    """The terms with an example, and every month that had fees."""
    facts = {
        "crumbs": crumbs(here=_("Transaction fees")),
        "terms": selectors.fee_terms(request.store, clock.now()),
        "months": selectors.fee_months(request.store),
    }
    return render(request, "dashboard/plan/fees.html", facts)


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def download(request: StoreRequest, month: str) -> HttpResponse:
    """One month, entry by entry, as CSV."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month)
    if not found or int(found[1]) < 2000:
        raise Http404
    headings = [
        _("When"),
        _("Order"),
        _("Payment"),
        _("Kind"),
        _("Amount paid"),
        _("Percent"),
        _("Fee"),
        _("Invoice"),
    ]
    first = date(int(found[1]), int(found[2]), 1)
    return csv_file(f"fees-{month}", headings, selectors.fee_rows(request.store, first))
