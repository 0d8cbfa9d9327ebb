"""The orders API: what scripts rely on, and what it refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.integrations import services as integrations
from core.orders import services as orders
from core.orders.models import Order, SavedView
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM, Permission
from tests.conftest import client_at
from tests.factories.orders import BANDUNG, NOON, paid_order, placed_order
from tests.factories.payments import awaited_order


@pytest.fixture
def order(kopi: Store) -> Order:
    with context.in_store(kopi):
        return awaited_order()


def send(api: Client, method: str, path: str, body: Any = None) -> Any:
    return getattr(api, method)(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json")


def now(kopi: Store, order: Order) -> Order:
    with context.in_store(kopi):
        return Order.objects.get(pk=order.pk)


def test_lists_newest_first_in_pages(kopi: Store, api: Client):
    with context.in_store(kopi):
        placed = [placed_order(placed_at=NOON.replace(minute=minute)).number for minute in range(3)]

    first = api.get("/api/v1/orders?limit=2").json()
    second = api.get(f"/api/v1/orders?limit=2&after={first['next']}").json()

    assert [row["number"] for row in first["items"] + second["items"]] == placed[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [("number={}", 1), ("q={}", 1), ("payment_state=PAID", 0), ("view=to_ship", 0), ("since=2026-07-02", 0)],
)
def test_narrows_the_list(kopi: Store, api: Client, order: Order, query: str, found: int):
    assert len(api.get(f"/api/v1/orders?{query.format(order.number)}").json()["items"]) == found


@pytest.mark.parametrize(
    "query",
    ["state=NONSENSE", "limit=0", "limit=101", "after=bm9uc2Vuc2U", "since=1026-01-01", "q=%00"],
)
def test_refuses_a_list_it_does_not_understand(api: Client, query: str):
    assert api.get(f"/api/v1/orders?{query}").status_code == 422


def test_tells_one_order_whole(api: Client, order: Order):
    told = api.get(f"/api/v1/orders/{order.public_id}").json()

    assert (told["id"], told["number"], told["state"]) == (order.public_id, order.number, "OPEN")
    assert told["total"] == {"amount": 170_000, "currency": "IDR"}
    assert told["lines"][0]["quantity"] == 2
    assert told["address"]["village"] == "Dago"
    assert not {"pk", "token", "location_id"} & set(told)


def test_cancels_and_puts_the_units_back(kopi: Store, api: Client, order: Order):
    path = f"/orders/{order.public_id}/cancel"

    done = send(api, "post", path, {"reason": "Out of stock"})
    again = send(api, "post", path, {"reason": "Out of stock"})

    assert done.json()["state"] == again.json()["state"] == "CANCELLED"
    assert now(kopi, order).cancel_reason == "Out of stock"


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 201}, {"reason": "x", "extra": 1}])
def test_a_bad_cancellation_changes_nothing(kopi: Store, api: Client, order: Order, body: dict):
    assert send(api, "post", f"/orders/{order.public_id}/cancel", body).status_code == 422
    assert now(kopi, order).state == "OPEN"


def test_what_has_left_is_not_cancelled(kopi: Store, api: Client):
    with context.in_store(kopi):
        order = paid_order()
        line = order.lines.order_by("pk").first()
        orders.mark_fulfilled(order_id=order.pk, quantities={line.pk: 1}, actor=SYSTEM)

    refused = send(api, "post", f"/orders/{order.public_id}/cancel", {"reason": "x"})

    assert (refused.status_code, refused.json()["code"]) == (409, "order_state_conflict")


def test_note_tags_and_address_are_edited(kopi: Store, api: Client, order: Order):
    send(api, "patch", f"/orders/{order.public_id}", {"staff_note": "Fragile", "tags": ["gift"]})
    moved = send(
        api,
        "put",
        f"/orders/{order.public_id}/address",
        {
            "recipient_name": "Rudi",
            "phone": "0812 3456 7890",
            "address_line": "Jl. Baru 1",
            "region_code": BANDUNG.region_code,
        },
    )

    edited = now(kopi, order)
    assert (edited.staff_note, edited.tags, edited.recipient_name) == ("Fragile", ["gift"], "Rudi")
    assert moved.json()["address"]["phone"] == "+6281234567890"


@pytest.mark.parametrize(
    "change", [{"phone": "12"}, {"region_code": "32"}, {"region_code": "x"}, {"more": 1}]
)
def test_a_bad_address_changes_nothing(kopi: Store, api: Client, order: Order, change: dict):
    body = {"recipient_name": "Rudi", "phone": "081234567890", "address_line": "Jl. Baru 1"}

    answer = send(
        api, "put", f"/orders/{order.public_id}/address", {**body, "region_code": "32.73.02.1004", **change}
    )

    assert answer.status_code == 422
    assert now(kopi, order).recipient_name == "Dewi Lestari"


def test_invoice_and_slips_come_as_pdf(api: Client, order: Order):
    url = f"/orders/{order.public_id}"

    missing = api.get(f"/api/v1{url}/invoice.pdf")
    issued = send(api, "post", f"{url}/invoice")
    papers = [api.get(f"/api/v1{url}/invoice.pdf"), api.get(f"/api/v1{url}/packing-slip.pdf")]
    papers.append(send(api, "post", "/packing-slips", {"order_ids": [order.public_id]}))

    assert missing.status_code == 404
    assert issued.json()["number"].endswith("/00001")
    assert all(paper.content.startswith(b"%PDF-") for paper in papers)
    assert api.get(f"/api/v1{url}").json()["invoice_number"] == issued.json()["number"]


def test_the_timeline_tells_who_did_what(api: Client, order: Order):
    send(api, "post", f"/orders/{order.public_id}/cancel", {"reason": "Out of stock"})

    told = api.get(f"/api/v1/orders/{order.public_id}/timeline").json()["items"]

    assert told[0]["actor"] == "Tests" and "Out of stock" in told[0]["text"]
    assert len(told) == 2


def test_views_are_saved_listed_and_deleted(kopi: Store, api: Client):
    made = send(api, "post", "/order-views", {"name": "Gifts", "query": "tag=gift&evil=1"})
    clash = send(api, "post", "/order-views", {"name": "Gifts", "query": "tag=gift"})
    empty = send(api, "post", "/order-views", {"name": "None", "query": "evil=1"})
    listed = api.get("/api/v1/order-views").json()["items"]
    gone = api.delete(f"/api/v1/order-views/{made.json()['id']}")

    assert [view["query"] for view in listed] == ["tag=gift"]
    assert (made.status_code, clash.status_code, empty.status_code, gone.status_code) == (201, 409, 422, 204)
    with context.in_store(kopi):
        assert not SavedView.objects.exists()


def test_a_key_does_only_what_its_scopes_say(kopi: Store, order: Order):
    with context.in_store(kopi):
        _, key = integrations.create_key(name="Kasir", scopes=[Permission.VIEW_ORDERS], actor=SYSTEM)
    kasir = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    kasir.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"

    assert kasir.get(f"/api/v1/orders/{order.public_id}").status_code == 200
    assert send(kasir, "post", f"/orders/{order.public_id}/cancel", {"reason": "x"}).status_code == 403
    assert now(kopi, order).state == "OPEN"


@pytest.mark.parametrize(
    "call",
    [
        lambda api, order: api.get(f"/api/v1/orders/{order}"),
        lambda api, order: api.get(f"/api/v1/orders/{order}/timeline"),
        lambda api, order: api.get(f"/api/v1/orders/{order}/packing-slip.pdf"),
        lambda api, order: send(api, "post", f"/orders/{order}/cancel", {"reason": "x"}),
        lambda api, order: send(api, "post", f"/orders/{order}/invoice"),
        lambda api, order: send(api, "patch", f"/orders/{order}", {"staff_note": "x"}),
    ],
)
def test_orders_of_the_other_store_are_not_there(batik: Store, api: Client, call: Callable[..., Any]):
    with context.in_store(batik):
        theirs = placed_order()

    assert call(api, theirs.public_id).status_code == 404
    assert now(batik, theirs).state == "OPEN"
