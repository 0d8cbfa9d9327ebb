"""Midtrans's words into ours, and ours into Midtrans's. Pure functions.

Statuses: https://docs.midtrans.com/docs/transaction-status-cycle
Signature: https://docs.midtrans.com/docs/https-notification-webhooks
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from core.kernel.money import Money
from core.payments.ports import GatewayLine, GatewayNotice, InvalidNotice, InvalidSignature, Outcome, Payer

# Midtrans writes times without a zone and means Jakarta, which has no summer time.
JAKARTA = timezone(timedelta(hours=7), "WIB")
MAX_NAME = 50
MAX_NOTICE_BYTES = 64 * 1024
MIN_PAGE_MINUTES = 5
MAX_PAGE_MINUTES = 7 * 24 * 60

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,49}")
_RUPIAH = re.compile(r"[0-9]{1,15}(\.0{1,2})?")
_STATUS_CODE = re.compile(r"[0-9]{3}")

_BY_STATUS = {
    "pending": Outcome.PENDING,
    "authorize": Outcome.AUTHORISED,
    "capture": Outcome.PAID,
    "settlement": Outcome.PAID,
    "deny": Outcome.FAILED,
    "failure": Outcome.FAILED,
    "cancel": Outcome.CANCELLED,
    "expire": Outcome.EXPIRED,
    "refund": Outcome.REFUNDED,
    "partial_refund": Outcome.PARTLY_REFUNDED,
    "chargeback": Outcome.DISPUTED,
    "partial_chargeback": Outcome.DISPUTED,
}


def is_reference(text: object) -> bool:
    """Whether Midtrans accepts this as an order_id, in a body and in a path."""
    return isinstance(text, str) and _REFERENCE.fullmatch(text) is not None


def snap_order(
    *, reference: str, amount: Money, lines: Sequence[GatewayLine], customer: Payer, return_url: str
) -> dict[str, object]:
    """What a Snap page is opened for; when it closes is `snap_expiry`."""
    return {
        "transaction_details": {"order_id": reference, "gross_amount": amount.amount},
        "item_details": [_item(line) for line in lines],
        "customer_details": _customer(customer),
        "credit_card": {"secure": True},
        "callbacks": {"finish": return_url, "error": return_url},
    }


def snap_expiry(*, now: datetime, expires_at: datetime) -> dict[str, object]:
    """Close the payment no later than `expires_at`, in whole minutes and at least one."""
    minutes = max(1, int((expires_at - now) // timedelta(minutes=1)))
    page_minutes = min(max(minutes, MIN_PAGE_MINUTES), MAX_PAGE_MINUTES)
    start = now.astimezone(JAKARTA).strftime("%Y-%m-%d %H:%M:%S +0700")
    return {
        "expiry": {"start_time": start, "unit": "minute", "duration": minutes},
        "page_expiry": {"unit": "minute", "duration": page_minutes},
    }


def in_one_line(reference: str, amount: Money) -> list[dict[str, object]]:
    """A summary in place of the lines of an order too long for one request."""
    return [_item(GatewayLine(id=reference, name=reference, unit_amount=amount.amount))]


def _item(line: GatewayLine) -> dict[str, object]:
    # Alfamart's tills read | as the end of a field.
    name = " ".join(line.name.replace("|", " ").split()) or line.id
    return {
        "id": line.id[:MAX_NAME],
        "name": name[:MAX_NAME],
        "price": line.unit_amount,
        "quantity": line.quantity,
    }


def _customer(customer: Payer) -> dict[str, str]:
    told = {"first_name": customer.name, "email": customer.email, "phone": customer.phone}
    return {field: text for field, text in told.items() if text}


def signature_of(*, order_id: str, status_code: str, gross_amount: str, key: str) -> str:
    """The signature over the three texts exactly as Midtrans wrote them."""
    return hashlib.sha512(f"{order_id}{status_code}{gross_amount}{key}".encode()).hexdigest()


def read_signed(body: bytes, *, key: str) -> GatewayNotice:
    """Verify and decode one notification. Raises InvalidSignature or InvalidNotice."""
    told = _json_object(body)
    signed = {name: told.get(name) for name in ("order_id", "status_code", "gross_amount")}
    given = told.get("signature_key")
    if not isinstance(given, str) or not all(isinstance(text, str) for text in signed.values()):
        raise InvalidSignature("a signed field is missing or is not text")
    expected = signature_of(key=key, **{name: str(text) for name, text in signed.items()})
    if not hmac.compare_digest(expected.encode(), given.lower().encode()):
        raise InvalidSignature(f"wrong signature for {signed['order_id']!r}")
    return notice_of(told)


def notice_of(told: Mapping[str, object]) -> GatewayNotice:
    """Make a notice of a status answer or a verified notification. Raises InvalidNotice."""
    reference = _text(told, "order_id")
    if not is_reference(reference):
        raise InvalidNotice(f"order_id {reference!r} is none of ours")
    if told.get("currency", "IDR") != "IDR":
        raise InvalidNotice(f"currency {told['currency']!r} is not IDR")

    amount = rupiah(told.get("gross_amount"))
    status = _text(told, "transaction_status").lower()
    paid_back = refunds_of(told)
    settled_at = _jakarta_time(told.get("settlement_time"))
    return GatewayNotice(
        event_id=_event_id(told, status, paid_back),
        reference=reference,
        outcome=_outcome(told, status),
        amount=Money(amount),
        provider_reference=_text(told, "transaction_id"),
        method=_method(told),
        refunded=Money(_refunded(told, status, amount, paid_back)),
        refund_ids=tuple(paid_back),
        occurred_at=settled_at or _jakarta_time(told.get("transaction_time")),
        expires_at=_jakarta_time(told.get("expiry_time")),
        raw=told,
    )


def refunds_of(told: Mapping[str, object]) -> dict[str, int]:
    """Our refund id -> rupiah, for each refund that Midtrans lists."""
    listed = told.get("refunds")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    return {str(row["refund_key"]): rupiah(row.get("refund_amount")) for row in rows if "refund_key" in row}


def rupiah(value: object) -> int:
    """Whole rupiah of `"10000.00"`. Raises InvalidNotice for anything with a fraction."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _RUPIAH.fullmatch(text):
        raise InvalidNotice(f"{value!r} is not an amount of rupiah")
    return int(text.partition(".")[0])


