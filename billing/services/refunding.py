"""Money back to a store: one of the staff asks, another one decides, then it is sent, once.

A card's provider is told by a duty, as often as it takes; its key is the uid of the wish. All other money
goes back by hand, and finance writes down what the bank calls it. A credit note goes with each.
"""

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from billing import clock
from billing.models import (
    BalanceKind,
    CreditNote,
    Invoice,
    InvoicePayment,
    InvoiceRefund,
    PaymentState,
    Provider,
    RefundState,
)
from billing.ports import CardRefused, CardTrouble
from billing.registry import cards
from billing.services import crediting
from billing.services.mirroring import SEND_REFUND
from billing.services.paying import BALANCE
from billing.services.plans import lock_subscription
from tenants import acts, context, work
from tenants.errors import CommerceError
from tenants.failpoints import failpoint
from tenants.models import Store, User
from tenants.permissions import Actor

_COUNTS: Final = (RefundState.ASKED, RefundState.APPROVED, RefundState.SENT)


class RefundRefused(CommerceError):
    """More than is there, decided already, or decided by who asked for it. Nothing was changed."""

    code = "refund_refused"
    http_status = 409


def refundable(payment: InvoicePayment) -> int:
    """How much of a payment can still be asked back: less what is on its way, or stays with us as balance."""
    invoice = payment.invoice
    if payment.state != PaymentState.PAID or payment.provider == BALANCE:
        return 0
    wishes = InvoiceRefund.objects.filter(state__in=_COUNTS)
    of_payment = _sum(wishes.filter(payment_id=payment.pk))
    waiting = _sum(wishes.filter(invoice_id=invoice.pk).exclude(state=RefundState.SENT))
    kept = _sum(invoice.balance_entries.filter(kind=BalanceKind.CREDITED))
    left = invoice.paid_amount - invoice.refunded_amount - waiting - kept
    return max(min(payment.amount - of_payment, left), 0)


def _sum(rows: QuerySet) -> int:
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


@transaction.atomic
def ask(
    *, payment: InvoicePayment, amount: int, reason: str, user: User, actor: Actor, now: datetime
) -> InvoiceRefund:
    """Ask for money to go back. Another person has to approve it.

    Raises   RefundRefused for more than was paid and is still with us
    Locks    the subscription, the invoice
    """
    with context.in_public():
        invoice = _lock(payment.invoice)
        held = InvoicePayment.objects.select_related("invoice").get(pk=payment.pk)
        if not 0 < amount <= refundable(held):
            raise RefundRefused(_("This is more than can still be sent back of this payment."))
        wish = InvoiceRefund.objects.create(
            invoice=invoice, payment=held, amount=amount, reason=reason[:300], asked_by=user, created_at=now
        )
        _note(wish, actor, "refund.asked", reason)
        return wish


@transaction.atomic
def approve(*, wish: InvoiceRefund, reason: str, user: User, actor: Actor, now: datetime) -> None:
    """Let money go back that somebody else asked for; a card's provider is told right after.

    Raises   RefundRefused for who asked for it, or when it is decided already
    Locks    the subscription, the invoice, the wish
    """
    with context.in_public():
        held = _decide(wish, RefundState.APPROVED, user, now)
        _note(held, actor, "refund.approved", reason)
        if held.payment.provider == Provider.STRIPE:
            _enqueue(held)


@transaction.atomic
def refuse(*, wish: InvoiceRefund, reason: str, user: User, actor: Actor, now: datetime) -> None:
    """Leave the money where it is. Raises RefundRefused as `approve` does."""
    with context.in_public():
        _note(_decide(wish, RefundState.REFUSED, user, now), actor, "refund.refused", reason)


def _decide(wish: InvoiceRefund, state: RefundState, user: User, now: datetime) -> InvoiceRefund:
    _lock(wish.invoice)
    held = InvoiceRefund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=wish.pk)
    if held.state != RefundState.ASKED:
        raise RefundRefused(_("This was decided already."))
    if held.asked_by_id == user.pk:
        raise RefundRefused(_("You asked for this refund yourself: somebody else has to decide."))
    held.state, held.decided_by, held.decided_at = state, user, now
    held.save(update_fields=["state", "decided_by", "decided_at"])
    return held


@transaction.atomic
def mark_sent(
    *, wish: InvoiceRefund, bank_reference: str, reason: str, actor: Actor, now: datetime
) -> CreditNote | None:
    """Write down that finance has sent an approved refund by hand. The credit note is made now.

    Raises   RefundRefused when it is not approved, was sent already, or goes back to a card by itself
    Locks    the subscription, the invoice, the wish, then the series of numbers
    """
    with context.in_public():
        _lock(wish.invoice)
        held = InvoiceRefund.objects.select_related("payment").get(pk=wish.pk)
        if held.state != RefundState.APPROVED or held.payment.provider == Provider.STRIPE:
            raise RefundRefused(_("Only an approved refund that does not go to a card is sent by hand."))
        _note(held, actor, "refund.sent", reason)
        return _complete(held, bank_reference.strip(), now)


