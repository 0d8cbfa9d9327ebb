"""What happens to a copied invoice after it was copied: payments, refunds, notes, its end."""

from datetime import datetime
from typing import Final

from billing.card_invoices import CardInvoice, CardPayment, CardRefund
from billing.models import (
    Invoice,
    InvoicePayment,
    InvoiceRefund,
    InvoiceState,
    PaymentState,
    RefundState,
)
from billing.services import crediting
from tenants import work

# The duty of billing.services.refunding: it also makes the credit note of what has arrived.
SEND_REFUND: Final = "billing.send_refund"


def follow(invoice: Invoice, found: CardInvoice, now: datetime) -> None:
    """Bring a copy, locked by the caller, to what its provider says now."""
    for payment in found.payments:
        if not payment.is_elsewhere:
            _note_payment(invoice, payment)
    _follow_state(invoice, found)
    for refund in found.refunds:
        _note_refund(refund, now)
    for note in found.credit_notes:
        left = invoice.total_amount - invoice.credited_amount
        if 0 < note.total_amount <= left or invoice.credit_notes.filter(external_ref=note.ref).exists():
            crediting.credit(
                invoice=invoice,
                total_amount=note.total_amount,
                reason=note.reason,
                now=now,
                external_ref=note.ref,
            )


def _follow_state(invoice: Invoice, found: CardInvoice) -> None:
    """From PAID nothing leads back: of money that came to us another way, the provider may not know yet."""
    if found.state and (invoice.state != InvoiceState.PAID or found.state == InvoiceState.PAID):
        invoice.state = found.state
    invoice.paid_amount = max(invoice.paid_amount, min(found.paid_amount, invoice.total_amount))
    sent = sum(refund.amount for refund in found.refunds if refund.is_done)
    invoice.refunded_amount = max(invoice.refunded_amount, min(sent, invoice.paid_amount))
    invoice.paid_at = invoice.paid_at or found.paid_at
    if invoice.state in (InvoiceState.VOID, InvoiceState.UNCOLLECTIBLE):
        invoice.ended_at = invoice.ended_at or found.ended_at
    invoice.save(update_fields=["state", "paid_amount", "refunded_amount", "paid_at", "ended_at"])


def _note_payment(invoice: Invoice, told: CardPayment) -> None:
    paid_at = told.at if told.state == PaymentState.PAID else None
    state = {
        "state": told.state,
        "method": told.method[:40],
        "trouble": told.trouble[:200],
        "paid_at": paid_at,
    }
    InvoicePayment.objects.update_or_create(
        reference=told.ref,
        defaults=state,
        create_defaults={
            **state,
            "invoice": invoice,
            "provider": invoice.provider,
            "amount": told.amount,
            "external_ref": told.ref,
            "created_at": told.at,
        },
    )


def _note_refund(told: CardRefund, now: datetime) -> None:
    """A refund that we asked for has arrived."""
    if told.is_done and told.reference:
        waiting = InvoiceRefund.objects.filter(uid=told.reference, state=RefundState.APPROVED)
        found = list(waiting.values_list("pk", flat=True))
        waiting.update(state=RefundState.SENT, sent_at=told.at or now, external_ref=told.ref)
        for pk in found:
            work.enqueue(SEND_REFUND, {"refund_id": pk}, dedupe_key=f"{SEND_REFUND}:{pk}")
