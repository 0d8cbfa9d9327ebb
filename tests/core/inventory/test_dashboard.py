"""The stock pages: found, corrected in place, told by the ledger, and closed to whoever may not."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.inventory import services
from core.inventory.models import Location, Reservation, StockItem, StockMovement
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.inventory import location, stock, variant_on_sale

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def desk(sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari's browser, in English."""
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    return browser


def at(item: StockItem, verb: str = "") -> str:
    return f"/stock/{item.variant.public_id}/{item.location.public_id}/{verb}"


def adjust(desk: Client, item: StockItem, **changes: Any) -> Any:
    body = {"seen": item.on_hand, "counted": item.on_hand + 2, "reason": "RECOUNTED", "note": "", **changes}
    return desk.post(at(item, "adjust/"), body, headers={"HX-Request": "true"})


def text(page: Any) -> str:
    return page.content.decode()


def test_lists_what_was_never_counted_as_zero(desk: Client):
    variant = variant_on_sale("NEW-1")

    page = desk.get("/stock/")

    assert page.status_code == 200
    assert f"row-{variant.public_id}" in text(page)


@pytest.mark.parametrize("query", ["KOPI-1", "kopi-1", "8991234567890"])
def test_finds_by_sku_and_barcode(desk: Client, query: str):
    wanted = variant_on_sale("KOPI-1", barcode="8991234567890")
    other = variant_on_sale("TEH-1")

    page = text(desk.get("/stock/", {"q": query}))

    assert wanted.public_id in page
    assert other.public_id not in page


def test_a_search_as_one_types_gets_the_list_only(desk: Client):
    stock(1)

    page = text(desk.get("/stock/", {"q": "nothing"}, headers={"HX-Request": "true"}))

    assert "<html" not in page
    assert 'id="list"' in page


def test_shows_one_location_or_all(desk: Client):
    item, shop = stock(10), location("Toko")
    there = stock(3, at=shop)

    first = text(desk.get("/stock/"))
    everywhere = text(desk.get("/stock/", {"location": "all"}))

    assert f"row-{there.variant.public_id}-{item.location.public_id}" in first
    assert f"row-{there.variant.public_id}-{shop.public_id}" not in first
    assert f"row-{there.variant.public_id}-{shop.public_id}" in everywhere


def test_lists_what_is_low_at_any_location(desk: Client):
    plenty, scarce = stock(50), stock(50, at=location("Toko"))
    services.adjust(
        sku=scarce.variant.sku, location_id=scarce.location_id, by=-48, reason="Laku", actor=SYSTEM
    )

    page = text(desk.get("/stock/", {"low": "1"}))

    assert scarce.variant.public_id in page
    assert plenty.variant.public_id not in page


@pytest.mark.parametrize("query", ["\x00", "%", "a" * 3000, "' OR 1=1", "\u202e", "<script>"])
def test_odd_searches_are_harmless(desk: Client, query: str):
    assert desk.get("/stock/", {"q": query, "location": query, "low": query}).status_code == 200


def test_a_cursor_that_nobody_made_is_refused(desk: Client):
    assert desk.get("/stock/", {"after": "zzz"}).status_code == 422


def test_a_count_is_corrected_in_its_row(desk: Client):
    item = stock(10)

    row = adjust(desk, item, counted=12, reason="FOUND", note="di rak bawah")

    item.refresh_from_db()
    last = StockMovement.objects.latest("pk")
    assert (row.status_code, item.on_hand) == (200, 12)
    assert (last.quantity, last.reason, last.actor_name) == (2, "Found again: di rak bawah", "Sari")
    assert text(row).strip().startswith('<tr class="stock-row"')


def test_what_was_sold_meanwhile_stays_sold(desk: Client):
    item = stock(10)
    services.allocate(reference="SO-1", wanted={item.variant.sku: 3}, location_id=item.location_id)
    services.consume(reference="SO-1", taken={item.variant.sku: 3})

    adjust(desk, item, seen=10, counted=11)

    item.refresh_from_db()
    assert item.on_hand == 8


def test_a_correction_is_taken_back_once(desk: Client):
    item = stock(10)
    undo = json.loads(adjust(desk, item).headers["HX-Trigger"])["toast"]["undo"]

    for _ in range(2):
        assert desk.post(undo, headers={"HX-Request": "true"}).status_code == 204

    item.refresh_from_db()
    assert (item.on_hand, StockMovement.objects.count()) == (10, 3)


def test_only_corrections_are_taken_back(desk: Client):
    item = stock(10)
    received = StockMovement.objects.get()

    assert desk.post(f"/stock/undo/{received.pk}/").status_code == 404
    assert desk.post(f"/stock/undo/{10**30}/").status_code == 404
    item.refresh_from_db()
    assert item.on_hand == 10


