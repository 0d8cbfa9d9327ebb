"""Invoices, receipts and credit notes say what was frozen, in the reader's language, and can be printed."""

import pytest

from billing.models import Invoice
from billing.selectors.papers import credit_note_paper, invoice_paper, method_name, receipt_paper
from billing.services import crediting, invoicing, paying
from billing.terbilang import rupiah_in_words, terbilang
from core.kernel import pdf
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.billing.invoices import DAY, NOON, open_invoice


@pytest.fixture
def invoice(kopi: Store) -> Invoice:
    """A month of Basic for a company with a tax number."""
    invoicing.set_buyer(
        store=kopi, name="CV Kopi #set", npwp="0123456789012345", address="Jl. Braga 1", email="a@b.example"
    )
    return open_invoice(kopi, period=(NOON, NOON + 31 * DAY))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (11, "sebelas"),
        (19, "sembilan belas"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (1_000, "seribu"),
        (1_111, "seribu seratus sebelas"),
        (509_490, "lima ratus sembilan ribu empat ratus sembilan puluh"),
        (1_000_000, "satu juta"),
        (13_863_900, "tiga belas juta delapan ratus enam puluh tiga ribu sembilan ratus"),
        (2_000_000_001, "dua miliar satu"),
    ],
)
def test_amounts_in_words(number: int, words: str):
    assert terbilang(number) == words


def test_a_receipt_begins_with_a_capital():
    assert rupiah_in_words(500) == "Lima ratus rupiah"


def test_an_invoice_shows_parties_tax_and_words(invoice: Invoice):
    paper = invoice_paper(invoice, "id")

    assert paper["number"] == "INV-2026-000001"
    assert paper["seller"]["name"] == "PT Lapak Pintar Indonesia"
    assert paper["buyer"]["lines"] == ["Kopi Senja", "Jl. Braga 1", "NPWP 0123456789012345", "a@b.example"]
    assert [row["amount"] for row in paper["sums"]] == ["Rp459.000", "Rp420.750", "Rp50.490", "Rp509.490"]
    assert paper["sums"][2]["label"] == "PPN 11% (12% x 11/12)"
    assert paper["in_words"] == "Lima ratus sembilan ribu empat ratus sembilan puluh rupiah"


def test_what_is_paid_and_left_stands_below_the_total(invoice: Invoice):
    crediting.credit(invoice=invoice, total_amount=111_000, reason="Less", now=NOON)
    paying.confirm_transfer(
        invoice=invoice, amount=398_490, bank_reference="x", reason="x", actor=SYSTEM, now=NOON
    )
    invoice.refresh_from_db()
    paper = invoice_paper(invoice, "en")

    assert [row["amount"] for row in paper["sums"]][-3:] == ["-Rp111.000", "-Rp398.490", "Rp0"]
    assert paper["paid"] == ["Bank transfer, 1 Jul 2026"]


def test_there_is_no_receipt_before_there_is_money(invoice: Invoice):
    assert receipt_paper(invoice, "id") is None


@pytest.mark.parametrize("language", ["id", "en"])
def test_all_three_can_be_printed(invoice: Invoice, language: str):
    note = crediting.credit(invoice=invoice, total_amount=111_000, reason="#panic()", now=NOON)
    paying.confirm_transfer(
        invoice=invoice, amount=398_490, bank_reference="x", reason="x", actor=SYSTEM, now=NOON
    )
    invoice.refresh_from_db()
    papers = [
        invoice_paper(invoice, language),
        receipt_paper(invoice, language),
        credit_note_paper(note, language),
    ]

    assert [pdf.render("platform.typ", paper, made_at=NOON)[:5] for paper in papers] == [b"%PDF-"] * 3


def test_a_dollar_invoice_has_no_words_in_rupiah(kopi: Store):
    invoice = open_invoice(kopi, 2_900, currency="USD")
    paper = invoice_paper(invoice, "en")

    assert paper["in_words"] == ""
    assert paper["sums"][-1]["amount"] == "US$32.19"


@pytest.mark.parametrize(
    ("provider", "method", "name"),
    [("MIDTRANS", "bca_va", "VA BCA"), ("MIDTRANS", "qris", "QRIS"), ("STRIPE", "visa 4242", "visa 4242")],
)
def test_ways_to_pay_have_names(provider: str, method: str, name: str):
    assert method_name(provider, method) == name
