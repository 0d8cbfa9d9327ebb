"""Many orders at once: each with a result of its own, in the page, in the background, over the API."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.integrations import services as integrations
from core.kernel.errors import InvalidInput
from core.orders import registry
from core.orders import services as orders
from core.orders.models import BulkRun, Invoice, Order
from core.orders.services import bulk
from tenants import context, work
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM, Permission
from tests.factories.orders import NOON, placed_order
from tests.factories.payments import awaited_order, open_payment


@pytest.fixture
def desk(kopi: Store, sari: User, dashboard: Callable[..., Client]) -> Client:
    return dashboard(sari)


def make(kopi: Store, maker: Callable[..., Any], times: int = 1, **fields: Any) -> list[Any]:
    with context.in_store(kopi):
        return [maker(**fields) for _ in range(times)]


def ids(rows: list[Order]) -> list[str]:
    return [order.public_id for order in rows]


def test_the_page_says_what_will_happen_before_it_does(kopi: Store, desk: Client):
    payments = make(kopi, open_payment, 2)
    wanted = ids([payment.order for payment in payments])

    page = desk.post("/orders/bulk/", {"action": "CONFIRM", "selected": wanted})

    total = sum(payment.amount for payment in payments)
    assert page.status_code == 200
    assert f"{total:,}".replace(",", ".") in page.context["says"]
    with context.in_store(kopi):
        assert not Order.objects.filter(payment_state="PAID").exists()


def test_confirms_what_it_can_and_says_why_not(kopi: Store, desk: Client):
    payment = make(kopi, open_payment)[0]
    without = make(kopi, placed_order)[0]

    answer = desk.post(
        "/orders/bulk/start/", {"action": "CONFIRM", "selected": ids([payment.order, without])}, follow=True
    )

    assert answer.context["done"] == 1
    assert [row["label"] for row in answer.context["refused"]] == [without.number]
    with context.in_store(kopi):
        assert Order.objects.get(pk=payment.order_id).payment_state == "PAID"


def test_confirming_the_same_orders_twice_pays_them_once(kopi: Store, desk: Client):
    payment = make(kopi, open_payment)[0]
    told = {"action": "CONFIRM", "selected": [payment.order.public_id]}

    first = desk.post("/orders/bulk/start/", told, follow=True)
    second = desk.post("/orders/bulk/start/", told, follow=True)

    assert (first.context["done"], second.context["done"]) == (1, 0)
    with context.in_store(kopi):
        payment.refresh_from_db()
    assert payment.received_amount == payment.amount


def test_ships_each_with_its_own_waybill(kopi: Store, desk: Client):
    with context.in_store(kopi):
        paid = [orders.mark_paid(order_id=awaited_order().pk, actor=SYSTEM, now=NOON) for _ in range(2)]
    told = {f"waybill-{order.public_id}": f"JP{number}" for number, order in enumerate(paid)}

    desk.post("/orders/bulk/start/", {"action": "SHIP", "selected": ids(paid), "courier_name": "JNE", **told})

    with context.in_store(kopi):
        sent = [order.fulfilments.get() for order in paid]
    assert [(parcel.courier_name, parcel.waybill) for parcel in sent] == [("JNE", "JP0"), ("JNE", "JP1")]


def test_cancelling_without_a_reason_changes_nothing(kopi: Store, desk: Client):
    order = make(kopi, placed_order)[0]

    answer = desk.post("/orders/bulk/start/", {"action": "CANCEL", "selected": [order.public_id]})

    assert answer.status_code == 422
    with context.in_store(kopi):
        assert Order.objects.get(pk=order.pk).state == "OPEN"
        assert not BulkRun.objects.exists()


def test_all_orders_of_a_list_are_chosen_by_its_filters(kopi: Store, desk: Client):
    make(kopi, placed_order, 2, tags=["gift"])
    other = make(kopi, placed_order)[0]

    page = desk.post("/orders/bulk/", {"action": "TAG", "everything": "1", "query": "tag=gift"})

    assert len(page.context["orders"]) == 2
    assert other.public_id not in ids(page.context["orders"])


def test_many_orders_are_done_in_the_background_with_progress(kopi: Store, desk: Client):
    many = make(kopi, placed_order, orders.AT_ONCE + 1)

    started = desk.post(
        "/orders/bulk/start/", {"action": "TAG", "selected": ids(many), "tags": "sale"}, follow=True
    )
    work.work_until_idle()
    ended = desk.get(started.redirect_chain[-1][0])

    assert 'hx-trigger="every 2s"' in started.content.decode()
    assert ended.context["done"] == len(many)
    with context.in_store(kopi):
        assert Order.objects.filter(tags=["sale"]).count() == len(many)


def test_a_stopped_run_does_nothing_more(kopi: Store, desk: Client):
    many = make(kopi, placed_order, orders.AT_ONCE + 1)
    started = desk.post("/orders/bulk/start/", {"action": "TAG", "selected": ids(many), "tags": "sale"})

    desk.post(f"{started.headers['Location']}stop/")
    work.work_until_idle()

    with context.in_store(kopi):
        assert BulkRun.objects.get().state == "STOPPED"
        assert not Order.objects.exclude(tags=[]).exists()


def test_a_run_that_broke_off_goes_on_where_it_was(kopi: Store):
    with context.in_store(kopi):
        first, second = placed_order(), placed_order()
        run = orders.start_bulk(verb="INVOICE", order_ids=ids([first]), told={}, actor=SYSTEM, now=NOON)
        BulkRun.objects.filter(pk=run.pk).update(state="RUNNING", order_ids=ids([first, second]))

        orders.carry_on.now(run_id=run.pk)

        run.refresh_from_db()
        assert run.results == {first.public_id: "", second.public_id: ""}
        assert Invoice.objects.count() == 2


def half_done(kopi: Store, minutes: int) -> tuple[BulkRun, Order]:
    """A run whose process died after its first order, and the order that is left."""
    with context.in_store(kopi):
        first, second = placed_order(), placed_order()
        run = orders.start_bulk(verb="INVOICE", order_ids=ids([first]), told={}, actor=SYSTEM, now=NOON)
        began = timezone.now() - timedelta(minutes=minutes)
        BulkRun.objects.filter(pk=run.pk).update(
            state="RUNNING", order_ids=ids([first, second]), started_at=began, finished_at=None
        )
    return run, second


def test_a_run_that_died_while_somebody_waited_is_carried_on(kopi: Store):
    run, left = half_done(kopi, minutes=3)
    with context.in_store(kopi):
        counts = [orders.carry_on_lost(now=timezone.now()) for _ in range(2)]
    work.work_until_idle()

    with context.in_store(kopi):
        run.refresh_from_db()
        assert counts == [1, 0]
        assert (run.state, run.results[left.public_id]) == ("DONE", "")
        assert Invoice.objects.count() == 2


def test_a_run_that_somebody_may_still_wait_for_is_left_alone(kopi: Store):
    run, _left = half_done(kopi, minutes=1)
    with context.in_store(kopi):
        assert orders.carry_on_lost(now=timezone.now()) == 0
        run.refresh_from_db()
        assert (run.state, run.job_id) == ("RUNNING", None)


def test_two_who_carry_one_run_on_do_nothing_twice(kopi: Store):
    run, left = half_done(kopi, minutes=3)
    with context.in_store(kopi):
        BulkRun.objects.filter(pk=run.pk).update(verb="TAG", told={"tags": ["sale"]})
        slow = BulkRun.objects.get(pk=run.pk)
        orders.carry_on.now(run_id=run.pk)
        orders.set_tags(order_id=left.pk, tags=[], actor=SYSTEM)
        bulk._do_one(slow, left.public_id, SYSTEM)

        left.refresh_from_db()
        assert left.tags == []


@pytest.mark.parametrize("chosen", [[], ["ord_x"] * 501])
def test_none_and_too_many_are_refused(store: Store, chosen: list[str]):
    wanted = [f"{name}{number}" for number, name in enumerate(chosen)]

    with pytest.raises(InvalidInput):
        orders.start_bulk(verb="TAG", order_ids=wanted, told={"tags": []}, actor=SYSTEM, now=NOON)

    assert not BulkRun.objects.exists()


@pytest.mark.parametrize("action", ["CONFIRM", "CANCEL", "TAG", "INVOICE"])
def test_a_packer_may_ship_and_nothing_else(
    kopi: Store, member: Callable[[str], User], dashboard: Callable[..., Client], action: str
):
    order = make(kopi, placed_order)[0]
    browser = dashboard(member(Role.WAREHOUSE))
    told = {"selected": [order.public_id], "reason": "x", "tags": "x"}

    assert browser.post("/orders/bulk/start/", {"action": action, **told}).status_code == 403
    assert browser.post("/orders/bulk/start/", {"action": "SHIP", **told}).status_code == 302
    with context.in_store(kopi):
        assert Order.objects.get(pk=order.pk).state == "OPEN"


@pytest.mark.parametrize("action", sorted(registry.bulk_verbs))
@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.CATALOGUE])
def test_who_only_looks_changes_no_order(
    kopi: Store, member: Callable[[str], User], dashboard: Callable[..., Client], action: str, role: Role
):
    payment = make(kopi, open_payment)[0]
    browser = dashboard(member(role))
    told = {"action": action, "selected": [payment.order.public_id], "reason": "x", "tags": "x"}

    answers = [browser.post(f"/orders/bulk/{step}", told).status_code for step in ("", "start/")]

    assert answers == [403, 403]
    with context.in_store(kopi):
        order = Order.objects.get(pk=payment.order_id)
        assert (order.state, order.payment_state, order.tags) == ("OPEN", "UNPAID", [])
        assert not BulkRun.objects.exists()


def test_a_key_for_shipping_cannot_cancel_over_the_api(kopi: Store, api: Client):
    order = make(kopi, placed_order)[0]
    body = {"action": "CANCEL", "order_ids": [order.public_id], "reason": "x"}
    with context.in_store(kopi):
        scopes = [Permission.VIEW_ORDERS, Permission.FULFIL_ORDERS]
        _row, key = integrations.create_key(name="Packer", scopes=scopes, actor=SYSTEM)
    api.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"

    answer = api.post("/api/v1/order-actions", json.dumps(body), content_type="application/json")

    assert answer.status_code == 403
    with context.in_store(kopi):
        assert Order.objects.get(pk=order.pk).state == "OPEN"


def test_the_list_offers_only_what_a_member_may_do(
    kopi: Store, member: Callable[[str], User], dashboard: Callable[..., Client]
):
    make(kopi, placed_order)

    offered = {
        role: {action.value for action in dashboard(member(role)).get("/orders/").context["bulk_actions"]}
        for role in (Role.READ_ONLY, Role.WAREHOUSE)
    }

    assert offered == {Role.READ_ONLY: {"SLIPS"}, Role.WAREHOUSE: {"SLIPS", "SHIP", "DELIVER"}}


@pytest.mark.parametrize(("view", "first"), [("", "CONFIRM"), ("to_ship", "SHIP"), ("on_the_way", "DELIVER")])
def test_what_the_orders_of_a_view_wait_for_comes_first(kopi: Store, desk: Client, view: str, first: str):
    make(kopi, placed_order)

    assert desk.get("/orders/", {"view": view}).context["bulk_actions"][0].value == first


def test_orders_of_the_other_store_are_never_touched(kopi: Store, batik: Store, desk: Client):
    with context.in_store(batik):
        theirs = placed_order()

    page = desk.post("/orders/bulk/start/", {"action": "TAG", "selected": [theirs.public_id], "tags": "x"})

    with context.in_store(batik):
        theirs.refresh_from_db()
    assert page.status_code in (200, 422)
    assert theirs.tags == []


def test_slips_of_many_orders_are_one_paper(kopi: Store, desk: Client):
    two = make(kopi, placed_order, 2)

    paper = desk.post("/orders/bulk/", {"action": "SLIPS", "selected": ids(two)})

    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")


def test_the_api_does_the_same(kopi: Store, api: Client):
    one, two = make(kopi, placed_order, 2)
    body = {"action": "CANCEL", "order_ids": [one.public_id, "ord_unknown"], "reason": "Out of stock"}

    made = api.post("/api/v1/order-actions", json.dumps(body), content_type="application/json")
    seen = api.get(f"/api/v1/order-actions/{made.json()['id']}")

    outcomes = [(row["order_id"], row["outcome"]) for row in seen.json()["results"]]
    assert made.status_code == 200
    assert outcomes == [(one.public_id, "DONE"), ("ord_unknown", "REFUSED")]
    with context.in_store(kopi):
        assert Order.objects.get(pk=two.pk).state == "OPEN"
