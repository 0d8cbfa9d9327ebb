"""Money goes back to a store only when two people want it, and only once."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from billing.models import CreditNote, Invoice, InvoicePayment, InvoiceRefund
from billing.services import balances, crediting, paying, refunding
from billing.services.refunding import RefundRefused
from tenants import handoff
from tenants.models import PlatformAct, StaffRole, Store, User
from tenants.permissions import SYSTEM
from tests.billing.invoices import NOON, open_invoice, subscribed
from tests.conftest import PASSWORD, client_at

WHY = {"reason": "paid twice"}
SENT = {"bank_reference": "BCA 900", **WHY}


@pytest.fixture
def payment(kopi: Store) -> InvoicePayment:
    """A transfer of Rp509.490 that paid an invoice."""
    subscribed(kopi)
    return paying.confirm_transfer(
        invoice=open_invoice(kopi),
        amount=509_490,
        bank_reference="BCA 1",
        reason="on the statement",
        actor=SYSTEM,
        now=NOON,
    )


@pytest.fixture
def wish(payment: InvoicePayment, rina: User) -> InvoiceRefund:
    """Rina asks for Rp100.000 to go back."""
    return refunding.ask(
        payment=payment, amount=100_000, reason="paid twice", user=rina, actor=SYSTEM, now=NOON
    )


@pytest.fixture
def budi(db: None) -> Client:
    """Another person of finance, in the console."""
    user = User.objects.create_user(
        "budi@example.com", PASSWORD, name="Budi", is_staff=True, staff_role=StaffRole.FINANCE
    )
    TOTP.activate(user, generate_totp_secret())
    browser = client_at(settings.CONSOLE_HOST)
    code = handoff.issue_for_console(user=user, next_path="/", now=timezone.now())
    browser.get("/auth/enter/", {"code": code})
    return browser


def state() -> tuple[str, int, int, int]:
    row, invoice = InvoiceRefund.objects.get(), Invoice.objects.get()
    return row.state, invoice.refunded_amount, invoice.credited_amount, CreditNote.objects.count()


def test_one_asks_another_approves_and_finance_sends(console: Client, budi: Client, payment: InvoicePayment):
    asked = {"payment": str(payment.uid), "amount": 100_000, **WHY}
    assert console.post(f"/invoices/{payment.invoice.uid}/refund/", asked).status_code == 302
    wish = InvoiceRefund.objects.get()
    assert state() == ("ASKED", 0, 0, 0)

    assert budi.post(f"/refunds/{wish.uid}/approve/", WHY).status_code == 302
    assert state() == ("APPROVED", 0, 0, 0)
    assert budi.post(f"/refunds/{wish.uid}/sent/", SENT).status_code == 302

    assert state() == ("SENT", 100_000, 100_000, 1)
    assert list(
        PlatformAct.objects.filter(action__startswith="refund").values_list("action", "actor_name")
    ) == [
        ("refund.asked", "Rina"),
        ("refund.approved", "Budi"),
        ("refund.sent", "Budi"),
    ]
    assert balances.balance_of(payment.invoice.store_id, "IDR") == 0


@pytest.mark.parametrize("act", ["approve", "refuse"])
def test_who_asked_does_not_decide_and_is_told_so(console: Client, wish: InvoiceRefund, act: str):
    answer = console.post(f"/refunds/{wish.uid}/{act}/", WHY)

    assert answer.status_code == 422
    assert [str(error) for error in answer.context["forms"]["decide"].non_field_errors()]
    assert answer.context["is_own"]
    assert state() == ("ASKED", 0, 0, 0)


def test_the_database_itself_refuses_one_person_in_both_parts(wish: InvoiceRefund, rina: User):
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceRefund.objects.filter(pk=wish.pk).update(decided_by=rina, state="APPROVED")


def test_a_refused_refund_moves_nothing_and_frees_the_amount(budi: Client, wish: InvoiceRefund):
    assert refunding.refundable(wish.payment) == 409_490

    budi.post(f"/refunds/{wish.uid}/refuse/", WHY)

    assert state() == ("REFUSED", 0, 0, 0)
    assert refunding.refundable(wish.payment) == 509_490
    for act in ("approve", "refuse"):
        assert budi.post(f"/refunds/{wish.uid}/{act}/", WHY).status_code == 422
    assert budi.post(f"/refunds/{wish.uid}/sent/", SENT).status_code == 422
    assert state() == ("REFUSED", 0, 0, 0)


def test_what_is_sent_is_sent_once(budi: Client, wish: InvoiceRefund):
    budi.post(f"/refunds/{wish.uid}/approve/", WHY)

    answers = [budi.post(f"/refunds/{wish.uid}/sent/", SENT).status_code for _ in range(2)]

    assert answers == [302, 422]
    assert state() == ("SENT", 100_000, 100_000, 1)


def test_no_more_goes_back_than_came(wish: InvoiceRefund, rina: User):
    with pytest.raises(RefundRefused):
        refunding.ask(
            payment=wish.payment, amount=409_491, reason="too much", user=rina, actor=SYSTEM, now=NOON
        )
    assert InvoiceRefund.objects.count() == 1


def test_what_stays_with_us_as_balance_does_not_go_back_too(payment: InvoicePayment):
    crediting.credit(
        invoice=payment.invoice, total_amount=500_000, reason="goodwill", now=NOON, keeps_money=True
    )

    assert refunding.refundable(InvoicePayment.objects.get(pk=payment.pk)) == 9_490


def test_support_reads_refunds_and_decides_none(
    console: Client, rina: User, budi: Client, wish: InvoiceRefund
):
    User.objects.filter(email="budi@example.com").update(staff_role=StaffRole.SUPPORT)

    assert budi.get(f"/refunds/{wish.uid}/").status_code == 200
    for act in ("approve", "refuse", "sent", "retry"):
        assert budi.post(f"/refunds/{wish.uid}/{act}/", SENT).status_code == 403
    assert state() == ("ASKED", 0, 0, 0)


def test_the_list_asks_a_fixed_number_of_queries(
    console: Client, wish: InvoiceRefund, rina: User, django_assert_num_queries
):
    console.get("/refunds/")
    for _number in range(3):
        refunding.ask(payment=wish.payment, amount=1, reason="one more", user=rina, actor=SYSTEM, now=NOON)

    with django_assert_num_queries(4):
        assert len(console.get("/refunds/").context["rows"]) == 4
    assert len(console.get("/refunds/", {"view": "sent"}).context["rows"]) == 0
