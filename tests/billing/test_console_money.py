"""The console's money pages: subscriptions, invoices, ledgers and notices of providers."""

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import (
    BalanceEntry,
    CreditNote,
    FeeEntry,
    Invoice,
    InvoicePayment,
    ProviderNotice,
    Subscription,
)
from billing.services import balances, collecting
from tenants import provisioning
from tenants.models import Job, PlatformAct, StaffRole, Store, User
from tests.billing.invoices import NOON, open_invoice, subscribed

WHY = {"reason": "support request 12"}
TRANSFER = {"amount": 509_490, "bank_reference": "BCA 77123", **WHY}


def listed(console: Client, path: str, **query: str) -> list[str]:
    rows = console.get(path, query).context["rows"]
    return [getattr(row, "number", "") or row.store.slug for row in rows]


def csv(console: Client, path: str, **query: str) -> list[str]:
    answer = console.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode("utf-8-sig").splitlines()


def fee(store: Store, amount: int, month: date = date(2026, 7, 1), **fields: object) -> FeeEntry:
    told = {"kind": "ACCRUED", "source_ref": uuid.uuid4().hex, "order_number": "1001", **fields}
    return FeeEntry.objects.create(
        store=store, month=month, basis_amount=100_000, basis_points=200, amount=amount, at=NOON, **told
    )


# Subscriptions


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"kopi", "batik"}),
        ({"view": "trial"}, {"batik"}),
        ({"view": "active"}, set()),
        ({"view": "overdue"}, {"kopi"}),
        ({"view": "ends_soon"}, {"batik"}),
        ({"view": "unheard of"}, {"kopi", "batik"}),
        ({"plan": "basic"}, {"kopi"}),
        ({"provider": "INVOICE"}, {"kopi"}),
        ({"q": "BATIK"}, {"batik"}),
        ({"q": "x\x00"}, set()),
    ],
)
def test_subscriptions_are_filtered_and_searched(
    console: Client, kopi: Store, batik: Store, query: dict[str, str], found: set[str]
):
    subscribed(kopi, state="PAST_DUE", past_due_since=NOON)
    soon = timezone.now() + timedelta(days=2)
    Subscription.objects.filter(store=batik).update(trial_ends_at=soon)

    assert set(listed(console, "/subscriptions/", **query)) == found
    assert len(csv(console, "/subscriptions.csv", **query)) == 1 + len(found)


def test_a_subscription_as_csv_has_its_revenue(console: Client, kopi: Store):
    subscribed(kopi)

    assert csv(console, "/subscriptions.csv", q="kopi")[1].endswith(",IDR,459000")


def test_the_list_of_subscriptions_asks_a_fixed_number_of_queries(
    console: Client, kopi: Store, sari: User, django_assert_num_queries
):
    console.get("/subscriptions/")
    for number in range(4):
        provisioning.open_store(owner=sari, name=f"Toko {number}", slug=f"toko-{number}")

    with django_assert_num_queries(5):
        console.get("/subscriptions/")
    assert console.get("/subscriptions/", {"after": "x"}).status_code == 422


# Invoices


@pytest.fixture
def invoice(kopi: Store) -> Invoice:
    """Rp509.490, overdue since July."""
    subscribed(kopi)
    return open_invoice(kopi)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({}, True),
        ({"view": "open"}, True),
        ({"view": "overdue"}, True),
        ({"view": "failed"}, True),
        ({"view": "paid"}, False),
        ({"view": "uncollectible"}, False),
        ({"view": "void"}, False),
        ({"q": "INV-2026-000001"}, True),
        ({"q": "kopi"}, True),
        ({"q": "batik"}, False),
    ],
)
def test_invoices_are_filtered_and_searched(
    console: Client, invoice: Invoice, query: dict[str, str], is_found: bool
):
    InvoicePayment.objects.create(
        invoice=invoice,
        reference="x",
        provider="STRIPE",
        state="FAILED",
        amount=1,
        created_at=NOON,
        trouble="insufficient_funds",
    )

    assert listed(console, "/invoices/", **query) == ["INV-2026-000001"] * is_found
    assert len(csv(console, "/invoices.csv", **query)) == 1 + is_found
    assert ("insufficient_funds" in console.get("/invoices/", query).content.decode()) == is_found


