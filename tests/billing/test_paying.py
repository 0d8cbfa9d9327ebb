"""An invoice is paid by virtual account, QRIS or transfer: once, whatever is clicked, repeated or late."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from billing.models import BalanceEntry, Invoice, InvoicePayment, ProviderNotice, Subscription
from billing.services import balances, collecting, crediting, effects, paying
from billing.services.paying import AmountDiffers, CollectorAway, InvoiceClosed
from core.payments.gateways.midtrans.mapping import signature_of
from tenants.models import Job, PlatformAct, Store
from tenants.permissions import SYSTEM
from tests.billing.invoices import DAY, NOON, open_invoice
from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.server import FakeServer, FaultKind

KEY = "SB-Mid-server-platform"
BACK = "http://kopi.app.localhost/plan/"


@pytest.fixture
def midtrans(settings: LazySettings) -> Iterator[FakeMidtrans]:
    """The fake, with its notices held back: tests post them by hand."""
    fake = FakeMidtrans(minute=0.01)
    with FakeServer({"midtrans": fake}) as server:
        settings.FAKES_URL = server.url
        fake.hold_notices()
        yield fake


@pytest.fixture
def invoice(kopi: Store) -> Invoice:
    """Rp509.490 that waits for its money."""
    return open_invoice(kopi)


def started(invoice: Invoice) -> InvoicePayment:
    """An attempt whose page is open."""
    paying.pay_page(invoice=invoice, return_url=BACK, now=timezone.now())
    return invoice.payments.order_by("-pk").first()


def told(payment: InvoicePayment, **fields: str) -> bytes:
    """A signed notification."""
    amount, key = f"{payment.amount}.00", fields.pop("key", KEY)
    signature = signature_of(order_id=payment.reference, status_code="200", gross_amount=amount, key=key)
    return json.dumps(
        {
            "order_id": payment.reference,
            "status_code": "200",
            "gross_amount": amount,
            "signature_key": signature,
            "transaction_status": "settlement",
            "transaction_id": f"trx-{payment.reference}",
            "payment_type": "qris",
            "currency": "IDR",
            **fields,
        }
    ).encode()


def post(platform: Client, body: bytes) -> int:
    return platform.post("/hooks/midtrans/", data=body, content_type="application/json").status_code


def work_off() -> None:
    for notice in ProviderNotice.objects.order_by("pk"):
        collecting.work_off(notice_id=notice.pk)


def state(invoice: Invoice) -> tuple[str, int, int]:
    invoice.refresh_from_db()
    return invoice.state, invoice.paid_amount, balances.balance_of(invoice.store_id, "IDR")


def test_a_second_click_leads_to_the_same_page(midtrans: FakeMidtrans, invoice: Invoice):
    first = paying.pay_page(invoice=invoice, return_url=BACK, now=timezone.now())

    assert paying.pay_page(invoice=invoice, return_url=BACK, now=timezone.now()) == first
    assert InvoicePayment.objects.get().reference == "INV-2026-000001-1"


def test_a_notice_pays_the_invoice_once_however_often_it_comes(
    midtrans: FakeMidtrans, invoice: Invoice, platform: Client
):
    payment = started(invoice)
    midtrans.pay(payment.reference)

    assert [post(platform, told(payment)) for _ in range(3)] == [200] * 3
    work_off()
    work_off()

    assert state(invoice) == ("PAID", 509_490, 0)
    assert ProviderNotice.objects.get().state == "DONE"
    payment.refresh_from_db()
    assert (payment.state, bool(payment.method)) == ("PAID", True)
    assert Job.objects.filter(kind="billing.mails.owners").count() == 1


def test_a_claim_that_the_gateway_does_not_confirm_pays_nothing(
    midtrans: FakeMidtrans, invoice: Invoice, platform: Client
):
    payment = started(invoice)
    midtrans.choose(payment.reference)

    assert post(platform, told(payment)) == 200
    work_off()
    assert state(invoice) == ("OPEN", 0, 0)


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"\x00", 400), (b"[]", 400), (b"{}", 403), (b"{" * 70_000, 400)]
)
def test_what_nobody_can_read_or_signed_is_refused_and_not_kept(
    midtrans: FakeMidtrans, invoice: Invoice, platform: Client, body: bytes, status: int
):
    assert post(platform, body) == status
    assert not ProviderNotice.objects.exists()


def test_a_forged_notice_is_refused_and_not_kept(midtrans: FakeMidtrans, invoice: Invoice, platform: Client):
    payment = started(invoice)
    midtrans.pay(payment.reference)

    assert post(platform, told(payment, key="SB-Mid-server-kopi")) == 403
    assert not ProviderNotice.objects.exists()
    assert state(invoice) == ("OPEN", 0, 0)


def test_another_amount_changes_nothing_and_is_seen(
    midtrans: FakeMidtrans, invoice: Invoice, platform: Client
):
    payment = started(invoice)
    midtrans.pay(payment.reference)
    InvoicePayment.objects.update(amount=1)
    post(platform, told(payment))
    work_off()

    assert state(invoice) == ("OPEN", 0, 0)
    assert ProviderNotice.objects.get().state == "FAILED"
    assert "not the amount" in InvoicePayment.objects.get().trouble


def test_a_notice_of_a_stranger_is_kept_and_does_nothing(
    midtrans: FakeMidtrans, invoice: Invoice, platform: Client
):
    stranger = InvoicePayment(reference="INV-2026-999999-1", amount=5)

    assert post(platform, told(stranger)) == 200
    work_off()
    assert ProviderNotice.objects.get().state == "IGNORED"


def test_a_second_payment_becomes_balance_and_pays_the_next_invoice(
    midtrans: FakeMidtrans, invoice: Invoice, kopi: Store
):
    payment = started(invoice)
    midtrans.pay(payment.reference)
    paying.confirm_transfer(
        invoice=invoice, amount=509_490, bank_reference="BCA 1", reason="Seen", actor=SYSTEM, now=NOON
    )
    collecting.look_again(payment=payment, now=NOON)
    assert state(invoice) == ("PAID", 509_490, 509_490)

    following = open_invoice(kopi, 100_000)
    assert paying.use_balance(invoice=following, now=NOON) == 111_000
    assert paying.use_balance(invoice=following, now=NOON) == 0
    assert state(following) == ("PAID", 111_000, 398_490)


def test_money_for_what_was_taken_back_is_not_lost(midtrans: FakeMidtrans, invoice: Invoice):
    payment = started(invoice)
    crediting.void(invoice=invoice, reason="Another choice", now=NOON)
    midtrans.pay(payment.reference)
    collecting.look_again(payment=payment, now=NOON)

    assert state(invoice) == ("VOID", 0, 509_490)


def test_what_was_written_off_can_still_be_paid(midtrans: FakeMidtrans, invoice: Invoice):
    Invoice.objects.update(state="UNCOLLECTIBLE")
    payment = started(invoice)
    midtrans.pay(payment.reference)
    collecting.look_again(payment=payment, now=NOON)

    assert state(invoice) == ("PAID", 509_490, 0)


@pytest.mark.parametrize("kind", [each for each in FaultKind if each is not FaultKind.DRIP])
def test_a_silent_gateway_leaves_nothing_half_done(
    midtrans: FakeMidtrans, invoice: Invoice, kind: FaultKind, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("billing.collectors.PATIENCE_SECONDS", 1)
    midtrans.break_next(kind, "start", times=1, status=503)
    with pytest.raises(CollectorAway):
        paying.pay_page(invoice=invoice, return_url=BACK, now=timezone.now())
    assert state(invoice) == ("OPEN", 0, 0)

    assert paying.pay_page(invoice=invoice, return_url=BACK, now=timezone.now()).startswith("http")
    assert InvoicePayment.objects.count() == 1


def test_a_gateway_that_cannot_be_asked_is_asked_again(
    midtrans: FakeMidtrans, invoice: Invoice, platform: Client
):
    payment = started(invoice)
    midtrans.pay(payment.reference)
    post(platform, told(payment))
    midtrans.break_next(FaultKind.STATUS, "find", times=1, status=500)
    with pytest.raises(Exception, match="500"):
        work_off()
    assert state(invoice) == ("OPEN", 0, 0)

    work_off()
    assert state(invoice) == ("PAID", 509_490, 0)


def test_a_lost_notice_is_found_by_asking(midtrans: FakeMidtrans, invoice: Invoice):
    payment = started(invoice)
    midtrans.pay(payment.reference)

    assert collecting.ask_about_waiting(timezone.now() + timedelta(minutes=6)) == 1
    assert state(invoice) == ("PAID", 509_490, 0)


def test_an_attempt_that_nobody_paid_ends_and_a_new_one_begins(midtrans: FakeMidtrans, invoice: Invoice):
    started(invoice)
    collecting.ask_about_waiting(timezone.now() + timedelta(hours=27))
    assert InvoicePayment.objects.get().state == "EXPIRED"

    assert started(invoice).reference == "INV-2026-000001-2"


@pytest.mark.parametrize("what", ["PAID", "VOID"])
def test_what_is_not_open_cannot_be_paid(midtrans: FakeMidtrans, invoice: Invoice, what: str):
    Invoice.objects.update(state=what)
    with pytest.raises(InvoiceClosed):
        paying.pay_page(invoice=invoice, return_url=BACK, now=NOON)
    with pytest.raises(InvoiceClosed):
        paying.confirm_transfer(
            invoice=invoice, amount=509_490, bank_reference="x", reason="x", actor=SYSTEM, now=NOON
        )

    assert not InvoicePayment.objects.exists()


def test_dollars_cannot_be_paid_by_qris(midtrans: FakeMidtrans, invoice: Invoice):
    Invoice.objects.update(currency="USD")
    with pytest.raises(InvoiceClosed):
        paying.pay_page(invoice=invoice, return_url=BACK, now=NOON)


def test_a_transfer_counts_once_with_who_and_why(invoice: Invoice):
    for _ in range(2):
        paying.confirm_transfer(
            invoice=invoice, amount=509_490, bank_reference="BCA 1", reason="Seen", actor=SYSTEM, now=NOON
        )

    assert state(invoice) == ("PAID", 509_490, 0)
    payment = InvoicePayment.objects.get()
    assert (payment.confirmed_by, payment.provider) == ("SmartSeller", "TRANSFER")
    act = PlatformAct.objects.get(action="invoice.transfer_confirmed")
    assert (act.reason, act.subject_id, act.changes["amount"]) == ("Seen", invoice.number, 509_490)


def test_too_little_is_refused_and_too_much_is_kept(invoice: Invoice):
    with pytest.raises(AmountDiffers):
        paying.confirm_transfer(
            invoice=invoice, amount=509_489, bank_reference="a", reason="x", actor=SYSTEM, now=NOON
        )
    assert not InvoicePayment.objects.exists()

    paying.confirm_transfer(
        invoice=invoice, amount=600_000, bank_reference="b", reason="x", actor=SYSTEM, now=NOON
    )
    assert state(invoice) == ("PAID", 509_490, 90_510)


def test_the_same_transfer_pays_no_second_invoice(invoice: Invoice, batik: Store):
    other = open_invoice(batik)
    paying.confirm_transfer(
        invoice=invoice, amount=509_490, bank_reference="BCA 1", reason="x", actor=SYSTEM, now=NOON
    )
    with pytest.raises(InvoiceClosed):
        paying.confirm_transfer(
            invoice=other, amount=509_490, bank_reference="BCA 1", reason="x", actor=SYSTEM, now=NOON
        )

    assert state(other) == ("OPEN", 0, 0)


def test_a_card_invoice_that_is_paid_by_qris_ends_the_trouble_at_once(
    midtrans: FakeMidtrans, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
):
    Invoice.objects.update(provider="STRIPE", external_ref="in_1")
    Subscription.objects.filter(store=invoice.store).update(
        provider="STRIPE", state="PAST_DUE", past_due_since=NOON - 8 * DAY, customer_ref="c", external_ref="s"
    )
    payment = started(invoice)
    midtrans.pay(payment.reference)
    collecting.look_again(payment=payment, now=NOON)

    assert Subscription.objects.get(store=invoice.store).state == "ACTIVE"
    settled = []
    monkeypatch.setattr(effects, "cards", lambda: _Cards(settled))
    effects.settle_card_invoice(invoice_id=invoice.pk)
    assert settled == [("in_1", f"settle:{invoice.uid}")]
    assert Job.objects.filter(kind=effects.SETTLE).count() == 1


class _Cards:
    def __init__(self, settled: list) -> None:
        self._settled = settled

    def settle_invoice(self, ref: str, *, key: str) -> None:
        self._settled.append((ref, key))


def test_other_pages_are_closed_when_it_is_paid(midtrans: FakeMidtrans, invoice: Invoice, platform: Client):
    payment = started(invoice)
    midtrans.choose(payment.reference)
    paying.confirm_transfer(
        invoice=invoice, amount=509_490, bank_reference="x", reason="x", actor=SYSTEM, now=NOON
    )
    job = Job.objects.get(kind=collecting.CALL_OFF)
    collecting.call_off(**job.payload)
    collecting.ask_about_waiting(timezone.now() + timedelta(minutes=6))

    payment.refresh_from_db()
    assert payment.state == "FAILED"
    assert BalanceEntry.objects.count() == 0
