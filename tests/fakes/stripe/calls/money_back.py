"""Refunds, credit notes and disputes.

https://docs.stripe.com/api/refunds, /api/credit_notes, /api/disputes
"""

from __future__ import annotations

from fractions import Fraction

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import collecting
from tests.fakes.stripe.engine.people import move_balance
from tests.fakes.stripe.errors import invalid, missing
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import rounded
from tests.fakes.stripe.routes import listing, retrieve, route
from tests.fakes.stripe.shapes import Obj, complete, list_of


@route("POST", "/v1/refunds", "refunds.create", "RefundCreateParams")
def create(account: Account, params: Params) -> Obj:
    """Give money of a charge back."""
    books = account.books
    ref = params.get("charge")
    if intent := params.get("payment_intent"):
        ref = books.get("payment_intent", intent, param="payment_intent")["latest_charge"]
    if not ref:
        raise missing("charge")
    refund = refund_charge(
        account, books.get("charge", ref, param="charge"), params.get("amount"), params.get("reason")
    )
    merge_metadata(refund, params)
    return refund


def refund_charge(account: Account, charge: Obj, amount: int | None, reason: str | None) -> Obj:
    """Give all or a part of a charge back. Raises StripeRefused."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    if not charge["paid"]:
        raise invalid("This charge was not paid.", code="charge_not_refundable")
    if charge["disputed"]:
        raise invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        raise invalid(
            f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    refund = account.books.add(
        "refund",
        "re",
        created=account.books.now_of(charge),
        amount=wanted,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=reason,
        status="succeeded",
    )
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += wanted
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    account.books.emit("refund.created", refund)
    account.books.emit("charge.refunded", charge, before)
    return refund


# --- Credit notes -------------------------------------------------------------------------------------


@route("POST", "/v1/credit_notes", "credit_notes.create", "CreditNoteCreateParams")
def create_note(account: Account, params: Params) -> Obj:
    """Lower an invoice that left the drafts."""
    books = account.books
    invoice = books.get("invoice", params["invoice"], param="invoice")
    if invoice["status"] not in {"open", "paid"}:
        raise invalid(f"You can't credit an invoice that is {invoice['status']}.", param="invoice")
    with books.undoing():
        note = _note(account, invoice, params)
        if invoice["status"] == "open":
            _lower(account, invoice, note)
        else:
            _give_back(account, invoice, note, params)
    books.emit("credit_note.created", note)
    return note


@route("POST", "/v1/credit_notes/preview", "credit_notes.preview", "CreditNotePreviewParams")
@route("GET", "/v1/credit_notes/preview", "credit_notes.preview", "CreditNotePreviewParams")
def preview_note(account: Account, params: Params) -> Obj:
    """What a credit note would say."""
    with account.books.undoing(always=True):
        invoice = account.books.get("invoice", params["invoice"], param="invoice")
        return _note(account, invoice, params)


def _note(account: Account, invoice: Obj, params: Params) -> Obj:
    rows = _rows(invoice, params)
    total = sum(row["amount"] + row["_exclusive"] for row in rows)
    given = account.books.all("credit_note", invoice=invoice["id"], status="issued")
    left = invoice["total"] - sum(note["total"] for note in given)
    if invoice["status"] == "open":
        left = min(left, invoice["amount_remaining"])
    if not 0 < total <= left:
        raise invalid(f"The amount to credit ({total}) must be positive and at most {left}.", param="amount")
    taxes: dict[str, Obj] = {}
    for row in rows:
        for tax in row["taxes"]:
            sum_of = taxes.setdefault(
                tax["tax_rate_details"]["tax_rate"], {**tax, "amount": 0, "taxable_amount": 0}
            )
            sum_of["amount"] += tax["amount"]
            sum_of["taxable_amount"] += tax["taxable_amount"]
    before = len(account.books.all("credit_note", invoice=invoice["id"]))
    subtotal, after = sum(row["amount"] for row in rows), invoice["status"] == "paid"
    ref = f"cn_{token()}"
    note = account.books.add(
        "credit_note",
        "cn",
        id=ref,
        created=account.books.now_of(invoice),
        amount=total,
        amount_shipping=0,
        currency=invoice["currency"],
        customer=invoice["customer"],
        discount_amount=0,
        discount_amounts=[],
        effective_at=account.books.now_of(invoice),
        invoice=invoice["id"],
        lines=list_of(rows, f"/v1/credit_notes/{ref}/lines"),
        memo=settle(params.get("memo")),
        metadata={},
        number=f"{invoice['number']}-CN-{before + 1:02d}",
        out_of_band_amount=params.get("out_of_band_amount"),
        pdf=account.link(f"i/{invoice['id']}/pdf"),
        post_payment_amount=total if after else 0,
        pre_payment_amount=0 if after else total,
        pretax_credit_amounts=[],
        reason=params.get("reason"),
        refunds=[],
        status="issued",
        subtotal=subtotal,
        subtotal_excluding_tax=total - sum(tax["amount"] for tax in taxes.values()),
        total=total,
        total_excluding_tax=total - sum(tax["amount"] for tax in taxes.values()),
        total_taxes=list(taxes.values()),
        type="post_payment" if after else "pre_payment",
    )
    merge_metadata(note, params)
    return note


def _rows(invoice: Obj, params: Params) -> list[Obj]:
    if wishes := params.get("lines"):
        return [_row(invoice, wish) for wish in wishes]
    if params.get("amount") is None:
        return [
            _row(invoice, {"invoice_line_item": row["id"]})
            for row in invoice["lines"]["data"]
            if row["amount"]
        ]
    share = Fraction(params["amount"], invoice["total"] or 1)
    taxes = [_part_of(tax, share) for tax in invoice["total_taxes"] or []]
    exclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    row = _line(params["amount"] - exclusive, "Credit", None, 1, taxes)
    return [row]


def _row(invoice: Obj, wish: Params) -> Obj:
    if wish.get("type") == "custom_line_item":
        amount = (wish.get("unit_amount") or 0) * (wish.get("quantity") or 1)
        return _line(amount, wish.get("description") or "Credit", None, wish.get("quantity") or 1, [])
    found = [row for row in invoice["lines"]["data"] if row["id"] == wish.get("invoice_line_item")]
    if not found:
        raise invalid(f"No such invoice line item: '{wish.get('invoice_line_item')}'", param="lines")
    of = found[0]
    whole = of["amount"] - sum(cut["amount"] for cut in of["discount_amounts"])
    amount = wish.get("amount")
    if amount is None:
        amount = rounded(Fraction(whole * (wish.get("quantity") or of["quantity"] or 1), of["quantity"] or 1))
    share = Fraction(amount, whole) if whole else Fraction(0)
    return _line(
        amount,
        of["description"],
        of["id"],
        wish.get("quantity"),
        [_part_of(tax, share) for tax in of["taxes"]],
    )


def _part_of(tax: Obj, share: Fraction) -> Obj:
    return {
        **tax,
        "amount": rounded(tax["amount"] * share),
        "taxable_amount": rounded((tax["taxable_amount"] or 0) * share),
    }


def _line(amount: int, text: str, of: str | None, quantity: int | None, taxes: list[Obj]) -> Obj:
    return complete(
        {
            "id": f"cnli_{token()}",
            "object": "credit_note_line_item",
            "amount": amount,
            "description": text,
            "discount_amount": 0,
            "discount_amounts": [],
            "invoice_line_item": of,
            "livemode": False,
            "metadata": {},
            "pretax_credit_amounts": [],
            "quantity": quantity,
            "tax_rates": [],
            "taxes": taxes,
            "type": "invoice_line_item" if of else "custom_line_item",
            "_exclusive": sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive"),
        }
    )


def _lower(account: Account, invoice: Obj, note: Obj) -> None:
    """Before payment: there is less to pay."""
    with account.books.changing("invoice.updated", invoice):
        invoice["pre_payment_credit_notes_amount"] += note["total"]
        invoice["amount_due"] -= note["total"]
        invoice["amount_remaining"] -= note["total"]
    if invoice["amount_remaining"] <= 0:
        collecting.settle(account, invoice)


def _give_back(account: Account, invoice: Obj, note: Obj, params: Params) -> None:
    """After payment: to the card, to the balance, or elsewhere; the parts must sum."""
    refund, credit = params.get("refund_amount") or 0, params.get("credit_amount") or 0
    outside = params.get("out_of_band_amount") or 0
    linked = params.get("refunds") or []
    refund_linked = sum(row.get("amount_refunded") or 0 for row in linked)
    if refund + credit + outside + refund_linked != note["total"]:
        raise invalid(
            "The sum of credit amount, refund amount and out of band amount "
            f"({refund + credit + outside}) must "
            f"equal the credit note amount ({note['total']}).",
            param="refund_amount",
        )
    invoice["post_payment_credit_notes_amount"] += note["total"]
    if refund:
        made = refund_charge(account, _charge_of(account, invoice), refund, "requested_by_customer")
        note["refunds"].append({"amount_refunded": refund, "refund": made["id"], "type": "refund"})
    if credit:
        customer = account.books.get("customer", invoice["customer"])
        moved = move_balance(
            account, customer, -credit, "credit_note", credit_note=note["id"], currency=invoice["currency"]
        )
        note["customer_balance_transaction"] = moved["id"] if moved else None


def _charge_of(account: Account, invoice: Obj) -> Obj:
    for charge in account.books.all("charge", _invoice=invoice["id"], status="succeeded"):
        return charge
    raise invalid("This invoice was not paid by card, so nothing can be refunded.", param="refund_amount")


@route("POST", "/v1/credit_notes/{}/void", "credit_notes.void", "CreditNoteVoidCreditNoteParams")
def void_note(account: Account, params: Params, id: str) -> Obj:
    """Take back a credit note of an invoice that is still open."""
    note = account.books.get("credit_note", id)
    invoice = account.books.get("invoice", note["invoice"])
    if note["status"] == "void" or invoice["status"] != "open":
        raise invalid("You can only void a credit note of an open invoice.")
    note.update(status="void", voided_at=account.books.now_of(invoice))
    with account.books.changing("invoice.updated", invoice):
        invoice["pre_payment_credit_notes_amount"] -= note["total"]
        invoice["amount_due"] += note["total"]
        invoice["amount_remaining"] += note["total"]
    account.books.emit("credit_note.voided", note)
    return note


# --- Disputes -----------------------------------------------------------------------------------------


@route("POST", "/v1/disputes/{}", "disputes.update", "DisputeUpdateParams")
def update_dispute(account: Account, params: Params, id: str) -> Obj:
    """Give evidence: the words `winning_evidence` and `losing_evidence` decide, as in Stripe's test mode."""
    dispute = account.books.get("dispute", id)
    with account.books.changing("charge.dispute.updated", dispute):
        dispute["evidence"].update(params.get("evidence") or {})
        merge_metadata(dispute, params)
        if params.get("submit", True) and params.get("evidence"):
            dispute["status"] = "under_review"
            dispute["evidence_details"].update(has_evidence=True, submission_count=1)
    word = dispute["evidence"]["uncategorized_text"]
    if word in {"winning_evidence", "losing_evidence"}:
        close_dispute(account, dispute, won=word == "winning_evidence")
    return dispute


