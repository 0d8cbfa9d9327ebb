"""Stripe's invoices with their payments, refunds and credit notes, in our words.

https://docs.stripe.com/api/invoices/object, https://docs.stripe.com/api/invoice-payment/object
"""

from __future__ import annotations

import uuid
from typing import Any

import stripe

from billing.card_invoices import CardCreditNote, CardInvoice, CardInvoiceLine, CardPayment, CardRefund
from billing.providers.stripe.mapping import FEES, KeyOf, card_words, known, moment, ref, to_ours

_STATES = {"draft": "", "open": "OPEN", "paid": "PAID", "uncollectible": "UNCOLLECTIBLE", "void": "VOID"}
_REASONS = {
    "subscription_create": "CREATE",
    "subscription_cycle": "CYCLE",
    "subscription_update": "UPDATE",
}
REFERENCE = "reference"


def invoice(
    found: stripe.Invoice,
    key_of: KeyOf,
    *,
    payments: tuple[CardPayment, ...] = (),
    refunds: tuple[CardRefund, ...] = (),
    credit_notes: tuple[CardCreditNote, ...] = (),
) -> CardInvoice:
    """An invoice and what belongs to it."""
    currency = found.currency.upper()
    total = to_ours(found.total, currency)
    tax = sum(to_ours(part.amount, currency) for part in found.total_taxes or [])
    times = found.status_transitions
    issued_at = known(times.finalized_at or found.created)
    starts_at, ends_at = _period(found, key_of)
    return CardInvoice(
        ref=found.id,
        customer_ref=ref(found.customer),
        subscription_ref=_subscription_of(found),
        state=_STATES[str(found.status)],
        reason=_REASONS.get(str(found.billing_reason), "MANUAL"),
        currency=currency,
        lines=_lines(found, key_of, total - tax),
        net_amount=total - tax,
        tax_amount=tax,
        total_amount=total,
        paid_amount=to_ours(found.amount_paid, currency),
        period_starts_at=known(starts_at),
        period_ends_at=known(ends_at),
        issued_at=issued_at,
        due_at=moment(found.due_date) or issued_at,
        paid_at=moment(times.paid_at),
        ended_at=moment(times.voided_at or times.marked_uncollectible_at),
        next_try_at=moment(found.next_payment_attempt),
        url=found.hosted_invoice_url or "",
        payments=payments,
        refunds=refunds,
        credit_notes=credit_notes,
    )


def _subscription_of(found: stripe.Invoice) -> str:
    parent = found.parent
    return ref(parent.subscription_details.subscription) if parent and parent.subscription_details else ""


def _period(found: stripe.Invoice, key_of: KeyOf) -> tuple[int, int]:
    """What is paid for: the plan's line knows; the invoice's own period is the one that was used up."""
    for line in found.lines.data:
        if _kind(line, key_of) == "PLAN":
            return line.period.start, line.period.end
    return found.period_start, found.period_end


def _lines(found: stripe.Invoice, key_of: KeyOf, net: int) -> tuple[CardInvoiceLine, ...]:
    """Its lines, with discounts as lines; what rounding to whole units left over goes on the first."""
    currency = found.currency.upper()
    lines = [
        CardInvoiceLine(
            kind=_kind(line, key_of),
            text=(line.description or "")[:200],
            quantity=line.quantity or 1,
            net_amount=to_ours(line.amount, currency),
        )
        for line in found.lines.auto_paging_iter()
    ]
    off = sum(part.amount for part in found.total_discount_amounts or [])
    if off:
        lines.append(CardInvoiceLine("DISCOUNT", "", 1, -to_ours(off, currency)))
    over = net - sum(line.net_amount for line in lines)
    if over and lines:
        first = lines[0]
        lines[0] = CardInvoiceLine(first.kind, first.text, first.quantity, first.net_amount + over)
    return tuple(lines)


def _kind(line: stripe.InvoiceLineItem, key_of: KeyOf) -> str:
    item = line.parent.subscription_item_details if line.parent else None
    other = line.parent.invoice_item_details if line.parent else None
    if (item and item.proration) or (other and other.proration):
        return "PRORATION"
    if item:
        details = line.pricing.price_details if line.pricing else None
        return "FEES" if details and key_of(ref(details.price)).startswith(FEES) else "PLAN"
    return "CREDIT" if line.amount < 0 else "SERVICE"


def payment(found: stripe.PaymentIntent, state: str, at: int) -> CardPayment:
    """A payment that was read with its last charge."""
    charge = found.latest_charge if isinstance(found.latest_charge, stripe.Charge) else None
    card = getattr(charge.payment_method_details, "card", None) if charge else None
    error: Any = found.last_payment_error
    return CardPayment(
        ref=found.id,
        state=state,
        amount=to_ours(found.amount, found.currency.upper()),
        method=card_words(card) if card else "",
        trouble=str(error.decline_code or error.code or "")[:200] if error and state != "PAID" else "",
        at=known(at),
    )


def refund(found: stripe.Refund) -> CardRefund:
    """Money on its way back to a card."""
    metadata = found.metadata.to_dict() if found.metadata else {}
    return CardRefund(
        ref=found.id,
        payment_ref=ref(found.payment_intent) or ref(found.charge),
        reference=_uid(metadata.get(REFERENCE)),
        amount=to_ours(found.amount, found.currency.upper()),
        is_done=found.status == "succeeded",
        at=known(found.created),
    )


def _uid(told: object) -> str:
    """The reference if it can be one of ours: people may write what they like in Stripe's dashboard."""
    try:
        return str(uuid.UUID(str(told or "")))
    except ValueError:
        return ""


def credit_note(found: stripe.CreditNote) -> CardCreditNote:
    """A credit note."""
    currency = found.currency.upper()
    metadata = found.metadata.to_dict() if found.metadata else {}
    total = to_ours(found.total, currency)
    tax = sum(to_ours(part.amount, currency) for part in found.total_taxes or [])
    return CardCreditNote(
        ref=found.id,
        reference=_uid(metadata.get(REFERENCE)),
        net_amount=total - tax,
        tax_amount=tax,
        total_amount=total,
        reason=(found.memo or found.reason or "")[:300],
        at=known(found.created),
    )
