"""The order list and the page of one order."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.catalog import services as catalog
from core.kernel import audit
from core.orders import services as orders
from core.orders.models import Order, SavedView
from core.orders.services import DraftLine
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_variant, picture_file
from tests.factories.customers import customer
from tests.factories.orders import NOON, paid_order, placed_order
from tests.factories.payments import awaited_order, open_payment


@pytest.fixture
def desk(kopi: Store, sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari's browser, in English."""
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    return browser


def made(kopi: Store, make: Callable[..., Any], **fields: Any) -> Any:
    with context.in_store(kopi):
        return make(**fields)


def numbers(page: Any) -> list[str]:
    return [row.number for row in page.context["rows"]]


def test_a_line_shows_its_goods_as_they_look_today(kopi: Store, desk: Client):
    """The photo was drawn after the order was placed, as it is for a first product."""
    with context.in_store(kopi):
        variant = make_variant()
        line = DraftLine(variant.pk, variant.sku, "Gayo", 1, 75_000, image_url="/media/gone.jpg")
        order = placed_order(lines=(line,))
        media = catalog.add_media(product_id=variant.product_id, upload=picture_file(), actor=SYSTEM)
        catalog.render_media(media_id=media.pk)

    page = desk.get(f"/orders/{order.public_id}/")

    assert "gone.jpg" not in page.content.decode()
    assert page.context["lines"][0].image_url.startswith("/media/")


def test_an_empty_store_sees_what_to_do_next(desk: Client):
    page = desk.get("/orders/")

    assert page.status_code == 200
    assert "/share/" in page.content.decode()


def test_newest_first_and_on_to_the_next_page(kopi: Store, desk: Client):
    with context.in_store(kopi):
        placed = [placed_order(placed_at=NOON.replace(minute=minute)).number for minute in range(27)]

    first = desk.get("/orders/")
    second = desk.get(first.context["next_url"])

    assert numbers(first) + numbers(second) == placed[::-1]
    assert second.context["next_url"] == ""


def test_the_list_asks_as_often_for_forty_orders_as_for_one(kopi: Store, desk: Client):
    made(kopi, placed_order)
    desk.get("/orders/")  # the host is known from now on
    with CaptureQueriesContext(connection) as one:
        desk.get("/orders/")
    with context.in_store(kopi):
        for _ in range(30):
            placed_order()
    with CaptureQueriesContext(connection) as many:
        page = desk.get("/orders/")

    assert len(page.context["rows"]) == 25
    assert len(many) == len(one) <= 8


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("view=unpaid", {"A"}),
        ("view=to_ship", {"B"}),
        ("view=cancelled", {"C"}),
        ("payment=PAID", {"B"}),
        ("state=CANCELLED", {"C"}),
        ("tag=gift", {"A"}),
        ("method=COD", set()),
        ("since=2026-07-02", set()),
        ("since=2026-07-01&until=2026-07-01", {"A", "B", "C"}),
        ("source=API", set()),
        ("payment=NONSENSE&since=yesterday", {"A", "B", "C"}),
    ],
)
def test_narrows_by_what_the_address_says(kopi: Store, desk: Client, query: str, found: set[str]):
    with context.in_store(kopi):
        by_name = {"A": placed_order(tags=["gift"]), "B": paid_order(), "C": placed_order()}
        orders.cancel(order_id=by_name["C"].pk, reason="x", actor=SYSTEM, now=NOON)

    page = desk.get(f"/orders/?{query}")

    assert set(numbers(page)) == {by_name[name].number for name in found}


@pytest.mark.parametrize(
    "text",
    [
        "so-1001",
        "wulan",
        "0812-0000-7777",
        "62812 0000 7777",
        "Rp250.000",
        "250000",
        "GAYO-250",
        "hand grinder",
    ],
)
def test_finds_an_order_by_what_is_known_of_it(kopi: Store, desk: Client, text: str):
    with context.in_store(kopi):
        wanted = placed_order(customer=customer(name="Wulan Sari", phone="+6281200007777"))
        line = orders.DraftLine(9, "TEA", "Tea", 1, 9_000)
        placed_order(lines=(line,))

    assert numbers(desk.get("/orders/", {"q": text})) == [wanted.number]


def test_a_cursor_of_somebody_else_is_refused(desk: Client):
    assert desk.get("/orders/?after=bm9uc2Vuc2U").status_code == 422


def test_a_view_is_saved_shown_and_deleted(kopi: Store, desk: Client):
    saved = desk.post("/orders/views/", {"name": "Gifts", "query": "tag=gift&evil=1"})
    again = desk.post("/orders/views/", {"name": "Gifts", "query": "tag=gift"})
    with context.in_store(kopi):
        view = SavedView.objects.get()
    shown = desk.get("/orders/?tag=gift").content.decode()
    desk.post(f"/orders/views/{view.public_id}/delete/")

    assert saved.headers["Location"] == "/orders/?tag=gift"
    assert again.status_code == 422
    assert "Gifts" in shown
    with context.in_store(kopi):
        assert not SavedView.objects.exists()
        told = audit.history("order_view", view.public_id).values_list("action", flat=True)
        assert list(told) == ["order_view.deleted", "order_view.saved"]


