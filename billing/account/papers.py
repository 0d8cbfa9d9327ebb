"""The store's invoices, receipts and credit notes as PDF."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing.account.invoices import found_invoice
from billing.selectors import invoices as selectors
from billing.selectors import papers
from core.kernel import pdf
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

_TEMPLATE = "platform.typ"


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def invoice(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """An invoice to print or send on, in the reader's language."""
    found = found_invoice(request, uid)
    return _answer(papers.invoice_paper(found, get_language() or "id"), found.number)


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def receipt(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """What was paid on an invoice; nothing as long as nothing was."""
    found = found_invoice(request, uid)
    paper = papers.receipt_paper(found, get_language() or "id")
    if paper is None:
        raise Http404
    return _answer(paper, f"{found.number}-receipt")


@never_cache
@require_safe
@requires(Permission.VIEW_PLAN)
def credit_note(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """A credit note of the store."""
    note = selectors.credit_note(request.store, uid)
    if note is None:
        raise Http404
    return _answer(papers.credit_note_paper(note, get_language() or "id"), note.number)


def _answer(paper: dict[str, Any], number: str) -> HttpResponse:
    return pdf.answer(pdf.render(_TEMPLATE, paper), number.replace("/", "-"))