@pytest.mark.parametrize(
    "change",
    [
        {"counted": ""},
        {"counted": "x"},
        {"counted": "-1"},
        {"counted": "10"},
        {"counted": "1000001"},
        {"counted": "1e3"},
        {"seen": ""},
        {"reason": "WHIM"},
        {"reason": "OTHER", "note": ""},
        {"note": "a" * 51},
        {"note": "a\x00b"},
    ],
    ids=str,
)
def test_a_wrong_correction_keeps_what_was_typed_and_changes_nothing(desk: Client, change: dict):
    item = stock(10)

    row = adjust(desk, item, **{"note": "catatan saya", **change})

    item.refresh_from_db()
    assert (row.status_code, item.on_hand) == (422, 10)
    if "note" not in change:
        assert "catatan saya" in text(row)
    assert "recount is-open" in text(row)


def test_promised_units_cannot_be_counted_away(desk: Client):
    item = stock(10)
    services.allocate(reference="SO-1", wanted={item.variant.sku: 8}, location_id=item.location_id)

    row = adjust(desk, item, counted=5)

    item.refresh_from_db()
    assert (row.status_code, item.on_hand) == (422, 10)
    assert 'value="5"' in text(row)


def test_without_a_script_the_same_form_leads_on(desk: Client):
    item = stock(10)
    body = {"seen": 10, "counted": 7, "reason": "LOST"}

    good = desk.post(at(item, "adjust/"), body)
    bad = desk.post(at(item, "adjust/"), {**body, "counted": "x"})

    assert (good.status_code, good.headers["Location"]) == (302, f"/stock/{item.variant.public_id}/")
    assert bad.status_code == 422
    assert "<html" in text(bad)


def test_the_page_of_a_sku_tells_everything(desk: Client):
    item = stock(10)
    services.allocate(reference="SO-77", wanted={item.variant.sku: 2}, location_id=item.location_id)
    services.reserve(reference="Pameran", wanted={item.variant.sku: 3}, location_id=item.location_id)

    page = text(desk.get(f"/stock/{item.variant.public_id}/"))

    assert "SO-77" in page
    assert "Pameran" in page
    assert '"values": [' in page
    assert 'data-chart="course"' in page


def test_goods_are_received_counted_and_ruled(desk: Client):
    item = stock(10)

    desk.post(at(item, "receive/"), {"quantity": "5", "reference": "SJ-9"})
    desk.post(at(item, "count/"), {"counted": "14", "reason": "Opname"})
    desk.post(at(item, "rules/"), {"safety": "4", "low_stock_threshold": ""})

    item.refresh_from_db()
    assert (item.on_hand, item.safety, item.low_stock_threshold) == (14, 4, None)
    assert list(StockMovement.objects.order_by("pk").values_list("kind", "quantity", "reference"))[1:] == [
        ("RECEIVED", 5, "SJ-9"),
        ("COUNTED", -1, ""),
    ]


def test_units_are_put_aside_and_let_go(desk: Client):
    item = stock(10)
    until = timezone.localdate() + timedelta(days=3)

    desk.post(at(item, "hold/"), {"quantity": "4", "reference": "Bazar", "until": until.isoformat()})
    held = Reservation.objects.get()
    desk.post(f"/stock/{item.variant.public_id}/release/", {"reference": "Bazar"})

    assert (held.quantity, timezone.localtime(held.expires_at).date()) == (4, until)
    assert StockItem.objects.get().reserved == 0


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("receive/", {"quantity": "0"}),
        ("receive/", {"quantity": "x"}),
        ("receive/", {"quantity": "1", "reference": "a" * 41}),
        ("count/", {"counted": "-1"}),
        ("count/", {"counted": "1", "reason": "a\x00"}),
        ("rules/", {"safety": "-1"}),
        ("rules/", {"safety": "1", "low_stock_threshold": "9999999"}),
        ("hold/", {"quantity": "11", "reference": "Bazar"}),
        ("hold/", {"quantity": "1", "reference": ""}),
        ("hold/", {"quantity": "1", "reference": "x", "until": "1999-01-01"}),
        ("hold/", {"quantity": "1", "reference": "x", "until": "besok"}),
    ],
    ids=str,
)
def test_a_wrong_form_changes_nothing(desk: Client, verb: str, body: dict):
    item = stock(10)

    page = desk.post(at(item, verb), body)

    item.refresh_from_db()
    assert (page.status_code, item.on_hand, item.reserved, item.safety) == (422, 10, 0, 0)
    assert StockMovement.objects.count() == 1


def test_the_ledger_is_filtered_by_kind_place_and_sku(desk: Client):
    item, other = stock(10), stock(5)
    adjust(desk, item)

    page = text(desk.get("/stock/movements/", {"kind": "ADJUSTED"}))
    mine = text(desk.get("/stock/movements/", {"sku": other.variant.public_id}))

    assert item.variant.sku in page
    assert other.variant.sku not in page
    assert item.variant.sku not in mine


def test_the_past_is_shown_and_taken_away_as_a_file(desk: Client):
    item = stock(10)
    item.variant.product.title = "=HYPERLINK(1)"
    item.variant.product.save()
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()

    today = desk.get("/stock/past/")
    before = desk.get("/stock/past/", {"day": yesterday})
    file = desk.get("/stock/past/export/")

    assert item.variant.sku in text(today)
    assert item.variant.sku not in text(before)
    assert f"{item.variant.sku},'=HYPERLINK(1)," in text(file)
    assert text(file).strip().endswith(",10")


