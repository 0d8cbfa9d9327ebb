"""What every payment gateway holds, against its fake over real HTTP. An adapter is done when this passes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from core.kernel.money import Money
from core.payments import registry
from core.payments.ports import (
    GatewayConnection,
    GatewayLine,
    GatewayNotice,
    GatewayRefused,
    GatewaySession,
    GatewayUnavailable,
    InvalidNotice,
    InvalidSignature,
    Outcome,
    Payer,
    PaymentGateway,
    ReferenceUsed,
    Refusal,
)
from tests.fakes.gateways import FakeGateway
from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.receiver import Notice, Receiver
from tests.fakes.server import FakeServer, FaultKind

FAKES: dict[str, Callable[[], FakeGateway]] = {"midtrans": lambda: FakeMidtrans(minute=0.01)}
REFERENCE = "SO-1043-1"
TOTAL = Money(150_000)
LINES = (
    GatewayLine("KPI-GYO-250", "Kopi Gayo 250 g", 80_000, 2),
    GatewayLine("shipping", "Ongkos kirim", 15_000),
    GatewayLine("voucher", "Diskon HEMAT25", -25_000),
)
# Not executed by the provider, or executed without an answer one can use.
FAULTS = [
    (FaultKind.STATUS, 500),
    (FaultKind.STATUS, 502),
    (FaultKind.STATUS, 503),
    (FaultKind.STATUS, 429),
    (FaultKind.ERROR_BODY, 200),
    (FaultKind.GARBAGE, 200),
    (FaultKind.SILENT, 200),
    (FaultKind.RESET, 200),
    (FaultKind.DRIP, 200),
]


@dataclass(slots=True)
class Shop:
    """One store's side of a gateway, with the fake and the mailbox for its notices."""

    gateway: PaymentGateway
    fake: FakeGateway
    receiver: Receiver
    server: FakeServer

    def start(self, *, lines: tuple[GatewayLine, ...] = LINES, amount: Money = TOTAL) -> GatewaySession:
        return self.gateway.start(
            reference=REFERENCE,
            amount=amount,
            lines=lines,
            customer=Payer("Sari Wulandari", "sari@example.test", "+628123456789"),
            return_url="http://kopi.shop.localhost/order/SO-1043",
            notify_url=self.server.url_of("receiver"),
            expires_at=datetime.now(UTC) + timedelta(hours=24),
        )

    def find(self) -> GatewayNotice | None:
        return self.gateway.find(reference=REFERENCE)

    def outcome(self) -> Outcome | None:
        notice = self.find()
        return notice.outcome if notice else None

    def refund(self, amount: int, refund_id: str = "R-1") -> None:
        self.gateway.refund(
            reference=REFERENCE, refund_id=refund_id, amount=Money(amount), reason="Barang rusak"
        )

    def paid(self) -> None:
        self.start()
        self.fake.pay(REFERENCE)

    def posted(self) -> list[Notice]:
        self.fake.wait_until_posted()
        return list(self.receiver.notices)

    def read(self, notice: Notice) -> GatewayNotice:
        return self.gateway.read_notice(headers=notice.headers, body=notice.body)


