"""Test cards, and what a bank says to each.

https://docs.stripe.com/testing, https://docs.stripe.com/declines/codes
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.errors import StripeRefused, invalid
from tests.fakes.stripe.shapes import Obj


@dataclass(frozen=True, slots=True)
class Bank:
    """How the bank behind a card behaves.

    charge     decline code of a charge; empty if it pays
    attach     decline code when the card is saved
    asks       when it wants the cardholder to confirm: never, always, or unless it was set up before
    """

    charge: str = ""
    attach: str = ""
    asks: str = "never"
    disputes: bool = False


OK = Bank()
BANKS = {
    "4242424242424242": OK,
    "4000056655665556": OK,
    "5555555555554444": OK,
    "4000003600000006": OK,
    "4000000000000002": Bank("generic_decline", "generic_decline"),
    "4000000000009995": Bank("insufficient_funds", "insufficient_funds"),
    "4000000000009987": Bank("lost_card", "lost_card"),
    "4000000000009979": Bank("stolen_card", "stolen_card"),
    "4000000000000069": Bank("expired_card", "expired_card"),
    "4000000000000127": Bank("incorrect_cvc", "incorrect_cvc"),
    "4000000000000119": Bank("processing_error", "processing_error"),
    "4000000000000341": Bank("generic_decline"),
    "4000002500003155": Bank(asks="unless_set_up"),
    "4000002760003184": Bank(asks="always"),
    "4000000000003220": Bank(asks="always"),
    "4000000000000259": Bank(disputes=True),
}
TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_id": "4000003600000006",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_createDispute": "4000000000000259",
}
# After these nothing is charged again until there is another card.
HARD = frozenset(
    {"lost_card", "stolen_card", "incorrect_number", "pickup_card", "revocation_of_authorization"}
)
_CODES = {
    "expired_card": ("expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "authentication_required": (
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}


def number_of(method: Obj) -> str:
    """The number of a card: the fake's own note."""
    return str(method["_number_of_card"])


def bank_of(account: Account, method: Obj) -> Bank:
    """The bank of a card, unless a dial has changed its mind."""
    mood = method.get("_mood")
    if mood:
        return OK if mood == "ok" else Bank(str(mood))
    return BANKS.get(number_of(method), OK)


def declined(decline_code: str, *, param: str | None = None, **fields: object) -> StripeRefused:
    """The refusal of a bank: HTTP 402."""
    code, message = _CODES.get(decline_code, ("card_declined", "Your card was declined."))
    told = {"code": code, "param": param, "advice_code": "do_not_try_again" if decline_code in HARD else None}
    if code in {"card_declined", "authentication_required"}:
        told["decline_code"] = decline_code
    return StripeRefused(402, message, kind="card_error", **told, **fields)


def make_card(
    account: Account, number: str, *, month: int = 12, year: int = 2034, details: Obj | None = None
) -> Obj:
    """A card that belongs to nobody yet. Raises StripeRefused for a number that is none."""
    digits = "".join(number.split())
    if not digits.isdigit() or not 12 <= len(digits) <= 19 or not _luhn(digits):
        raise declined_number()
    if not 1 <= month <= 12:
        raise _expiry("Your card's expiration month is invalid.", "exp_month", "invalid_expiry_month")
    if year < 100:
        year += 2000
    if year < 2026:
        raise _expiry("Your card's expiration year is invalid.", "exp_year", "invalid_expiry_year")
    if digits not in BANKS:
        raise StripeRefused(
            402,
            "Your card was declined. Your request was in test mode, but used a non test card. "
            "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
            kind="card_error",
            code="card_declined",
            decline_code="test_mode_live_card",
        )
    brand = "mastercard" if digits[0] == "5" else "visa"
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    address = dict.fromkeys("city country line1 line2 postal_code state".split())
    empty = {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}
    card = {
        "brand": brand,
        "checks": checks,
        "country": "ID" if digits == "4000003600000006" else "US",
        "display_brand": brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": hashlib.sha256(digits.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": digits[-4:],
        "networks": {"available": [brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return account.books.add(
        "payment_method",
        "pm",
        type="card",
        billing_details={**empty, **(details or {})},
        card=card,
        metadata={},
        allow_redisplay="unspecified",
        _number_of_card=digits,
        _set_up=False,
    )


def declined_number() -> StripeRefused:
    """A number that no card has."""
    return StripeRefused(
        402, "Your card number is incorrect.", kind="card_error", code="incorrect_number", param="number"
    )


def _expiry(message: str, param: str, code: str) -> StripeRefused:
    return StripeRefused(402, message, kind="card_error", code=code, param=param)


def method_named(account: Account, id: str, *, param: str = "payment_method") -> Obj:
    """A payment method by its id, or a new one by the name of a test card."""
    if id in TOKENS:
        return make_card(account, TOKENS[id])
    return account.books.get("payment_method", id, param=param)


def attach(account: Account, method: Obj, customer: Obj) -> Obj:
    """Save a card for a customer. Raises StripeRefused when its bank says no."""
    if method["customer"] == customer["id"]:
        return method
    if method["customer"]:
        raise invalid("The payment method you provided has already been attached to a customer.")
    if refusal := bank_of(account, method).attach:
        raise declined(refusal)
    method["customer"] = customer["id"]
    account.books.emit("payment_method.attached", method)
    return method


def make_default(account: Account, customer: Obj, method: Obj) -> None:
    """Let a card pay this customer's invoices."""
    with account.books.changing("customer.updated", customer):
        customer["invoice_settings"]["default_payment_method"] = method["id"]


def default_for(account: Account, customer: Obj, subscription: Obj | None = None) -> Obj | None:
    """The card that pays. https://docs.stripe.com/billing/subscriptions/payment-methods-setting"""
    own = subscription["default_payment_method"] if subscription else None
    chosen = own or customer["invoice_settings"]["default_payment_method"]
    method = account.books.find("payment_method", chosen)
    return method if method and method["customer"] == customer["id"] else None


def _luhn(digits: str) -> bool:
    total = 0
    for place, letter in enumerate(reversed(digits)):
        value = int(letter) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
