"""An invoice as its buyer sees it, on a page and as a PDF. https://docs.stripe.com/invoicing/hosted-invoice-page"""

from __future__ import annotations

from html import escape

from tests.fakes.server import Request, Response, redirect
from tests.fakes.stripe.account import Account
from tests.fakes.stripe.engine import cards, charging, collecting
from tests.fakes.stripe.errors import StripeRefused
from tests.fakes.stripe.money import day, shown
from tests.fakes.stripe.pages import layout
from tests.fakes.stripe.shapes import Obj


def answer(account: Account, request: Request, id: str) -> Response:
    """Show it, or pay it."""
    invoice = account.books.find("invoice", id)
    if invoice is None or invoice["status"] == "draft":
        return layout.page("Nothing here", "<p>There is no such invoice.</p>", status=404)
    if request.method != "POST" or invoice["status"] not in {"open", "uncollectible"}:
        return _show(account, invoice)
    form = request.form()
    month, year = layout.read_expiry(form.get("exp", "12/34"))
    try:
        with account.books.undoing():
            invoice = account.books.get("invoice", id)
            method = cards.make_card(account, form.get("number", ""), month=month, year=year)
            cards.attach(account, method, account.books.get("customer", invoice["customer"]))
        outcome = collecting.collect(account, invoice, method=method, off_session=False)
    except StripeRefused as refusal:
        return _show(account, account.books.get("invoice", id), refusal.message)
    if outcome.what == charging.ASKS:
        return redirect(account.link(f"3ds/{charging.intent_of(account, invoice)['id']}"))
    if outcome.what == charging.DECLINED:
        return _show(account, invoice, cards.declined(outcome.code).message)
    return redirect(account.link(f"i/{id}"))


def rows_of(account: Account, invoice: Obj) -> dict[str, str]:
    """The sums of an invoice, each with its name."""
    currency = invoice["currency"]
    rows = {"Subtotal": shown(invoice["subtotal"], currency)}
    for cut in invoice["total_discount_amounts"] or []:
        rows["Discount"] = shown(-cut["amount"], currency)
    for tax in invoice["total_taxes"] or []:
        rate = account.books.find("tax_rate", tax["tax_rate_details"]["tax_rate"])
        name = f"{rate['display_name']} {rate['percentage']:g}%" if rate else "Tax"
        rows[name + (" (included)" if tax["tax_behavior"] == "inclusive" else "")] = shown(
            tax["amount"], currency
        )
    if invoice["starting_balance"]:
        rows["Balance before"] = shown(invoice["starting_balance"], currency)
    rows["Due"] = shown(invoice["amount_due"], currency)
    return rows


def _show(account: Account, invoice: Obj, error: str = "") -> Response:
    currency = invoice["currency"]
    lines = {f"{row['description']}": shown(row["amount"], currency) for row in invoice["lines"]["data"]}
    lines |= rows_of(account, invoice)
    lines["To pay"] = shown(invoice["amount_remaining"], currency)
    head = f'<p class="note">{escape(invoice["number"] or "")}, {day(invoice["effective_at"])}</p>'
    body = head + layout.problem(error) + layout.facts(lines, "To pay")
    if invoice["status"] in {"open", "uncollectible"}:
        inside = (
            layout.card_fields() + f'<button name="act" value="pay">Pay {escape(lines["To pay"])}</button>'
        )
        body += f'<form method="post">{inside}</form>'
    else:
        body += f'<p class="good">This invoice is {escape(invoice["status"])}.</p>'
    body += f'<a class="button plain" href="{escape(str(invoice["invoice_pdf"]))}">Download PDF</a>'
    return layout.page("Invoice", body, status=402 if error else 200)


def pdf(account: Account, id: str) -> Response:
    """The invoice on one sheet."""
    invoice = account.books.find("invoice", id)
    if invoice is None or invoice["status"] == "draft":
        return layout.page("Nothing here", "<p>There is no such invoice.</p>", status=404)
    currency = invoice["currency"]
    texts = ["TEST invoice", f"Number {invoice['number']}", f"Date {day(invoice['effective_at'])}"]
    texts += [f"Bill to {invoice['customer_name'] or ''} {invoice['customer_email'] or ''}", ""]
    texts += [f"{row['description']}   {shown(row['amount'], currency)}" for row in invoice["lines"]["data"]]
    texts += ["", *[f"{name}   {value}" for name, value in rows_of(account, invoice).items()]]
    texts.append(f"Status {invoice['status']}")
    return Response(200, sheet(texts), "application/pdf")


def sheet(texts: list[str]) -> bytes:
    """A PDF with lines of text; letters outside Latin-1 become question marks."""
    shown_lines = "".join(f"({_escaped(text)}) Tj T*\n" for text in texts)
    stream = f"BT /F1 11 Tf 56 780 Td 16 TL\n{shown_lines}ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