@pytest.fixture(params=sorted(registry.GATEWAYS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(name: str) -> Iterator[Shop]:
    fake, receiver = FAKES[name](), Receiver()
    with FakeServer({name: fake, "receiver": receiver}) as server:
        yield Shop(connect(name, fake.credentials, server.url_of(name)), fake, receiver, server)


def connect(name: str, credentials: object, base_url: str) -> PaymentGateway:
    assert isinstance(credentials, dict)
    return registry.gateway_for(
        name, GatewayConnection(credentials=credentials, base_url=base_url, timeout_seconds=1)
    )


def test_every_gateway_has_a_fake() -> None:
    assert FAKES.keys() == registry.GATEWAYS.keys()


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(registry.UnknownGateway):
        registry.gateway_for("petrodollar", GatewayConnection(credentials={}))


def test_missing_credentials_are_refused_before_any_call(name: str) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        registry.gateway_for(name, GatewayConnection(credentials={}))
    assert refusal.value.code == Refusal.UNAUTHORISED


def test_a_shopper_pays(shop: Shop) -> None:
    session = shop.start()
    assert session.redirect_url.startswith(shop.server.url)
    shop.fake.pay(REFERENCE)

    notice = shop.find()
    assert notice is not None
    assert (notice.reference, notice.outcome, notice.amount) == (REFERENCE, Outcome.PAID, TOTAL)
    assert notice.provider_reference and notice.method and notice.occurred_at
    assert shop.fake.times_paid(REFERENCE) == 1


def test_the_gateway_names_itself(shop: Shop, name: str) -> None:
    assert shop.gateway.name == name


def test_a_reference_nobody_started_is_none(shop: Shop) -> None:
    assert shop.find() is None
    assert shop.gateway.cancel(reference=REFERENCE) is None
    assert shop.gateway.expire(reference=REFERENCE) is None


def test_wrong_credentials_are_told_apart_from_an_unknown_reference(shop: Shop, name: str) -> None:
    stranger = connect(name, shop.fake.wrong_credentials, shop.server.url_of(name))
    with pytest.raises(GatewayRefused) as refusal:
        stranger.find(reference=REFERENCE)
    assert refusal.value.code == Refusal.UNAUTHORISED


def test_the_same_reference_opens_the_same_session(shop: Shop) -> None:
    assert shop.start() == shop.start()
    shop.fake.pay(REFERENCE)
    assert shop.fake.times_paid(REFERENCE) == 1


def test_a_reference_already_paid_is_refused_with_what_became_of_it(shop: Shop) -> None:
    shop.paid()
    with pytest.raises(ReferenceUsed) as refusal:
        shop.start(lines=(GatewayLine("other", "Lain", 150_000),))
    assert refusal.value.notice is not None
    assert refusal.value.notice.outcome == Outcome.PAID
    assert shop.fake.times_paid(REFERENCE) == 1


def test_lines_that_do_not_add_up_open_nothing(shop: Shop) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        shop.start(amount=TOTAL + Money(1))
    assert refusal.value.code == Refusal.INVALID_REQUEST
    assert shop.fake.told("start") == []


def test_an_order_of_five_hundred_lines_can_be_paid(shop: Shop) -> None:
    lines = tuple(GatewayLine(f"SKU-{n}", "Kopi | susu " * 20, 300) for n in range(500))
    shop.start(lines=lines)
    shop.fake.pay(REFERENCE)
    assert shop.outcome() == Outcome.PAID


def test_a_payment_not_yet_made_is_pending(shop: Shop) -> None:
    shop.start()
    shop.fake.choose(REFERENCE)
    assert shop.outcome() == Outcome.PENDING


def test_a_declined_payment_has_failed_and_may_be_tried_again(shop: Shop) -> None:
    shop.start()
    shop.fake.decline(REFERENCE)
    assert shop.outcome() == Outcome.FAILED
    shop.fake.pay(REFERENCE)
    assert shop.outcome() == Outcome.PAID


def test_a_payment_left_alone_expires(shop: Shop) -> None:
    shop.start()
    shop.fake.lapse(REFERENCE)
    assert shop.outcome() == Outcome.EXPIRED


@pytest.mark.parametrize(("verb", "outcome"), [("cancel", Outcome.CANCELLED), ("expire", Outcome.EXPIRED)])
def test_a_pending_payment_is_called_off_twice_without_harm(shop: Shop, verb: str, outcome: Outcome) -> None:
    shop.start()
    shop.fake.choose(REFERENCE)
    for _ in range(2):
        notice = getattr(shop.gateway, verb)(reference=REFERENCE)
        assert notice.outcome == outcome
    assert shop.outcome() == outcome


@pytest.mark.parametrize("verb", ["cancel", "expire"])
def test_a_settled_payment_is_not_called_off(shop: Shop, verb: str) -> None:
    shop.paid()
    with pytest.raises(GatewayRefused) as refusal:
        getattr(shop.gateway, verb)(reference=REFERENCE)
    assert refusal.value.code == Refusal.NOT_ALLOWED
    assert shop.outcome() == Outcome.PAID


def test_a_notice_says_what_find_says(shop: Shop) -> None:
    shop.paid()
    notices = [shop.read(notice) for notice in shop.posted()]
    found = shop.find()
    assert found is not None
    assert [notice.outcome for notice in notices] == [Outcome.PENDING, Outcome.PAID]
    assert notices[-1].event_id == found.event_id
    assert {(notice.reference, notice.amount) for notice in notices} == {(REFERENCE, TOTAL)}


def test_an_expiry_has_one_event_id_however_one_hears_of_it(shop: Shop) -> None:
    shop.start()
    shop.fake.lapse(REFERENCE)
    found = shop.find()
    assert found is not None
    assert shop.read(shop.posted()[-1]).event_id == found.event_id


def test_a_notice_told_three_times_is_one_event(shop: Shop) -> None:
    shop.fake.duplicate_notices(3)
    shop.paid()
    events = [shop.read(notice).event_id for notice in shop.posted()]
    assert len(events) == 6
    assert len(set(events)) == 2


def test_notices_in_the_wrong_order_keep_their_event_ids(shop: Shop) -> None:
    shop.fake.hold_notices()
    shop.paid()
    shop.fake.release_notices(backwards=True)
    outcomes = [shop.read(notice).outcome for notice in shop.posted()]
    assert outcomes == [Outcome.PAID, Outcome.PENDING]


def test_a_forged_notice_is_refused(shop: Shop) -> None:
    shop.fake.forge_notices()
    shop.paid()
    for notice in shop.posted():
        with pytest.raises(InvalidSignature):
            shop.read(notice)


def test_a_notice_for_another_store_is_refused(shop: Shop, name: str) -> None:
    shop.paid()
    other = {key: f"{value}-batik" for key, value in shop.fake.credentials.items()}
    stranger = connect(name, other, shop.server.url_of(name))
    for notice in shop.posted():
        with pytest.raises(InvalidSignature):
            stranger.read_notice(headers=notice.headers, body=notice.body)


def test_no_changed_byte_changes_which_payment_or_how_much(shop: Shop) -> None:
    shop.paid()
    original = shop.posted()[-1]
    for position in range(len(original.body)):
        body = bytearray(original.body)
        body[position] ^= 1
        try:
            notice = shop.gateway.read_notice(headers=original.headers, body=bytes(body))
        except (InvalidSignature, InvalidNotice):
            continue
        assert (notice.reference, notice.amount) == (REFERENCE, TOTAL)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"{" * 60_000,
        b"[" * 60_000,
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b'{"order_id": 1' + b"0" * 10_000 + b"}",
        b"x" * 10_000_000,
    ],
)
def test_nonsense_is_refused_quietly(shop: Shop, body: bytes) -> None:
    with pytest.raises((InvalidSignature, InvalidNotice)):
        shop.gateway.read_notice(headers={}, body=body)


