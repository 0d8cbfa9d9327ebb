"""The store's invoices with us: the list, each one with its payments, and paying it without a card."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock
from billing.account.frame import address, crumbs, elsewhere, may_manage
from billing.collectors import is_ready
from billing.models import Invoice
from billing.selectors import invoices as selectors
from billing.services import collecting, paying
from core.kernel import paging
from core.kernel.money import Money
from tenants import context
from tenants.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def listed(request: StoreRequest) -> HttpResponse:
    """Every invoice and credit note of the store, newest first."""
    after = request.GET.get("after", "")[:400]
    with context.in_public():
        rows, cursor = paging.page(selectors.of_store(request.store), after=after, limit=25, key="-issued_at")
    facts = {
        "crumbs": crumbs(here=_("Invoices")),
        "rows": rows,
        "next_url": reverse("plan:invoices", query={"after": cursor}) if cursor else None,
        "first_url": reverse("plan:invoices") if after else None,
    }
    return render(request, "dashboard/plan/invoices.html", facts)


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def invoice(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """One invoice: its lines, what was paid on it, and how to pay what is open."""
    return _page(request, found_invoice(request, uid))


@require_POST
@requires(Permission.MANAGE_PLAN)
def pay(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Go to the page where it is paid by virtual account or QRIS."""
    found = found_invoice(request, uid)
    try:
        url = paying.pay_page(
            invoice=found, return_url=address(request, "plan:paid", found.uid), now=clock.now()
        )
    except CommerceError as refusal:
        return _page(request, found, refusal)
    return elsewhere(request, url)


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def paid(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Somebody comes back from paying: ask what became of it, since no message may have come yet."""
    found = found_invoice(request, uid)
    for payment in selectors.waiting_payments(found):
        collecting.look_again(payment=payment, now=clock.now())
    found.refresh_from_db()
    if found.state == "PAID":
        messages.success(request, _("Thank you. The invoice is paid."))
    else:
        messages.info(request, _("The payment is not finished yet. This page shows it as soon as it is."))
    return redirect("plan:invoice", uid=found.uid)


def found_invoice(request: StoreRequest, uid: uuid.UUID) -> Invoice:
    """One of the store's invoices. Raises Http404."""
    found = selectors.invoice(request.store, uid)
    if found is None:
        raise Http404
    return found


def _page(request: StoreRequest, found: Invoice, refusal: CommerceError | None = None) -> HttpResponse:
    currency = found.currency
    sums = [
        {"label": _("Before PPN"), "amount": Money(found.net_amount, currency)},
        {"label": found.tax_name or _("PPN"), "amount": Money(found.tax_amount, currency)},
        {"label": _("Total"), "amount": Money(found.total_amount, currency), "total": True},
    ]
    open_amount = paying.open_amount(found)
    if found.paid_amount:
        sums.append({"label": _("Paid"), "amount": Money(found.paid_amount, currency)})
    if found.credited_amount:
        sums.append({"label": _("Credited"), "amount": Money(-found.credited_amount, currency)})
    if open_amount > 0:
        sums.append({"label": _("Open"), "amount": Money(open_amount, currency), "total": True})
    facts = {
        "crumbs": crumbs((_("Invoices"), "plan:invoices"), here=found.number),
        "invoice": found,
        "sums": sums,
        "open": Money(open_amount, currency) if open_amount > 0 else None,
        "may_pay": may_manage(request) and open_amount > 0,
        "pays_online": currency == "IDR" and is_ready(),
        "banks": settings.PLATFORM_BANK_ACCOUNTS,
        "refusal": refusal.message if refusal else "",
        **selectors.history(found),
    }
    return render(
        request, "dashboard/plan/invoice.html", facts, status=refusal.http_status if refusal else 200
    )
