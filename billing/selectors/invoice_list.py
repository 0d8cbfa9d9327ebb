"""What the staff ask about all invoices, and about the money that is to go back."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from billing.models import (
    CreditNote,
    Invoice,
    InvoicePayment,
    InvoiceRefund,
    InvoiceState,
    PaymentState,
    RefundState,
)
from core.kernel import paging
from core.kernel.exports import Cell

VIEWS: Final = {
    "": _("All"),
    "open": _("Open"),
    "overdue": _("Overdue"),
    "failed": _("Failed payments"),
    "paid": _("Paid"),
    "uncollectible": _("Written off"),
    "void": _("Void"),
}
REFUND_VIEWS: Final = {
    "": _("All"),
    "asked": _("Wait for a second person"),
    "approved": _("To be sent"),
    "sent": _("Sent back"),
    "refused": _("Refused or failed"),
}
_FAILED = InvoicePayment.objects.filter(invoice=OuterRef("pk"), state=PaymentState.FAILED)


def invoices(*, view: str = "", query: str = "", now: datetime) -> QuerySet[Invoice]:
    """Invoices by their state, with `trouble`: why their last payment failed; found by number or store."""
    trouble = Subquery(_FAILED.order_by("-created_at", "-pk").values("trouble")[:1])
    rows = Invoice.objects.select_related("store").annotate(trouble=trouble).filter(_in_view(view, now))
    if query:
        named = Q(store__name__icontains=query) | Q(store__slug__icontains=query)
        rows = rows.filter(named | Q(number__icontains=query))
    return rows


def invoice_page(
    *, view: str = "", query: str = "", after: str = "", limit: int = 50, now: datetime
) -> tuple[list[Invoice], str | None]:
    """A page, the newest first, and the next cursor. Raises InvalidInput for a foreign cursor."""
    rows = invoices(view=view, query=query, now=now)
    return paging.page(rows, after=after, limit=limit, key="-issued_at")


def invoice_rows(*, view: str, query: str, now: datetime) -> Iterator[tuple[Cell, ...]]:
    """The same as rows of a CSV file: all that fit."""
    rows = invoices(view=view, query=query, now=now).order_by("-issued_at", "-pk")
    for row in rows.iterator(chunk_size=1_000):
        yield (
            row.number,
            row.store.slug,
            row.store.name,
            row.state,
            row.provider,
            row.reason,
            row.issued_at,
            row.due_at,
            row.paid_at,
            row.currency,
            row.net_amount,
            row.tax_amount,
            row.total_amount,
            row.paid_amount,
            row.credited_amount,
            row.refunded_amount,
        )


def invoice(uid: uuid.UUID) -> Invoice | None:
    """Any store's invoice."""
    return Invoice.objects.select_related("store").filter(uid=uid).first()


def credit_note(uid: uuid.UUID) -> CreditNote | None:
    """Any store's credit note."""
    return CreditNote.objects.select_related("invoice").filter(uid=uid).first()


def refund_page(
    *, view: str = "", after: str = "", limit: int = 50
) -> tuple[list[InvoiceRefund], str | None]:
    """Money that somebody wants to send back, or has, the newest first."""
    states = {
        "asked": (RefundState.ASKED,),
        "approved": (RefundState.APPROVED,),
        "sent": (RefundState.SENT,),
        "refused": (RefundState.REFUSED, RefundState.FAILED),
    }.get(view, RefundState.values)
    rows = InvoiceRefund.objects.select_related("invoice__store", "payment", "asked_by", "decided_by")
    return paging.page(rows.filter(state__in=states), after=after, limit=limit, key="-created_at")


def refund(uid: uuid.UUID) -> InvoiceRefund | None:
    """One such wish with all that belongs to it."""
    rows = InvoiceRefund.objects.select_related(
        "invoice__store", "payment", "asked_by", "decided_by", "credit_note"
    )
    return rows.filter(uid=uid).first()


def _in_view(view: str, now: datetime) -> Q:
    return {
        "open": Q(state=InvoiceState.OPEN),
        "overdue": Q(state=InvoiceState.OPEN, due_at__lt=now),
        "failed": Q(Exists(_FAILED), state=InvoiceState.OPEN),
        "paid": Q(state=InvoiceState.PAID),
        "uncollectible": Q(state=InvoiceState.UNCOLLECTIBLE),
        "void": Q(state=InvoiceState.VOID),
    }.get(view, Q())