def test_a_refund_in_two_parts_gives_all_back(shop: Shop) -> None:
    shop.paid()
    shop.refund(50_000, "R-1")
    half = shop.find()
    assert half is not None
    assert (half.outcome, half.refunded) == (Outcome.PARTLY_REFUNDED, Money(50_000))
    shop.refund(100_000, "R-2")
    whole = shop.find()
    assert whole is not None
    assert (whole.outcome, whole.refunded, whole.amount) == (Outcome.REFUNDED, TOTAL, TOTAL)
    assert whole.refund_ids == ("R-1", "R-2")


def test_each_refund_is_an_event_of_its_own(shop: Shop) -> None:
    shop.paid()
    shop.refund(50_000, "R-1")
    shop.refund(60_000, "R-2")
    events = {shop.read(notice).event_id for notice in shop.posted()}
    assert len(events) == 4


def test_a_refund_of_more_than_was_paid_is_refused(shop: Shop) -> None:
    shop.paid()
    with pytest.raises(GatewayRefused) as refusal:
        shop.refund(150_001)
    assert refusal.value.code == Refusal.REFUND_TOO_LARGE
    assert shop.fake.refunds_made(REFERENCE) == []


def test_a_refund_asked_for_twice_happens_once(shop: Shop) -> None:
    shop.paid()
    shop.refund(50_000)
    shop.refund(50_000)
    assert shop.fake.refunds_made(REFERENCE) == [("R-1", 50_000)]


def test_a_refund_id_used_for_another_amount_is_refused(shop: Shop) -> None:
    shop.paid()
    shop.refund(50_000)
    with pytest.raises(GatewayRefused) as refusal:
        shop.refund(60_000)
    assert refusal.value.code == Refusal.REFUND_ID_USED
    assert shop.fake.refunds_made(REFERENCE) == [("R-1", 50_000)]


