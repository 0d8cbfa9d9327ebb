"""Packing slips and invoices: gapless, frozen, and deaf to what people typed."""

import re
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test import Client

from core.kernel import pdf, profile
from core.orders import selectors
from core.orders import services as orders
from core.orders.models import Invoice, Order
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.customers import customer
from tests.factories.orders import NOON, draft, placed_order

EVIL = '#panic("x") *b* $x$ \\ <l> @r `raw` #read("/etc/passwd")'


def issue(order: Order, now: datetime = NOON) -> Invoice:
    return orders.issue_invoice(order_id=order.pk, actor=SYSTEM, now=now)


def test_numbers_follow_each_other_within_a_year(store: Store):
    numbers = [issue(placed_order()).number for _ in range(3)]
    later = issue(placed_order(), now=NOON.replace(year=2027)).number

    assert numbers == ["INV/2026/00001", "INV/2026/00002", "INV/2026/00003"]
    assert later == "INV/2027/00001"


def test_the_year_is_the_one_in_the_stores_zone(store: Store):
    # 18.00 UTC on New Year's Eve is past midnight in Jakarta.
    assert issue(placed_order(), now=NOON.replace(month=12, day=31, hour=18)).number == "INV/2027/00001"


def test_an_order_has_one_invoice_however_often_it_is_asked(store: Store):
    order = placed_order()

    assert issue(order) == issue(order)
    assert Invoice.objects.count() == 1


def test_a_number_that_was_rolled_back_is_given_out_again(store: Store):
    def broken() -> None:
        with transaction.atomic():
            issue(placed_order())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()

    assert issue(placed_order()).number == "INV/2026/00001"


def test_a_cancelled_order_that_was_never_paid_gets_none(store: Store):
    order = placed_order()
    orders.cancel(order_id=order.pk, reason="x", actor=SYSTEM, now=NOON)

    with pytest.raises(orders.MoveRefused):
        issue(order)

    assert not Invoice.objects.exists()


def test_an_issued_invoice_stays_as_it_was(store: Store):
    order = placed_order()
    before = issue(order).snapshot

    profile.edit(changes={"legal_name": "PT Lain"}, actor=SYSTEM)
    Order.objects.filter(pk=order.pk).update(customer_name="Somebody else")

    paper = selectors.invoice_papers([selectors.invoice_of(order)])["invoices"][0]
    assert Invoice.objects.get().snapshot == before
    assert paper["buyer"]["name"] == "Dewi Lestari"
    assert paper["sums"][-1]["amount"] == "Rp250.000"


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_leave_no_gap(kopi: Store):
    with context.in_store(kopi):
        waiting = [orders.create(draft=draft(), actor=SYSTEM).pk for _ in range(20)]

    def one(order_id: int) -> str:
        try:
            with context.in_store(kopi):
                return orders.issue_invoice(order_id=order_id, actor=SYSTEM, now=NOON).number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(one, waiting))

    assert numbers == [f"INV/2026/{number:05d}" for number in range(1, 21)]


def test_what_people_typed_is_set_as_text(store: Store):
    order = placed_order(customer=customer(name=EVIL), note=EVIL)

    slip = pdf.render("packing_slips.typ", selectors.packing_slips([order]))
    paper = pdf.render("invoices.typ", selectors.invoice_papers([issue(order)]), made_at=NOON)

    assert slip.startswith(b"%PDF-") and paper.startswith(b"%PDF-")


def test_a_slip_lists_what_is_still_to_send(store: Store):
    order = orders.mark_paid(order_id=placed_order().pk, actor=SYSTEM, now=NOON)
    first = order.lines.order_by("pk").first()
    orders.mark_fulfilled(order_id=order.pk, quantities={first.pk: 2}, actor=SYSTEM)

    slip = selectors.packing_slips([Order.objects.get(pk=order.pk)])["slips"][0]

    assert [(line["sku"], line["quantity"]) for line in slip["lines"]] == [("GRINDER", 1)]
    assert slip["units"] == 1


def test_many_slips_are_one_file_with_a_page_each(store: Store):
    slips = selectors.packing_slips([placed_order() for _ in range(3)])

    assert _pages(pdf.render("packing_slips.typ", slips)) == 3


def _pages(content: bytes) -> int:
    """Typst writes the page tree into compressed object streams."""
    plain = content
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            plain += zlib.decompress(packed)
        except zlib.error:
            continue
    return max(int(count) for count in re.findall(rb"/Count (\d+)", plain))


def test_the_page_issues_and_prints(kopi: Store, sari: User, dashboard: Callable[..., Client]):
    with context.in_store(kopi):
        order = placed_order()
    browser, url = dashboard(sari), f"/orders/{order.public_id}/invoice.pdf"

    before, issued, paper = browser.get(url), browser.post(url), browser.get(url)

    assert (before.status_code, issued.status_code, paper.status_code) == (302, 302, 200)
    assert paper.content.startswith(b"%PDF-")
    assert 'filename="INV-2026-00001.pdf"' in paper.headers["Content-Disposition"] or "INV-" in str(
        paper.headers
    )


def test_who_may_only_look_issues_nothing(
    kopi: Store, member: Callable[[str], User], dashboard: Callable[..., Client]
):
    with context.in_store(kopi):
        order = placed_order()

    answer = dashboard(member(Role.READ_ONLY)).post(f"/orders/{order.public_id}/invoice.pdf")

    assert answer.status_code == 403
    with context.in_store(kopi):
        assert not Invoice.objects.exists()
