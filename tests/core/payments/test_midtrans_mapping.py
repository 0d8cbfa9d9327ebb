"""Midtrans's words into ours, without a network."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from core.kernel.money import Money
from core.payments.gateways.midtrans import mapping
from core.payments.ports import GatewayLine, InvalidNotice, InvalidSignature, Outcome, Payer

KEY = "SB-Mid-server-kopi"
TOLD: dict[str, object] = {
    "transaction_time": "2026-11-24 23:30:00",
    "transaction_status": "settlement",
    "transaction_id": "57d5293c-e65f-4a29-95e4-5959c3fa335b",
    "status_code": "200",
    "payment_type": "qris",
    "order_id": "SO-1043-1",
    "gross_amount": "150000.00",
    "fraud_status": "accept",
    "currency": "IDR",
}


def told(**changes: object) -> dict[str, object]:
    return {name: value for name, value in {**TOLD, **changes}.items() if value is not None}


def signed(**changes: object) -> bytes:
    body = told(**changes)
    text = f"{body.get('order_id')}{body.get('status_code')}{body.get('gross_amount')}{KEY}"
    return json.dumps({**body, "signature_key": hashlib.sha512(text.encode()).hexdigest()}).encode()


def test_the_signature_equals_midtranss_own_example() -> None:
    assert mapping.signature_of(
        order_id="1111",
        status_code="200",
        gross_amount="100000.00",
        key="askvnoibnosifnboseofinbofinfgbiufglnbfg",
    ) == (
        "edc076b21793ebe3e17926350f5b8ae67d902fe657b3d0aa31b932d5c127e237"
        "5d308a2bc94f3265ac2d80a1f181a79b997ac178a236fcff35af263fc4d4c231"
    )


@pytest.mark.parametrize(
    ("status", "fraud", "code", "outcome"),
    [
        ("pending", "accept", "201", Outcome.PENDING),
        ("PENDING", "accept", "201", Outcome.PENDING),
        ("authorize", "accept", "200", Outcome.AUTHORISED),
        ("authorize", "challenge", "201", Outcome.REVIEW),
        ("capture", "accept", "200", Outcome.PAID),
        ("capture", "challenge", "201", Outcome.REVIEW),
        ("capture", "deny", "202", Outcome.FAILED),
        ("settlement", "accept", "200", Outcome.PAID),
        ("settlement", None, "200", Outcome.PAID),
        ("settlement", "challenge", "200", Outcome.REVIEW),
        ("settlement", "deny", "200", Outcome.REVIEW),
        ("settlement", "something new", "200", Outcome.REVIEW),
        ("deny", "deny", "202", Outcome.FAILED),
        ("failure", "accept", "202", Outcome.FAILED),
        ("cancel", "accept", "202", Outcome.CANCELLED),
        ("expire", "accept", "202", Outcome.EXPIRED),
        ("expire", "accept", "407", Outcome.EXPIRED),
        ("refund", "accept", "200", Outcome.REFUNDED),
        ("partial_refund", "accept", "200", Outcome.PARTLY_REFUNDED),
        ("chargeback", "accept", "200", Outcome.DISPUTED),
        ("partial_chargeback", "accept", "200", Outcome.DISPUTED),
    ],
)
def test_each_status_has_an_outcome(status: str, fraud: str | None, code: str, outcome: Outcome) -> None:
    notice = mapping.notice_of(told(transaction_status=status, fraud_status=fraud, status_code=code))
    assert notice.outcome == outcome


def test_a_notice_keeps_what_it_was_made_of() -> None:
    notice = mapping.read_signed(signed(custom_field1="x", novelty={"deep": [1.5]}), key=KEY)
    assert notice.reference == "SO-1043-1"
    assert notice.amount == Money(150_000)
    assert notice.provider_reference == TOLD["transaction_id"]
    assert notice.occurred_at == datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    assert notice.raw["novelty"] == {"deep": ["1.5"]}


@pytest.mark.parametrize("code", ["201", "202"])
def test_a_signed_pending_notice_cannot_be_turned_into_a_paid_one(code: str) -> None:
    body = signed(transaction_status="pending", status_code=code).replace(b"pending", b"settlement")
    with pytest.raises(InvalidNotice):
        mapping.read_signed(body, key=KEY)


@pytest.mark.parametrize("name", ["order_id", "status_code", "gross_amount"])
def test_a_changed_signed_field_breaks_the_signature(name: str) -> None:
    body = json.loads(signed())
    body[name] = body[name].replace("0", "9").replace("1", "7").replace("S", "T")
    with pytest.raises(InvalidSignature):
        mapping.read_signed(json.dumps(body).encode(), key=KEY)


@pytest.mark.parametrize("name", ["order_id", "status_code", "gross_amount", "signature_key"])
@pytest.mark.parametrize("value", [None, 200, ["200"], {}])
def test_a_signed_field_that_is_not_text_is_refused(name: str, value: object) -> None:
    body = {**json.loads(signed()), name: value}
    with pytest.raises(InvalidSignature):
        mapping.read_signed(json.dumps(body).encode(), key=KEY)


def test_the_amount_is_signed_as_it_was_written() -> None:
    with pytest.raises(InvalidSignature):
        mapping.read_signed(signed().replace(b'"150000.00"', b'"150000.0"'), key=KEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": "SO 1043"},
        {"order_id": "../etc"},
        {"order_id": "x" * 51},
        {"gross_amount": "150000.50"},
        {"gross_amount": "-150000.00"},
        {"gross_amount": "1e5"},
        {"gross_amount": ""},
        {"gross_amount": "٣٠٠"},
        {"currency": "USD"},
        {"transaction_status": "teleported"},
        {"transaction_status": None},
        {"transaction_id": None},
        {"status_code": "2000"},
        {"refund_amount": "lots"},
    ],
)
def test_a_notice_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidNotice):
        mapping.read_signed(signed(**changes), key=KEY)


def test_the_event_changes_with_status_and_refunds_only() -> None:
    def event(**changes: object) -> str:
        return mapping.notice_of(told(**changes)).event_id

    one = [{"refund_key": "R-1", "refund_amount": "5.00"}]
    confirmed = [{"refund_key": "R-1", "refund_amount": "5.00", "bank_confirmed_at": "2026-11-25 08:00:00"}]
    partly = {"transaction_status": "partial_refund", "refund_amount": "5.00"}
    assert event() == event(status_message="again", settlement_time="2026-11-24 23:31:00")
    assert event() != event(transaction_status="capture")
    assert event() != event(transaction_id="another")
    assert event(**partly, refunds=one) == event(**partly, refunds=confirmed)
    assert event(**partly, refunds=one) != event(**partly)


@pytest.mark.parametrize(
    ("changes", "refunded"),
    [
        ({}, 0),
        ({"transaction_status": "refund"}, 150_000),
        ({"transaction_status": "partial_refund", "refund_amount": "50000.00"}, 50_000),
        ({"transaction_status": "refund", "refunds": [{"refund_key": "R-1", "refund_amount": "9.00"}]}, 9),
    ],
)
def test_refunds_add_up(changes: dict[str, object], refunded: int) -> None:
    assert mapping.notice_of(told(**changes)).refunded == Money(refunded)


@pytest.mark.parametrize(
    ("changes", "method"),
    [
        ({"payment_type": "gopay"}, "gopay"),
        ({"payment_type": "bank_transfer", "va_numbers": [{"bank": "bca", "va_number": "1"}]}, "bca_va"),
        ({"payment_type": "bank_transfer", "permata_va_number": "1"}, "permata_va"),
        ({"payment_type": "bank_transfer", "va_numbers": "?"}, "bank_transfer"),
        ({"payment_type": "cstore", "store": "indomaret"}, "indomaret"),
        ({"payment_type": None}, ""),
    ],
)
def test_the_method_has_one_name(changes: dict[str, object], method: str) -> None:
    assert mapping.notice_of(told(**changes)).method == method


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01 00:00:00", 5, None])
def test_a_strange_time_is_left_out(time: object) -> None:
    assert mapping.notice_of(told(transaction_time=time)).occurred_at is None


def test_an_order_is_written_the_way_midtrans_reads_it() -> None:
    order = mapping.snap_order(
        reference="SO-1-1",
        amount=Money(90_000),
        lines=[
            GatewayLine("K" * 60, "Kopi | " + "x" * 60, 100_000),
            GatewayLine("voucher", "", -10_000),
        ],
        customer=Payer("Sari", phone="+62812"),
        return_url="http://shop/",
    )
    assert order["item_details"] == [
        {"id": "K" * 50, "name": "Kopi " + "x" * 45, "price": 100_000, "quantity": 1},
        {"id": "voucher", "name": "voucher", "price": -10_000, "quantity": 1},
    ]
    assert order["transaction_details"] == {"order_id": "SO-1-1", "gross_amount": 90_000}
    assert order["customer_details"] == {"first_name": "Sari", "phone": "+62812"}


@pytest.mark.parametrize(
    ("left", "minutes", "page_minutes"),
    [
        (timedelta(hours=24), 1440, 1440),
        (timedelta(minutes=90, seconds=59), 90, 90),
        (timedelta(minutes=2), 2, 5),
        (timedelta(seconds=-5), 1, 5),
        (timedelta(days=30), 43_200, 10_080),
    ],
)
def test_a_payment_closes_no_later_than_its_order(left: timedelta, minutes: int, page_minutes: int) -> None:
    now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    assert mapping.snap_expiry(now=now, expires_at=now + left) == {
        "expiry": {"start_time": "2026-11-25 00:30:00 +0700", "unit": "minute", "duration": minutes},
        "page_expiry": {"unit": "minute", "duration": page_minutes},
    }