def _outcome(told: Mapping[str, object], status: str) -> Outcome:
    outcome = _BY_STATUS.get(status)
    if outcome is None:
        raise InvalidNotice(f"transaction_status {status!r} is not known")
    if outcome not in {Outcome.PAID, Outcome.AUTHORISED}:
        return outcome

    fraud = str(told.get("fraud_status") or "accept").lower()
    if fraud == "deny" and status != "settlement":
        return Outcome.FAILED
    if fraud != "accept":
        return Outcome.REVIEW
    # The signature covers status_code but not transaction_status, so a replayed "pending"
    # that claims to be settled shows itself here.
    if outcome is Outcome.PAID and told.get("status_code") != "200":
        raise InvalidNotice(f"{status} with status_code {told.get('status_code')!r}")
    return outcome


def _event_id(told: Mapping[str, object], status: str, paid_back: Mapping[str, int]) -> str:
    code = _text(told, "status_code")
    if not _STATUS_CODE.fullmatch(code):
        raise InvalidNotice(f"status_code {code!r} is not three digits")
    # A status answer says 407 where the notification of the same expiry says 202.
    code = "202" if code == "407" else code
    parts = [_text(told, "transaction_id"), status, code, *sorted(paid_back)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _refunded(told: Mapping[str, object], status: str, amount: int, paid_back: Mapping[str, int]) -> int:
    if "refund_amount" in told:
        return rupiah(told["refund_amount"])
    if paid_back:
        return sum(paid_back.values())
    return amount if status == "refund" else 0


def _method(told: Mapping[str, object]) -> str:
    kind = str(told.get("payment_type", "")).lower()
    if kind == "bank_transfer":
        accounts = told.get("va_numbers")
        first = accounts[0] if isinstance(accounts, list) and accounts else None
        bank = str(first.get("bank", "")) if isinstance(first, dict) else ""
        bank = bank or ("permata" if "permata_va_number" in told else "")
        return f"{bank}_va" if bank else kind
    if kind == "cstore":
        return str(told.get("store", kind))
    return kind


def _jakarta_time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        local = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the zone is set on the next line
    except ValueError:
        return None
    return local.replace(tzinfo=JAKARTA).astimezone(UTC)


def _text(told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidNotice(f"{name} is missing or is not text")
    return value


def _json_object(body: bytes) -> dict[str, object]:
    if len(body) > MAX_NOTICE_BYTES:
        raise InvalidNotice(f"{len(body)} bytes is more than a notification has")
    try:
        told = json.loads(body.decode(), parse_float=str, parse_constant=_refuse_constant)
        storable = json.dumps(told, ensure_ascii=False)
        storable.encode()
    except (ValueError, RecursionError) as failure:
        raise InvalidNotice("not JSON") from failure
    # PostgreSQL stores no NUL, and `raw` is kept as it came.
    if not isinstance(told, dict) or "\\u0000" in storable:
        raise InvalidNotice("not a JSON object that can be kept")
    return told


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