def test_the_list_of_invoices_asks_a_fixed_number_of_queries(
    console: Client, invoice: Invoice, kopi: Store, django_assert_num_queries
):
    console.get("/invoices/")
    for _number in range(3):
        open_invoice(kopi)

    with django_assert_num_queries(4):
        assert len(console.get("/invoices/").context["rows"]) == 4


def test_an_invoice_and_its_paper_are_shown(console: Client, invoice: Invoice):
    page = console.get(f"/invoices/{invoice.uid}/")

    assert (page.status_code, page.context["open_amount"]) == (200, 509_490)
    assert console.get(f"/invoices/{invoice.uid}/invoice.pdf").content.startswith(b"%PDF")
    assert console.get(f"/invoices/{uuid.uuid4()}/").status_code == 404


def test_a_transfer_is_confirmed_once_with_what_the_bank_calls_it(console: Client, invoice: Invoice):
    for _click in range(2):
        console.post(f"/invoices/{invoice.uid}/transfer/", TRANSFER)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid_amount) == ("PAID", 509_490)
    payment = InvoicePayment.objects.get()
    assert (payment.reference, payment.confirmed_by) == ("TRANSFER-BCA 77123", "Rina")
    assert PlatformAct.objects.get(action="invoice.transfer_confirmed").reason == WHY["reason"]


@pytest.mark.parametrize(
    "wrong", [{"amount": 509_489}, {"amount": 0}, {"bank_reference": ""}, {"reason": "x"}, {"amount": "ten"}]
)
def test_a_transfer_that_does_not_fit_changes_nothing(console: Client, invoice: Invoice, wrong: dict):
    answer = console.post(f"/invoices/{invoice.uid}/transfer/", {**TRANSFER, **wrong})

    assert answer.status_code == 422
    assert not InvoicePayment.objects.exists()
    assert Invoice.objects.get().state == "OPEN"


def test_a_credit_note_of_a_paid_invoice_leaves_the_money_as_balance(
    console: Client, invoice: Invoice, kopi: Store
):
    console.post(f"/invoices/{invoice.uid}/transfer/", TRANSFER)
    once = {"amount": 100_000, "once": str(uuid.uuid4()), **WHY}
    for _click in range(2):
        assert console.post(f"/invoices/{invoice.uid}/credit/", once).status_code == 302

    assert CreditNote.objects.get().total_amount == 100_000
    assert balances.balance_of(kopi.pk, "IDR") == 100_000
    assert PlatformAct.objects.filter(action="invoice.credited").count() == 1
    note = CreditNote.objects.get()
    assert console.get(f"/credit-notes/{note.uid}.pdf").content.startswith(b"%PDF")


def test_more_than_the_invoice_is_not_credited(console: Client, invoice: Invoice):
    once = {"amount": 509_491, "once": str(uuid.uuid4()), **WHY}

    assert console.post(f"/invoices/{invoice.uid}/credit/", once).status_code == 422
    assert not CreditNote.objects.exists()


def test_an_open_invoice_is_made_void_and_a_paid_one_is_not(console: Client, invoice: Invoice, kopi: Store):
    other = open_invoice(kopi)
    console.post(f"/invoices/{other.uid}/transfer/", TRANSFER)

    assert console.post(f"/invoices/{invoice.uid}/void/", WHY).status_code == 302
    assert console.post(f"/invoices/{other.uid}/void/", WHY).status_code == 422
    assert dict(Invoice.objects.values_list("pk", "state")) == {invoice.pk: "VOID", other.pk: "PAID"}


@pytest.mark.parametrize("act", ["transfer", "credit", "void", "refund"])
def test_support_looks_at_invoices_and_touches_none(console: Client, rina: User, invoice: Invoice, act: str):
    User.objects.filter(pk=rina.pk).update(staff_role=StaffRole.SUPPORT)

    page = console.get(f"/invoices/{invoice.uid}/").content.decode()
    assert "/transfer/" not in page
    assert console.post(f"/invoices/{invoice.uid}/{act}/", TRANSFER).status_code == 403
    assert Invoice.objects.get().state == "OPEN"


