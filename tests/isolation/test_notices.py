"""T-WH: a gateway's message counts for the store whose key signed it, and for no other (A35).

Midtrans is the one gateway there is. What a kept message then does, asks the gateway itself: replayed, stale
and reordered ones are in tests/core/payments/test_midtrans_journey.py and tests/chaos.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings

from core.kernel import sealing
from core.payments.models import GatewayMessage, Payment, PaymentMethod
from tenants import context
from tenants.models import Store
from tests.conftest import client_at
from tests.factories.payments import method, notice_body, open_payment

OTHER_KEY = "SB-Mid-server-batik"


@dataclass
class Desk:
    """Both stores with a gateway of their own, and a payment at kopi's."""

    kopi: Store
    batik: Store
    payment: Payment
    mine: str
    theirs: str

    def post(self, body: bytes, endpoint: str = "", kind: str = "application/json") -> Any:
        shop = client_at(f"kopi.{settings.STOREFRONT_SUFFIX}")
        return shop.post(f"/hooks/midtrans/{endpoint or self.mine}/", data=body, content_type=kind)

    def kept(self) -> int:
        with context.in_store(self.kopi):
            return GatewayMessage.objects.count()


@pytest.fixture
def desk(kopi: Store, batik: Store) -> Desk:
    with context.in_store(batik):
        theirs = method("MIDTRANS")
        theirs.credentials = sealing.seal({"server_key": OTHER_KEY}, place=theirs.place)
        theirs.save()
    with context.in_store(kopi):
        payment = open_payment("MIDTRANS")
        mine = PaymentMethod.objects.get(code="MIDTRANS")
    return Desk(kopi, batik, payment, mine.endpoint_id, theirs.endpoint_id)


def changed(**told: Any) -> Callable[[bytes], bytes]:
    """The signed message with other facts in it; None takes one out."""

    def change(body: bytes) -> bytes:
        facts = {**json.loads(body), **told}
        return json.dumps({name: value for name, value in facts.items() if value is not None}).encode()

    return change


FORGED: dict[str, Callable[[bytes], bytes]] = {
    "no signature": changed(signature_key=None),
    "an empty signature": changed(signature_key=""),
    "a wrong signature": changed(signature_key="0" * 128),
    "a signature that is no text": changed(signature_key=["x"]),
    "another amount": changed(gross_amount="1.00"),
    "another order": changed(order_id="SO-1"),
    "another status code": changed(status_code="201"),
    "one byte more": lambda body: body.replace(b'"status_code": "200"', b'"status_code": "2000"'),
    "one byte less": lambda body: body[:-1],
    "two megabytes": lambda body: body[:-1] + b', "x": "' + b"x" * 2_000_000 + b'"}',
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_message_is_not_kept(desk: Desk, name: str):
    with context.in_store(desk.kopi):
        body = notice_body(desk.payment, "settlement")
    if name == "two megabytes":
        body = changed(signature_key="0" * 128)(body)

    answer = desk.post(FORGED[name](body))

    assert answer.status_code in {400, 403, 413}
    assert (answer.content, desk.kept()) == (b"", 0)


def test_the_other_stores_key_signs_nothing_here(desk: Desk):
    with context.in_store(desk.kopi):
        body = notice_body(desk.payment, "settlement", key=OTHER_KEY)

    assert desk.post(body).status_code == 403
    assert desk.kept() == 0


def test_the_other_stores_address_is_as_unknown_here_as_any(desk: Desk):
    with context.in_store(desk.kopi):
        body = notice_body(desk.payment, "settlement", key=OTHER_KEY)
    answers = [desk.post(body, endpoint) for endpoint in (desk.theirs, "hook_none", "x")]

    assert [(answer.status_code, answer.content) for answer in answers] == [(404, b"")] * 3
    assert desk.kept() == 0


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "x"])
def test_the_same_message_five_times_is_one_whatever_it_calls_itself(desk: Desk, kind: str):
    with context.in_store(desk.kopi):
        body = notice_body(desk.payment, "settlement")

    assert {desk.post(body, kind=kind).status_code for _ in range(5)} == {200}
    assert desk.kept() == 1


def test_a_message_about_a_payment_of_the_other_store_pays_nothing_here(desk: Desk):
    """Signed with kopi's key, about a reference that only batik has."""
    with context.in_store(desk.batik):
        foreign = open_payment("MIDTRANS", customer=None)
    with context.in_store(desk.kopi):
        body = changed()(notice_body(desk.payment, "settlement", order_id=f"{foreign.reference}-x"))

    assert desk.post(body).status_code == 403
    with context.in_store(desk.batik):
        foreign.refresh_from_db()
        assert (foreign.state, foreign.order.payment_state) == ("PENDING", "UNPAID")
