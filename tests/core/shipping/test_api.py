"""Shipping by API: methods, rates, quotes."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.integrations import services as integrations
from core.shipping.models import MethodKind, ShippingMethod
from core.shipping.services import RateRow
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM, Permission
from tests.conftest import client_at
from tests.factories.inventory import location
from tests.factories.shipping import flat_method, table_method

pytestmark = pytest.mark.usefixtures("store")
METHODS = "/api/v1/shipping/methods"
JSON = "application/json"


def rupiah(amount: int) -> dict:
    return {"amount": amount, "currency": "IDR"}


def post(api: Client, body: Any) -> Any:
    return api.post(METHODS, body, content_type=JSON)


def patch(api: Client, method: ShippingMethod, body: Any) -> Any:
    return api.patch(f"{METHODS}/{method.public_id}", body, content_type=JSON)


def test_makes_changes_and_removes_a_method(api: Client):
    made = post(api, {"name": "Kurir", "kind": "FLAT", "amount": rupiah(9000), "free_over": rupiah(200_000)})
    method = ShippingMethod.objects.get(public_id=made.json()["id"])
    changed = patch(api, method, {"amount": rupiah(0), "free_over": None}).json()
    gone = api.delete(f"{METHODS}/{method.public_id}")

    assert (made.status_code, made.json()["free_over"]) == (201, rupiah(200_000))
    assert (changed["amount"], changed["free_over"], changed["name"]) == (rupiah(0), None, "Kurir")
    assert gone.status_code == 204
    assert not ShippingMethod.objects.filter(pk=method.pk).exists()


def test_sets_rates_and_quotes_by_region_and_weight(api: Client):
    ShippingMethod.objects.all().delete()
    method = table_method()
    rates = [
        {"amount": rupiah(40_000), "per_kg": rupiah(0)},
        {"region_code": "32.73", "amount": rupiah(0), "per_kg": rupiah(9_000)},
    ]

    api.put(f"{METHODS}/{method.public_id}/rates", {"rates": rates}, content_type=JSON)
    near = api.get("/api/v1/shipping/quote?region_code=32.73.02.1004&weight_grams=2000").json()["items"]
    far = api.get("/api/v1/shipping/quote?region_code=91").json()["items"]

    assert [option["amount"] for option in near] == [rupiah(18_000)]
    assert [option["amount"] for option in far] == [rupiah(40_000)]


def test_a_pick_up_names_a_location_that_hands_over(api: Client):
    shop, closed = location("Toko", allows_pickup=True), location("Gudang")

    made = post(api, {"name": "Ambil", "kind": "PICKUP", "location_id": shop.public_id})
    refused = post(api, {"name": "Ambil", "kind": "PICKUP", "location_id": closed.public_id})

    assert made.json()["location_id"] == shop.public_id
    assert ShippingMethod.objects.get(public_id=made.json()["id"]).location_id == shop.pk
    assert refused.status_code == 422


def test_methods_are_put_into_another_order(api: Client):
    first, second = flat_method("Satu"), flat_method("Dua")

    answer = api.put(
        f"{METHODS}/order", {"ids": [second.public_id, first.public_id, "shp_none"]}, content_type=JSON
    )

    assert [row["name"] for row in answer.json()["items"]][:2] == ["Dua", "Satu"]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "a\x00"},
        {"name": "a" * 61},
        {"kind": "DRONE"},
        {"amount": 9000},
        {"amount": rupiah(-1)},
        {"amount": {"amount": 1, "currency": "USD"}},
        {"min_days": 9, "max_days": 1},
        {"max_days": 91},
        {"weight_tolerance_grams": 1000},
        {"location_id": "loc_none"},
        {"colour": 1},
    ],
    ids=str,
)
def test_a_wrong_method_is_not_made(api: Client, change: dict):
    count = ShippingMethod.objects.count()

    answer = post(api, {"name": "Kurir", "kind": "FLAT", "amount": rupiah(1), **change})

    assert (answer.status_code, ShippingMethod.objects.count()) == (422, count)


@pytest.mark.parametrize(
    "rate",
    [
        {"region_code": "99", "amount": rupiah(1)},
        {"region_code": "x", "amount": rupiah(1)},
        {"up_to_grams": 0, "amount": rupiah(1)},
        {"amount": rupiah(10**12)},
        {},
    ],
    ids=str,
)
def test_a_wrong_rate_leaves_the_table_as_it_was(api: Client, rate: dict):
    method = table_method(RateRow("", None, 5000))

    answer = api.put(f"{METHODS}/{method.public_id}/rates", {"rates": [rate]}, content_type=JSON)

    assert (answer.status_code, method.rates.get().amount) == (422, 5000)


@pytest.mark.parametrize(
    "query", ["region_code=x", "weight_grams=-1", "weight_grams=1e9", "subtotal_amount=x"]
)
def test_a_wrong_quote_is_refused(api: Client, query: str):
    assert api.get(f"/api/v1/shipping/quote?{query}").status_code == 422


def test_settings_need_the_permission_and_ids_of_another_store_mean_nothing(
    api: Client, kopi: Store, batik: Store
):
    with context.in_store(batik):
        theirs = flat_method()
    with context.in_store(kopi):
        _, key = integrations.create_key(name="Narrow", scopes=[Permission.VIEW_ORDERS], actor=SYSTEM)
    narrow = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")

    assert narrow.get(METHODS, headers={"Authorization": f"Bearer {key}"}).status_code == 403
    assert narrow.get(METHODS).status_code == 401
    assert api.get(f"{METHODS}/{theirs.public_id}").status_code == 404
    assert api.delete(f"{METHODS}/{theirs.public_id}").status_code == 404


def test_the_list_costs_the_same_for_any_number(api: Client, django_assert_max_num_queries):
    for number in range(6):
        table_method(RateRow("", None, 1000), name=f"Kurir {number}")

    with django_assert_max_num_queries(6):
        assert len(api.get(METHODS).json()["items"]) >= 6
    assert MethodKind.TABLE in {row["kind"] for row in api.get(METHODS).json()["items"]}
