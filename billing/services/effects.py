"""What follows when an invoice is paid whole: for the plan, its other pay pages, the card's provider."""

from datetime import datetime
from typing import Final

from billing import mails
from billing.models import (
    EventKind,
    Invoice,
    InvoicePayment,
    PaymentState,
    Provider,
    Subscription,
    SubscriptionState,
)
from billing.ports import CardRefused
from billing.registry import cards
from billing.services import renewing, standing
from tenants import work
from tenants.models import Store

SETTLE: Final = "billing.settle_card_invoice"
_CALL_OFF: Final = "billing.call_off_payment"
_OVERDUE = (SubscriptionState.PAST_DUE, SubscriptionState.UNPAID)


def of_payment(invoice: Invoice, payment: InvoicePayment, subscription: Subscription, now: datetime) -> None:
    """Do what follows when `payment` was the last that an invoice waited for.

    The caller holds the subscription and the invoice; calls to providers are duties.
    """
    for other in invoice.payments.filter(state=PaymentState.PENDING).exclude(pk=payment.pk):
        work.enqueue(_CALL_OFF, {"payment_id": other.pk})
    if invoice.provider == Provider.INVOICE:
        renewing.follow_payment(invoice, payment, subscription, now)
    elif payment.provider != invoice.provider:
        _recover(invoice, subscription, now)
        work.enqueue(SETTLE, {"invoice_id": invoice.pk}, dedupe_key=f"{SETTLE}:{invoice.pk}")
    store = Store.objects.get(pk=invoice.store_id)
    mails.tell_owners(store, "plan_receipt", _facts(invoice), dedupe_key=f"receipt:{invoice.pk}")


def _recover(invoice: Invoice, subscription: Subscription, now: datetime) -> None:
    """An overdue invoice of a card was paid another way: the store need not wait until its provider knows."""
    others = Invoice.objects.filter(
        store_id=invoice.store_id, provider=invoice.provider, state="OPEN", due_at__lte=now
    )
    if subscription.state in _OVERDUE and not others.exclude(pk=invoice.pk).exists():
        standing.move(subscription, kind=EventKind.RECOVERED, now=now, state=SubscriptionState.ACTIVE)


def settle_card_invoice(*, invoice_id: int) -> None:
    """Tell the card's provider that an invoice of its was paid to us, so that it stops asking for it."""
    invoice = Invoice.objects.get(pk=invoice_id)
    try:
        cards().settle_invoice(invoice.external_ref, key=f"settle:{invoice.uid}")
    except CardRefused:
        # It was paid, or taken back, over there too: then its messages say so.
        return


def _facts(invoice: Invoice) -> dict[str, object]:
    return {"number": invoice.number, "amount": invoice.total_amount, "currency": invoice.currency}


work.register(SETTLE, settle_card_invoice, retries=12, atomic=False, of_platform=True)
