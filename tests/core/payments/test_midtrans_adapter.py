"""What only the Midtrans adapter does: its hosts, its headers, its limits, its odd answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from core.kernel.money import Money
from core.payments.gateways.midtrans import adapter
from core.payments.gateways.midtrans.adapter import MidtransGateway
from core.payments.gateways.midtrans.client import (
    LIVE,
    SANDBOX,
    MidtransCredentials,
    MidtransHosts,
    read_answer,
    shared_http,
)
from core.payments.ports import (
    GatewayConnection,
    GatewayLine,
    GatewayRefused,
    GatewaySession,
    GatewayUnavailable,
    Outcome,
    Payer,
    ReferenceUsed,
    Refusal,
)
from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.server import FakeProvider, FakeServer, Request, Response, json_response

# The fake keeps real time, so the page that a test opens must close later than now.
NOW = datetime.now(UTC).replace(microsecond=0)


class Scripted(FakeProvider):
    """Answers whatever a test wrote down."""

    def __init__(self) -> None:
        super().__init__()
        self.script = json_response(200, {})

    def operation_of(self, request: Request) -> str:
        return "any"

    def answer(self, request: Request) -> Response:
        return self.script


@pytest.fixture
def fake() -> FakeMidtrans:
    return FakeMidtrans()


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def server(fake: FakeMidtrans, scripted: Scripted) -> Iterator[FakeServer]:
    with FakeServer({"midtrans": fake, "scripted": scripted}) as server:
        yield server


@pytest.fixture
def gateway(server: FakeServer) -> MidtransGateway:
    return gateway_at(server.url_of("midtrans"))


@pytest.fixture
def odd(server: FakeServer) -> MidtransGateway:
    """Speaks to the scripted answers."""
    return gateway_at(server.url_of("scripted"))


def gateway_at(base_url: str) -> MidtransGateway:
    return MidtransGateway(
        MidtransCredentials("SB-Mid-server-kopi"),
        shared_http(trust_env=False),
        hosts=MidtransHosts.under(base_url),
        timeout_seconds=1,
        clock=lambda: NOW,
    )


def start(gateway: MidtransGateway, *lines: GatewayLine, reference: str = "SO-1-1") -> GatewaySession:
    wanted = lines or (GatewayLine("K", "Kopi", 100_000),)
    return gateway.start(
        reference=reference,
        amount=Money(sum(line.unit_amount * line.quantity for line in wanted)),
        lines=wanted,
        customer=Payer("Sari"),
        return_url="http://kopi.shop.localhost/kembali",
        notify_url="http://kopi.shop.localhost/hooks/midtrans/t0k3n/",
        expires_at=NOW + timedelta(hours=2),
    )


@pytest.mark.parametrize(
    ("live", "hosts"),
    [(False, "sandbox.midtrans.com"), (True, "midtrans.com")],
)
def test_the_environment_chooses_the_hosts(live: bool, hosts: str) -> None:
    gateway = adapter.build(GatewayConnection({"server_key": " key "}, live=live))
    chosen = gateway._client.hosts
    assert chosen == (LIVE if live else SANDBOX)
    assert chosen.core == f"https://api.{hosts}/v2"
    assert chosen.snap == f"https://app.{hosts}/snap/v1"


def test_secrets_do_not_show_in_logs() -> None:
    connection = GatewayConnection({"server_key": "Mid-server-secret", "signature_key": "hush"})
    shown = repr(connection) + repr(MidtransCredentials("Mid-server-secret", "hush"))
    assert "secret" not in shown and "hush" not in shown


def test_notices_go_to_the_address_of_this_store(gateway: MidtransGateway, fake: FakeMidtrans) -> None:
    start(gateway)
    asked = fake.told("start")[0].request
    assert asked.headers["x-override-notification"] == "http://kopi.shop.localhost/hooks/midtrans/t0k3n/"
    assert len(asked.headers["idempotency-key"]) == 46
    assert asked.headers["authorization"] == "Basic U0ItTWlkLXNlcnZlci1rb3BpOg=="
    assert json.loads(asked.body)["expiry"]["duration"] == 120


def test_a_separate_signature_key_is_used_when_there_is_one() -> None:
    assert MidtransCredentials("server", "signature").signs_with == "signature"
    assert MidtransCredentials("server").signs_with == "server"


def test_a_request_stays_below_sixteen_kilobytes(gateway: MidtransGateway, fake: FakeMidtrans) -> None:
    start(gateway, *(GatewayLine(f"SKU-{n}", "Kopi " * 10, 1000) for n in range(300)))
    asked = fake.told("start")[0].request
    assert len(asked.body) < 16 * 1024
    assert json.loads(asked.body)["item_details"] == [
        {"id": "SO-1-1", "name": "SO-1-1", "price": 300_000, "quantity": 1}
    ]


def test_a_page_reopened_after_five_minutes_pays_the_same_order(
    gateway: MidtransGateway, fake: FakeMidtrans
) -> None:
    first = start(gateway)
    fake.ledger.advance(301)
    second = start(gateway)
    assert first != second
    fake.pay("SO-1-1")
    assert fake.times_paid("SO-1-1") == 1


def test_a_page_where_a_method_was_chosen_is_not_opened_again(
    gateway: MidtransGateway, fake: FakeMidtrans
) -> None:
    start(gateway)
    fake.choose("SO-1-1")
    fake.ledger.advance(301)
    with pytest.raises(ReferenceUsed) as refusal:
        start(gateway)
    assert refusal.value.notice and refusal.value.notice.outcome == Outcome.PENDING


def test_a_status_of_406_on_create_is_looked_up(odd: MidtransGateway, scripted: Scripted) -> None:
    scripted.script = json_response(200, {"status_code": "406", "status_message": "duplicate"})
    with pytest.raises(GatewayRefused):
        start(odd)
    assert [told.request.path for told in scripted.history] == ["/snap/v1/transactions", "/v2/SO-1-1/status"]


@pytest.mark.parametrize("honest", [True, False])
def test_the_status_in_the_body_counts(gateway: MidtransGateway, fake: FakeMidtrans, honest: bool) -> None:
    fake.dials.http_follows_body = honest
    assert gateway.find(reference="SO-1-1") is None
    start(gateway)
    fake.pay("SO-1-1", "bca_va")
    with pytest.raises(GatewayRefused) as refusal:
        gateway.refund(reference="SO-1-1", refund_id="R-1", amount=Money(5), reason="")
    assert refusal.value.code == Refusal.NOT_REFUNDABLE
    with pytest.raises(GatewayRefused) as refusal:
        gateway.cancel(reference="SO-1-1")
    assert refusal.value.code == Refusal.NOT_ALLOWED


def test_a_card_under_review_is_not_paid(gateway: MidtransGateway, fake: FakeMidtrans) -> None:
    start(gateway)
    fake.ledger.challenge(fake.payment_of("SO-1-1", "credit_card"))
    notice = gateway.find(reference="SO-1-1")
    assert notice and notice.outcome == Outcome.REVIEW


def test_a_bank_may_take_a_settled_payment_back(gateway: MidtransGateway, fake: FakeMidtrans) -> None:
    start(gateway)
    fake.pay("SO-1-1", "bca_va")
    fake.ledger.deny(fake.latest("SO-1-1"))
    notice = gateway.find(reference="SO-1-1")
    assert notice and notice.outcome == Outcome.FAILED


def test_a_refund_that_was_not_made_is_refused(odd: MidtransGateway, scripted: Scripted) -> None:
    scripted.script = json_response(
        200, {"status_code": "202", "transaction_status": "settlement", "refund_amount": "0.00"}
    )
    with pytest.raises(GatewayRefused) as refusal:
        odd.refund(reference="SO-1-1", refund_id="R-1", amount=Money(5), reason="")
    assert refusal.value.code == Refusal.NOT_REFUNDABLE


@pytest.mark.parametrize(
    ("refund_id", "amount"), [("", 5), ("R 1", 5), ("R/1", 5), ("R" * 51, 5), ("R-1", 0), ("R-1", -5)]
)
def test_a_refund_that_cannot_be_meant_is_not_sent(
    gateway: MidtransGateway, fake: FakeMidtrans, refund_id: str, amount: int
) -> None:
    with pytest.raises(GatewayRefused):
        gateway.refund(reference="SO-1-1", refund_id=refund_id, amount=Money(amount), reason="")
    assert fake.told("refund") == []


def test_dollars_are_not_sent(gateway: MidtransGateway, fake: FakeMidtrans) -> None:
    with pytest.raises(GatewayRefused):
        gateway.start(
            reference="SO-1-1",
            amount=Money(5, "USD"),
            lines=[GatewayLine("K", "Kopi", 5)],
            customer=Payer("Sari"),
            return_url="http://shop/",
            notify_url="http://shop/",
            expires_at=NOW,
        )
    assert fake.told("start") == []


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.test/pay",
        "javascript:alert(1)",
        "http://evil.midtrans.com.test/",
        "https://127.0.0.1/",
        "",
        None,
        7,
    ],
)
def test_the_shopper_is_never_sent_elsewhere(odd: MidtransGateway, scripted: Scripted, page: object) -> None:
    scripted.script = json_response(201, {"token": "t", "redirect_url": page})
    with pytest.raises(GatewayUnavailable):
        start(odd)


def test_an_answer_about_another_order_is_not_believed(odd: MidtransGateway, scripted: Scripted) -> None:
    scripted.script = json_response(
        200,
        {
            "status_code": "200",
            "transaction_status": "settlement",
            "transaction_id": "t",
            "order_id": "SO-2-1",
            "gross_amount": "5.00",
        },
    )
    with pytest.raises(GatewayUnavailable):
        odd.find(reference="SO-1-1")


def test_an_answer_without_end_is_given_up_on(odd: MidtransGateway, scripted: Scripted) -> None:
    scripted.script = json_response(404, {"status_code": "404", "padding": "x" * 300_000})
    with pytest.raises(GatewayUnavailable):
        odd.find(reference="SO-1-1")


def test_no_redirect_is_followed(odd: MidtransGateway, scripted: Scripted, server: FakeServer) -> None:
    scripted.script = Response(302, headers={"Location": f"{server.url}/midtrans/v2/SO-1-1/status"})
    with pytest.raises(GatewayUnavailable):
        odd.find(reference="SO-1-1")
    assert len(scripted.history) == 1


def test_no_cookie_goes_from_one_store_to_the_next(odd: MidtransGateway, scripted: Scripted) -> None:
    scripted.script = Response(404, b'{"status_code":"404"}', headers={"Set-Cookie": "store=kopi; Path=/"})
    odd.find(reference="SO-1-1")
    odd.find(reference="SO-1-1")
    assert "cookie" not in scripted.history[1].request.headers


@pytest.mark.parametrize(
    ("http_status", "body"),
    [
        (500, b"{}"),
        (429, b"{}"),
        (301, b"{}"),
        (200, b""),
        (200, b"[]"),
        (200, b"[" * 100_000),
        (200, b'{"status_code": "503"}'),
        (200, b'{"status_code": 500}'),
        (202, b"{}"),
    ],
)
def test_a_doubtful_answer_is_no_answer(http_status: int, body: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        read_answer(http_status, body)


@pytest.mark.parametrize(
    ("body", "status"), [(b'{"status_code": "404"}', 404), (b'{"status_code": "x"}', 200), (b"{}", 200)]
)
def test_the_body_overrules_http(body: bytes, status: int) -> None:
    assert read_answer(200, body).status == status
