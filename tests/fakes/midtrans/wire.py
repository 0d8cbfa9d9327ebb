"""How the fake Midtrans writes things down.

Status answer: https://docs.midtrans.com/docs/get-status-api-requests
Notification and signature: https://docs.midtrans.com/docs/https-notification-webhooks
"""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime, timedelta, timezone

from tests.fakes.midtrans.ledger import Payment, Refund

WIB = timezone(timedelta(hours=7), "WIB")
PAYMENT_TYPES = {"bca_va": "bank_transfer"}


def merchant_id(server_key: str) -> str:
    """A stable merchant id for a server key."""
    return f"G{int(hashlib.sha256(server_key.encode()).hexdigest()[:12], 16) % 10**9:09d}"


def rupiah(amount: int) -> str:
    """Two decimals, as in every answer."""
    return f"{amount}.00"


def wib(moment: datetime) -> str:
    """Jakarta's time without saying so."""
    return moment.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S")


def sign(order_id: str, status_code: str, gross_amount: str, server_key: str) -> str:
    """SHA-512 over the four texts, one after the other."""
    return hashlib.sha512(f"{order_id}{status_code}{gross_amount}{server_key}".encode()).hexdigest()


def status_code(payment: Payment, *, asked: bool = False) -> str:
    """200 paid, 201 waiting, 202 over; an expired payment says 407 to who asks."""
    if payment.status in {"deny", "cancel", "expire", "failure"}:
        return "407" if asked and payment.status == "expire" else "202"
    waiting = payment.status == "pending" or payment.fraud_status == "challenge"
    return "201" if waiting else "200"


def facts(payment: Payment, code: str, message: str) -> dict[str, object]:
    """The fields that a status answer and a notification share."""
    session = payment.session
    gross = rupiah(session.gross_amount)
    told: dict[str, object] = {
        "status_code": code,
        "status_message": message,
        "transaction_id": payment.id,
        "order_id": session.order_id,
        "merchant_id": merchant_id(session.server_key),
        "gross_amount": gross,
        "currency": "IDR",
        "payment_type": PAYMENT_TYPES.get(payment.method, payment.method),
        "transaction_time": wib(payment.created_at),
        "transaction_status": payment.status,
        "fraud_status": payment.fraud_status,
        "expiry_time": wib(payment.expires_at),
        "signature_key": sign(session.order_id, code, gross, session.server_key),
    }
    if payment.settled_at:
        told["settlement_time"] = wib(payment.settled_at)
    if payment.refunds:
        told["refund_amount"] = rupiah(payment.refunded)
        told["refunds"] = [_refund(refund) for refund in payment.refunds]
    return {**told, **_by_method(payment)}


def status_answer(payment: Payment) -> dict[str, object]:
    """What GET status says."""
    return facts(payment, status_code(payment, asked=True), "Success, transaction is found")


def notification(payment: Payment) -> bytes:
    """What is posted to the merchant."""
    return json.dumps(facts(payment, status_code(payment), "midtrans payment notification")).encode()


def refund_answer(payment: Payment, refund: Refund) -> dict[str, object]:
    """What a refund says about itself."""
    return {
        **facts(payment, "200", "Success, refund request is approved"),
        "refund_chargeback_id": refund.number,
        "refund_key": refund.key,
        "refund_amount": rupiah(refund.amount),
    }


def core_error(code: int, message: str) -> dict[str, object]:
    """The Core API's no."""
    return {"status_code": str(code), "status_message": message, "id": str(uuid.uuid4())}


def spoiled(body: bytes) -> bytes:
    """The same notification as somebody without the server key would sign it."""
    told = json.loads(body)
    told["signature_key"] = sign(told["order_id"], told["status_code"], told["gross_amount"], "not-the-key")
    return json.dumps(told).encode()


def _refund(refund: Refund) -> dict[str, object]:
    told: dict[str, object] = {
        "refund_chargeback_id": refund.number,
        "refund_amount": rupiah(refund.amount),
        "refund_key": refund.key,
        "reason": refund.reason,
        "refund_method": "online",
        "created_at": wib(refund.created_at),
    }
    if refund.confirmed_at:
        told["bank_confirmed_at"] = wib(refund.confirmed_at)
    return told


def _by_method(payment: Payment) -> dict[str, object]:
    digits = str(int(payment.id.replace("-", ""), 16))
    if payment.method == "bca_va":
        return {"va_numbers": [{"bank": "bca", "va_number": f"12345{digits[:11]}"}], "payment_amounts": []}
    if payment.method == "qris":
        return {"acquirer": "gopay", "issuer": "gopay", "transaction_type": "on-us"}
    if payment.method == "credit_card":
        return {"masked_card": "48111111-1114", "bank": "bni", "eci": "05", "card_type": "credit"}
    return {}
