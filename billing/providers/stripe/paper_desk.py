"""Reads Stripe's invoices, and pays, refunds and corrects them.

https://docs.stripe.com/invoicing/overview, https://docs.stripe.com/invoicing/integration/programmatic-credit-notes
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import stripe

from billing.card_invoices import CardCreditNote, CardInvoice, CardPayment, CardRefund
from billing.providers.stripe import papers
from billing.providers.stripe.client import in_our_words
from billing.providers.stripe.desk import Desk, asked, keyed
from billing.providers.stripe.mapping import ref, seconds, to_stripe

_WITH: Any = {"expand": ["payments"]}
_PAYMENT_STATES = {"paid": "PAID", "open": "PENDING", "canceled": "EXPIRED"}


class PaperDesk(Desk):
    """Invoices with everything that hangs on them."""

    def find_invoice(self, invoice_ref: str) -> CardInvoice | None:
        """An invoice as it is now, with its payments, refunds and credit notes."""
        found = asked(self._api.invoices.retrieve, invoice_ref, _WITH)
        if found is None:
            return None
        with in_our_words():
            return self._whole(found)

    def invoices_since(self, since: datetime) -> Iterator[CardInvoice]:
        """Every invoice that was begun since a moment, and older ones that are still open."""
        common: dict[str, Any] = {"limit": 100, "expand": ["data.payments"]}
        parts: tuple[dict[str, Any], ...] = (
            {"status": "open", "created": {"lt": seconds(since)}},
            {"created": {"gte": seconds(since)}},
        )
        with in_our_words():
            for part in parts:
                listed: Any = {**common, **part}
                for found in self._api.invoices.list(listed).auto_paging_iter():
                    yield self._whole(found)

    def pay_invoice(self, invoice_ref: str, *, key: str) -> CardInvoice:
        """Charge the card for an open invoice now."""
        with in_our_words():
            return self._whole(self._api.invoices.pay(invoice_ref, _WITH, keyed(key)))

    def settle_invoice(self, invoice_ref: str, *, key: str) -> CardInvoice:
        """Tell Stripe that an open invoice was paid to us by another way."""
        with in_our_words():
            told: Any = {**_WITH, "paid_out_of_band": True}
            return self._whole(self._api.invoices.pay(invoice_ref, told, keyed(key)))

    def refund(self, payment_ref: str, *, amount: int, currency: str, reference: str) -> CardRefund:
        """Send money back to the card. The reference, which is ours, is also the key."""
        asked_for: Any = {
            "payment_intent": payment_ref,
            "amount": to_stripe(amount, currency),
            "metadata": {papers.REFERENCE: reference},
        }
        with in_our_words():
            return papers.refund(self._api.refunds.create(asked_for, keyed(f"refund:{reference}")))

    def credit(
        self, invoice_ref: str, *, amount: int, currency: str, reason: str, reference: str
    ) -> CardCreditNote:
        """Lower an invoice by an amount with tax. On a paid one, the customer's next invoice is lower."""
        with in_our_words():
            invoice = self._api.invoices.retrieve(invoice_ref)
            units = to_stripe(amount, currency)
            asked_for: Any = {
                "invoice": invoice_ref,
                "amount": units,
                "memo": reason[:300],
                "metadata": {papers.REFERENCE: reference},
            }
            if invoice.status == "paid":
                asked_for["credit_amount"] = units
            return papers.credit_note(self._api.credit_notes.create(asked_for, keyed(f"credit:{reference}")))

    def invoice_of_charge(self, charge_ref: str) -> str:
        """The ref of the invoice that a charge or a dispute of one is about; empty if there is none."""
        with in_our_words():
            paid: Any = {"type": "payment_intent", "payment_intent": self._intent_of(charge_ref)}
            found = self._api.invoice_payments.list({"payment": paid, "limit": 1}).data
            return ref(found[0].invoice) if found else ""

    def _intent_of(self, charge_ref: str) -> str:
        if charge_ref.startswith(("du_", "dp_")):
            return ref(self._api.disputes.retrieve(charge_ref).payment_intent)
        if charge_ref.startswith("re_"):
            return ref(self._api.refunds.retrieve(charge_ref).payment_intent)
        if charge_ref.startswith("pi_"):
            return charge_ref
        return ref(self._api.charges.retrieve(charge_ref).payment_intent)

    def _whole(self, found: stripe.Invoice) -> CardInvoice:
        payments, refunds = self._payments(found)
        notes: tuple[CardCreditNote, ...] = ()
        if found.pre_payment_credit_notes_amount or found.post_payment_credit_notes_amount:
            listed = self._api.credit_notes.list({"invoice": found.id, "limit": 100}).auto_paging_iter()
            notes = tuple(papers.credit_note(note) for note in listed if note.status != "void")
        return papers.invoice(found, self.key_of, payments=payments, refunds=refunds, credit_notes=notes)

    def _payments(self, found: stripe.Invoice) -> tuple[tuple[CardPayment, ...], tuple[CardRefund, ...]]:
        payments: list[CardPayment] = []
        refunds: list[CardRefund] = []
        for part in found.payments.data if found.payments else []:
            if not (intent_ref := ref(part.payment.payment_intent)):
                continue
            intent = self._api.payment_intents.retrieve(intent_ref, {"expand": ["latest_charge"]})
            state = _PAYMENT_STATES.get(part.status, "PENDING")
            if state == "PENDING" and intent.last_payment_error:
                state = "FAILED"
            payments.append(papers.payment(intent, state, part.status_transitions.paid_at or intent.created))
            charge = intent.latest_charge
            if isinstance(charge, stripe.Charge) and charge.amount_refunded:
                listed = self._api.refunds.list({"payment_intent": intent_ref, "limit": 100})
                refunds += [papers.refund(back) for back in listed.auto_paging_iter()]
        return tuple(payments), tuple(refunds)
