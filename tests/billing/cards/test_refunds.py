"""A refund to a card is told to Stripe exactly once, whoever is away, slow, twice or first."""

from typing import Any

import pytest

from billing.models import CreditNote, Invoice, InvoiceRefund
from billing.ports import CardUnavailable
from billing.services import refunding
from tenants import work
from tenants.models import Job, User
from tenants.permissions import SYSTEM
from tests.billing.cards.stage import Stage
from tests.fakes.server import FaultKind

WHY = "paid twice"


@pytest.fixture
def wish(stage: Stage, rina: User) -> InvoiceRefund:
    """Rina wants Rp100.000 of a month by card to go back; somebody else approves it."""
    stage.buy()
    payment = Invoice.objects.get().payments.get(state="PAID")
    made = refunding.ask(payment=payment, amount=100_000, reason=WHY, user=rina, actor=SYSTEM, now=stage.now)
    other = User.objects.create_user("budi@example.com", "x", is_staff=True)
    refunding.approve(wish=made, reason=WHY, user=other, actor=SYSTEM, now=stage.now)
    return made


def state() -> tuple[str, int, int]:
    row, invoice = InvoiceRefund.objects.get(), Invoice.objects.get()
    return row.state, invoice.refunded_amount, CreditNote.objects.count()


def refunds(stage: Stage) -> list[int]:
    """What Stripe has sent back, in its own unit."""
    return [refund["amount"] for refund in stage.fake.account.books.all("refund")]


def test_an_approved_refund_is_sent_with_its_credit_note(stage: Stage, wish: InvoiceRefund):
    work.work_until_idle()

    assert refunds(stage) == [10_000_000]
    assert state() == ("SENT", 100_000, 1)
    assert InvoiceRefund.objects.get().credit_note.total_amount == 100_000
    stage.hear()
    assert state() == ("SENT", 100_000, 1)


def test_the_message_may_come_before_our_own_answer(stage: Stage, wish: InvoiceRefund):
    refunding._tell_provider(InvoiceRefund.objects.get())
    stage.hear()

    assert refunds(stage) == [10_000_000]
    assert state() == ("SENT", 100_000, 1)


@pytest.mark.parametrize("operation", ["invoices.retrieve", "refunds.create"])
@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.SILENT, FaultKind.GARBAGE, FaultKind.DEAF])
def test_while_stripe_is_away_it_stays_approved_and_is_sent_once_later(
    stage: Stage, wish: InvoiceRefund, settings: Any, kind: FaultKind, operation: str
):
    settings.STRIPE_PATIENCE_SECONDS = 0.3
    stage.fake.break_next(kind, operation, times=9)
    with pytest.raises(CardUnavailable):
        refunding.send(refund_id=wish.pk)
    assert state() == ("APPROVED", 0, 0)

    stage.fake.mend()
    for _try in range(2):
        refunding.send(refund_id=wish.pk)
    work.work_until_idle()

    assert refunds(stage) == [10_000_000]
    assert state() == ("SENT", 100_000, 1)


def test_what_stripe_refuses_is_failed_and_can_be_asked_for_again(stage: Stage, wish: InvoiceRefund):
    InvoiceRefund.objects.update(amount=400_000_000)

    refunding.send(refund_id=wish.pk)

    assert refunds(stage) == []
    assert state() == ("FAILED", 0, 0)
    assert InvoiceRefund.objects.get().trouble
    assert refunding.refundable(wish.payment) == 509_490


def test_a_duty_that_was_lost_is_taken_up_again(stage: Stage, wish: InvoiceRefund):
    Job.objects.all().delete()

    assert refunding.take_up_waiting() == 1
    work.work_until_idle()

    assert (refunds(stage), state()) == ([10_000_000], ("SENT", 100_000, 1))
