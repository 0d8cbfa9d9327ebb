"""A credit note on an invoice by card is written at Stripe, and both books agree."""

import uuid

import pytest

from billing.models import CreditNote, Invoice
from billing.services import asking, correcting
from billing.services.crediting import CreditRefused
from tenants.models import PlatformAct
from tenants.permissions import SYSTEM
from tests.billing.cards.stage import Stage
from tests.fakes.server import FaultKind


def credit(stage: Stage, amount: int, once: uuid.UUID) -> None:
    correcting.credit(
        invoice=Invoice.objects.get(),
        amount=amount,
        reason="half a month was down",
        once=once,
        actor=SYSTEM,
        now=stage.now,
    )


def test_two_clicks_write_one_note_in_both_books(stage: Stage):
    stage.buy()
    once = uuid.uuid4()

    for _click in range(2):
        credit(stage, 100_000, once)
    stage.hear()

    assert [note["amount"] for note in stage.fake.account.books.all("credit_note")] == [10_000_000]
    assert CreditNote.objects.get().total_amount == Invoice.objects.get().credited_amount == 100_000


def test_more_than_is_left_is_refused_before_stripe_is_asked(stage: Stage):
    stage.buy()

    with pytest.raises(CreditRefused):
        credit(stage, 509_491, uuid.uuid4())
    assert not stage.fake.account.books.all("credit_note")
    assert not CreditNote.objects.exists()


def test_while_stripe_is_away_nothing_is_credited(stage: Stage, settings):
    stage.buy()
    settings.STRIPE_PATIENCE_SECONDS = 0.3
    once = uuid.uuid4()
    stage.fake.break_next(FaultKind.STATUS, "credit_notes.create", times=9)

    with pytest.raises(asking.ProviderAway):
        credit(stage, 100_000, once)
    assert not CreditNote.objects.exists()
    assert not PlatformAct.objects.filter(action="invoice.credited").exists()

    stage.fake.mend()
    credit(stage, 100_000, once)
    assert CreditNote.objects.get().total_amount == 100_000
