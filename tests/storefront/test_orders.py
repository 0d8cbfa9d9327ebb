"""The page that follows an order, opened by its secret address."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.fulfilment import services as fulfilment
from core.kernel import profile
from core.orders import services as orders
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import Payment, PaymentState
from storefront import following
from tenants.models import Job
from tenants.permissions import SYSTEM
from tests.factories.payments import method, open_payment
from tests.factories.shopping import Shopper, notices_of, shopper_at

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def order(store: Any) -> Order:
    """Placed just now, to be paid by bank transfer."""
    return open_payment("MANUAL_TRANSFER", now=timezone.now()).order


def pay(order: Order) -> None:
    payment = Payment.objects.get(order=order, state=PaymentState.PENDING)
    payments.confirm_transfer(
        payment_id=payment.pk, received_amount=payment.amount, actor=SYSTEM, now=timezone.now()
    )


def page_of(shopper: Shopper, order: Order) -> str:
    return shopper.read(f"/orders/{order.token}/")


def story(page: str) -> list[str]:
    return re.findall(r'timeline-list__title">(.*?)<', page)


def test_tells_how_to_pay_and_until_when(shopper: Shopper, order: Order):
    page = page_of(shopper, order)

    assert "Waiting for your payment" in page
    assert f'data-copy="{order.total_amount}"' in page
    assert "Transfer exactly this amount" in page
    assert story(page) == ["Order placed"]


def test_asks_nobody_who_comes_from_the_gateway_to_pay_again(shopper: Shopper, store: Any):
    order = open_payment("MIDTRANS", now=timezone.now()).order

    assert "You need not pay again" in shopper.read(f"/orders/{order.token}/", back="1")
    assert "You need not pay again" not in page_of(shopper, order)


def test_its_watch_hears_of_a_payment_that_failed(shopper: Shopper, store: Any):
    payment = open_payment("MIDTRANS", now=timezone.now())
    before = shopper.read(f"/orders/{payment.order.token}/state/")

    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.FAILED)

    assert shopper.read(f"/orders/{payment.order.token}/state/") != before


def test_cash_for_goods_to_be_picked_up_is_not_for_a_courier(shopper: Shopper, store: Any):
    order = open_payment("COD", now=timezone.now()).order
    assert "ready for the courier" in page_of(shopper, order)

    Order.objects.filter(pk=order.pk).update(is_pickup=True)

    assert "ready when you come to the store" in page_of(shopper, order)


def test_tells_what_happened_newest_first(shopper: Shopper, order: Order):
    pay(order)
    assert story(page_of(shopper, order)) == ["Payment received", "Order placed"]

    parcel = fulfilment.ship(
        order_id=order.pk,
        courier_name="SiCepat REG",
        waybill="0012 3456&7",
        actor=SYSTEM,
        now=timezone.now(),
    )
    page = page_of(shopper, order)
    assert "On its way" in page
    assert 'href="https://www.sicepat.com/checkAwb?awb=0012%203456%267"' in page
    assert 'data-copy="0012 3456&amp;7"' in page

    fulfilment.deliver(fulfilment_id=parcel.pk, actor=SYSTEM, now=timezone.now())
    assert story(page_of(shopper, order))[0] == "Arrived"


@pytest.mark.parametrize(
    ("courier", "begin"),
    [
        ("J&T Express", "https://jet.co.id/"),
        ("JNE Reguler", "https://jne.co.id/"),
        ("Pos Indonesia", "https://www.posindonesia.co.id/"),
        ("Paman Joko", ""),
        ("", ""),
    ],
)
def test_a_waybill_leads_to_its_courier(courier: str, begin: str):
    found = following.tracking_url(courier, "AB/1?x=2")

    assert found.startswith(begin) if begin else found == ""
    assert "?x=2" not in found


def test_a_cancelled_order_says_why_and_asks_for_no_money(shopper: Shopper, order: Order):
    orders.cancel(order_id=order.pk, reason="Stok rusak", actor=SYSTEM, now=timezone.now())
    page = page_of(shopper, order)

    assert "Stok rusak" in page
    assert "data-countdown=" not in page
    assert story(page)[0] == "Cancelled"


def test_a_lapsed_payment_cannot_be_paid_any_more(shopper: Shopper, order: Order):
    payment = Payment.objects.get()
    Payment.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    payments.expire(payment_id=payment.pk, now=timezone.now())
    page = page_of(shopper, order)

    assert "Order again" in page
    assert shopper.get(f"/orders/{order.token}/pay/").headers["Location"] == f"/orders/{order.token}/"


def test_another_way_to_pay_is_taken(shopper: Shopper, order: Order):
    method("COD")
    assert 'name="payment_method" value="COD"' in page_of(shopper, order)
    answer = shopper.post(f"/orders/{order.token}/method/", {"payment_method": "COD"})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/orders/{order.token}/pay/")
    order.refresh_from_db()
    assert (order.payment_method, order.unique_code_amount) == ("COD", 0)
    assert list(Payment.objects.order_by("pk").values_list("state", flat=True)) == ["CANCELLED", "PENDING"]


@pytest.mark.parametrize("code", ["", "BITCOIN", "\0", "MIDTRANS", "x" * 9999])
def test_a_way_that_is_not_offered_changes_nothing(shopper: Shopper, order: Order, code: str):
    shopper.post(f"/orders/{order.token}/method/", {"payment_method": code})

    assert notices_of(shopper.get(f"/orders/{order.token}/")) == ["Choose how you pay."]
    assert Payment.objects.get().state == PaymentState.PENDING


def test_a_paid_order_is_not_paid_again(shopper: Shopper, order: Order):
    method("COD")
    pay(order)
    shopper.post(f"/orders/{order.token}/method/", {"payment_method": "COD"})

    assert Payment.objects.get().state == PaymentState.PAID
    assert len(notices_of(shopper.get(f"/orders/{order.token}/"))) == 1


def test_an_order_that_is_on_its_way_keeps_its_way_to_pay(shopper: Shopper, store: Any):
    order = open_payment("COD", now=timezone.now()).order
    method("MANUAL_TRANSFER")
    fulfilment.ship(order_id=order.pk, courier_name="JNE", waybill="1", actor=SYSTEM, now=timezone.now())
    assert "Pay in another way" not in page_of(shopper, order)

    shopper.post(f"/orders/{order.token}/method/", {"payment_method": "MANUAL_TRANSFER"})
    assert Payment.objects.get().method == "COD"


def test_i_have_paid_asks_the_gateway_once(shopper: Shopper, store: Any):
    payment = open_payment("MIDTRANS", now=timezone.now())
    for _press in range(3):
        shopper.post(f"/orders/{payment.order.token}/check/")

    assert Job.objects.filter(kind=payments.check_payment.kind).count() == 1


def test_the_page_can_ask_whether_something_happened(shopper: Shopper, order: Order):
    page = page_of(shopper, order)
    version = re.search(r'data-version="(.*?)"', page)
    assert version
    assert shopper.read(f"/orders/{order.token}/state/") == version[1]

    pay(order)
    assert shopper.read(f"/orders/{order.token}/state/") != version[1]


def test_asking_about_an_order_names_it(shopper: Shopper, order: Order):
    profile.edit(changes={"whatsapp_phone": "+6281234567890"}, actor=SYSTEM)

    assert f"order%20{order.number}" in page_of(shopper, order)


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00" * 20, "../../admin", "a" * 5000])
@pytest.mark.parametrize("path", ["", "pay/", "state/"])
def test_a_guessed_address_is_not_there(shopper: Shopper, token: str, path: str):
    assert shopper.get(f"/orders/{token}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["method/", "check/"])
def test_a_guessed_address_changes_nothing(shopper: Shopper, order: Order, path: str):
    assert shopper.post(f"/orders/{'a' * 43}/{path}", {"payment_method": "COD"}).status_code == 404
    assert shopper.get(f"/orders/{order.token}/{path}").status_code == 405


def test_another_store_does_not_know_the_order(order: Order, batik: Any):
    elsewhere = shopper_at("batik")

    assert elsewhere.get(f"/orders/{order.token}/").status_code == 404
    assert elsewhere.post(f"/orders/{order.token}/method/", {"payment_method": "COD"}).status_code == 404


def test_the_address_stays_secret(shopper: Shopper, order: Order):
    answer = shopper.get(f"/orders/{order.token}/")

    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_page_costs_a_fixed_number_of_queries(
    shopper: Shopper, order: Order, django_assert_num_queries: Any
):
    page_of(shopper, order)

    with django_assert_num_queries(11):
        page_of(shopper, order)