def test_the_list_leaves_as_a_file_that_runs_nothing(kopi: Store, desk: Client):
    with context.in_store(kopi):
        placed_order(customer=customer(name="=HYPERLINK(1)"))

    rows = desk.get("/orders/export.csv").content.decode("utf-8-sig").splitlines()

    assert len(rows) == 2
    assert "'=HYPERLINK(1)" in rows[1]
    assert "2 x GAYO-250; 1 x GRINDER" in rows[1]


def test_one_order_shows_its_money_its_parcels_and_what_to_do_now(kopi: Store, desk: Client):
    payment = made(kopi, open_payment)

    page = desk.get(f"/orders/{payment.order.public_id}/")

    html = page.content.decode()
    assert page.context["step"].form == "confirm-payment"
    assert 'id="confirm-payment"' in html and "https://wa.me/62" in html
    assert f"/o/{payment.order.token}" in html or payment.order.token in html


def test_a_paid_order_is_to_be_shipped(kopi: Store, desk: Client):
    with context.in_store(kopi):
        order = orders.mark_paid(order_id=awaited_order().pk, actor=SYSTEM, now=NOON)

    page = desk.get(f"/orders/{order.public_id}/")

    assert page.context["step"].url == "#ship"
    assert 'id="ship"' in page.content.decode()


def test_note_and_tags_are_kept(kopi: Store, desk: Client):
    order: Order = made(kopi, placed_order)

    desk.post(f"/orders/{order.public_id}/note/", {"note": "Fragile"})
    desk.post(f"/orders/{order.public_id}/tags/", {"tags": "gift, vip ,gift"})

    with context.in_store(kopi):
        order.refresh_from_db()
    assert (order.staff_note, order.tags) == ("Fragile", ["gift", "vip"])
    assert "Fragile" in desk.get(f"/orders/{order.public_id}/").content.decode()


def test_the_address_is_searched_and_changed(kopi: Store, desk: Client):
    order: Order = made(kopi, placed_order)
    url = f"/orders/{order.public_id}/address/"
    typed = {"recipient_name": "Rudi", "address_phone": "0812 3456 7890", "address_line": "Jl. Baru 1"}

    searched = desk.post(url, {**typed, "area": "Dago Bandung"})
    changed = desk.post(url, {**typed, "region_code": "32.73.02.1004"})

    with context.in_store(kopi):
        order.refresh_from_db()
    assert searched.status_code == 422 and "32.73.02.1004" in searched.content.decode()
    assert changed.status_code == 302
    assert (order.recipient_name, order.address_phone, order.village) == ("Rudi", "+6281234567890", "Dago")


@pytest.mark.parametrize("region", ["", "32", "99.99.99.9999", "'; DROP"])
def test_an_address_without_a_real_district_changes_nothing(kopi: Store, desk: Client, region: str):
    order: Order = made(kopi, placed_order)
    typed = {"recipient_name": "Rudi", "address_phone": "0812 3456 7890", "address_line": "Jl. Baru 1"}

    answer = desk.post(f"/orders/{order.public_id}/address/", {**typed, "region_code": region})

    with context.in_store(kopi):
        assert Order.objects.get(pk=order.pk).recipient_name == "Dewi Lestari"
    assert answer.status_code == 422


def test_cancelling_says_what_happens_and_then_does_it(kopi: Store, desk: Client):
    order: Order = made(kopi, awaited_order)
    url = f"/orders/{order.public_id}/cancel/"

    asked = desk.get(url)
    refused = desk.post(url, {"reason": "", "restock": "on"})
    done = desk.post(url, {"reason": "Out of stock", "restock": "on"})

    with context.in_store(kopi):
        order.refresh_from_db()
    assert "2 units" in asked.content.decode()
    assert (refused.status_code, done.status_code) == (422, 302)
    assert (order.state, order.cancel_reason) == ("CANCELLED", "Out of stock")


@pytest.mark.parametrize(
    ("role", "may_see", "may_edit", "may_cancel"),
    [
        (Role.ORDERS, True, True, True),
        (Role.WAREHOUSE, True, False, False),
        (Role.FINANCE, True, False, False),
        (Role.READ_ONLY, True, False, False),
        (Role.MARKETING, False, False, False),
        (Role.CATALOGUE, False, False, False),
    ],
)
def test_each_role_does_its_part(
    kopi: Store,
    member: Callable[[str], User],
    dashboard: Callable[..., Client],
    role: str,
    may_see: bool,
    may_edit: bool,
    may_cancel: bool,
):
    order: Order = made(kopi, placed_order)
    browser, page = dashboard(member(role)), f"/orders/{order.public_id}/"

    assert (browser.get(page).status_code == 200) is may_see
    assert (browser.get("/orders/").status_code == 200) is may_see
    assert (browser.post(f"{page}note/", {"note": "x"}).status_code == 302) is may_edit
    assert (browser.get(f"{page}cancel/").status_code == 200) is may_cancel


def test_an_order_of_the_other_store_is_not_there(batik: Store, desk: Client):
    order: Order = made(batik, placed_order)

    for path in ("", "address/", "cancel/", "packing-slip.pdf", "invoice.pdf"):
        assert desk.get(f"/orders/{order.public_id}/{path}").status_code == 404
    assert numbers(desk.get("/orders/")) == []
