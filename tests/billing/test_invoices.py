"""Invoices are numbered without gaps, taxed to the rupiah, and only their state ever changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from billing.card_invoices import CardInvoice, CardInvoiceLine, CardPayment
from billing.invoice_ports import InvoiceItem
from billing.models import (
    BalanceEntry,
    BuyerDetails,
    CreditNote,
    Invoice,
    InvoicePayment,
    NumberSeries,
    TaxRate,
)
from billing.services import balances, crediting, invoicing, numbering, taxing
from billing.services.crediting import CreditRefused
from billing.services.plans import PlanRefused
from core.kernel import profile
from tenants import context
from tenants.archive import leaving
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.billing.invoices import DAY, MONTH, NOON, draft, open_invoice


class Unlucky(Exception):
    """What makes a transaction roll back."""


def _take(turn: int) -> str:
    try:
        with transaction.atomic():
            number = numbering.next_number("TEST", NOON)
            if turn % 3 == 0:
                raise Unlucky
            return number
    except Unlucky:
        return ""
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_and_some_rolled_back_leave_no_gap():
    with ThreadPoolExecutor(20) as threads:
        taken = sorted(filter(None, threads.map(_take, range(120))))

    assert taken == [f"TEST-2026-{number:06d}" for number in range(1, 81)]
    assert NumberSeries.objects.get(name="TEST-2026").last == 80
    NumberSeries.objects.all().delete()


def test_a_new_year_begins_at_one_by_the_clock_of_jakarta(db: None):
    assert numbering.next_number("TEST", datetime(2026, 12, 31, 16, 59, tzinfo=UTC)) == "TEST-2026-000001"
    assert numbering.next_number("TEST", datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == "TEST-2027-000001"


@pytest.mark.parametrize(
    ("net", "base", "tax"),
    [
        (459_000, 420_750, 50_490),
        (1_249_000, 1_144_917, 137_390),
        (50, 46, 6),
        (4, 4, 0),
        (5, 5, 1),
        (0, 0, 0),
    ],
)
def test_twelve_percent_of_eleven_twelfths_to_the_rupiah(db: None, net: int, base: int, tax: int):
    found = taxing.tax_on(net, NOON)

    assert (found.name, found.base_amount, found.amount) == ("PPN 11% (12% x 11/12)", base, tax)


def test_the_tax_is_that_of_the_day(db: None):
    TaxRate.objects.create(basis_points=1_250, starts_on=date(2027, 1, 1))

    before = taxing.tax_on(1_000, datetime(2024, 12, 31, 16, 59, tzinfo=UTC))
    after = taxing.tax_on(1_000, datetime(2026, 12, 31, 17, 0, tzinfo=UTC))
    assert (before.name, before.amount) == ("PPN 11%", 110)
    assert (after.name, after.amount) == ("PPN 12.5%", 125)
    assert taxing.tax_on(1_000, datetime(2020, 1, 1, tzinfo=UTC)).name == ""


def test_an_invoice_says_who_and_what_as_it_was_that_day(kopi: Store):
    with context.in_store(kopi):
        profile.edit(changes={"legal_name": "CV Kopi", "address_line": "Jl. Braga 1"}, actor=SYSTEM)
    invoicing.set_buyer(store=kopi, name="", npwp="01.234.567.8-901.234", address="", email="")

    invoice = open_invoice(kopi)

    assert (invoice.number, invoice.state) == ("INV-2026-000001", "OPEN")
    assert (invoice.net_amount, invoice.tax_amount, invoice.total_amount) == (459_000, 50_490, 509_490)
    assert invoice.buyer["name"] == "CV Kopi"
    assert (invoice.buyer["npwp"], invoice.buyer["address"]) == ("012345678901234", "Jl. Braga 1")
    assert invoice.seller["name"] == "PT Lapak Pintar Indonesia"
    assert list(invoice.lines.values_list("position", "kind", "net_amount")) == [(1, "PLAN", MONTH)]


def test_a_wrong_npwp_is_refused_and_changes_nothing(kopi: Store):
    with pytest.raises(PlanRefused):
        invoicing.set_buyer(store=kopi, name="X", npwp="12345", address="", email="")

    assert invoicing.buyer_of(kopi)["npwp"] == ""


def test_the_same_key_makes_one_invoice(kopi: Store):
    first = open_invoice(kopi, key="cycle:1")

    assert open_invoice(kopi, 1, key="cycle:1") == first
    assert Invoice.objects.count() == 1


def test_less_than_nothing_is_no_invoice_and_takes_no_number(kopi: Store):
    with pytest.raises(PlanRefused):
        open_invoice(kopi, -1)

    assert not Invoice.objects.exists()
    assert not NumberSeries.objects.exists()


def _of_provider(**fields) -> CardInvoice:
    told = {
        "ref": "in_1",
        "customer_ref": "cus_1",
        "subscription_ref": "sub_1",
        "state": "OPEN",
        "reason": "CYCLE",
        "currency": "USD",
        "lines": (CardInvoiceLine("PLAN", "Basic", 1, 2_900),),
        "net_amount": 2_900,
        "tax_amount": 319,
        "total_amount": 3_219,
        "paid_amount": 0,
        "period_starts_at": NOON,
        "period_ends_at": NOON + 30 * DAY,
        "issued_at": NOON,
        "due_at": NOON,
    }
    return CardInvoice(**{**told, **fields})


def test_a_providers_invoice_is_copied_and_numbered_once(kopi: Store):
    tried = CardPayment("pi_1", "FAILED", 3_219, "visa 4242", "declined", NOON)
    paid = CardPayment("pi_1", "PAID", 3_219, "visa 4242", "", NOON + DAY)
    first = invoicing.mirror(store=kopi, found=_of_provider(payments=(tried,)), now=NOON)
    told = _of_provider(state="PAID", paid_amount=3_219, paid_at=NOON + DAY, payments=(paid,))
    for _ in range(3):
        invoicing.mirror(store=kopi, found=told, now=NOON + DAY)
    invoicing.mirror(store=kopi, found=_of_provider(payments=(paid,)), now=NOON + DAY)

    invoice = Invoice.objects.get()
    assert (invoice.pk, invoice.number) == (first.pk, "INV-2026-000001")
    assert (invoice.state, invoice.paid_amount, invoice.tax_name) == ("PAID", 3_219, "PPN 11% (12% x 11/12)")
    assert InvoicePayment.objects.get().state == "PAID"


def test_a_draft_and_an_invoice_over_nothing_get_no_number(kopi: Store):
    nothing = _of_provider(state="PAID", net_amount=0, tax_amount=0, total_amount=0)

    assert invoicing.mirror(store=kopi, found=nothing, now=NOON) is None
    assert invoicing.mirror(store=kopi, found=_of_provider(state=""), now=NOON) is None
    assert not NumberSeries.objects.exists()


def test_notes_take_an_invoice_back_in_parts_and_leave_no_rupiah_of_tax(kopi: Store):
    invoice = open_invoice(kopi, 100_000)

    for amount in (33_333, 33_333, 44_334):
        crediting.credit(invoice=invoice, total_amount=amount, reason="Less", now=NOON)

    notes = CreditNote.objects.order_by("pk")
    assert [note.number for note in notes] == ["CN-2026-000001", "CN-2026-000002", "CN-2026-000003"]
    assert [note.tax_amount for note in notes] == [3_303, 3_303, 4_394]
    assert sum(note.net_amount for note in notes) == 100_000
    assert (invoice.state, invoice.credited_amount) == ("VOID", 111_000)


@pytest.mark.parametrize("amount", [0, -1, 111_001])
def test_more_than_is_left_cannot_be_taken_back(kopi: Store, amount: int):
    invoice = open_invoice(kopi, 100_000)

    with pytest.raises(CreditRefused):
        crediting.credit(invoice=invoice, total_amount=amount, reason="Less", now=NOON)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.credited_amount) == ("OPEN", 0)
    assert not CreditNote.objects.exists()


def test_a_note_with_a_name_is_made_once(kopi: Store):
    invoice = open_invoice(kopi)
    notes = [
        crediting.credit(invoice=invoice, total_amount=1, reason="Less", now=NOON, external_ref="cn_1")
        for _ in range(2)
    ]

    assert notes[0] == notes[1]
    assert invoice.credited_amount == 1


def test_what_staff_give_is_given_once_and_to_one_store(kopi: Store, batik: Store):
    for _ in range(2):
        balances.give(
            store=kopi,
            amount=50_000,
            currency="IDR",
            reference="r1",
            reason="Sorry",
            actor=SYSTEM,
            now=NOON,
        )

    assert balances.balance_of(kopi.pk, "IDR") == 50_000
    assert balances.balance_of(kopi.pk, "USD") == balances.balance_of(batik.pk, "IDR") == 0
    assert BalanceEntry.objects.count() == 1


def test_lines_are_kept_as_they_were_told(kopi: Store):
    lines = [InvoiceItem("PLAN", "Basic", 459_000), InvoiceItem("FEES", "Fees", 1_500, quantity=3)]

    invoice = invoicing.issue(store=kopi, draft=draft(lines=lines), now=NOON)

    assert invoice.net_amount == 460_500
    assert list(invoice.lines.values_list("position", "text", "quantity")) == [
        (1, "Basic", 1),
        (2, "Fees", 3),
    ]


def test_our_books_outlive_a_store_that_is_deleted(kopi: Store):
    invoice = open_invoice(kopi)
    BuyerDetails.objects.create(store=kopi, name="CV Kopi")
    with context.in_public():
        leaving._drop_platform_rows(kopi)

    assert Invoice.objects.get() == invoice
    assert not BuyerDetails.objects.exists()
