"""T-PRICE (A49), T-PAY (A51), T-RACE (A50): what carts cost, what events leave, who gets the last one."""

import json
import os
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.checkout import selectors as carts
from core.checkout import services as checkout
from core.checkout.models import Cart, CartLine
from core.inventory import services as inventory
from core.inventory.models import Allocation
from core.kernel.money import Money
from core.orders.models import Order
from core.payments.models import Payment, Refund
from core.payments.ports import GatewayNotice, Outcome
from core.payments.services.outcomes import apply_outcome
from core.shipping.services import RateRow
from tenants import context
from tenants.models import Store
from tests.core.inventory.test_race import together
from tests.factories.inventory import stock
from tests.factories.payments import open_payment
from tests.factories.shipping import flat_method, table_method
from tests.factories.shopping import DAGO, sellable
from tests.storefront.test_api import purchase

NOW = timezone.now()
# Everything in CI; on a developer's machine a part of it, or as many carts as CARTS says.
IN_FULL = bool(os.environ.get("CI"))
CARTS = int(os.environ.get("CARTS") or (2_000 if IN_FULL else 300))
PRICES = (2, 1, 999, 1_000, 12_345, 50_000, 99_999, 1_000_000, 250_000_000, 1_000_000_000)
GRAMS = (0, 1, 299, 300, 301, 999, 1_000, 1_300, 1_301, 20_000)
TABLE = (RateRow("", None, 9_000, 4_500), RateRow("32", 5_000, 8_000, 0), RateRow("32.73", 2_000, 0, 3_333))


