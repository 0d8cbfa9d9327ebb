"""A repeated request gets its first answer, and nobody gets somebody else's."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from core.checkout.models import Cart
from core.integrations.models import ApiKey, IdempotencyKey
from core.inventory.models import Location
from core.orders.models import Order
from tenants.models import Store
from tests.conftest import client_at
from tests.storefront.test_api import filled, goods, purchase, send

pytestmark = pytest.mark.usefixtures("store")
KEY = "7f3c1a52-3a52-4c62-9c36-0a8b7d0e2f11"


@pytest.fixture
def other_shop(kopi: Store) -> Client:
    """Another shopper's phone."""
    phone = client_at(f"kopi.{settings.STOREFRONT_SUFFIX}")
    phone.defaults |= {"REMOTE_ADDR": "10.0.0.9", "HTTP_USER_AGENT": "Another phone"}
    return phone


def location(api: Client, key: str, **told: Any) -> Any:
    body = {"name": "Gudang Dua", "code": "GD2", **told}
    return api.post(
        "/api/v1/locations",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def test_a_program_that_repeats_itself_makes_one_thing(api: Client):
    first, second = (location(api, "once") for _ in range(2))

    assert first.status_code == second.status_code < 300
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Location.objects.filter(code="GD2").count() == 1


def test_a_key_used_for_something_else_is_refused(api: Client):
    location(api, "once")

    answer = location(api, "once", code="GD3")

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert not Location.objects.filter(code="GD3").exists()


def test_a_refused_request_may_be_repeated_with_the_same_key(api: Client):
    assert location(api, "once", code="").status_code == 422
    assert location(api, "once").status_code < 300


def test_a_revoked_api_key_hears_no_old_answer(api: Client):
    location(api, "once")
    ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")

    assert location(api, "once").status_code == 401


def test_a_shopper_who_repeats_an_order_gets_the_same_one(shop: Client):
    cart, told = filled(shop), purchase()

    first, second = (
        send(shop, f"/carts/{cart}/order", told, **{"Idempotency-Key": "order"}) for _ in range(2)
    )

    assert first.json() == second.json()
    assert Order.objects.count() == 1


def test_a_repeated_line_is_added_once(shop: Client):
    cart, line = filled(shop, quantity=1), {"variant_id": goods(), "quantity": 2}

    for _ in range(2):
        answer = send(shop, f"/carts/{cart}/lines", line, **{"Idempotency-Key": "line"})

    assert answer.json()["units"] == 3


def test_two_shoppers_with_one_key_fill_their_own_carts(shop: Client, other_shop: Client):
    mine, theirs, line = filled(shop), filled(other_shop), {"variant_id": goods()}

    answers = [
        send(who, f"/carts/{cart}/lines", line, **{"Idempotency-Key": "same"}).json()["id"]
        for who, cart in ((shop, mine), (other_shop, theirs))
    ]

    assert answers == [mine, theirs]


def test_two_shoppers_with_one_key_place_their_own_orders(shop: Client, other_shop: Client):
    told = purchase()

    tokens = {
        send(who, f"/carts/{filled(who)}/order", told, **{"Idempotency-Key": KEY}).json()["token"]
        for who in (shop, other_shop)
    }

    assert len(tokens) == 2


@pytest.mark.parametrize("key", ["1", "create-cart", KEY])
def test_two_shoppers_with_one_key_never_get_one_cart(shop: Client, other_shop: Client, key: str):
    carts = [send(who, "/carts", **{"Idempotency-Key": key}).json()["id"] for who in (shop, other_shop)]

    assert carts[0] != carts[1]


def test_a_cart_is_not_handed_out_for_a_key_that_can_be_guessed(shop: Client):
    carts = [send(shop, "/carts", **{"Idempotency-Key": "1"}).json()["id"] for _ in range(2)]

    assert carts[0] != carts[1]
    assert IdempotencyKey.objects.count() == 0


def test_a_new_cart_asked_for_twice_with_a_random_key_is_one(shop: Client):
    key = str(uuid4())

    first, second = (send(shop, "/carts", **{"Idempotency-Key": key}) for _ in range(2))

    assert first.json() == second.json()
    assert Cart.objects.count() == 1


@pytest.mark.parametrize("key", ["x" * 256, "tab\there", "\x7f"])
def test_a_key_that_cannot_be_kept_is_refused(shop: Client, key: str):
    assert send(shop, "/carts", **{"Idempotency-Key": key}).status_code == 422
    assert Cart.objects.count() == 0


def test_a_large_body_with_a_key_is_too_large(shop: Client):
    answer = shop.post(
        "/api/storefront/v1/carts",
        " " * 3_000_000,
        content_type="application/json",
        headers={"Idempotency-Key": KEY},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
