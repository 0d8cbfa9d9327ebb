"""The fake says what Midtrans says, and misbehaves when told to."""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from urllib.parse import urlencode, urlsplit

import pytest

from tests.fakes.midtrans import FakeMidtrans, wire
from tests.fakes.notices import NO_ANSWER
from tests.fakes.receiver import Receiver
from tests.fakes.server import FakeServer


@dataclass(slots=True)
class Answer:
    status: int
    text: str
    location: str

    def json(self) -> dict[str, object]:
        body = json.loads(self.text)
        assert isinstance(body, dict)
        return body


@dataclass(slots=True)
class Lab:
    """A fake, somebody to notify, and a plain HTTP client."""

    fake: FakeMidtrans
    receiver: Receiver
    server: FakeServer

    def ask(
        self, method: str, path: str, body: object = None, key: str = "SB-Mid-server-kopi", **headers: str
    ) -> Answer:
        given = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        token = base64.b64encode(f"{key}:".encode()).decode()
        sent = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return call(method, f"{self.server.url_of('midtrans')}{path}", given, sent)

    def open(self, order_id: str = "SO-1-1", amount: int = 15_000, **headers: str) -> Answer:
        wish = {
            "transaction_details": {"order_id": order_id, "gross_amount": amount},
            "item_details": [{"id": "k", "name": "Kopi", "price": 15_000, "quantity": 1}],
            "callbacks": {"finish": "http://kopi.shop.localhost/kembali?x=1"},
        }
        headers.setdefault("X_Override_Notification", self.server.url_of("receiver"))
        return self.ask("POST", "/snap/v1/transactions", wish, **headers)

    def page(self) -> str:
        return str(self.open().json()["redirect_url"])

    def click(self, page: str, act: str, method: str = "qris") -> Answer:
        form = urlencode({"act": act, "method": method}).encode()
        return call("POST", page, form, {"Content-Type": "application/x-www-form-urlencoded"})

    def control(self, **command: object) -> Answer:
        return self.ask("POST", "/_control", command)

    def statuses(self) -> list[int]:
        self.fake.wait_until_posted()
        return [posted.status for posted in self.fake.sender.posted]


def call(method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    target = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=5)
    path = target.path + (f"?{target.query}" if target.query else "")
    connection.request(method, path, body, {**headers, "Host": target.netloc})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return Answer(response.status, text, response.getheader("Location") or "")


@pytest.fixture
def lab() -> Iterator[Lab]:
    fake, receiver = FakeMidtrans(minute=0.001), Receiver()
    with FakeServer({"midtrans": fake, "receiver": receiver}) as server:
        yield Lab(fake, receiver, server)


def test_it_signs_like_midtranss_own_example() -> None:
    signature = wire.sign("1111", "200", "100000.00", "askvnoibnosifnboseofinbofinfgbiufglnbfg")
    assert signature.startswith("edc076b21793ebe3e17926350f5b8ae67d902fe657b3d0aa31b932d5c127e2375d30")


@pytest.mark.parametrize("key", ["", "nobody", "Mid-server-"])
def test_strangers_are_turned_away(lab: Lab, key: str) -> None:
    refused = lab.ask("POST", "/snap/v1/transactions", {}, key=key)
    assert refused.status == 401
    assert refused.json() == {
        "error_messages": ["Access denied due to unauthorized transaction, please check client or server key"]
    }
    assert lab.ask("GET", "/v2/SO-1-1/status", key=key).json()["status_code"] == "401"


def test_a_sum_that_does_not_match_is_refused(lab: Lab) -> None:
    refused = lab.open(amount=15_001)
    assert refused.status == 400
    assert refused.json()["error_messages"] == [
        "transaction_details.gross_amount is not equal to the sum of item_details"
    ]


def test_an_order_id_is_used_up_step_by_step(lab: Lab) -> None:
    assert lab.open().status == 201
    assert lab.open().status == 201
    lab.fake.choose("SO-1-1")
    assert "sudah digunakan" in lab.open().text
    lab.fake.pay("SO-1-1")
    assert "has been paid and utilized" in lab.open().text


