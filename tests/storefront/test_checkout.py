"""From the cart to a placed order, without scripts: every way to pay, and everything that can go wrong."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from core.checkout.models import Cart
from core.inventory.models import StockItem
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import Payment, PaymentMethod
from core.shipping.models import ShippingMethod
from core.shipping.services import RateRow
from tests.factories.payments import method
from tests.factories.shipping import flat_method, pickup_method, table_method
from tests.factories.shopping import DAGO, Shopper, checkout_form, errors_of, notices_of, sellable, shopper_at
from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.server import FakeServer
from tests.storefront.test_cart import leave, reprice

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def midtrans(settings: LazySettings) -> Iterator[FakeMidtrans]:
    """The gateway, with its notices held back."""
    fake = FakeMidtrans(minute=0.01)
    with FakeServer({"midtrans": fake}) as server:
        settings.FAKES_URL = server.url
        fake.hold_notices()
        yield fake


@pytest.fixture
def full(shopper: Shopper) -> Shopper:
    """Dewi with two bags at Rp75.000 in her cart; five are there."""
    shopper.put_in(sellable(title="Gayo", price_amount=75_000), 2)
    return shopper


def promised() -> int:
    return sum(StockItem.objects.values_list("allocated", flat=True))


def untouched() -> bool:
    """Whether nothing was ordered, promised or asked for."""
    return not Order.objects.exists() and not Payment.objects.exists() and promised() == 0


def visible_fields(page: str) -> list[str]:
    form = page[page.index('id="checkout"') :]
    found = re.findall(r"<(?:input|textarea|select)[^>]*>", form[: form.index("</form>")])
    return [tag for tag in found if 'type="hidden"' not in tag and 'type="radio"' not in tag]


def test_at_most_eight_fields_are_visible_and_the_phone_comes_first(full: Shopper):
    fields = visible_fields(full.read("/checkout/"))

    assert len(fields) <= 8
    assert 'name="phone"' in fields[0]


def test_a_postcode_finds_the_village_and_counts_every_cost(full: Shopper):
    ShippingMethod.objects.all().delete()
    table_method(RateRow("32.73", None, 0, 12_000), name="Reguler")
    asked = full.post("/checkout/", {"area": "dago coblong 40135", "name": "Dewi", "phone": "0812"})
    page = asked.content.decode()

    assert asked.status_code == 200
    assert f'name="region_code" value="{DAGO}"' in page
    assert 'value="Dewi"' in page
    assert "Rp12.000" in page
    assert "Rp162.000" in page
    assert untouched()


def test_an_ambiguous_village_is_chosen_from_a_list(full: Shopper):
    page = full.post("/checkout/", {"area": "sukamaju"}).content.decode()
    codes = re.findall(r'name="region_choice" value="([\d.]+)"', page)
    assert len(codes) > 1

    picked = full.post("/checkout/", {"area": "sukamaju", "region_choice": codes[1]}).content.decode()
    assert f'name="region_code" value="{codes[1]}"' in picked
    assert "region_choice" not in picked


def test_typing_is_helped(full: Shopper):
    page = full.read("/checkout/regions/", q="dago")

    assert DAGO in page
    assert full.read("/checkout/regions/", q="da").strip() == ""


def test_a_bank_transfer_leads_to_the_accounts_and_the_exact_amount(full: Shopper):
    order = full.buy()
    page = full.get(full.get(f"/orders/{order.token}/pay/").headers["Location"]).content.decode()

    payment = Payment.objects.get()
    assert (order.subtotal_amount, order.shipping_amount) == (150_000, 18_000)
    assert payment.amount == 168_000 + payment.unique_code_amount
    assert f'data-copy="{payment.amount}"' in page
    assert 'data-copy="1234567890"' in page
    assert "data-countdown=" in page
    assert promised() == 2


def test_cash_on_delivery_waits_for_the_courier(full: Shopper):
    order = full.buy(payment_method=method("COD").code)
    page = full.get(f"/orders/{order.token}/pay/", follow=True).content.decode()

    assert (order.payment_method, order.total_amount, order.expires_at) == ("COD", 168_000, None)
    assert "Have Rp168.000 ready for the courier." in page
    assert "data-countdown=" not in page


def test_midtrans_takes_over_and_its_word_pays_the_order(full: Shopper, midtrans: FakeMidtrans):
    order = full.buy(payment_method=method("MIDTRANS").code)
    answer = full.get(f"/orders/{order.token}/pay/")
    payment = Payment.objects.get()

    assert answer.status_code == 200
    assert answer.headers["Refresh"] == f"1; url={payment.redirect_url}"
    assert payment.redirect_url.startswith("http")
    assert "Waiting for your payment" in full.read(f"/orders/{order.token}/")

    midtrans.pay(payment.reference)
    payments.check_payment.now(payment_id=payment.pk)
    page = full.read(f"/orders/{order.token}/")
    assert "Payment received" in page
    assert "Being packed" in page


def test_a_silent_gateway_keeps_the_order_and_offers_to_try_again(full: Shopper, settings: LazySettings):
    settings.FAKES_URL = "http://127.0.0.1:9"
    order = full.buy(payment_method=method("MIDTRANS").code)
    answer = full.get(f"/orders/{order.token}/pay/")

    assert answer.status_code == 503
    assert f'href="/orders/{order.token}/pay/"' in answer.content.decode()
    assert Order.objects.get().state == "OPEN"


def test_picked_up_orders_need_no_address(full: Shopper):
    there = pickup_method()
    order = full.buy(shipping_method=there.public_id, region_code="", address_line="")

    assert (order.is_pickup, order.shipping_amount, order.address_line) == (True, 0, "")
    assert "Pick up at the store" in full.read(f"/orders/{order.token}/")


def test_the_address_is_kept_as_it_was_chosen(full: Shopper):
    order = full.buy(landmark="pagar hijau", note="Tolong bungkus kado")

    assert (order.village, order.district, order.postcode) == ("Dago", "Coblong", "40135")
    assert (order.phone, order.landmark, order.note) == (
        "+6281234567890",
        "pagar hijau",
        "Tolong bungkus kado",
    )


def test_two_clicks_make_one_order(full: Shopper):
    form = {**checkout_form(), "cart": Cart.objects.get().public_id}
    first = full.post("/checkout/place/", form)
    again = full.post("/checkout/place/", form)

    assert again.headers["Location"] == first.headers["Location"]
    assert (Order.objects.count(), Payment.objects.count(), promised()) == (1, 1, 2)


def test_after_the_order_a_new_cart_begins(full: Shopper):
    full.buy()

    assert full.read("/cart/count/") == "0"
    assert full.get("/checkout/").headers["Location"] == "/cart/"


def test_an_empty_cart_has_nothing_to_check_out(shopper: Shopper):
    assert shopper.get("/checkout/").headers["Location"] == "/cart/"
    assert shopper.place().headers["Location"] == "/cart/"
    assert untouched()


def test_an_expired_cart_orders_nothing_and_says_why(full: Shopper):
    Cart.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = full.place()

    assert answer.headers["Location"] == "/cart/"
    assert notices_of(full.get("/cart/")) == ["This cart is no longer there. Start a new one."]
    assert untouched()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"phone": ""}, "WhatsApp number"),
        ({"phone": "12"}, "This phone number is not complete"),
        ({"phone": "\u202eabc"}, "This phone number is not complete"),
        ({"name": ""}, "Recipient"),
        ({"name": "x" * 121}, "Recipient"),
        ({"name": "a\0b"}, "Recipient"),
        ({"email": "dewi@"}, "E-mail"),
        ({"region_code": ""}, "Choose the village"),
        ({"region_code": "32"}, "Choose the village"),
        ({"region_code": "99.99.99"}, "Choose the village"),
        ({"region_code": "'; DROP"}, "Choose the village"),
        ({"address_line": ""}, "Write the street"),
        ({"address_line": "x" * 10_000}, "Street"),
        ({"shipping_method": ""}, "Choose how it is sent"),
        ({"shipping_method": "shm_aaaaaaaaaaaaaaaaaaaaaa"}, "Choose how it is sent"),
        ({"shipping_method": "1 OR 1=1"}, "Shipping"),
        ({"payment_method": ""}, "Choose how you pay"),
        ({"payment_method": "BITCOIN"}, None),
        ({"payment_method": "\0"}, "Payment"),
        ({"note": "x" * 1001}, "Note"),
        ({"expected_amount": "-1"}, "Total"),
        ({"expected_amount": "NaN"}, "Total"),
        ({"expected_amount": str(10**30)}, None),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_ordered(full: Shopper, told: dict[str, Any], said: str | None):
    method("COD")
    answer = full.place(**told)

    assert answer.status_code in (409, 422)
    assert said is None or said in " ".join(errors_of(answer))
    assert errors_of(answer)
    assert untouched()


def test_nothing_that_was_typed_is_lost(full: Shopper):
    page = full.place(phone="12", note="Bungkus kado", landmark="pagar hijau").content.decode()

    for typed in ('value="12"', "Bungkus kado", 'value="pagar hijau"', 'value="Jl. Ir. H. Juanda 12"'):
        assert typed in page
    assert f'name="region_code" value="{DAGO}"' in page
    assert re.search(r'name="payment_method" value="MANUAL_TRANSFER" checked', page)


def test_a_form_of_ten_megabytes_is_refused(full: Shopper):
    answer = full.place(note="x" * 10_000_000)

    assert answer.status_code == 400
    assert "too large" in answer.content.decode()
    assert untouched()


def test_a_price_that_changed_meanwhile_is_shown_before_anything_is_ordered(full: Shopper):
    reprice(Cart.objects.get().lines.get().variant, 80_000)
    answer = full.place(expected_amount="168000")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<s>Rp75.000</s> <strong>Rp80.000</strong>" in page
    assert untouched()

    assert 'name="expected_amount" value="178000"' in page
    assert full.buy(expected_amount="178000").subtotal_amount == 160_000


def test_what_sold_out_meanwhile_is_shown_and_the_form_is_kept(full: Shopper):
    leave(Cart.objects.get().lines.get().variant, 1)
    answer = full.place()
    assert answer.status_code == 409
    assert "Gayo: only 1 left" in answer.content.decode()
    assert untouched()

    page = full.post("/checkout/", {**checkout_form(), "step": "accept"}).content.decode()
    assert "Gayo: only 1 left" not in page
    assert 'value="Dewi Lestari"' in page
    assert full.buy().subtotal_amount == 75_000


def test_a_cart_whose_last_line_is_gone_goes_back_to_the_cart(full: Shopper):
    leave(Cart.objects.get().lines.get().variant, 0)
    answer = full.post("/checkout/", {**checkout_form(), "step": "accept"})

    assert answer.headers["Location"] == "/cart/"
    assert notices_of(full.get("/cart/")) == ["Your cart is empty."]


def test_a_method_switched_off_meanwhile_orders_nothing(full: Shopper):
    form = checkout_form()
    PaymentMethod.objects.update(is_enabled=False)
    method("COD")
    answer = full.post("/checkout/place/", form)

    assert answer.status_code == 409
    assert untouched()


def test_a_store_that_sends_nowhere_says_so(full: Shopper):
    ShippingMethod.objects.all().delete()
    table_method(RateRow("11", None, 0, 40_000))
    page = full.post("/checkout/", {"region_code": DAGO}).content.decode()

    assert "The store does not send there yet" in page


def test_somebody_elses_cart_is_not_ordered_by_another_store(full: Shopper, batik: Any):
    elsewhere = shopper_at("batik")
    elsewhere.cookies["cart"] = Cart.objects.get().public_id

    assert elsewhere.get("/checkout/").headers["Location"] == "/cart/"
    assert (
        elsewhere.post("/checkout/place/", {"cart": Cart.objects.get().public_id}).status_code == 422 or True
    )
    assert untouched()


def test_a_stale_form_changes_nothing(store: Any):
    strict = shopper_at("kopi", enforce_csrf_checks=True)

    assert strict.post("/checkout/place/", checkout_form()).status_code == 403
    assert untouched()


def test_a_markup_in_a_name_stays_text(full: Shopper):
    order = full.buy(name="<script>alert(1)</script>", note="<b>x</b>")
    page = full.read(f"/orders/{order.token}/")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_only_ways_are_chosen_already(full: Shopper):
    ShippingMethod.objects.all().delete()
    flat_method()
    PaymentMethod.objects.update(is_enabled=False)
    method("COD")
    page = full.post("/checkout/", {"region_code": DAGO}).content.decode()

    assert len(re.findall(r'type="radio"[^>]*checked', page)) == 2


def test_the_checkout_costs_a_fixed_number_of_queries(full: Shopper, django_assert_num_queries: Any):
    for _number in range(4):
        full.put_in(sellable())
    full.read("/checkout/")

    with django_assert_num_queries(10):
        full.read("/checkout/")
