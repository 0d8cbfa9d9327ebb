"""Paying an invoice without a card: a page with virtual accounts and QRIS, or a transfer that our staff saw.

One reference is paid at most once. What comes in twice, late or for an invoice that is over is not lost: it
stays with us as the store's balance and pays its next invoices.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from billing import clock
from billing.collectors import collector, is_ready
from billing.invoice_ports import CollectorRefused, CollectorUnavailable, PaymentNews
from billing.models import (
    BalanceKind,
    Currency,
    Invoice,
    InvoicePayment,
    InvoiceState,
    PaymentState,
    Subscription,
)
from billing.services import balances, effects
from billing.services.plans import lock_subscription
from tenants import acts, context, hosts
from tenants.errors import CommerceError
from tenants.failpoints import failpoint
from tenants.models import Store
from tenants.permissions import Actor

MIDTRANS, TRANSFER, BALANCE = "MIDTRANS", "TRANSFER", "BALANCE"
# How long a virtual account or a QR code can be paid.
LASTS: Final = timedelta(hours=24)
# A page that is about to close is not opened again.
_SHORTEST: Final = timedelta(minutes=10)
# An invoice that was written off can still be paid.
_TAKES_MONEY: Final = (InvoiceState.OPEN, InvoiceState.UNCOLLECTIBLE)


class InvoiceClosed(CommerceError):
    """There is nothing to pay: it is paid, void, or not in rupiah."""

    code = "invoice_closed"
    http_status = 409

    def __init__(self, words: str = "") -> None:
        super().__init__(words or _("This invoice is not open any more. Nothing has to be paid."))


class CollectorAway(CommerceError):
    """The provider of the pay page does not answer. Trying again is safe."""

    code = "provider_away"
    http_status = 503

    def __init__(self) -> None:
        super().__init__(
            _("The payment company does not answer right now. Please try again: nothing is charged twice.")
        )


class AmountDiffers(CommerceError):
    """A transfer of another amount than is open."""

    code = "amount_differs"
    http_status = 422


def pay_page(*, invoice: Invoice, return_url: str, now: datetime) -> str:
    """The address where an invoice can be paid by virtual account or QRIS. A second click gets the same one.

    Raises   InvoiceClosed; CollectorAway when it should be tried again, with nothing half-done
    """
    with context.in_public():
        payment = _attempt(invoice, now)
        if payment.pay_url:
            return payment.pay_url
        failpoint("billing.before_pay_page")
        try:
            page = collector(payment.provider).start(
                reference=payment.reference,
                amount=payment.amount,
                text=invoice.number,
                payer=(invoice.buyer.get("name", ""), invoice.buyer.get("email", "")),
                return_url=return_url,
                notify_url=f"{hosts.platform_origin()}/hooks/midtrans/",
                # The provider's clock is the real one, also where ours is pretended.
                expires_at=(payment.expires_at or now + LASTS) - clock.ahead(),
            )
        except CollectorUnavailable as away:
            raise CollectorAway from away
        except CollectorRefused as refused:
            _give_up(payment, str(refused))
            raise InvoiceClosed(_("The payment company refused this. Please try again.")) from refused
        failpoint("billing.after_pay_page")
        InvoicePayment.objects.filter(pk=payment.pk).update(pay_url=page.url, external_ref=page.external_ref)
        return page.url


@transaction.atomic
def _attempt(invoice: Invoice, now: datetime) -> InvoicePayment:
    """The attempt that waits for this amount, or a new one."""
    held = _lock(invoice)[1]
    if not is_ready():
        raise InvoiceClosed(_("Paying online is not possible at the moment. Please pay by bank transfer."))
    if held.currency != Currency.IDR:
        raise InvoiceClosed(_("Only invoices in rupiah can be paid this way."))
    amount = open_amount(held)
    if amount <= 0:
        raise InvoiceClosed
    waiting = held.payments.filter(provider=MIDTRANS, state=PaymentState.PENDING, amount=amount)
    known = waiting.filter(expires_at__gt=now + _SHORTEST).order_by("-pk").first()
    if known is not None:
        return known
    number = held.payments.filter(provider=MIDTRANS).count() + 1
    return InvoicePayment.objects.create(
        invoice=held,
        reference=f"{held.number}-{number}",
        provider=MIDTRANS,
        amount=amount,
        created_at=now,
        expires_at=now + LASTS,
    )


def _give_up(payment: InvoicePayment, why: str) -> None:
    rows = InvoicePayment.objects.filter(pk=payment.pk, state=PaymentState.PENDING)
    rows.update(state=PaymentState.FAILED, trouble=why[:200])


def open_amount(invoice: Invoice) -> int:
    """What may still be paid on an invoice, also on one that was written off."""
    if invoice.state not in _TAKES_MONEY:
        return 0
    return max(invoice.total_amount - invoice.credited_amount - invoice.paid_amount, 0)


def _lock(invoice: Invoice) -> tuple[Subscription, Invoice]:
    subscription = lock_subscription(Store(pk=invoice.store_id))
    return subscription, Invoice.objects.select_for_update().get(pk=invoice.pk)


@transaction.atomic
def apply_news(news: PaymentNews, *, now: datetime) -> bool:
    """Write what a provider, asked back, said of one attempt. Late and repeated words change nothing.

    Returns  whether we know the attempt, and the amount is the one that was asked for
    Locks    the subscription, the invoice, the attempt
    """
    with context.in_public():
        known = InvoicePayment.objects.select_related("invoice").filter(reference=news.reference).first()
        if known is None:
            return False
        subscription, invoice = _lock(known.invoice)
        payment = InvoicePayment.objects.select_for_update().get(pk=known.pk)
        if (news.amount, news.currency) != (payment.amount, invoice.currency):
            _trouble(payment, f"{news.amount} {news.currency} is not the amount that was asked for")
            return False
        if payment.state == PaymentState.PAID:
            if news.outcome == "REVERSED":
                _trouble(payment, "taken back by the bank")
            return True
        if news.outcome == PaymentState.PAID:
            _mark_paid(payment, news, now)
            take(payment, invoice=invoice, subscription=subscription, now=now)
        elif news.outcome in (PaymentState.FAILED, PaymentState.EXPIRED):
            payment.state = PaymentState(news.outcome)
            payment.save(update_fields=["state"])
        return True


def _trouble(payment: InvoicePayment, words: str) -> None:
    payment.trouble = words[:200]
    payment.save(update_fields=["trouble"])


def _mark_paid(payment: InvoicePayment, news: PaymentNews, now: datetime) -> None:
    payment.state, payment.paid_at = PaymentState.PAID, now
    payment.method = news.method[:40]
    payment.external_ref = news.external_ref or payment.external_ref
    payment.save(update_fields=["state", "paid_at", "method", "external_ref"])


def take(payment: InvoicePayment, *, invoice: Invoice, subscription: Subscription, now: datetime) -> None:
    """Let money that is in pay its invoice; what is too much becomes the store's balance.

    The caller holds the subscription and the invoice. What follows for the store happens at once.
    """
    used = min(payment.amount, open_amount(invoice))
    if payment.amount > used:
        balances.enter(
            invoice,
            kind=BalanceKind.OVERPAID,
            amount=payment.amount - used,
            source_ref=payment.reference,
            now=now,
        )
    if not used and (payment.amount or invoice.state != InvoiceState.OPEN):
        return
    invoice.paid_amount += used
    is_whole = open_amount(invoice) == 0
    if is_whole:
        invoice.state, invoice.paid_at = InvoiceState.PAID, now
    invoice.save(update_fields=["paid_amount", "state", "paid_at"])
    if is_whole:
        effects.of_payment(invoice, payment, subscription, now)


@transaction.atomic
def use_balance(*, invoice: Invoice, now: datetime) -> int:
    """Let a store's money that is with us pay an open invoice, as far as it goes; one over nothing is paid.

    Returns  how much was used
    Locks    the subscription, the invoice
    """
    with context.in_public():
        subscription, held = _lock(invoice)
        used = max(min(balances.balance_of(held.store_id, held.currency), open_amount(held)), 0)
        if not used and (open_amount(held) or held.state != InvoiceState.OPEN):
            return 0
        if used:
            balances.enter(held, kind=BalanceKind.USED, amount=-used, source_ref=held.number, now=now)
        payment = InvoicePayment.objects.create(
            invoice=held,
            reference=f"{held.number}-B",
            provider=BALANCE,
            state=PaymentState.PAID,
            amount=used,
            created_at=now,
            paid_at=now,
        )
        take(payment, invoice=held, subscription=subscription, now=now)
        invoice.refresh_from_db()
        return used


@transaction.atomic
def confirm_transfer(
    *, invoice: Invoice, amount: int, bank_reference: str, reason: str, actor: Actor, now: datetime
) -> InvoicePayment:
    """Write down that a transfer has arrived on our account; what is too much becomes the store's balance.

    bank_reference  what the bank's statement calls it: the same one counts once
    Raises          InvoiceClosed; AmountDiffers for less than is open
    Locks           the subscription, the invoice
    """
    with context.in_public():
        subscription, held = _lock(invoice)
        reference = f"{TRANSFER}-{bank_reference.strip()}"[:80]
        known = InvoicePayment.objects.filter(reference=reference).first()
        if known is not None and known.invoice_id == held.pk and known.amount == amount:
            return known
        if known is not None:
            raise InvoiceClosed(_("This transfer was written down before."))
        if open_amount(held) <= 0:
            raise InvoiceClosed
        if amount < open_amount(held):
            raise AmountDiffers(_("This is less than the invoice asks for. Nothing was written down."))
        payment = InvoicePayment.objects.create(
            invoice=held,
            reference=reference,
            provider=TRANSFER,
            method="bank_transfer",
            state=PaymentState.PAID,
            amount=amount,
            confirmed_by=actor.name[:80],
            created_at=now,
            paid_at=now,
        )
        acts.note(
            actor=actor,
            action="invoice.transfer_confirmed",
            store=subscription.store,
            subject_id=held.number,
            reason=reason,
            changes={"amount": amount, "bank_reference": bank_reference},
        )
        take(payment, invoice=held, subscription=subscription, now=now)
        invoice.refresh_from_db()
        return payment