def test_merchants_do_not_meet(lab: Lab) -> None:
    lab.open()
    lab.fake.pay("SO-1-1")
    assert lab.ask("GET", "/v2/SO-1-1/status", key="SB-Mid-server-batik").status == 404


@pytest.mark.parametrize(
    "wish",
    [
        b"not json",
        {"transaction_details": {"order_id": "a b", "gross_amount": 1}},
        {"transaction_details": {"order_id": "a", "gross_amount": 1.5}},
        {"transaction_details": []},
        {"transaction_details": {"order_id": "a", "gross_amount": 1}, "item_details": [{"name": "x" * 51}]},
        {"transaction_details": {"order_id": "a", "gross_amount": 1}, "expiry": {"unit": "moon"}},
    ],
)
def test_bad_requests_are_refused(lab: Lab, wish: object) -> None:
    assert lab.ask("POST", "/snap/v1/transactions", wish).status == 400


def test_more_than_sixteen_kilobytes_are_refused(lab: Lab) -> None:
    assert lab.ask("POST", "/snap/v1/transactions", {"metadata": "x" * 16_400}).status == 413


def test_an_idempotency_key_lasts_five_minutes(lab: Lab) -> None:
    first = lab.open(Idempotency_Key="a").text
    assert lab.open(order_id="SO-2-1", Idempotency_Key="a").text == first
    lab.fake.ledger.advance(300)
    assert lab.open(Idempotency_Key="a").text != first


def test_a_refusal_is_not_kept_under_its_key(lab: Lab) -> None:
    assert lab.open(amount=1, Idempotency_Key="a").status == 400
    assert lab.open(Idempotency_Key="a").status == 201


@pytest.mark.parametrize(
    ("act", "method", "status", "code"),
    [
        ("pay", "qris", "settlement", "200"),
        ("pay", "bca_va", "settlement", "200"),
        ("pay", "gopay", "settlement", "200"),
        ("pay", "credit_card", "capture", "200"),
        ("fail", "credit_card", "deny", "202"),
        ("lapse", "qris", "expire", "202"),
        ("later", "bca_va", "pending", "201"),
    ],
)
def test_a_person_clicks_and_returns_to_the_shop(
    lab: Lab, act: str, method: str, status: str, code: str
) -> None:
    page = lab.page()
    assert lab.ask("GET", "/v2/SO-1-1/status").status == 404
    back = lab.click(page, act, method)
    assert back.status == 303
    assert back.location.startswith("http://kopi.shop.localhost/kembali?x=1&order_id=SO-1-1&")
    assert f"status_code={code}&transaction_status={status}&merchant_id=G" in back.location
    assert lab.ask("GET", "/v2/SO-1-1/status").json()["transaction_status"] == status


def test_the_page_speaks_two_languages_and_runs_no_script(lab: Lab) -> None:
    page = lab.page()
    bahasa, english = (call("GET", page + query, b"", {}).text for query in ("", "?lang=en"))
    assert "Bayar" in bahasa and "Biarkan kedaluwarsa" in bahasa and "Rp15.000" in bahasa
    assert "Let it expire" in english
    assert not re.search(r"<script|javascript:| on\w+=", bahasa)


def test_a_paid_page_is_closed(lab: Lab) -> None:
    page = lab.page()
    lab.click(page, "pay")
    assert call("GET", page, b"", {}).status == 410
    assert lab.click(page, "pay").status == 410
    assert lab.fake.times_paid("SO-1-1") == 1


def test_a_page_never_chosen_on_closes_without_a_word(lab: Lab) -> None:
    page = lab.page()
    lab.fake.ledger.advance(24 * 3600)
    assert call("GET", page, b"", {}).status == 410
    assert lab.statuses() == []


def test_markup_in_a_name_stays_text(lab: Lab) -> None:
    name = "<img src=x onerror=alert(1)>"
    wish = {
        "transaction_details": {"order_id": "a", "gross_amount": 1},
        "item_details": [{"name": name, "price": 1, "quantity": 1}],
    }
    page = str(lab.ask("POST", "/snap/v1/transactions", wish).json()["redirect_url"])
    assert "<img" not in call("GET", page, b"", {}).text


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([200], 1),
        ([500, 500, 500], 2),
        ([503] * 9, 5),
        ([400] * 9, 3),
        ([404] * 9, 3),
        ([302], 1),
        ([418] * 9, 6),
        ([500, 200], 2),
    ],
)
def test_it_tries_again_as_often_as_midtrans(lab: Lab, answers: list[int], tries: int) -> None:
    lab.receiver.mood.statuses = list(answers)
    lab.open()
    lab.fake.choose("SO-1-1")
    assert lab.statuses() == (answers * 2)[:tries]


