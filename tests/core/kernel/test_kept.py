"""Texts that a process keeps: they say what they are told, and no more."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from core.kernel.templatetags import ui
from core.orders import services as orders
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.orders import placed_order

BADGE = Template('{% kept "components/badge.html" label=label %}')
PAGER = Template('{% kept "components/pagination_cursor.html" shown=3 slot_next_url=url %}')


def badge(label: object, **others: object) -> str:
    return BADGE.render(Context({"label": label, **others}))


def test_says_what_it_is_told_and_nothing_that_was_not():
    assert "Paid" in badge("Paid")
    assert "Unpaid" in badge("Unpaid", tone="danger", icon="tag")
    assert "danger" not in badge("Unpaid", tone="danger")


def test_a_text_that_has_to_be_escaped_is_not_the_one_that_is_safe():
    """They are equal as strings, and must not share a kept text."""
    assert "<b>" in badge(mark_safe("<b>x</b>"))
    assert "&lt;b&gt;" in badge("<b>x</b>")


def test_is_drawn_once_for_equal_values():
    badge("once")
    before = ui._kept.cache_info().misses
    badge("once")

    assert ui._kept.cache_info().misses == before


def test_a_slot_is_filled_in_anew_and_escaped():
    first = PAGER.render(Context({"url": "/a/?x=1&y=2"}))
    second = PAGER.render(Context({"url": '"><script>'}))

    assert 'href="/a/?x=1&amp;y=2"' in first
    assert 'href="&quot;&gt;&lt;script&gt;"' in second
    assert ui.SLOT not in first + second


def test_an_empty_slot_is_no_slot():
    assert "href" not in PAGER.render(Context({"url": ""}))


@pytest.mark.parametrize(("language", "text"), [("en", "Next"), ("id", "Berikutnya")])
def test_speaks_the_language_in_force(language: str, text: str):
    with translation.override(language):
        assert text in PAGER.render(Context({"url": "/"}))


def test_a_moment_is_written_in_the_zone_in_force():
    clock = Template('{% kept "components/datetime.html" moment=moment %}')
    moment = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
    with timezone.override("Asia/Jakarta"):
        west = clock.render(Context({"moment": moment}))
    with timezone.override("Asia/Jayapura"):
        east = clock.render(Context({"moment": moment}))

    assert ("14.05 WIB" in west, "16.05 WIT" in east) == (True, True)


def test_an_order_that_changes_is_another_row_at_once(
    kopi: Store, sari: User, dashboard: Callable[..., Client]
):
    with context.in_store(kopi):
        order = placed_order()
    desk = dashboard(sari)
    before = desk.get("/orders/").content.decode()
    with context.in_store(kopi):
        orders.cancel(order_id=order.pk, reason="Kosong", actor=SYSTEM, now=timezone.now())
    after = desk.get("/orders/").content.decode()

    assert ("Dibatalkan</span>" in before, "Dibatalkan</span>" in after) == (False, True)


def test_the_menu_is_that_of_the_role_and_of_the_page(
    kopi: Store, sari: User, member: Callable[[str], User], dashboard: Callable[..., Client]
):
    owner, packer = dashboard(sari), dashboard(member(Role.WAREHOUSE))
    pages = [desk.get(path).content.decode() for desk in (owner, packer) for path in ("/orders/", "/stock/")]

    assert ['href="/payments/"' in page for page in pages] == [True, True, False, False]
    assert ['href="/orders/" aria-current="page"' in page for page in pages] == [True, False, True, False]
    assert [
        f'value="{path}"' in page for page, path in zip(pages, ["/orders/", "/stock/"] * 2, strict=True)
    ] == [True] * 4
