"""Invoices to stores: our own, and copies of those that a card provider makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from billing.card_invoices import CardInvoice
from billing.invoice_ports import InvoiceItem
from billing.models import BuyerDetails, Invoice, InvoiceLine, Provider
from billing.services import mirroring, numbering, taxing
from billing.services.plans import PlanRefused, lock_subscription
from core.kernel import profile
from tenants import context
from tenants.models import Store, StoreState

_HAS_ROOMS = (StoreState.ACTIVE, StoreState.SUSPENDED, StoreState.LEAVING)


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """What an invoice of ours shall say. With a `key`, the same key makes one invoice only.

    period   from and until when, half open; None where there is no period
    """

    reason: str
    lines: Sequence[InvoiceItem]
    due_at: datetime
    key: str = ""
    currency: str = "IDR"
    period: tuple[datetime, datetime] | None = None


@transaction.atomic
def issue(*, store: Store, draft: InvoiceDraft, now: datetime) -> Invoice:
    """Make an invoice of our own, with a number and the tax of the day. Asking again returns the first one.

    Raises   PlanRefused when the lines add up to less than nothing
    Locks    the subscription, then the series of numbers until the caller commits
    """
    with context.in_public():
        lock_subscription(store)
        if draft.key and (known := _known(Provider.INVOICE, draft.key)):
            return known
        net = sum(line.net_amount for line in draft.lines)
        if net < 0 or not draft.lines:
            raise PlanRefused(_("There is nothing to bill."))
        tax = taxing.tax_on(net, now)
        starts_at, ends_at = draft.period or (None, None)
        return _written(
            store,
            draft.lines,
            {
                "provider": Provider.INVOICE,
                "external_ref": draft.key,
                "reason": draft.reason,
                "currency": draft.currency,
                "net_amount": net,
                "tax_amount": tax.amount,
                "total_amount": net + tax.amount,
                "tax_name": tax.name,
                "period_starts_at": starts_at,
                "period_ends_at": ends_at,
                "issued_at": now,
                "due_at": draft.due_at,
            },
            now,
        )


@transaction.atomic
def mirror(*, store: Store, found: CardInvoice, now: datetime) -> Invoice | None:
    """Copy an invoice that a card provider has made final, and follow its state and payments from then on.

    It gets its number once, whenever and however often it is told. What was paid to us meanwhile stays paid.
    Returns  our invoice; None for a draft, and for one over nothing, such as a trial's: they get no number
    Locks    the subscription, the invoice, then the series of numbers until the caller commits
    """
    with context.in_public():
        lock_subscription(store)
        invoice = _known(Provider.STRIPE, found.ref)
        if invoice is None:
            if found.total_amount <= 0 or not found.state:
                return None
            invoice = _copied(store, found, now)
        mirroring.follow(invoice, found, now)
        return invoice


def _known(provider: str, external_ref: str) -> Invoice | None:
    rows = Invoice.objects.select_for_update().filter(provider=provider, external_ref=external_ref)
    return rows.first()


def _copied(store: Store, found: CardInvoice, now: datetime) -> Invoice:
    lines = [InvoiceItem(line.kind, line.text, line.net_amount, line.quantity) for line in found.lines]
    return _written(
        store,
        lines,
        {
            "provider": Provider.STRIPE,
            "external_ref": found.ref,
            "reason": found.reason,
            "currency": found.currency,
            "net_amount": found.net_amount,
            "tax_amount": found.tax_amount,
            "total_amount": found.total_amount,
            "tax_name": taxing.tax_on(found.net_amount, found.issued_at).name if found.tax_amount else "",
            "period_starts_at": found.period_starts_at,
            "period_ends_at": found.period_ends_at,
            "issued_at": found.issued_at,
            "due_at": found.due_at,
        },
        now,
    )


def _written(
    store: Store, lines: Sequence[InvoiceItem], columns: Mapping[str, Any], now: datetime
) -> Invoice:
    parties = {"seller": dict(settings.PLATFORM_SELLER), "buyer": buyer_of(store)}
    number = numbering.next_number(numbering.INVOICE, now)
    invoice = Invoice.objects.create(store_id=store.pk, number=number, **parties, **columns)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            kind=line.kind,
            text=line.text[:200],
            quantity=line.quantity,
            net_amount=line.net_amount,
        )
        for position, line in enumerate(lines, start=1)
    )
    return invoice


def buyer_of(store: Store) -> dict[str, str]:
    """Who an invoice is made out to, as it is today: what the store gave for it, else its own profile."""
    with context.in_public():
        given = BuyerDetails.objects.filter(store_id=store.pk).first() or BuyerDetails()
    told = {"name": given.name, "npwp": given.npwp, "address": given.address, "email": given.email}
    if store.state in _HAS_ROOMS and not (given.name and given.address and given.email):
        with context.in_store(store):
            facts = profile.current()
        address = ", ".join(filter(None, [facts.address_line, facts.postcode]))
        own = {"name": facts.legal_name, "address": address, "email": facts.email}
        told.update({name: value for name, value in own.items() if not told[name]})
    return {**told, "name": told["name"] or store.name, "store": store.name}


@transaction.atomic
def set_buyer(*, store: Store, name: str, npwp: str, address: str, email: str) -> BuyerDetails:
    """Have the next invoices made out so. Invoices that exist stay as they are.

    npwp     fifteen or sixteen digits, dots and hyphens are left out; may be empty
    Raises   PlanRefused for another NPWP
    """
    digits = "".join(sign for sign in npwp if sign not in " .-")
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) in (15, 16)):
        raise PlanRefused(_("An NPWP has 15 or 16 digits."))
    with context.in_public():
        details, _made = BuyerDetails.objects.update_or_create(
            store_id=store.pk,
            defaults={
                "name": name.strip()[:120],
                "npwp": digits,
                "address": address.strip()[:300],
                "email": email.strip(),
            },
        )
    return details
