"""The console's invoices: the list, each one, and what finance may do with it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock
from billing.console_frame import actor_of, cursor_of, list_url, page, search_of, views_of
from billing.forms import CreditForm, ReasonForm, RefundForm, TransferForm
from billing.models import Invoice, InvoicePayment
from billing.selectors import invoice_list, papers
from billing.selectors import invoices as selectors
from billing.services import correcting, paying, refunding
from core.kernel import formats, pdf
from core.kernel.exports import csv_file
from tenants.console import Duty, may, staff_may, staff_only
from tenants.errors import CommerceError

_PAPER = "platform.typ"
_LIST = "console:invoices"


@never_cache
@require_safe
@staff_only
def listed(request: HttpRequest) -> HttpResponse:
    """Every invoice: by state, found by number or store, a page at a time."""
    view, query, after = _view(request), search_of(request), cursor_of(request)
    rows, cursor = invoice_list.invoice_page(view=view, query=query, after=after, now=clock.now())
    facts = {
        "rows": rows,
        "view": view,
        "query": query,
        "now": clock.now(),
        "is_narrowed": bool(view or query),
        "views": views_of(invoice_list.VIEWS, view, _LIST, query),
        "csv_url": list_url("console:invoices_csv", view=view, q=query),
        "next_url": list_url(_LIST, view=view, q=query, after=cursor) if cursor else None,
        "first_url": list_url(_LIST, view=view, q=query) if after else None,
    }
    return page(request, "console/invoices.html", facts, _LIST)


@never_cache
@require_safe
@staff_only
def download(request: HttpRequest) -> HttpResponse:
    """All that fit as CSV; amounts in whole rupiah or cents."""
    headings = [
        *(_("Number"), _("Address"), _("Store"), _("State"), _("Paid by"), _("For"), _("Issued")),
        *(_("Due"), _("Paid on"), _("Currency"), _("Before PPN"), _("PPN"), _("Total"), _("Paid")),
        *(_("Credited"), _("Refunded")),
    ]
    rows = invoice_list.invoice_rows(view=_view(request), query=search_of(request), now=clock.now())
    return csv_file("invoices", headings, rows)


@never_cache
@require_safe
@staff_only
def show(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One invoice with all that belongs to it."""
    return _page(request, _found(uid))


@never_cache
@require_safe
@staff_only
def paper(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The invoice as PDF."""
    found = _found(uid)
    made = papers.invoice_paper(found, get_language() or "id")
    return pdf.answer(pdf.render(_PAPER, made), found.number.replace("/", "-"))


@never_cache
@require_safe
@staff_only
def credit_note(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A credit note as PDF."""
    note = invoice_list.credit_note(uid)
    if note is None:
        raise Http404
    made = papers.credit_note_paper(note, get_language() or "id")
    return pdf.answer(pdf.render(_PAPER, made), note.number.replace("/", "-"))


@require_POST
@staff_may(Duty.MONEY)
def confirm(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A transfer has arrived on our account."""

    def act(found: Invoice, cleaned: dict[str, Any]) -> None:
        paying.confirm_transfer(invoice=found, **cleaned, actor=actor_of(request), now=clock.now())

    return _do(request, uid, "transfer", act, _("The transfer is written down."))


@require_POST
@staff_may(Duty.MONEY)
def credit(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take back part of it by a credit note."""

    def act(found: Invoice, cleaned: dict[str, Any]) -> None:
        correcting.credit(invoice=found, **cleaned, actor=actor_of(request), now=clock.now())

    return _do(request, uid, "credit", act, _("The credit note is made."))


@require_POST
@staff_may(Duty.MONEY)
def void(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Take it back whole."""

    def act(found: Invoice, cleaned: dict[str, Any]) -> None:
        correcting.void(invoice=found, **cleaned, actor=actor_of(request), now=clock.now())

    return _do(request, uid, "void", act, _("The invoice is void."))


@require_POST
@staff_may(Duty.MONEY)
def ask_refund(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Ask a second person to let money go back."""

    def act(found: Invoice, cleaned: dict[str, Any]) -> None:
        known = selectors.history(found)["payments"]
        payment = next(each for each in known if str(each.uid) == cleaned["payment"])
        refunding.ask(
            payment=payment,
            amount=cleaned["amount"],
            reason=cleaned["reason"],
            user=request.user,  # type: ignore[arg-type]
            actor=actor_of(request),
            now=clock.now(),
        )

    return _do(request, uid, "refund", act, _("Now somebody else has to approve it."))


def _found(uid: uuid.UUID) -> Invoice:
    found = invoice_list.invoice(uid)
    if found is None:
        raise Http404
    return found


def _view(request: HttpRequest) -> str:
    given = request.GET.get("view", "")
    return given if given in invoice_list.VIEWS else ""


def _do(
    request: HttpRequest,
    uid: uuid.UUID,
    name: str,
    act: Callable[[Invoice, dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    found = _found(uid)
    form = _forms(found, request)[name]
    if form.is_valid():
        try:
            act(found, form.cleaned_data)
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, done)
            return redirect("console:invoice", uid=uid)
    return _page(request, _found(uid), {name: form}, status=422)


def _refundable(found: Invoice) -> list[InvoicePayment]:
    return [each for each in selectors.history(found)["payments"] if refunding.refundable(each)]


def _forms(found: Invoice, request: HttpRequest | None = None) -> dict[str, Form]:
    given = request.POST if request else None
    open_amount = paying.open_amount(found)
    payments = [(str(each.uid), _payment_words(found, each)) for each in _refundable(found)]
    return {
        "transfer": TransferForm(given, auto_id="transfer_%s", initial={"amount": open_amount or None}),
        "credit": CreditForm(given, auto_id="credit_%s", initial={"once": uuid.uuid4()}),
        "void": ReasonForm(given, auto_id="void_%s"),
        "refund": RefundForm(payments, given, auto_id="refund_%s"),
    }


def _payment_words(found: Invoice, payment: InvoicePayment) -> str:
    amount = formats.format_money(refunding.refundable(payment), found.currency, (get_language() or "id")[:2])
    return f"{amount} · {payment.method or payment.provider} · {payment.reference}"


def _page(
    request: HttpRequest, found: Invoice, wrong: dict[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    open_amount = paying.open_amount(found)
    facts = {
        "invoice": found,
        "open_amount": open_amount,
        "left_amount": found.total_amount - found.credited_amount,
        "may_act": may(request.user, Duty.MONEY),  # type: ignore[arg-type]
        "can_void": found.state == "OPEN" and found.provider == "INVOICE",
        "can_refund": bool(_refundable(found)),
        "forms": {**_forms(found), **(wrong or {})},
        "wrong": next(iter(wrong or {}), ""),
        **selectors.history(found),
    }
    return page(request, "console/invoice.html", facts, _LIST, status)
