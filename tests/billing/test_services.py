"""Services of ours are ordered, planned, done and billed once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing import services
from billing.models import Invoice, Service, ServiceOrder, StoreAddOn
from tenants.models import Job, PlatformAct, Role, StaffRole, Store, User

REASON = {"reason": "Tiket 4711"}


@pytest.fixture(autouse=True)
def _on_sale(kopi: Store):
    services.load_plans()


@pytest.fixture
def desk(dashboard: Callable[..., Client], sari: User) -> Client:
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    return browser


def ordered(desk: Client, **fields: str) -> ServiceOrder:
    desk.post("/plan/services/import/order/", {"wish": "Dari Excel", **fields})
    return ServiceOrder.objects.get()


def step(console: Client, order: ServiceOrder, name: str, **fields: str) -> str:
    console.post(f"/services/{order.uid}/{name}/", {**REASON, **fields})
    order.refresh_from_db()
    return order.state


def later(days: int = 3) -> str:
    return f"{timezone.localtime(timezone.now() + timedelta(days=days)):%Y-%m-%dT%H:%M}"


def test_a_service_is_ordered_at_its_price_and_a_second_click_finds_it(desk: Client):
    order = ordered(desk, day="2099-01-02")
    ordered(desk)

    assert (order.state, order.idr_amount, order.wish) == ("ORDERED", 1_250_000, "02/01/2099. Dari Excel")
    assert Job.objects.filter(payload__template="service_order").count() == 1


def test_a_day_that_is_over_is_refused_and_what_was_typed_stays(desk: Client):
    answer = desk.post("/plan/services/import/order/", {"wish": "Dari Excel", "day": "2020-01-01"})

    assert answer.status_code == 422
    assert "Dari Excel" in answer.content.decode()
    assert not ServiceOrder.objects.exists()


def test_staff_plan_it_do_it_and_bill_it_once(desk: Client, console: Client):
    order = ordered(desk)

    states = [
        step(console, order, "confirm", slot_at=later()),
        step(console, order, "begin"),
        step(console, order, "finish"),
        step(console, order, "finish"),
    ]

    invoice = Invoice.objects.get(reason="SERVICE")
    assert states == ["CONFIRMED", "IN_PROGRESS", "DONE", "DONE"]
    assert (order.invoice, invoice.net_amount) == (invoice, 1_250_000)
    assert [act.reason for act in PlatformAct.objects.filter(action="service.done")] == ["Tiket 4711"]
    assert Job.objects.filter(payload__template="service_order").count() == 4


def test_no_step_is_left_out(desk: Client, console: Client):
    order = ordered(desk)

    assert step(console, order, "finish") == "ORDERED"
    assert step(console, order, "confirm", slot_at="2020-01-01T10:00") == "ORDERED"
    assert not Invoice.objects.exists()


def test_a_seller_calls_off_what_nobody_has_begun_with(desk: Client, console: Client):
    order = ordered(desk)
    step(console, order, "confirm", slot_at=later())
    desk.post(f"/plan/services/orders/{order.uid}/cancel/")
    order.refresh_from_db()

    assert order.state == "CANCELLED"
    assert not Invoice.objects.exists()


def test_another_stores_order_is_none(desk: Client, batik: Store):
    other = ServiceOrder.objects.create(
        store=batik,
        service=Service.objects.get(code="setup"),
        idr_amount=1,
        ordered_by="Budi",
    )
    desk.post(f"/plan/services/orders/{other.uid}/cancel/")
    other.refresh_from_db()

    assert other.state == "ORDERED"


@pytest.mark.parametrize(("role", "may"), [(StaffRole.SUPPORT, False), (StaffRole.FINANCE, True)])
def test_only_finance_bills(desk: Client, console: Client, rina: User, role: str, may: bool):
    order = ordered(desk)
    ServiceOrder.objects.update(state="IN_PROGRESS")
    User.objects.filter(pk=rina.pk).update(staff_role=role)

    assert (step(console, order, "finish") == "DONE") is may


def test_the_page_of_the_console_shows_what_waits(desk: Client, console: Client):
    ordered(desk)

    page = console.get("/services/").content.decode()

    assert "Dari Excel" in page
    assert 'name="slot_at"' in page


def test_add_ons_are_turned_on_and_off_by_the_owner(desk: Client, kopi: Store):
    desk.post("/plan/add-ons/staff_5/on/")
    on = desk.get("/plan/add-ons/").content.decode()
    desk.post("/plan/add-ons/staff_5/off/")

    assert "Free until" in on
    assert StoreAddOn.objects.get(store=kopi).state == "OFF"


def test_an_admin_reads_add_ons_and_changes_none(
    dashboard: Callable[..., Client], member: Callable[..., User]
):
    browser = dashboard(member(Role.ADMIN))

    assert browser.get("/plan/add-ons/").status_code == 200
    assert browser.get("/plan/services/").status_code == 200
    assert browser.post("/plan/add-ons/staff_5/on/").status_code == 403
    assert not StoreAddOn.objects.exists()