@route("POST", "/v1/disputes/{}/close", "disputes.close", "DisputeCloseParams")
def accept_dispute(account: Account, params: Params, id: str) -> Obj:
    """Accept that it is lost."""
    dispute = account.books.get("dispute", id)
    close_dispute(account, dispute, won=False)
    return dispute


def close_dispute(account: Account, dispute: Obj, *, won: bool) -> None:
    """The bank has decided."""
    if dispute["status"] in {"won", "lost"}:
        raise invalid("This dispute is already closed.")
    dispute["status"] = "won" if won else "lost"
    if won:
        account.books.emit("charge.dispute.funds_reinstated", dispute)
    account.books.emit("charge.dispute.closed", dispute)


for _path, _kind, _types in (
    ("refunds", "refund", "Refund"),
    ("credit_notes", "credit_note", "CreditNote"),
    ("disputes", "dispute", "Dispute"),
):
    retrieve(f"/v1/{_path}/{{}}", _kind, f"{_path}.retrieve", f"{_types}RetrieveParams")
listing("/v1/refunds", "refund", "refunds.list", "RefundListParams", "charge", "payment_intent")
listing("/v1/credit_notes", "credit_note", "credit_notes.list", "CreditNoteListParams", "customer", "invoice")
listing("/v1/disputes", "dispute", "disputes.list", "DisputeListParams", "charge", "payment_intent")
