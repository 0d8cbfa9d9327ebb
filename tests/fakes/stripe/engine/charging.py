"""Payment intents, charges, and what a try to pay an invoice comes to.

https://docs.stripe.com/payments/paymentintents/lifecycle, https://docs.stripe.com/api/invoice-payment
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import cards
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.paging import INCLUDES
from tests.fakes.stripe.shapes import Obj, list_of, public

PAID, DECLINED, ASKS, NO_CARD = "paid", "declined", "asks", "no_card"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try. `code` is the bank's decline code."""

    what: str
    code: str = ""


def open_intent(
    account: Account, *, amount: int, currency: str, customer: str | None, **fields: object
) -> Obj:
    """A payment that waits for a card."""
    ref = f"pi_{token()}"
    intent = account.books.add(
        "payment_intent",
        "pi",
        id=ref,
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        capture_method="automatic",
        client_secret=f"{ref}_secret_{token()}",
        confirmation_method="automatic",
        currency=currency,
        customer=customer,
        metadata={},
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        payment_method_types=["card"],
        status="requires_payment_method",
        **fields,
    )
    account.books.emit("payment_intent.created", intent)
    return intent


def intent_of(account: Account, invoice: Obj) -> Obj:
    """The payment intent of an invoice; made when it is first needed."""
    for intent in account.books.all("payment_intent", _invoice=invoice["id"]):
        if intent["status"] != "canceled":
            intent["amount"] = (
                intent["amount"] if intent["status"] == "succeeded" else invoice["amount_remaining"]
            )
            return intent
    intent = open_intent(
        account,
        amount=invoice["amount_remaining"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description=_words(invoice),
        _invoice=invoice["id"],
    )
    account.books.add(
        "invoice_payment",
        "inpay",
        created=account.books.now_of(invoice),
        amount_requested=invoice["amount_remaining"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )
    return intent


def _words(invoice: Obj) -> str:
    words = {"subscription_create": "Subscription creation", "subscription_update": "Subscription update"}
    return words.get(invoice["billing_reason"], "Payment for Invoice")


def confirm(
    account: Account, intent: Obj, method: Obj | None, *, off_session: bool, confirmed: bool = False
) -> Outcome:
    """Try to take the money of one intent. `confirmed`: the cardholder has just answered the bank."""
    if method is None:
        intent["status"] = "requires_payment_method"
        return Outcome(NO_CARD)
    bank = cards.bank_of(account, method)
    intent["payment_method"] = method["id"]
    asks = bank.asks == "always" or (bank.asks == "unless_set_up" and not method["_set_up"])
    if asks and not confirmed:
        return _asked(account, intent, method, off_session=off_session)
    if bank.charge:
        _decline(account, intent, method, bank.charge)
        return Outcome(DECLINED, bank.charge)
    if confirmed:
        method["_set_up"] = True
    _succeed(account, intent, method, disputes=bank.disputes)
    return Outcome(PAID)


def _asked(account: Account, intent: Obj, method: Obj, *, off_session: bool) -> Outcome:
    if off_session:
        _decline(account, intent, method, "authentication_required", status="requires_action")
    else:
        intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": None, "url": account.link(f"3ds/{intent['id']}")},
    }
    account.books.emit("payment_intent.requires_action", intent)
    return Outcome(ASKS, "authentication_required")


def _decline(
    account: Account, intent: Obj, method: Obj, code: str, *, status: str = "requires_payment_method"
) -> None:
    error = cards.declined(code)
    charge = _charge(account, intent, method, paid=False)
    charge.update(failure_code=error.fields["code"], failure_message=error.message)
    charge["outcome"].update(
        network_status="declined_by_network",
        reason=code,
        seller_message=error.message,
        type="issuer_declined",
    )
    intent.update(
        status=status,
        latest_charge=charge["id"],
        last_payment_error=public(
            {
                "advice_code": error.fields.get("advice_code"),
                "charge": charge["id"],
                "code": error.fields["code"],
                "decline_code": code,
                "message": error.message,
                "payment_method": public(method),
                "payment_method_type": "card",
                "type": "card_error",
            }
        ),
    )
    if status == "requires_payment_method":
        intent["payment_method"] = None
    account.books.emit("charge.failed", charge)
    account.books.emit("payment_intent.payment_failed", intent)


def _succeed(account: Account, intent: Obj, method: Obj, *, disputes: bool) -> None:
    charge = _charge(account, intent, method, paid=True)
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )
    account.books.emit("charge.succeeded", charge)
    account.books.emit("payment_intent.succeeded", intent)
    if disputes:
        dispute(account, charge)


def _charge(account: Account, intent: Obj, method: Obj, *, paid: bool) -> Obj:
    card = method["card"]
    details = {
        "brand": card["brand"],
        "checks": card["checks"],
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "last4": card["last4"],
        "network": card["brand"],
    }
    outcome = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "risk_score": 12,
        "rule": None,
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    ref = f"ch_{token()}"
    return account.books.add(
        "charge",
        "ch",
        id=ref,
        created=account.books.now_of(intent),
        amount=intent["amount"],
        amount_captured=intent["amount"] if paid else 0,
        amount_refunded=0,
        billing_details=dict(method["billing_details"]),
        captured=paid,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        fraud_details={},
        metadata={},
        outcome=outcome,
        paid=paid,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"card": details, "type": "card"},
        receipt_url=account.link(f"receipts/{ref}") if paid else None,
        refunded=False,
        status="succeeded" if paid else "failed",
        calculated_statement_descriptor="SMARTSELLER TEST" if paid else None,
        _invoice=intent.get("_invoice"),
    )


def dispute(account: Account, charge: Obj, reason: str = "fraudulent") -> Obj:
    """The cardholder asks the bank for the money. https://docs.stripe.com/disputes"""
    now = account.books.now_of(charge)
    charge["disputed"] = True
    enhanced: Obj = {}
    found = account.books.add(
        "dispute",
        "du",
        created=now,
        amount=charge["amount"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        evidence_details={
            "due_by": now + 9 * DAY,
            "enhanced_eligibility": enhanced,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        is_charge_refundable=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="needs_response",
        payment_method_details={
            "card": {
                "brand": "visa",
                "case_type": "chargeback",
                "network": "visa",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
    )
    account.books.emit("charge.dispute.created", found)
    account.books.emit("charge.dispute.funds_withdrawn", found)
    return found


_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure "
    "cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id "
    "product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
).split()
INCLUDES["charge", "refunds"] = lambda books, charge: list_of(
    books.all("refund", charge=charge["id"]), f"/v1/charges/{charge['id']}/refunds"
)
