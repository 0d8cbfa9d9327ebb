"""What the staff read about recurring revenue, and what finance enters."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from billing.models import AcquisitionCost, EventKind, Plan, Provider, Subscription, SubscriptionEvent
from billing.services import standing
from tenants.models import PlatformAct, StaffRole, Store, User

TOLD = {"month": "2026-11", "idr_amount": "1000000", "reason": "Iklan bulan November"}


@pytest.fixture(autouse=True)
def _one_store_pays(kopi: Store):
    SubscriptionEvent.objects.all().delete()
    row = Subscription.objects.select_related("store", "plan").get(store=kopi)
    at = datetime(2026, 11, 2, tzinfo=UTC)
    plan = Plan.objects.get(code="basic")
    standing.move(row, kind=EventKind.SUBSCRIBED, now=at, state="ACTIVE", plan=plan, provider=Provider.STRIPE)


def test_the_bridge_stands_on_the_page_and_in_the_file(console: Client):
    page = console.get("/revenue/").content.decode()
    file = console.get("/revenue.csv").content.decode()

    assert "Rp459.000" in page
    assert "2026-11,0,459000,0,0,0,0,0,459000,1" in file


def test_dollars_have_a_page_of_their_own(console: Client):
    assert "Rp459.000" not in console.get("/revenue/?currency=USD").content.decode()


def test_the_page_says_when_the_bridge_and_the_subscriptions_part(console: Client, kopi: Store):
    Subscription.objects.filter(store=kopi).update(plan=Plan.objects.get(code="enterprise"))

    page = console.get("/revenue/").content.decode()

    assert "Rp459.000" in page and "Rp3.149.000" in page
    assert "tone--danger" in page


def test_a_cost_is_entered_with_a_reason_and_corrected(console: Client):
    console.post("/revenue/costs/", TOLD)
    console.post("/revenue/costs/", {**TOLD, "idr_amount": "2000000"})

    cost = AcquisitionCost.objects.get()
    assert (cost.month, cost.idr_amount) == (date(2026, 11, 1), 2_000_000)
    acts = PlatformAct.objects.filter(action="cost.entered").order_by("pk")
    assert [act.changes["idr_amount"] for act in acts] == [[None, 1_000_000], [1_000_000, 2_000_000]]


@pytest.mark.parametrize("wrong", [{"month": "soon"}, {"idr_amount": "-1"}, {"reason": ""}])
def test_what_is_wrong_is_said_and_nothing_is_entered(console: Client, wrong: dict[str, str]):
    answer = console.post("/revenue/costs/", {**TOLD, **wrong})

    assert answer.status_code == 422
    assert not AcquisitionCost.objects.exists()


def test_support_reads_and_does_not_enter(console: Client, rina: User):
    User.objects.filter(pk=rina.pk).update(staff_role=StaffRole.SUPPORT)

    assert "/revenue/costs/" not in console.get("/revenue/").content.decode()
    assert console.post("/revenue/costs/", TOLD).status_code == 403
    assert not AcquisitionCost.objects.exists()


def test_the_page_asks_a_fixed_number_of_questions(console: Client, django_assert_max_num_queries):
    console.get("/revenue/")
    with django_assert_max_num_queries(20):
        console.get("/revenue/")
