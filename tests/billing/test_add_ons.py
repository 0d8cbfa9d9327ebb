"""Add-ons go on and off, are tried, counted, and billed to the day and to the rupiah."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import connections

from billing import services
from billing.models import AddOnCharge, CallDay, Invoice, InvoiceLine, Plan, StoreAddOn, Subscription
from billing.services import add_ons, cycling, standing
from billing.services.plans import PlanRefused
from tenants.models import Job, PlatformAct, Store
from tenants.permissions import SYSTEM
from tests.billing.invoices import DAY, NOON, subscribed

# The first of August, and of July, 12:00 in Jakarta.
AUGUST = datetime(2026, 8, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def basic(kopi: Store) -> Store:
    """On Basic, paid by invoice until the first of August."""
    services.load_plans()
    standing.move(subscribed(kopi), kind="SUBSCRIBED", now=NOON)
    return kopi


def on(store: Store, code: str, now: datetime = NOON) -> StoreAddOn:
    return add_ons.turn_on(store=store, code=code, actor=SYSTEM, now=now)


def off(store: Store, code: str, now: datetime) -> None:
    add_ons.turn_off(store=store, code=code, actor=SYSTEM, now=now)


def may(store: Store, name: str) -> int:
    return Store.objects.get(pk=store.pk).entitlements[name]


def charged(store: Store) -> list[tuple[date, date, int]]:
    rows = AddOnCharge.objects.filter(store_add_on__store=store).order_by("starts_on")
    return list(rows.values_list("starts_on", "ends_on", "idr_amount"))


def test_an_add_on_raises_the_limit_by_exactly_its_number_and_off_takes_it_back(basic: Store):
    on(basic, "products_5000")
    assert may(basic, "products") == 6_000

    off(basic, "products_5000", NOON + DAY)
    assert may(basic, "products") == 1_000


def test_nobody_pays_for_what_the_plan_has_without_limit(basic: Store):
    on(basic, "products_5000")
    Subscription.objects.filter(store=basic).update(plan=Plan.objects.get(code="enterprise"))

    with pytest.raises(PlanRefused):
        on(basic, "staff_5")
    add_ons.run(NOON + DAY)
    assert list(StoreAddOn.objects.values_list("state", flat=True)) == ["OFF"]
    assert may(basic, "products") is None


def test_a_second_click_changes_nothing(basic: Store):
    first, second = on(basic, "products_5000"), on(basic, "products_5000", NOON + DAY)

    assert (second.pk, second.turned_on_at) == (first.pk, NOON)
    assert may(basic, "products") == 6_000
    assert PlatformAct.objects.filter(action="add_on.on").count() == 1


def test_whoever_does_not_pay_gets_none(basic: Store):
    Subscription.objects.filter(store=basic).update(state="PAST_DUE", past_due_since=NOON)

    with pytest.raises(PlanRefused):
        on(basic, "products_5000")
    assert not StoreAddOn.objects.exists()


def test_the_trial_is_free_ends_by_itself_and_comes_once(basic: Store):
    assert on(basic, "staff_5").state == "TRIALING"
    add_ons.run(NOON + 14 * DAY)

    assert may(basic, "staff") == 5
    assert charged(basic) == []
    assert Job.objects.filter(payload__template="add_on_trial_over").exists()
    assert on(basic, "staff_5", NOON + 15 * DAY).state == "ON"


def test_days_are_charged_once_though_it_goes_on_and_off(basic: Store):
    on(basic, "products_5000")
    off(basic, "products_5000", NOON + 2 * DAY)
    on(basic, "products_5000", NOON + 2 * DAY)
    off(basic, "products_5000", NOON + 2 * DAY)
    on(basic, "products_5000", NOON + 10 * DAY)
    add_ons.run(AUGUST)

    # Three days of July, then 21; the day of turning off counts as used.
    assert charged(basic) == [
        (date(2026, 7, 1), date(2026, 7, 4), 8_613),
        (date(2026, 7, 11), date(2026, 8, 1), 60_290),
    ]


def test_a_whole_month_costs_the_price_whatever_its_length(basic: Store):
    on(basic, "products_5000")
    add_ons.run(AUGUST)
    add_ons.run(AUGUST)
    add_ons.run(AUGUST + 31 * DAY)

    assert [amount for _from, _until, amount in charged(basic)] == [89_000, 89_000]


def test_the_next_invoice_of_the_plan_carries_it(basic: Store):
    on(basic, "products_5000")
    off(basic, "products_5000", NOON)
    cycling.run(NOON + 25 * DAY)

    invoice = Invoice.objects.get(store=basic, reason="CYCLE")
    line = InvoiceLine.objects.get(invoice=invoice, kind="ADD_ON")
    assert (line.net_amount, invoice.net_amount) == (2_871, 459_000 + 2_871)
    assert AddOnCharge.objects.get().invoice == invoice


def test_who_pays_by_card_gets_one_invoice_for_past_months(basic: Store):
    Subscription.objects.filter(store=basic).update(provider="STRIPE")
    on(basic, "products_5000")
    add_ons.run(AUGUST)
    cycling.bill_add_ons(AUGUST)
    cycling.bill_add_ons(AUGUST + DAY)

    invoice = Invoice.objects.get(reason="ADD_ONS")
    assert (invoice.net_amount, invoice.due_at) == (89_000, AUGUST + 14 * DAY)


def test_what_a_taken_back_invoice_charged_goes_on_the_next_one(basic: Store):
    on(basic, "products_5000")
    off(basic, "products_5000", NOON)
    cycling.run(NOON + 25 * DAY)
    add_ons.take_off(Invoice.objects.get(reason="CYCLE"))

    assert [each.idr_amount for each in add_ons.unbilled(basic.pk)] == [2_871]


def calls(store: Store, many: int, day: date) -> None:
    CallDay.objects.update_or_create(store=store, day=day, defaults={"calls": many})


@pytest.mark.parametrize(
    ("made", "cost"), [(0, 0), (50_000, 0), (50_001, 2), (199_999, 299_998), (900_000, 300_000)]
)
def test_metered_calls_cost_what_is_over_and_never_more_than_the_cap(basic: Store, made: int, cost: int):
    on(basic, "api_on_demand")
    calls(basic, 7_000, date(2026, 6, 30))
    calls(basic, made, date(2026, 7, 9))
    add_ons.run(AUGUST)

    assert [amount for _from, _until, amount in charged(basic)] == [cost]


def test_the_cap_and_the_included_calls_hold_for_the_month_though_it_goes_off_and_on(basic: Store):
    on(basic, "api_on_demand")
    calls(basic, 150_000, date(2026, 7, 1))
    off(basic, "api_on_demand", NOON)
    on(basic, "api_on_demand", NOON + 3 * DAY)
    calls(basic, 100_000, date(2026, 7, 9))
    add_ons.run(AUGUST)

    assert [amount for _from, _until, amount in charged(basic)] == [200_000, 100_000]


def test_its_owner_is_told_once_at_80_and_once_at_100_percent_of_the_cap(basic: Store):
    on(basic, "api_on_demand")
    told = []
    for made in (169_999, 170_000, 180_000, 200_000, 900_000):
        calls(basic, made, date(2026, 7, 9))
        add_ons.run(NOON + 9 * DAY)
        told.append(Job.objects.filter(payload__template="add_on_cap").count())

    assert told == [0, 1, 1, 2, 2]


def test_nothing_is_charged_while_a_plan_rests(basic: Store):
    on(basic, "products_5000")
    Subscription.objects.filter(store=basic).update(state="PAUSED")
    add_ons.run(NOON + 4 * DAY)
    add_ons.run(AUGUST)

    assert charged(basic) == [(date(2026, 7, 1), date(2026, 7, 6), 14_355)]
    assert StoreAddOn.objects.get().state == "OFF"


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_turn_it_on_once(basic: Store):
    def click(_number: int) -> int:
        try:
            return on(basic, "products_5000").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        found = set(pool.map(click, range(10)))

    assert len(found) == 1
    assert may(basic, "products") == 6_000