def test_a_permanent_redirect_is_followed(lab: Lab) -> None:
    lab.receiver.mood.statuses = [307, 200]
    lab.receiver.elsewhere = lab.server.url_of("receiver") + "/moved"
    lab.open()
    lab.fake.choose("SO-1-1")
    assert lab.statuses() == [200]
    assert len(lab.receiver.notices) == 2


def test_a_refund_is_told_twice(lab: Lab) -> None:
    lab.open()
    lab.fake.pay("SO-1-1")
    lab.ask("POST", "/v2/SO-1-1/refund", {"refund_key": "R-1", "amount": 5_000, "reason": "x"})
    lab.statuses()
    refunds = [json.loads(notice.body).get("refunds") for notice in lab.receiver.notices][-2:]
    assert ["bank_confirmed_at" in told[0] for told in refunds] == [False, True]


def test_notices_never_leave_this_machine(lab: Lab) -> None:
    lab.open(X_Override_Notification="http://192.0.2.1/hook")
    lab.fake.dials.delay_seconds = 0
    lab.fake.choose("SO-1-1")
    assert set(lab.statuses()) == {NO_ANSWER}


def test_a_store_host_is_reached_without_a_name_server(lab: Lab) -> None:
    port = urlsplit(lab.server.url).port
    lab.open(X_Override_Notification=f"http://kopi.shop.localhost:{port}/receiver/")
    lab.fake.choose("SO-1-1")
    assert lab.statuses() == [200]
    headers = lab.receiver.notices[0].headers
    assert headers["host"] == f"kopi.shop.localhost:{port}"
    assert headers["user-agent"] == "Veritrans"


def test_scripts_turn_the_dials(lab: Lab) -> None:
    lab.open()
    lab.control(dials={"duplicates": 2, "hold": True}, act="settle", order_id="SO-1-1", method="gopay")
    assert lab.statuses() == []
    state = lab.control(release="backwards").json()
    assert state["dials"] == {**asdict(lab.fake.dials), "hold": False}
    assert lab.statuses() == [200] * 4
    statuses = [json.loads(notice.body)["transaction_status"] for notice in lab.receiver.notices]
    assert statuses == ["settlement", "settlement", "pending", "pending"]


def test_scripts_break_answers_and_turn_the_clock(lab: Lab) -> None:
    lab.open()
    lab.fake.choose("SO-1-1")
    lab.control(fault={"kind": "status", "operation": "find", "status": 502}, advance_seconds=901)
    assert lab.ask("GET", "/v2/SO-1-1/status").status == 502
    assert lab.ask("GET", "/v2/SO-1-1/status").json()["transaction_status"] == "expire"


@pytest.mark.parametrize(
    "command",
    [
        {"dials": {"colour": 1}},
        {"dials": 5},
        {"act": "settle", "order_id": "nobody"},
        {"act": "now", "order_id": "SO-1-1"},
        {"fault": {"kind": "meteor"}},
        {"advance_seconds": "soon"},
    ],
)
def test_a_dial_that_is_not_there_cannot_be_turned(lab: Lab, command: dict[str, object]) -> None:
    lab.open()
    assert lab.control(**command).status == 400


def test_people_turn_the_dials(lab: Lab) -> None:
    lab.open()
    lab.fake.choose("SO-1-1")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    dials = lab.server.url_of("midtrans") + "/_control"
    assert "SO-1-1" in call("GET", dials, b"", {}).text
    assert call("POST", dials, b"dials.hold=0&dials.duplicates=3", form).status == 303
    assert (lab.fake.dials.hold, lab.fake.dials.duplicates) == (False, 3)
    assert call("POST", dials, b"act=settle&order_id=SO-1-1", form).status == 303
    assert lab.fake.times_paid("SO-1-1") == 1