@pytest.fixture(scope="module")
def shelf(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Ten goods of every price and weight, and two ways to send them."""
    with django_db_blocker.unblock(), transaction.atomic(), context.in_store(Store.objects.get(slug="kopi")):
        goods = [
            sellable(
                on_hand=999, price_amount=price, variants=[{"price_amount": price, "weight_grams": grams}]
            )
            for price, grams in zip(PRICES, GRAMS, strict=True)
        ]
        flat = flat_method(amount=18_000, free_over_amount=500_000)
        table = table_method(*TABLE, name="Per kilo", weight_tolerance_grams=300)
        cart = checkout.create_cart(language="id", now=NOW)
        yield {"goods": goods, "flat": flat, "table": table, "cart": cart}
        transaction.set_rollback(True)


def oracle(lines: list[tuple[int, int]], region: str, way: str) -> tuple[int, int]:
    """What it must cost, counted another way: unit by unit, and kilo by kilo."""
    goods = grams = 0
    for at, quantity in lines:
        for _ in range(quantity):
            goods += PRICES[at]
            grams += GRAMS[at]
    if way == "flat":
        return goods, 0 if goods >= 500_000 else 18_000
    kilos, left = 1, grams - 1_300
    while left > 0:
        kilos, left = kilos + 1, left - 1_000
    for area, most, amount, per_kilo in (
        ("32.73", 2_000, 0, 3_333),
        ("32", 5_000, 8_000, 0),
        ("", None, 9_000, 4_500),
    ):
        inside = not area or region == area or region.startswith(area + ".")
        if inside and (most is None or grams <= most):
            return goods, amount + per_kilo * kilos
    raise AssertionError("the whole country is served")


lines_of_a_cart = st.lists(
    st.tuples(st.integers(0, len(PRICES) - 1), st.integers(1, 999)),
    min_size=1,
    max_size=6,
    unique_by=lambda line: line[0],
)


@hypothesis_settings(
    max_examples=CARTS,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    lines=lines_of_a_cart,
    region=st.sampled_from(["", "11", "32", "32.7", "32.73", DAGO]),
    way=st.sampled_from(["flat", "table"]),
)
def test_a_cart_costs_what_another_way_of_counting_says(
    shelf: dict[str, Any], lines: list, region: str, way: str
):
    mark = transaction.savepoint()
    CartLine.objects.bulk_create(
        CartLine(cart=shelf["cart"], variant=shelf["goods"][at], quantity=quantity, seen_amount=PRICES[at])
        for at, quantity in lines
    )
    quote = carts.quote(shelf["cart"], region_code=region, method_id=shelf[way].public_id)
    transaction.savepoint_rollback(mark)

    goods, fee = oracle(lines, region, way)
    assert (quote.subtotal_amount, quote.shipping_amount, quote.total_amount) == (goods, fee, goods + fee)
    assert all(type(line.total_amount) is int for line in quote.lines)


SENT_ALONG = (
    *(
        "price",
        "unit_price",
        "unit_amount",
        "price_amount",
        "total",
        "total_amount",
        "subtotal",
        "subtotal_amount",
    ),
    *(
        "shipping_amount",
        "discount",
        "discount_amount",
        "amount",
        "currency",
        "status",
        "payment_state",
        "paid",
    ),
)


@pytest.mark.parametrize("name", SENT_ALONG)
@pytest.mark.parametrize("value", [1, 0, -1, "0.01"])
def test_a_price_that_is_sent_along_is_refused(store: Store, shop: Client, name: str, value: Any):
    variant = sellable()
    cart = checkout.create_cart(language="id", now=NOW, wanted=[(variant.public_id, 1)])
    at = f"/api/storefront/v1/carts/{cart.public_id}"
    bodies = {
        f"{at}/order": {**purchase(), name: value},
        f"{at}/lines": {"variant_id": variant.public_id, "quantity": 1, name: value},
        "/api/storefront/v1/carts": {
            "lines": [{"variant_id": variant.public_id, "quantity": 1, name: value}]
        },
    }
    with context.in_public():
        answers = [
            shop.post(path, json.dumps(body), content_type="application/json")
            for path, body in bodies.items()
        ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert not Order.objects.exists() and Cart.objects.count() == 1


@pytest.mark.parametrize("quantity", [0, -1, -999, 1000, 2**31, 2**63, 1.5, "1e3", None, True])
def test_a_quantity_that_is_none_changes_no_cart(store: Store, shop: Client, quantity: Any):
    variant = sellable()
    cart = checkout.create_cart(language="id", now=NOW, wanted=[(variant.public_id, 1)])
    body = json.dumps({"variant_id": variant.public_id, "quantity": quantity})
    with context.in_public():
        answer = shop.post(
            f"/api/storefront/v1/carts/{cart.public_id}/lines", body, content_type="application/json"
        )

    assert answer.status_code == 422 or quantity is True
    assert cart.lines.get().quantity == 1 or quantity is True


# T-PAY: the gateway is asked what is true, so whatever order its notices come in leaves the same behind.

TRUTHS: dict[str, tuple[Outcome, int]] = {
    "paid": (Outcome.PAID, 0),
    "expired": (Outcome.EXPIRED, 0),
    "failed": (Outcome.FAILED, 0),
    "refunded": (Outcome.REFUNDED, 1),
    "partly refunded": (Outcome.PARTLY_REFUNDED, 2),
}
# What was true before, as a worker that asked early and acts late may still believe.
EARLIER = {
    "paid": (Outcome.PENDING, Outcome.AUTHORISED, Outcome.REVIEW, Outcome.PAID),
    "expired": (Outcome.PENDING, Outcome.EXPIRED),
    "failed": (Outcome.PENDING, Outcome.FAILED),
    "refunded": (Outcome.PENDING, Outcome.PAID, Outcome.REFUNDED),
    "partly refunded": (Outcome.PENDING, Outcome.PAID, Outcome.PARTLY_REFUNDED),
}
LONGEST = {"paid": 4}


def word(payment: Payment, outcome: Outcome, truth: str) -> GatewayNotice:
    share = TRUTHS[truth][1]
    returned = (
        payment.amount // share if share and outcome in (Outcome.REFUNDED, Outcome.PARTLY_REFUNDED) else 0
    )
    return GatewayNotice(
        event_id=f"{outcome}-{payment.reference}",
        reference=payment.reference,
        outcome=outcome,
        amount=Money(payment.amount, "IDR"),
        refunded=Money(returned, "IDR"),
    )


def runs(truth: str) -> list[tuple[Outcome, ...]]:
    """Every history of up to five beliefs, in any order, repeated or not, and the truth at its end."""
    last, most = TRUTHS[truth][0], LONGEST.get(truth, 5)
    return [
        (*order, last) for length in range(1, most + 1) for order in product(EARLIER[truth], repeat=length)
    ]


def test_there_are_more_than_a_thousand_histories():
    assert sum(len(runs(truth)) for truth in TRUTHS) > 1_000


@pytest.mark.parametrize("truth", TRUTHS)
def test_notices_in_any_order_leave_the_same_behind(store: Store, truth: str):
    payment = open_payment("MIDTRANS", now=NOW)
    left = set()
    for order in runs(truth)[:: 1 if IN_FULL else 7]:
        mark = transaction.savepoint()
        for outcome in order:
            apply_outcome(payment_id=payment.pk, found=word(payment, outcome, truth), now=NOW)
        row = Payment.objects.select_related("order").get(pk=payment.pk)
        refunds = tuple(Refund.objects.order_by("pk").values_list("amount", "state"))
        promised = tuple(Allocation.objects.order_by("pk").values_list("quantity", "consumed"))
        left.add(
            (row.state, row.refunded_amount, row.received_amount, row.order.payment_state, refunds, promised)
        )
        transaction.savepoint_rollback(mark)

    assert len(left) == 1, left


# T-RACE


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_forty_at_once_share_twenty_five_units_twenty_times(kopi: Store):
    for number in range(20):
        with context.in_store(kopi):
            item = stock(25)
            sku, place = item.variant.sku, item.location_id

        ended = together(
            kopi,
            lambda at, sku=sku, place=place, number=number: inventory.allocate(
                reference=f"SO-{number}-{at}", wanted={sku: 1}, location_id=place
            ),
            shoppers=40,
        )

        with context.in_store(kopi):
            item.refresh_from_db()
            assert ended == {"promised": 25, "refused": 15}, number
            assert (item.allocated, item.available) == (25, 0)
