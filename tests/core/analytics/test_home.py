"""The front page of the dashboard."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from core.analytics import selectors
from tenants.models import Store, User


def test_an_empty_store_shows_the_way_to_its_first_sale(sari: User, dashboard: Callable[..., Client]):
    page = dashboard(sari).get("/")

    assert page.status_code == 200
    assert "Kopi Senja" in page.content.decode()
    assert "/share/" in page.content.decode()


def test_thirty_days_of_nothing_are_thirty_zeros(store: Store):
    days = selectors.daily_sales(now=datetime(2026, 11, 24, 18, 0, tzinfo=UTC), time_zone="Asia/Jakarta")

    # 18.00 UTC is already the next day in Jakarta.
    assert (days[-1].day.isoformat(), days[0].day.isoformat()) == ("2026-11-25", "2026-10-27")
    assert [day.sales_amount for day in days] == [0] * 30


def test_sharing_is_remembered_once(sari: User, dashboard: Callable[..., Client]):
    browser = dashboard(sari)

    shared = browser.post("/share/")

    assert shared.status_code == 200
    assert "kopi.shop.localhost" in shared.content.decode()


@pytest.mark.parametrize("path", ["/", "/share/"])
def test_a_stranger_is_sent_to_the_login(tono: User, dashboard: Callable[..., Client], path: str):
    answer = dashboard(tono).get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("http://localhost")
