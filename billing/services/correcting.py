"""What our staff correct of an invoice: a credit note, or all of it taken back."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import Invoice, InvoiceState, Provider
from billing.registry import cards
from billing.services import asking, crediting, noticing
from billing.services.crediting import CreditRefused
from tenants import acts, context
from tenants.permissions import Actor


def credit(
    *, invoice: Invoice, amount: int, reason: str, once: uuid.UUID, actor: Actor, now: datetime
) -> None:
    """Take back part of an invoice by a credit note; what was paid for it pays the next invoices.

    An invoice of a card is credited at its provider, whose note is then copied, so that both books agree.
    once     the same one makes one note only
    Raises   CreditRefused, asking.ProviderAway, asking.ProviderRefused; nothing was changed
    """
    with context.in_public():
        if invoice.provider == Provider.STRIPE:
            _credit_card_invoice(invoice, amount, reason, once, now)
            _note(invoice, actor, "invoice.credited", reason, amount)
            return
        with transaction.atomic():
            key = f"staff:{once}"
            is_known = invoice.credit_notes.filter(external_ref=key).exists()
            crediting.credit(
                invoice=invoice,
                total_amount=amount,
                reason=reason,
                now=now,
                external_ref=key,
                keeps_money=True,
            )
            if not is_known:
                _note(invoice, actor, "invoice.credited", reason, amount)


def _credit_card_invoice(invoice: Invoice, amount: int, reason: str, once: uuid.UUID, now: datetime) -> None:
    if not 0 < amount <= invoice.total_amount - invoice.credited_amount:
        raise CreditRefused(_("This is more than can still be credited."))
    with asking.answered():
        cards().credit(
            invoice.external_ref,
            amount=amount,
            currency=invoice.currency,
            reason=reason,
            reference=str(once),
        )
        noticing.read_invoice(invoice.external_ref, now)


@transaction.atomic
def void(*, invoice: Invoice, reason: str, actor: Actor, now: datetime) -> None:
    """Take back all that is left of an open invoice of ours.

    Raises   CreditRefused for one that is not open, or that a card's provider made
    """
    with context.in_public():
        held = Invoice.objects.get(pk=invoice.pk)
        if held.provider == Provider.STRIPE or held.state != InvoiceState.OPEN:
            raise CreditRefused(_("Only an open invoice of our own can be made void. Write a credit note."))
        left = held.total_amount - held.credited_amount
        crediting.void(invoice=held, reason=reason, now=now)
        _note(held, actor, "invoice.voided", reason, left)


def _note(invoice: Invoice, actor: Actor, action: str, reason: str, amount: int) -> None:
    acts.note(
        actor=actor,
        action=action,
        store=invoice.store,
        subject_id=invoice.number,
        reason=reason,
        changes={"amount": amount, "currency": invoice.currency},
    )