# Ledgers


def test_the_fee_ledger_sums_to_a_recount(console: Client, kopi: Store, batik: Store):
    fee(kopi, 2_000)
    fee(kopi, -500, kind="REVERSED")
    fee(kopi, 3_000, date(2026, 8, 1))
    fee(batik, 700)

    page = console.get("/ledgers/")

    rows = [(row.month.month, row.slug, row.total_amount) for row in page.context["rows"]]
    assert rows == [(8, "kopi", 3_000), (7, "batik", 700), (7, "kopi", 1_500)]
    assert page.context["fees"]["total"] == sum(FeeEntry.objects.values_list("amount", flat=True)) == 5_200
    assert page.context["adds_up"]
    assert csv(console, "/ledgers.csv")[-1].split(",")[-2:] == ["5200", "5200"]
    assert len(csv(console, "/ledgers.csv", q="batik")) == 3


def test_balances_are_summed_by_store_month_and_currency(console: Client, kopi: Store, batik: Store):
    for store, amount, ref in ((kopi, 90_000, "a"), (kopi, -30_000, "b"), (batik, 5_000, "c")):
        BalanceEntry.objects.create(
            store=store, kind="GIVEN", currency="IDR", amount=amount, source_ref=ref, at=NOON
        )

    page = console.get("/ledgers/", {"view": "balances"})

    rows = [(row.slug, row.came_amount, row.used_amount) for row in page.context["rows"]]
    assert rows == [("batik", 5_000, 0), ("kopi", 90_000, -30_000)]
    assert page.context["balances"] == {"IDR": 65_000}
    assert len(csv(console, "/ledgers.csv", view="balances")) == 3


def test_ledgers_are_read_page_by_page(console: Client, kopi: Store, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("billing.console_ledgers._AT_A_TIME", 2)
    for month in (5, 6, 7):
        fee(kopi, month, date(2026, month, 1))

    with django_assert_num_queries(6):
        first = console.get("/ledgers/")
    second = console.get(first.context["next_url"])

    assert [row.total_amount for page in (first, second) for row in page.context["rows"]] == [7, 6, 5]
    assert second.context["next_url"] is None
    assert console.get("/ledgers/", {"after": "x/y"}).status_code == 422


# Notices of providers


@pytest.fixture
def failed(kopi: Store) -> ProviderNotice:
    """A message that nobody could work off."""
    return ProviderNotice.objects.create(
        provider="MIDTRANS",
        event_id="evt_1",
        kind="PAID",
        object_ref="INV-9",
        store=kopi,
        state="FAILED",
        trouble="no such payment",
        received_at=NOON,
    )


def test_notices_are_listed_by_what_became_of_them(console: Client, failed: ProviderNotice):
    ProviderNotice.objects.create(
        provider="STRIPE", event_id="evt_2", kind="customer.updated", customer_ref="cus_x", received_at=NOON
    )
    shown = {
        view: [row.event_id for row in console.get("/notices/", {"view": view}).context["rows"]]
        for view in ("", "failed", "waiting", "strangers")
    }

    assert shown == {
        "": ["evt_2", "evt_1"],
        "failed": ["evt_1"],
        "waiting": ["evt_2"],
        "strangers": ["evt_2"],
    }
    assert "no such payment" in console.get("/notices/", {"q": "kopi"}).content.decode()


def test_a_failed_notice_is_worked_off_again(console: Client, rina: User, failed: ProviderNotice):
    console.post(f"/notices/{failed.pk}/retry/")
    console.post(f"/notices/{failed.pk}/retry/")

    failed.refresh_from_db()
    assert (failed.state, failed.trouble) == ("WAITING", "")
    assert Job.objects.filter(kind=collecting.DUTY).count() == 1
    assert console.post("/notices/999999/retry/").status_code == 404
    User.objects.filter(pk=rina.pk).update(staff_role=StaffRole.SUPPORT)
    assert console.post(f"/notices/{failed.pk}/retry/").status_code == 403
