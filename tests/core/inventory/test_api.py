"""The inventory API: counts, the ledger, what is held, and who may touch it."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.integrations import services as integrations
from core.inventory import selectors, services
from core.inventory.models import StockItem, StockMovement
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM, Permission
from tests.conftest import client_at
from tests.factories.inventory import location, stock

pytestmark = pytest.mark.usefixtures("store")
JSON = "application/json"


def post(api: Client, path: str, body: Any, **headers: Any) -> Any:
    return api.post(f"/api/v1{path}", body, content_type=JSON, **headers)


def test_adjusts_by_sku_at_the_default_location(api: Client):
    item = stock(10)

    answer = post(api, "/stock/adjustments", {"sku": item.variant.sku, "by": -3, "reason": "Pecah"})

    assert answer.status_code == 200
    assert answer.json() == {
        "sku": item.variant.sku,
        "variant_id": item.variant.public_id,
        "location_id": item.location.public_id,
        "on_hand": 7,
        "allocated": 0,
        "reserved": 0,
        "safety": 0,
        "available": 7,
        "incoming": 0,
        "low_stock_threshold": 5,
        "is_low": False,
    }
    last = StockMovement.objects.latest("pk")
    assert (last.quantity, last.reason, last.actor_kind, last.actor_name) == (-3, "Pecah", "API_KEY", "Tests")


def test_adjusts_at_another_location(api: Client):
    item, shop = stock(10), location("Toko")

    answer = post(
        api,
        "/stock/adjustments",
        {"sku": item.variant.sku, "by": 5, "reason": "Titipan", "location_id": shop.public_id},
    )

    assert (answer.json()["location_id"], answer.json()["on_hand"]) == (shop.public_id, 5)


def test_an_adjustment_sent_twice_with_one_key_counts_once(api: Client):
    item = stock(10)
    body = {"sku": item.variant.sku, "by": 1, "reason": "Ketemu"}

    for _ in range(2):
        answer = post(api, "/stock/adjustments", body, HTTP_IDEMPOTENCY_KEY="one")

    item.refresh_from_db()
    assert (answer.json()["on_hand"], item.on_hand) == (11, 11)


def test_promised_units_cannot_be_adjusted_away(api: Client):
    item = stock(10)
    services.allocate(reference="SO-1", wanted={item.variant.sku: 8}, location_id=item.location_id)

    answer = post(api, "/stock/adjustments", {"sku": item.variant.sku, "by": -3, "reason": "Pecah"})

    item.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], item.on_hand) == (409, "insufficient_stock", 10)


@pytest.mark.parametrize(
    "change",
    [
        {"by": 0},
        {"by": 1.5},
        {"by": "lima"},
        {"by": 10**9},
        {"by": -(10**30)},
        {"reason": ""},
        {"reason": "   "},
        {"reason": "a" * 81},
        {"reason": "a\x00b"},
        {"sku": ""},
        {"sku": "a" * 65},
        {"sku": None},
        {"location_id": "' OR 1"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_wrong_adjustment_changes_nothing(api: Client, change: dict):
    item = stock(10)

    answer = post(
        api, "/stock/adjustments", {"sku": item.variant.sku, "by": 1, "reason": "Hitung ulang", **change}
    )

    item.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], item.on_hand) == (422, "invalid_input", 10)


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', '{"sku": "\\ud800", "by": 1, "reason": "x"}'])
def test_a_body_that_is_none_is_refused(api: Client, body: str):
    answer = api.post("/api/v1/stock/adjustments", body, content_type=JSON)

    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("field", ["sku", "location_id"])
def test_what_is_not_there_is_404(api: Client, field: str):
    body = {"sku": stock(1).variant.sku, "by": 1, "reason": "Hitung", field: "loc_nowhere"}

    assert post(api, "/stock/adjustments", body).status_code == 404


def test_shows_one_sku_at_every_location(api: Client):
    item, shop = stock(10), location("Toko")
    stock(4, at=shop, variant=item.variant)

    found = api.get(f"/api/v1/stock/skus/{item.variant.sku}").json()

    assert (found["on_hand"], found["available"]) == (14, 14)
    assert [level["on_hand"] for level in found["locations"]] == [10, 4]


def test_a_sku_may_contain_a_slash(api: Client):
    item = stock(3)
    item.variant.sku = "KOPI/250 G"
    item.variant.save()

    assert api.get("/api/v1/stock/skus/KOPI/250%20G").json()["on_hand"] == 3


def test_lists_in_pages(api: Client):
    for _ in range(3):
        stock(1)

    first = api.get("/api/v1/stock?limit=2").json()
    rest = api.get(f"/api/v1/stock?limit=2&after={first['next']}").json()

    assert len({row["sku"] for row in first["items"] + rest["items"]}) == 3
    assert rest["next"] is None


def test_lists_what_is_low(api: Client):
    stock(50)
    scarce = stock(50)
    services.adjust(
        sku=scarce.variant.sku, location_id=scarce.location_id, by=-48, reason="Laku", actor=SYSTEM
    )

    rows = api.get("/api/v1/stock?low=true").json()["items"]

    assert [(row["sku"], row["is_low"]) for row in rows] == [(scarce.variant.sku, True)]


def test_counts_receives_and_sets_rules(api: Client):
    sku = stock(10).variant.sku

    counted = post(api, "/stock/counts", {"sku": sku, "counted": 12, "reason": "Opname"}).json()
    arrived = post(api, "/stock/receipts", {"sku": sku, "quantity": 8, "reference": "SJ-1"}).json()
    ruled = api.put(
        "/api/v1/stock/rules", {"sku": sku, "safety": 2, "low_stock_threshold": 30}, content_type=JSON
    ).json()

    assert (counted["on_hand"], arrived["on_hand"]) == (12, 20)
    assert (ruled["safety"], ruled["available"], ruled["is_low"]) == (2, 18, True)


def test_the_ledger_says_who_changed_what(api: Client):
    item = stock(10)
    post(api, "/stock/adjustments", {"sku": item.variant.sku, "by": -3, "reason": "Pecah"})

    rows = api.get(f"/api/v1/stock/movements?variant_id={item.variant.public_id}").json()["items"]
    adjusted = api.get("/api/v1/stock/movements?kind=ADJUSTED").json()["items"]

    assert [(row["kind"], row["quantity"], row["on_hand_after"]) for row in rows] == [
        ("ADJUSTED", -3, 7),
        ("RECEIVED", 10, 10),
    ]
    assert [(row["reason"], row["actor"]) for row in adjusted] == [("Pecah", "Tests")]


def test_tells_the_past(api: Client):
    item = stock(10)
    before = StockMovement.objects.get().at.isoformat()
    post(api, "/stock/adjustments", {"sku": item.variant.sku, "by": -3, "reason": "Pecah"})

    rows = api.get("/api/v1/stock/past", {"moment": before}).json()["items"]

    assert [(row["sku"], row["on_hand"]) for row in rows] == [(item.variant.sku, 10)]


@pytest.mark.parametrize("moment", ["", "kemarin", "2026-01-01T00:00:00", "99999-01-01T00:00:00Z"])
def test_a_moment_without_a_zone_is_refused(api: Client, moment: str):
    assert api.get("/api/v1/stock/past", {"moment": moment}).status_code == 422


def test_units_are_put_aside_and_let_go(api: Client):
    item = stock(10)
    body = {"sku": item.variant.sku, "quantity": 4, "reference": "Pameran", "note": "Sabtu"}

    held = post(api, "/stock/reservations", body).json()
    listed = api.get("/api/v1/stock/reservations").json()["items"]
    released = post(api, "/stock/reservations/release", {"reference": "Pameran"})

    assert (held["reserved"], held["available"]) == (4, 6)
    assert [(row["reference"], row["quantity"], row["note"]) for row in listed] == [("Pameran", 4, "Sabtu")]
    assert released.status_code == 204
    assert selectors.available_to_sell([item.variant_id]) == {item.variant_id: 10}


@pytest.mark.parametrize("end", ["besok", "2026-01-01T00:00:00", "9999-12-31T23:59:59-12:00"])
def test_a_reservation_needs_a_sensible_end(api: Client, end: str):
    item = stock(10)

    answer = post(
        api,
        "/stock/reservations",
        {"sku": item.variant.sku, "quantity": 1, "reference": "Pameran", "expires_at": end},
    )

    assert (answer.status_code, StockItem.objects.get().reserved) == (422, 0)


def test_lists_what_is_promised(api: Client):
    item = stock(10)
    services.allocate(reference="SO-1", wanted={item.variant.sku: 8}, location_id=item.location_id)

    rows = api.get(f"/api/v1/stock/allocations?variant_id={item.variant.public_id}").json()["items"]

    assert [(row["reference"], row["quantity"]) for row in rows] == [("SO-1", 8)]


READS = [
    "/stock",
    "/stock/skus/SKU",
    "/stock/movements",
    "/stock/past?moment=2026-01-01T00:00:00Z",
    "/stock/reservations",
    "/stock/allocations",
    "/locations",
    "/locations/loc_a",
    "/transfers",
    "/transfers/trf_a",
]
WRITES = [
    ("POST", "/stock/adjustments", {"sku": "A", "by": 1, "reason": "x"}),
    ("POST", "/stock/counts", {"sku": "A", "counted": 1}),
    ("POST", "/stock/receipts", {"sku": "A", "quantity": 1}),
    ("PUT", "/stock/rules", {"sku": "A"}),
    ("POST", "/stock/reservations", {"sku": "A", "quantity": 1, "reference": "x"}),
    ("POST", "/stock/reservations/release", {"reference": "x"}),
    ("POST", "/locations", {"name": "A", "code": "A"}),
    ("PATCH", "/locations/loc_a", {"name": "A"}),
    ("POST", "/locations/loc_a/default", None),
    ("POST", "/transfers", {"source_id": "a", "destination_id": "b", "lines": [{"sku": "A", "quantity": 1}]}),
    ("PUT", "/transfers/trf_a", {"lines": [{"sku": "A", "quantity": 1}]}),
    ("POST", "/transfers/trf_a/send", None),
    ("POST", "/transfers/trf_a/receive", {"lines": []}),
    ("POST", "/transfers/trf_a/cancel", None),
]


def _with(scopes: list[Permission]) -> Client:
    _, key = integrations.create_key(name="Narrow", scopes=scopes, actor=SYSTEM)
    client = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


@pytest.mark.parametrize("path", READS)
def test_reading_needs_the_permission(kopi: Store, path: str):
    with context.in_store(kopi):
        narrow = _with([Permission.VIEW_ORDERS])

    assert narrow.get(f"/api/v1{path}").status_code == 403


@pytest.mark.parametrize(("verb", "path", "body"), WRITES)
def test_writing_needs_more_than_reading(kopi: Store, verb: str, path: str, body: Any):
    with context.in_store(kopi):
        narrow = _with([Permission.VIEW_STOCK])

    answer = narrow.generic(verb, f"/api/v1{path}", b"" if body is None else _json(body), content_type=JSON)

    assert answer.status_code == 403


def _json(body: Any) -> bytes:
    return str(body).replace("'", '"').encode()


@pytest.mark.parametrize("path", READS)
def test_without_a_key_there_is_no_answer(path: str):
    assert client_at(f"kopi.{settings.DASHBOARD_SUFFIX}").get(f"/api/v1{path}").status_code == 401


def test_ids_of_the_other_store_mean_nothing_here(api: Client, kopi: Store, batik: Store):
    with context.in_store(batik):
        theirs, item = location("Rahasia"), stock(5)
    with context.in_store(kopi):
        mine = stock(2)

    assert api.get(f"/api/v1/locations/{theirs.public_id}").status_code == 404
    assert api.get("/api/v1/stock/movements", {"variant_id": item.variant.public_id}).json()["items"] == []
    body = {"sku": mine.variant.sku, "by": 1, "reason": "x", "location_id": theirs.public_id}
    assert post(api, "/stock/adjustments", body).status_code == 404


def test_the_table_costs_the_same_for_any_number_of_rows(api: Client, django_assert_max_num_queries):
    for _ in range(12):
        stock(3)

    with django_assert_max_num_queries(9):
        assert len(api.get("/api/v1/stock").json()["items"]) == 12