def send(*, refund_id: int) -> None:
    """Have the card's provider send an approved refund back, and make its credit note. Safe to run twice.

    Raises   CardUnavailable, so that the duty is tried again
    """
    wish = InvoiceRefund.objects.select_related("payment", "invoice").get(pk=refund_id)
    if wish.state == RefundState.SENT:
        _complete(wish, wish.external_ref, clock.now())
        return
    if wish.state != RefundState.APPROVED:
        return
    try:
        ref, is_done = _tell_provider(wish)
    except CardRefused as refused:
        # With wrong keys of ours nothing is decided: the duty tries again.
        if refused.trouble is CardTrouble.UNAUTHORISED:
            raise
        _fail(wish, str(refused))
        return
    failpoint("billing.refund_told")
    if is_done:
        _complete(wish, ref, clock.now())
    else:
        InvoiceRefund.objects.filter(pk=wish.pk).update(external_ref=ref)


def _tell_provider(wish: InvoiceRefund) -> tuple[str, bool]:
    """Ask first: a key is remembered for a day, and a duty may be tried for longer."""
    seen = cards().find_invoice(wish.invoice.external_ref)
    for known in seen.refunds if seen else ():
        if known.reference == str(wish.uid):
            return known.ref, known.is_done
    failpoint("billing.before_refund")
    made = cards().refund(
        wish.payment.external_ref,
        amount=wish.amount,
        currency=wish.invoice.currency,
        reference=str(wish.uid),
    )
    return made.ref, made.is_done


@transaction.atomic
def _fail(wish: InvoiceRefund, why: str) -> None:
    rows = InvoiceRefund.objects.filter(pk=wish.pk, state=RefundState.APPROVED)
    rows.update(state=RefundState.FAILED, trouble=why[:200])


@transaction.atomic
def _complete(wish: InvoiceRefund, ref: str, now: datetime) -> CreditNote | None:
    """The money is on its way: once, whoever tells it first."""
    invoice = _lock(wish.invoice)
    held = InvoiceRefund.objects.select_for_update().get(pk=wish.pk)
    if held.state not in (RefundState.APPROVED, RefundState.SENT) or held.credit_note_id:
        return held.credit_note
    held.state, held.external_ref, held.sent_at = RefundState.SENT, ref[:120], held.sent_at or now
    # What was credited before, without the money, needs no second note.
    amount = min(held.amount, invoice.total_amount - invoice.credited_amount)
    if amount > 0:
        held.credit_note = crediting.credit(
            invoice=invoice,
            total_amount=amount,
            reason=held.reason,
            now=now,
            external_ref=f"refund:{held.uid}",
        )
    held.save(update_fields=["state", "external_ref", "sent_at", "credit_note"])
    sent = _sum(InvoiceRefund.objects.filter(invoice_id=invoice.pk, state=RefundState.SENT))
    # The provider's own messages may have told it already.
    invoice.refunded_amount = max(invoice.refunded_amount, min(sent, invoice.paid_amount))
    invoice.save(update_fields=["refunded_amount"])
    return held.credit_note


def try_again(*, wish: InvoiceRefund) -> None:
    """Have the provider told now, not when the duty's next try is due. Raises RefundRefused."""
    if wish.state != RefundState.APPROVED or wish.payment.provider != Provider.STRIPE:
        raise RefundRefused(_("There is nothing to send."))
    with context.in_public(), transaction.atomic():
        _enqueue(wish, f":{uuid.uuid4().hex[:8]}")


def take_up_waiting() -> int:
    """Tell the provider of every approved refund to a card again whose duty is gone. Returns how many."""
    rows = InvoiceRefund.objects.filter(state=RefundState.APPROVED, payment__provider=Provider.STRIPE)
    waiting = list(rows[:500])
    with context.in_public(), transaction.atomic():
        for wish in waiting:
            _enqueue(wish)
    return len(waiting)


def _enqueue(wish: InvoiceRefund, mark: str = "") -> None:
    work.enqueue(SEND_REFUND, {"refund_id": wish.pk}, dedupe_key=f"{SEND_REFUND}:{wish.pk}{mark}")


def _lock(invoice: Invoice) -> Invoice:
    lock_subscription(Store(pk=invoice.store_id))
    return Invoice.objects.select_for_update().get(pk=invoice.pk)


def _note(wish: InvoiceRefund, actor: Actor, action: str, reason: str) -> None:
    acts.note(
        actor=actor,
        action=action,
        store=wish.invoice.store,
        subject_id=wish.invoice.number,
        reason=reason,
        changes={"refund": str(wish.uid), "amount": wish.amount, "currency": wish.invoice.currency},
    )


work.register(SEND_REFUND, send, retries=14, atomic=False, of_platform=True)