@pytest.mark.parametrize("day", ["besok", "2999-01-01", "0001-01-01\x00", ""])
@pytest.mark.parametrize("path", ["/stock/past/", "/stock/past/export/"])
def test_a_day_that_is_none_is_refused(desk: Client, path: str, day: str):
    assert desk.get(path, {"day": day}).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "1970-01-01"])
def test_long_ago_the_shelves_were_empty(desk: Client, day: str):
    assert desk.get("/stock/past/", {"day": day}).status_code == 200


PAGES = [
    "/stock/",
    "/stock/movements/",
    "/stock/past/",
    "/stock/past/export/",
    "/stock/locations/",
    "/stock/transfers/",
    "/stock/transfers/trf_none/",
    "/stock/var_none/",
]
DESKS = [
    "/stock/locations/new/",
    "/stock/locations/loc_none/",
    "/stock/transfers/new/",
    "/stock/transfers/pick/",
    "/stock/transfers/line/",
    "/stock/var_none/loc_none/",
]
ACTS = [
    "/stock/undo/1/",
    "/stock/locations/loc_none/default/",
    "/stock/locations/loc_none/open/",
    "/stock/transfers/trf_none/send/",
    "/stock/transfers/trf_none/receive/",
    "/stock/transfers/trf_none/cancel/",
    "/stock/var_none/release/",
    "/stock/var_none/loc_none/adjust/",
    "/stock/var_none/loc_none/count/",
    "/stock/var_none/loc_none/receive/",
    "/stock/var_none/loc_none/rules/",
    "/stock/var_none/loc_none/hold/",
]


@pytest.mark.parametrize("path", PAGES)
def test_who_may_not_see_stock_sees_nothing(
    member: Callable[[str], User], dashboard: Callable[..., Client], path: str
):
    assert dashboard(member(Role.MARKETING)).get(path).status_code == 403


@pytest.mark.parametrize("path", DESKS)
def test_who_may_only_look_gets_no_form(
    member: Callable[[str], User], dashboard: Callable[..., Client], path: str
):
    assert dashboard(member(Role.READ_ONLY)).get(path).status_code == 403


@pytest.mark.parametrize("path", ACTS)
def test_who_may_only_look_changes_nothing(
    member: Callable[[str], User], dashboard: Callable[..., Client], path: str
):
    assert dashboard(member(Role.READ_ONLY)).post(path).status_code == 403


@pytest.mark.parametrize("path", PAGES + DESKS)
def test_a_stranger_is_sent_to_the_login(tono: User, dashboard: Callable[..., Client], path: str):
    assert dashboard(tono).get(path).status_code == 302


def test_a_packer_corrects_counts_but_opens_no_location(budi: User, dashboard: Callable[..., Client]):
    item = stock(10)
    browser = dashboard(budi)

    assert adjust(browser, item).status_code == 200
    assert browser.get("/stock/locations/new/").status_code == 403


def test_a_reader_sees_counts_without_a_form(member: Callable[[str], User], dashboard: Callable[..., Client]):
    item = stock(10)

    page = text(dashboard(member(Role.READ_ONLY)).get("/stock/"))

    assert item.variant.public_id in page
    assert "data-recount" not in page


def test_skus_and_places_of_the_other_store_are_not_there(desk: Client, kopi: Store, batik: Store):
    with context.in_store(batik):
        theirs, elsewhere = stock(5), Location.objects.get(is_default=True).public_id
    with context.in_store(kopi):
        mine = stock(5)

    assert desk.get(f"/stock/{theirs.variant.public_id}/").status_code == 404
    assert desk.get(f"/stock/{mine.variant.public_id}/{elsewhere}/").status_code == 404
    assert desk.post(f"/stock/{mine.variant.public_id}/{elsewhere}/adjust/").status_code == 404
    assert desk.get(f"/stock/locations/{elsewhere}/").status_code == 404


@pytest.mark.parametrize(
    ("path", "most"),
    [("/stock/", 12), ("/stock/?location=all", 12), ("/stock/movements/", 9), ("/stock/past/", 10)],
)
def test_a_list_costs_the_same_for_any_number_of_rows(
    desk: Client, django_assert_max_num_queries, path: str, most: int
):
    for _ in range(10):
        stock(3)

    with django_assert_max_num_queries(most):
        assert desk.get(path).status_code == 200


def test_the_page_of_a_sku_costs_the_same_for_any_history(desk: Client, django_assert_max_num_queries):
    item = stock(30)
    for number in range(5):
        services.adjust(
            sku=item.variant.sku, location_id=item.location_id, by=-1, reason=str(number), actor=SYSTEM
        )

    with django_assert_max_num_queries(16):
        assert desk.get(f"/stock/{item.variant.public_id}/").status_code == 200
