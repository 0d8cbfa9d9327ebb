"""Credit notes: what takes back part of an invoice, or all of it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import BalanceKind, CreditNote, Invoice, InvoiceState
from billing.rounding import half_up
from billing.services import balances, numbering
from billing.services.plans import lock_subscription
from tenants import context
from tenants.errors import CommerceError
from tenants.models import Store


class CreditRefused(CommerceError):
    """More than is left of the invoice, or nothing."""

    code = "credit_refused"
    http_status = 409


@transaction.atomic
def credit(
    *,
    invoice: Invoice,
    total_amount: int,
    reason: str,
    now: datetime,
    external_ref: str = "",
    keeps_money: bool = False,
) -> CreditNote:
    """Take back part of an invoice, tax included, by a numbered note.

    What was to be paid is less from now on; an unpaid invoice that is taken back whole is void.
    external_ref  the same one makes one note only
    keeps_money   what was paid on it already stays with us and pays the next invoices
    Raises        CreditRefused
    Locks         the subscription, the invoice, then the series of numbers until the caller commits
    """
    with context.in_public():
        lock_subscription(Store(pk=invoice.store_id))
        held = Invoice.objects.select_for_update().get(pk=invoice.pk)
        if external_ref and (known := held.credit_notes.filter(external_ref=external_ref).first()):
            return known
        if not 0 < total_amount <= held.total_amount - held.credited_amount:
            raise CreditRefused(_("This is more than can still be credited."))
        tax = _tax_of(held, total_amount)
        note = CreditNote.objects.create(
            number=numbering.next_number(numbering.CREDIT_NOTE, now),
            invoice=held,
            net_amount=total_amount - tax,
            tax_amount=tax,
            total_amount=total_amount,
            reason=reason[:300],
            external_ref=external_ref,
            issued_at=now,
        )
        _lessen(held, total_amount, now)
        if keeps_money:
            _keep(held, note, now)
        invoice.refresh_from_db()
        return note


def void(*, invoice: Invoice, reason: str, now: datetime) -> CreditNote:
    """Take back all that is left of an invoice of ours."""
    left = invoice.total_amount - invoice.credited_amount
    return credit(invoice=invoice, total_amount=left, reason=reason, now=now, keeps_money=True)


def _tax_of(invoice: Invoice, total_amount: int) -> int:
    """The note's part of the tax. The last note takes the rest, so that no rupiah of it is left."""
    credited = sum(invoice.credit_notes.values_list("tax_amount", flat=True))
    if total_amount == invoice.total_amount - invoice.credited_amount:
        return int(invoice.tax_amount - credited)
    return min(
        half_up(invoice.tax_amount * total_amount, invoice.total_amount), invoice.tax_amount - credited
    )


def _lessen(invoice: Invoice, amount: int, now: datetime) -> None:
    invoice.credited_amount += amount
    if invoice.state == InvoiceState.OPEN and not invoice.open_amount:
        invoice.state = InvoiceState.PAID if invoice.paid_amount else InvoiceState.VOID
        invoice.ended_at = now
    invoice.save(update_fields=["credited_amount", "state", "ended_at"])


def _keep(invoice: Invoice, note: CreditNote, now: datetime) -> None:
    """Money that was paid for what the note takes back."""
    kept = sum(invoice.balance_entries.filter(kind=BalanceKind.CREDITED).values_list("amount", flat=True))
    owed = invoice.total_amount - invoice.credited_amount
    too_much = invoice.paid_amount - invoice.refunded_amount - kept - owed
    if too_much > 0:
        balances.enter(invoice, kind=BalanceKind.CREDITED, amount=too_much, source_ref=note.number, now=now)
