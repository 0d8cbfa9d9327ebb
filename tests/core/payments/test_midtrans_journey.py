"""Midtrans end to end against the fake: the page, the notification, the truth behind it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from core.inventory.models import StockItem
from core.kernel import sealing
from core.kernel.errors import InvalidInput
from core.payments import services as payments
from core.payments.models import GatewayMessage, MessageState, Payment, PaymentMethod, PaymentState
from tenants import context, meters
from tenants.models import Job, Store
from tenants.permissions import SYSTEM
from tests.factories.orders import NOON
from tests.factories.payments import method, notice_body, open_payment
from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.server import FakeServer

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def midtrans(settings: LazySettings) -> Iterator[FakeMidtrans]:
    """The fake, with its notices held back: tests post them by hand."""
    fake = FakeMidtrans(minute=0.01)
    with FakeServer({"midtrans": fake}) as server:
        settings.FAKES_URL = server.url
        fake.hold_notices()
        yield fake


@pytest.fixture
def payment(midtrans: FakeMidtrans, store: Store) -> Payment:
    """Started at the fake: its page is open."""
    opened = open_payment("MIDTRANS", now=timezone.now())
    payments.start(payment_id=opened.pk, return_url="https://kopi.example/o/1/", now=timezone.now())
    opened.refresh_from_db()
    return opened


def _post(shop: Client, payment: Payment, body: bytes) -> int:
    endpoint = PaymentMethod.objects.get(code=payment.method).endpoint_id
    with context.in_public():
        answer = shop.post(f"/hooks/midtrans/{endpoint}/", data=body, content_type="application/json")
    return answer.status_code


def _apply_all() -> None:
    for message in GatewayMessage.objects.order_by("pk"):
        payments.apply_notice.now(message_id=message.pk)


def _states(payment: Payment) -> tuple[str, str, str]:
    payment.refresh_from_db()
    payment.order.refresh_from_db()
    return payment.state, payment.order.payment_state, payment.order.state


def test_starting_twice_leads_to_the_same_page(payment: Payment):
    again = payments.start(payment_id=payment.pk, return_url="https://kopi.example/", now=timezone.now())

    assert again == payment.redirect_url
    assert again.startswith("http")


def test_a_settled_payment_pays_the_order(midtrans: FakeMidtrans, payment: Payment, shop: Client):
    midtrans.pay(payment.reference)

    assert _post(shop, payment, notice_body(payment, "settlement")) == 200
    _apply_all()
    assert _states(payment) == ("PAID", "PAID", "OPEN")
    assert GatewayMessage.objects.get().state == MessageState.APPLIED


def test_a_repeated_notification_is_kept_once_and_pays_once(
    midtrans: FakeMidtrans, payment: Payment, shop: Client
):
    midtrans.pay(payment.reference)
    body = notice_body(payment, "settlement")

    assert [_post(shop, payment, body) for _ in range(3)] == [200, 200, 200]
    _apply_all()
    _apply_all()
    assert GatewayMessage.objects.count() == 1
    payment.order.customer.refresh_from_db()
    assert payment.order.customer.spent_amount == payment.amount


def test_a_claim_that_the_gateway_does_not_confirm_pays_nothing(
    midtrans: FakeMidtrans, payment: Payment, shop: Client
):
    midtrans.choose(payment.reference)
    _post(shop, payment, notice_body(payment, "settlement"))
    _apply_all()
    assert _states(payment) == ("PENDING", "UNPAID", "OPEN")

    midtrans.pay(payment.reference)
    _post(shop, payment, notice_body(payment, "settlement"))
    _apply_all()
    assert _states(payment)[0] == "PAID"


def test_a_forged_notification_is_refused_counted_and_not_kept(payment: Payment, shop: Client):
    refused = meters.WEBHOOKS_REFUSED.labels("midtrans", "signature")._value
    before = refused.get()

    assert _post(shop, payment, notice_body(payment, "settlement", key="guess")) == 403
    assert refused.get() == before + 1
    assert not GatewayMessage.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"order_id": 1}'])
def test_nonsense_is_refused_and_not_kept(payment: Payment, shop: Client, body: bytes):
    assert _post(shop, payment, body) in (400, 403)
    assert not GatewayMessage.objects.exists()


def test_an_unknown_endpoint_is_not_there(shop: Client, store: Store):
    method("MIDTRANS")
    with context.in_public():
        assert (
            shop.post("/hooks/midtrans/hook_none/", data=b"{}", content_type="text/plain").status_code == 404
        )
        assert shop.get("/hooks/midtrans/hook_none/").status_code == 405


def test_another_stores_endpoint_is_not_there(payment: Payment, shop: Client, batik: Store):
    with context.in_store(batik):
        foreign = method("MIDTRANS").endpoint_id
    with context.in_public():
        answer = shop.post(f"/hooks/midtrans/{foreign}/", data=b"{}", content_type="application/json")

    assert answer.status_code == 404


def test_a_refused_card_may_be_followed_by_money(midtrans: FakeMidtrans, payment: Payment):
    midtrans.decline(payment.reference)
    payments.check_payment.now(payment_id=payment.pk)
    assert _states(payment) == ("FAILED", "UNPAID", "OPEN")

    midtrans.pay(payment.reference)
    payments.check_payment.now(payment_id=payment.pk)
    assert _states(payment)[0] == "PAID"


def test_another_amount_at_the_gateway_pays_nothing(midtrans: FakeMidtrans, payment: Payment):
    midtrans.pay(payment.reference)
    Payment.objects.filter(pk=payment.pk).update(amount=payment.amount + 1)
    payments.check_payment.now(payment_id=payment.pk)

    assert _states(payment)[0] == "PENDING"


def test_nobody_pays_in_time(midtrans: FakeMidtrans, payment: Payment):
    payments.lapse.now(payment_id=payment.pk)

    assert _states(payment) == ("EXPIRED", "UNPAID", "CANCELLED")
    assert StockItem.objects.get().allocated == 0


def test_money_in_the_last_minute_is_found_before_the_order_ends(midtrans: FakeMidtrans, payment: Payment):
    midtrans.pay(payment.reference)
    payments.lapse.now(payment_id=payment.pk)

    assert _states(payment) == ("PAID", "PAID", "OPEN")


def test_a_pending_payment_is_closed_at_the_gateway_too(midtrans: FakeMidtrans, payment: Payment):
    midtrans.choose(payment.reference)
    payments.lapse.now(payment_id=payment.pk)

    assert _states(payment) == ("EXPIRED", "UNPAID", "CANCELLED")


def test_a_refund_goes_through_the_gateway_once(midtrans: FakeMidtrans, payment: Payment):
    midtrans.pay(payment.reference)
    payments.check_payment.now(payment_id=payment.pk)
    refund = payments.refund(
        payment_id=payment.pk,
        amount=payment.amount,
        reason="Habis",
        is_by_hand=False,
        actor=SYSTEM,
        now=NOON,
    )
    payments.send_refund.now(refund_id=refund.pk)
    payments.send_refund.now(refund_id=refund.pk)
    payments.check_payment.now(payment_id=payment.pk)

    assert _states(payment)[:2] == ("REFUNDED", "REFUNDED")
    assert midtrans.refunds_made(payment.reference) == [(refund.public_id, payment.amount)]


def test_the_time_of_a_page_gets_some_grace(payment: Payment):
    assert payment.expires_at is not None
    assert Job.objects.get(kind=payments.lapse.kind).next_at == payment.expires_at + timedelta(minutes=5)


def test_keys_are_tried_before_they_are_kept_and_kept_sealed(midtrans: FakeMidtrans, store: Store):
    row = method("MIDTRANS")
    wrong = {"code": "MIDTRANS", "is_live": False, "actor": SYSTEM}
    with pytest.raises(InvalidInput):
        payments.connect_gateway(credentials={"server_key": "nobody"}, **wrong)
    payments.connect_gateway(credentials={"server_key": "SB-Mid-server-new"}, **wrong)

    row.refresh_from_db()
    assert "SB-Mid" not in row.credentials
    assert sealing.unseal(row.credentials, place=row.place)["server_key"] == "SB-Mid-server-new"


def test_a_silent_gateway_is_said_so(settings: LazySettings, store: Store):
    settings.FAKES_URL = "http://127.0.0.1:9"
    opened = open_payment("MIDTRANS", now=timezone.now())
    with pytest.raises(payments.GatewayDown):
        payments.start(payment_id=opened.pk, return_url="https://kopi.example/", now=timezone.now())
    opened.refresh_from_db()
    assert opened.state == PaymentState.PENDING
