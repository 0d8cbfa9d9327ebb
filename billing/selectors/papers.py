"""What stands on our invoices, receipts and credit notes, as plain JSON for templates/pdf/platform.typ.

Parties, lines and tax are those that were frozen when the invoice was made.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing.models import CreditNote, Currency, Invoice, InvoiceState, PaymentState
from billing.rounding import half_up
from billing.terbilang import rupiah_in_words
from core.kernel.formats import format_day, format_money
from tenants import context

_METHODS = {"qris": "QRIS", "gopay": "GoPay", "shopeepay": "ShopeePay"}


def invoice_paper(invoice: Invoice, language: str) -> dict[str, Any]:
    """An invoice: who, what, the tax, what is open, and how it was paid."""
    with translation.override(language), context.in_public():
        facts = [[_("Date"), _day(invoice.issued_at, language)], [_("Due"), _day(invoice.due_at, language)]]
        if invoice.period_starts_at and invoice.period_ends_at:
            until = f"{_day(invoice.period_starts_at, language)} – {_day(invoice.period_ends_at, language)}"
            facts.append([_("Period"), until])
        paid_with = _paid_with(invoice, language)
        return {
            **_frame(invoice, language, _("Invoice"), invoice.number),
            "facts": facts,
            "lines": [
                {
                    "text": line.text,
                    "quantity": str(line.quantity),
                    "amount": _money(line.net_amount, invoice),
                }
                for line in invoice.lines.order_by("position")
            ],
            "sums": [*_sums(invoice, invoice.net_amount, invoice.tax_amount), *_settled(invoice)],
            "in_words": _in_words(invoice.total_amount, invoice),
            "paid": paid_with,
            "state": str(InvoiceState(invoice.state).label),
            "note": _("Made by computer and valid without a signature."),
        }


def receipt_paper(invoice: Invoice, language: str) -> dict[str, Any] | None:
    """What was paid on an invoice, when and with what; None when nothing was."""
    with translation.override(language), context.in_public():
        payments = list(invoice.payments.filter(state=PaymentState.PAID).order_by("paid_at", "pk"))
        if not payments:
            return None
        return {
            **_frame(invoice, language, _("Receipt"), f"{invoice.number}-R"),
            "facts": [[_("Date"), _day(invoice.paid_at or payments[-1].paid_at, language)]],
            "lines": [
                {
                    "text": f"{method_name(row.provider, row.method)} · {_day(row.paid_at, language)}",
                    "quantity": "",
                    "amount": _money(row.amount, invoice),
                }
                for row in payments
            ],
            "sums": [
                _sum(_("Paid for %(number)s") % {"number": invoice.number}, invoice.paid_amount, invoice)
            ],
            "in_words": _in_words(invoice.paid_amount, invoice),
            "paid": [],
            "state": str(PaymentState.PAID.label),
            "note": _("Made by computer and valid without a signature."),
        }


def credit_note_paper(note: CreditNote, language: str) -> dict[str, Any]:
    """What a credit note takes back, and of which invoice."""
    invoice = note.invoice
    with translation.override(language), context.in_public():
        return {
            **_frame(invoice, language, _("Credit note"), note.number),
            "facts": [
                [_("Date"), _day(note.issued_at, language)],
                [_("For invoice"), invoice.number],
                [_("Date of the invoice"), _day(invoice.issued_at, language)],
            ],
            "lines": [{"text": note.reason, "quantity": "", "amount": _money(-note.net_amount, invoice)}],
            "sums": _sums(invoice, -note.net_amount, -note.tax_amount),
            "in_words": _in_words(note.total_amount, invoice),
            "paid": [],
            "state": "",
            "note": _("Made by computer and valid without a signature."),
        }


def method_name(provider: str, method: str) -> str:
    """How something was paid, for people: `VA BCA`, `QRIS`, `Bank transfer`, `visa 4242`."""
    if provider == "TRANSFER":
        return _("Bank transfer")
    if provider == "BALANCE":
        return _("Your balance with us")
    if method.endswith("_va"):
        return f"VA {method.removesuffix('_va').upper()}"
    return _METHODS.get(method, method or _("Online payment"))


def _frame(invoice: Invoice, language: str, title: str, number: str) -> dict[str, Any]:
    return {
        "language": language,
        "title": title,
        "number": number,
        "words": {
            "from": _("From"),
            "to": _("Billed to"),
            "text": _("Description"),
            "quantity": _("Qty"),
            "amount": _("Amount"),
            "in_words": _("In words"),
            "paid_with": _("Paid with"),
        },
        "seller": _party(invoice.seller),
        "buyer": _party(invoice.buyer),
    }


def _party(frozen: dict[str, str]) -> dict[str, Any]:
    npwp = f"NPWP {frozen['npwp']}" if frozen.get("npwp") else ""
    shop = frozen.get("store", "")
    lines = [
        shop if shop != frozen.get("name") else "",
        frozen.get("address", ""),
        npwp,
        frozen.get("email", ""),
    ]
    return {"name": frozen.get("name", ""), "lines": [line for line in lines if line]}


def _sums(invoice: Invoice, net: int, tax: int) -> list[dict[str, Any]]:
    rows = [_sum(_("Subtotal"), net, invoice)]
    if invoice.tax_name:
        if "/" in invoice.tax_name:
            over, _slash, under = invoice.tax_name.rpartition(" ")[2].rstrip(")").partition("/")
            rows.append(_sum(_("Tax base"), half_up(net * int(over), int(under)), invoice))
        rows.append(_sum(invoice.tax_name, tax, invoice))
    return [*rows, _sum(_("Total"), net + tax, invoice, is_total=True)]


def _settled(invoice: Invoice) -> Iterable[dict[str, Any]]:
    """What was credited and paid since, and what is left, where it differs from the total."""
    if invoice.credited_amount:
        yield _sum(_("Credited"), -invoice.credited_amount, invoice)
    if invoice.paid_amount:
        yield _sum(_("Paid"), -invoice.paid_amount, invoice)
    if invoice.credited_amount or invoice.paid_amount:
        yield _sum(_("To pay"), invoice.open_amount, invoice, is_total=True)


def _sum(label: str, amount: int, invoice: Invoice, *, is_total: bool = False) -> dict[str, Any]:
    return {"label": label, "amount": _money(amount, invoice), "total": is_total}


def _paid_with(invoice: Invoice, language: str) -> list[str]:
    rows = invoice.payments.filter(state=PaymentState.PAID).order_by("paid_at", "pk")
    return [f"{method_name(row.provider, row.method)}, {_day(row.paid_at, language)}" for row in rows]


def _in_words(amount: int, invoice: Invoice) -> str:
    return rupiah_in_words(amount) if invoice.currency == Currency.IDR else ""


def _money(amount: int, invoice: Invoice) -> str:
    return format_money(amount, invoice.currency, translation.get_language() or "id")


def _day(moment: datetime | None, language: str) -> str:
    return format_day(timezone.localtime(moment).date(), language) if moment else ""
