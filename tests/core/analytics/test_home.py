"""The front page of the dashboard: right numbers, right lists behind them, and the way to the first sale."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.analytics import selectors, services
from core.analytics.services import OpeningUnfinished
from core.catalog import services as catalog
from core.kernel import profile
from core.orders import services as orders
from core.orders.selectors import OrderFilter, order_list
from core.orders.services import DraftLine
from tenants import context
from tenants.models import Job, JobState, Role, Store, User
from tenants.permissions import ROLE_PERMISSIONS, SYSTEM, Actor
from tests.factories.catalog import make_product
from tests.factories.inventory import stock, variant_on_sale
from tests.factories.orders import paid_order, placed_order

Browser = Callable[..., Client]
# 10.00 on the 25th in Jakarta.
MORNING = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def summed(now: datetime = MORNING) -> selectors.Summary:
    return selectors.summary(now=now, time_zone="Asia/Jakarta")


def actor_with(role: str) -> Actor:
    return Actor("MEMBER", "1", "Somebody", ROLE_PERMISSIONS[role])


def steps() -> dict[str, bool]:
    return {step.code: step.done for step in selectors.opening_steps(profile.current(), SYSTEM)}


def test_today_is_compared_with_yesterday_up_to_the_same_minute(store: Store):
    paid_order(placed_at=MORNING - timedelta(hours=1))
    paid_order(placed_at=MORNING - timedelta(hours=25))
    paid_order(placed_at=MORNING - timedelta(hours=23))  # yesterday, later in the day

    today = summed().today

    assert (today.now.sales_amount, today.now.orders) == (250_000, 1)
    assert (today.before.sales_amount, today.before.orders) == (250_000, 1)
    assert summed().week.now.orders == 3


def test_a_day_begins_at_midnight_of_the_store_and_not_of_the_server(store: Store):
    placed_order(placed_at=datetime(2026, 11, 24, 17, 30, tzinfo=UTC))  # 00.30 in Jakarta

    assert summed().today.now.orders == 1
    assert selectors.summary(now=MORNING, time_zone="UTC").today.now.orders == 0


def test_unpaid_orders_are_no_sales_and_cancelled_ones_are_nothing(store: Store):
    placed_order(placed_at=MORNING)
    gone = placed_order(placed_at=MORNING)
    orders.cancel(order_id=gone.pk, reason="-", actor=SYSTEM, now=MORNING)

    assert (summed().today.now.sales_amount, summed().today.now.orders) == (0, 1)


def test_what_was_refunded_is_no_sale(store: Store):
    order = paid_order(placed_at=MORNING)
    orders.mark_refunded(order_id=order.pk, amount=50_000, actor=SYSTEM)

    assert summed().today.now.sales_amount == 200_000


def test_thirty_days_of_nothing_are_thirty_zeros(store: Store):
    days = selectors.daily_sales(now=datetime(2026, 11, 24, 18, 0, tzinfo=UTC), time_zone="Asia/Jakarta")

    # 18.00 UTC is already the next day in Jakarta.
    assert (days[-1].day.isoformat(), days[0].day.isoformat()) == ("2026-11-25", "2026-10-27")
    assert [day.sales_amount for day in days] == [0] * 30


def test_the_chart_and_the_number_above_it_agree(store: Store):
    for days_ago in (0, 3, 29, 30):
        paid_order(placed_at=MORNING - timedelta(days=days_ago))

    days = selectors.daily_sales(now=MORNING, time_zone="Asia/Jakarta")

    assert sum(day.sales_amount for day in days) == summed().month.now.sales_amount == 750_000


def test_profit_is_paid_goods_less_their_cost(store: Store):
    dear = variant_on_sale(price_amount=80_000, cost_amount=30_000)
    unknown = variant_on_sale(price_amount=20_000)
    paid_order(
        placed_at=MORNING,
        lines=(
            DraftLine(dear.pk, dear.sku, "Kopi", 2, 80_000),
            DraftLine(unknown.pk, unknown.sku, "Gelas", 1, 20_000),
        ),
    )

    profit = selectors.profit_today(now=MORNING, time_zone="Asia/Jakarta")

    assert (profit.amount, profit.lines_without_cost) == (120_000, 1)


def test_profit_is_compared_with_yesterday_up_to_the_same_minute(store: Store):
    for placed_at in (MORNING - timedelta(days=1), MORNING - timedelta(days=1) + timedelta(minutes=1)):
        paid_order(placed_at=placed_at)

    profit = selectors.profit_today(now=MORNING, time_zone="Asia/Jakarta")

    assert (profit.amount, profit.before_amount) == (0, 230_000)


def test_what_waits_is_counted_as_its_list_counts_it(store: Store):
    placed_order()
    paid_order()
    make_product(status="DRAFT")

    waiting = {todo.code: todo.count for todo in selectors.todos(SYSTEM)}

    assert waiting == {"transfers_to_confirm": 1, "orders_to_ship": 1, "drafts": 1}


def test_nobody_is_asked_for_what_their_role_cannot_do(store: Store):
    placed_order()
    paid_order()
    make_product(status="DRAFT")

    codes = {role: {todo.code for todo in selectors.todos(actor_with(role))} for role in Role.values}

    assert codes[Role.CATALOGUE] == {"drafts"}
    assert codes[Role.WAREHOUSE] == {"orders_to_ship"}
    assert codes[Role.READ_ONLY] == set()


def test_failed_work_is_shown(kopi: Store, store: Store):
    with context.in_public():
        Job.objects.create(store=kopi, kind="x", next_at=timezone.now(), state=JobState.DEAD)

    assert [todo.code for todo in selectors.todos(SYSTEM)] == ["failed_work"]


def test_a_new_store_is_led_step_by_step(store: Store):
    assert steps() == {
        "profile": False,
        "product": False,
        "stock": False,
        "payment": True,
        "shipping": True,
        "look": False,
        "share": False,
    }
    marked = [step.code for step in selectors.opening_steps(profile.current(), SYSTEM) if step.next]
    assert marked == ["profile"]


def finish(store: Store) -> None:
    """Do every step of the opening."""
    make_product()
    stock(5)
    profile.edit(changes={"phone": "+628123456789", "region_code": "32.73.02.1004"}, actor=SYSTEM)
    services.note_looked(actor=SYSTEM, now=MORNING)
    services.note_shared(actor=SYSTEM, now=MORNING)


def test_the_list_stays_until_its_last_step_is_done(store: Store):
    with pytest.raises(OpeningUnfinished):
        services.close_opening(actor=SYSTEM, now=MORNING)
    assert profile.current().onboarding_closed_at is None

    finish(store)
    services.close_opening(actor=SYSTEM, now=MORNING)

    assert all(steps().values())
    assert profile.current().onboarding_closed_at == MORNING


def test_a_finished_opening_is_put_away_on_the_page(kopi: Store, sari: User, dashboard: Browser):
    browser = dashboard(sari)
    assert browser.post("/opening/close/").status_code == 409
    with context.in_store(kopi):
        finish(kopi)

    assert "/opening/close/" in browser.get("/").content.decode()
    assert browser.post("/opening/close/").status_code == 302
    assert "/opening/close/" not in browser.get("/").content.decode()


def test_looking_at_the_shop_leads_there_and_is_remembered(kopi: Store, sari: User, dashboard: Browser):
    answer = dashboard(sari).post("/look/")

    assert (
        answer.headers["Refresh"].endswith("url=http://kopi.shop.localhost:8000")
        or "kopi.shop" in (answer.headers["Refresh"])
    )
    with context.in_store(kopi):
        assert steps()["look"] is True


def test_every_number_leads_to_its_rows(sari: User, dashboard: Browser):
    page = dashboard(sari).get("/").content.decode()

    assert page.count("/orders/?view=sold&amp;since=") == 4
    assert page.count("/orders/?view=placed&amp;since=") == 2


def test_the_lists_behind_the_numbers_hold_exactly_what_was_counted(store: Store):
    paid_order(placed_at=MORNING)
    placed_order(placed_at=MORNING)
    gone = placed_order(placed_at=MORNING)
    orders.cancel(order_id=gone.pk, reason="-", actor=SYSTEM, now=MORNING)
    today = summed().today

    sold, placed = (
        order_list(OrderFilter(view=view, since=today.since, until=today.until))
        for view in ("sold", "placed")
    )

    assert sum(order.total_amount for order in sold) == today.now.sales_amount == 250_000
    assert placed.count() == today.now.orders == 2


def test_a_role_without_orders_sees_numbers_but_no_links(member: Callable[[str], User], dashboard: Browser):
    page = dashboard(member(Role.MARKETING)).get("/")

    assert page.status_code == 200
    assert "/orders/?" not in page.content.decode()


def test_sharing_is_remembered_once_and_leads_home(kopi: Store, sari: User, dashboard: Browser):
    browser = dashboard(sari)

    assert "kopi.shop.localhost" in browser.get("/share/").content.decode()
    assert browser.post("/share/").status_code == 302
    with context.in_store(kopi):
        first = profile.current().shared_at
    browser.post("/share/")
    with context.in_store(kopi):
        assert profile.current().shared_at == first is not None


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_the_address_is_a_qr_code(sari: User, dashboard: Browser, form: str, begins: bytes):
    picture = dashboard(sari).get(f"/share/qr.{form}?download=1")

    assert picture.content.startswith(begins)
    assert picture.headers["Content-Disposition"] == f'attachment; filename="kopi-qr.{form}"'


@pytest.mark.parametrize("path", ["/", "/share/", "/search/?q=dewi"])
def test_a_stranger_is_sent_to_the_login(tono: User, dashboard: Browser, path: str):
    answer = dashboard(tono).get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("http://localhost")


def test_the_page_costs_the_same_for_one_order_and_for_many(
    kopi: Store, sari: User, dashboard: Browser, django_assert_max_num_queries: Any
):
    with context.in_store(kopi):
        for _number in range(15):
            paid_order(placed_at=timezone.now())
    browser = dashboard(sari)
    browser.get("/")

    with django_assert_max_num_queries(24):
        assert browser.get("/").status_code == 200


def test_the_api_tells_the_same_figures(kopi: Store, api: Client):
    with context.in_store(kopi):
        paid_order(placed_at=timezone.now())

    home = api.get("/api/v1/home").json()
    days = api.get("/api/v1/sales/days?days=7").json()["items"]

    assert home["today"]["now"] == {"sales": {"amount": 250_000, "currency": "IDR"}, "orders": 1}
    assert [todo["code"] for todo in home["todos"]] == ["orders_to_ship"]
    assert (len(days), days[-1]["orders"]) == (7, 1)
    assert api.get("/api/v1/sales/days?days=367").status_code == 422
    assert api.post("/api/v1/opening/shared").status_code == 204
    assert api.post("/api/v1/opening/close").status_code == 409


def test_an_archived_draft_waits_for_nobody(store: Store):
    product = make_product(status="DRAFT")
    catalog.set_status(product_id=product.pk, status="ARCHIVED", actor=SYSTEM)

    assert selectors.todos(SYSTEM) == []
