"""Invoices as people read them: the store's own, and what belongs to one."""

import uuid
from typing import Any

from django.db.models import QuerySet

from billing.models import (
    CreditNote,
    Invoice,
    InvoiceLine,
    InvoicePayment,
    InvoiceRefund,
    InvoiceState,
    PaymentState,
)
from tenants import context
from tenants.models import Store


def of_store(store: Store) -> QuerySet[Invoice]:
    """A store's invoices. To be read in public."""
    return Invoice.objects.filter(store_id=store.pk)


def latest(store: Store, most: int = 5) -> list[Invoice]:
    """The last few invoices of a store, newest first."""
    with context.in_public():
        return list(of_store(store).order_by("-issued_at", "-pk")[:most])


def owed(store: Store, most: int = 3) -> list[Invoice]:
    """What the store has still to pay, the longest due first."""
    with context.in_public():
        return list(of_store(store).filter(state=InvoiceState.OPEN).order_by("due_at", "pk")[:most])


def invoice(store: Store, uid: uuid.UUID) -> Invoice | None:
    """One of the store's invoices; None for anybody else's."""
    with context.in_public():
        return of_store(store).filter(uid=uid).first()


def credit_note(store: Store, uid: uuid.UUID) -> CreditNote | None:
    """One of the store's credit notes, with its invoice; None for anybody else's."""
    with context.in_public():
        rows = CreditNote.objects.select_related("invoice").filter(invoice__store_id=store.pk)
        return rows.filter(uid=uid).first()


def history(found: Invoice) -> dict[str, Any]:
    """What belongs to an invoice: `lines`, `payments`, `credit_notes`, `refunds`. Four queries."""
    with context.in_public():
        return {
            "lines": list(InvoiceLine.objects.filter(invoice=found).order_by("position")),
            "payments": list(InvoicePayment.objects.filter(invoice=found).order_by("-created_at", "-pk")),
            "credit_notes": list(CreditNote.objects.filter(invoice=found).order_by("-issued_at", "-pk")),
            "refunds": list(
                InvoiceRefund.objects.select_related("asked_by", "decided_by")
                .filter(invoice=found)
                .order_by("-created_at", "-pk")
            ),
        }


def waiting_payments(found: Invoice) -> list[InvoicePayment]:
    """The attempts to pay it whose end is not known."""
    with context.in_public():
        rows = InvoicePayment.objects.filter(invoice=found, state=PaymentState.PENDING)
        return list(rows.order_by("pk"))