def test_an_unpaid_payment_is_not_refunded(shop: Shop) -> None:
    shop.start()
    shop.fake.choose(REFERENCE)
    with pytest.raises(GatewayRefused) as refusal:
        shop.refund(50_000)
    assert refusal.value.code == Refusal.NOT_REFUNDABLE


@pytest.mark.parametrize(("kind", "status"), FAULTS)
def test_start_is_unsure_then_opens_one_session(shop: Shop, kind: FaultKind, status: int) -> None:
    shop.fake.break_next(kind, "start", status=status)
    with pytest.raises(GatewayUnavailable):
        shop.start()
    shop.start()
    shop.fake.pay(REFERENCE)
    assert shop.fake.times_paid(REFERENCE) == 1


@pytest.mark.parametrize(("kind", "status"), FAULTS)
def test_find_is_unsure_rather_than_wrong(shop: Shop, kind: FaultKind, status: int) -> None:
    shop.paid()
    shop.fake.break_next(kind, "find", status=status)
    with pytest.raises(GatewayUnavailable):
        shop.find()
    assert shop.outcome() == Outcome.PAID


@pytest.mark.parametrize(("kind", "status"), FAULTS)
def test_refund_is_unsure_then_happens_once(shop: Shop, kind: FaultKind, status: int) -> None:
    shop.paid()
    shop.fake.break_next(kind, "refund", status=status)
    with pytest.raises(GatewayUnavailable):
        shop.refund(50_000)
    shop.refund(50_000)
    assert shop.fake.refunds_made(REFERENCE) == [("R-1", 50_000)]


@pytest.mark.parametrize("verb", ["cancel", "expire"])
@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.GARBAGE, FaultKind.SILENT, FaultKind.RESET])
def test_calling_off_is_unsure_then_done(shop: Shop, verb: str, kind: FaultKind) -> None:
    shop.start()
    shop.fake.choose(REFERENCE)
    shop.fake.break_next(kind, verb)
    with pytest.raises(GatewayUnavailable):
        getattr(shop.gateway, verb)(reference=REFERENCE)
    notice = getattr(shop.gateway, verb)(reference=REFERENCE)
    assert notice.outcome in {Outcome.CANCELLED, Outcome.EXPIRED}


def test_a_refund_whose_answer_was_lost_is_found(shop: Shop) -> None:
    shop.paid()
    shop.fake.break_next(FaultKind.SILENT, "refund")
    with pytest.raises(GatewayUnavailable):
        shop.refund(50_000)
    notice = shop.find()
    assert notice is not None
    assert (notice.outcome, notice.refund_ids) == (Outcome.PARTLY_REFUNDED, ("R-1",))


@pytest.mark.parametrize("kind", [FaultKind.DEAF, FaultKind.DRIP])
def test_a_slow_gateway_is_given_up_on(shop: Shop, kind: FaultKind) -> None:
    shop.paid()
    shop.fake.break_next(kind, "find")
    began = time.monotonic()
    with pytest.raises(GatewayUnavailable):
        shop.find()
    # Its patience is two seconds, the answer takes a minute, and a busy machine notices late.
    assert time.monotonic() - began < 15


def test_a_gateway_that_is_not_there_is_unavailable(name: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        gateway = connect(name, FAKES[name]().credentials, f"http://127.0.0.1:{port}")
        with pytest.raises(GatewayUnavailable):
            gateway.find(reference=REFERENCE)


def test_nothing_is_sent_twice_by_itself(shop: Shop) -> None:
    shop.paid()
    shop.fake.break_next(FaultKind.RESET, "refund", times=9)
    with pytest.raises(GatewayUnavailable):
        shop.refund(50_000)
    assert len(shop.fake.told("refund")) == 1


def test_a_reference_that_could_leave_its_path_is_refused(shop: Shop) -> None:
    for reference in ["", "..", "../SO-1", "SO 1", "SO/1", "SO-1\n", "x" * 51]:
        with pytest.raises(GatewayRefused):
            shop.gateway.find(reference=reference)
    assert shop.fake.told("find") == []
