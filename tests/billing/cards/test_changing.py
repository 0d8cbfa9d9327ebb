"""Plans are changed, rest, end, and lose their payment; every step can be undone."""

import pytest
from django.db import connection

from billing.models import Coupon, Invoice, Plan
from billing.services import catalogue, changing, pausing
from billing.services.plans import PlanRefused
from tenants.models import Store
from tenants.permissions import SYSTEM
from tests.billing.cards.stage import Stage


def access(stage: Stage) -> str | None:
    return Store.objects.get(pk=stage.store.pk).entitlements.get("access")


def test_an_upgrade_is_at_once_and_costs_the_difference_to_the_second(stage: Stage):
    stage.buy("basic")
    stage.pass_days(10)
    told = changing.prospect(store=stage.store, plan_code="enterprise", interval="MONTH", now=stage.now)

    stage.change("enterprise")
    stage.hear()

    assert (stage.row.plan.code, stage.story()[-1]) == ("enterprise", ("CHANGED", 459_000, 3_149_000))
    paid = Invoice.objects.filter(store=stage.store).latest("pk")
    assert abs(paid.total_amount - told.costs.total_amount) <= 10
    assert told.is_now
    assert Store.objects.get(pk=stage.store.pk).entitlements["products"] is None


def test_an_upgrade_whose_payment_fails_changes_nothing(stage: Stage):
    stage.buy("basic")
    stage.bank_says("insufficient_funds")

    intent = stage.change("enterprise")
    stage.hear()

    assert (stage.row.plan.code, stage.row.state) == ("basic", "ACTIVE")
    assert intent.url.startswith("http")
    assert stage.story()[-1] == ("SUBSCRIBED", 0, 459_000)


def test_a_downgrade_waits_for_the_period_and_can_be_undone(stage: Stage):
    stage.buy("enterprise")

    stage.change("basic")
    assert (stage.row.plan.code, stage.row.next_plan.code) == ("enterprise", "basic")

    changing.keep_price(store=stage.store, actor=SYSTEM, now=stage.now)
    assert (stage.row.next_plan, stage.row.schedule_ref) == (None, "")

    stage.change("basic")
    stage.pass_days(32)
    stage.hear()
    assert (stage.row.plan.code, stage.row.next_plan) == ("basic", None)
    assert stage.story()[-1] == ("CHANGED", 3_149_000, 459_000)


def test_a_month_becomes_a_year_at_once(stage: Stage):
    stage.buy("basic")

    stage.change("basic", "YEAR")
    stage.hear()

    assert (stage.row.interval, stage.story()[-1]) == ("YEAR", ("CHANGED", 459_000, 382_500))
    assert (stage.row.period_ends_at - stage.now).days in (364, 365)


def test_another_currency_is_refused_with_the_way_there(stage: Stage):
    stage.buy("basic")

    with pytest.raises(PlanRefused, match="USD"):
        stage.change("enterprise", currency="USD")
    assert stage.row.plan.code == "basic"


def test_a_plan_that_is_withdrawn_stays_with_who_has_it(stage: Stage):
    stage.buy("basic")
    Plan.objects.filter(code="basic").update(is_offered=False)
    catalogue.sync_catalogue(stage.now)

    stage.pass_days(32)
    stage.hear()
    assert (stage.row.plan.code, stage.row.state) == ("basic", "ACTIVE")
    stage.change("professional")
    with pytest.raises(PlanRefused):
        stage.change("basic")


def test_a_new_version_is_for_new_choices_only(stage: Stage):
    stage.buy("basic")
    old = Plan.objects.get(code="basic")
    columns = {field.attname: getattr(old, field.attname) for field in old._meta.fields}
    Plan.objects.create(**{**columns, "id": None, "version": 2, "month_idr_amount": 499_000})
    Plan.objects.filter(pk=old.pk).update(is_offered=False)
    catalogue.sync_catalogue(stage.now)

    stage.pass_days(32)
    stage.hear()
    assert (stage.row.plan.version, stage.row.month_net_amount) == (1, 459_000)

    stage.change("basic")
    stage.hear()
    assert (stage.row.plan.version, stage.story()[-1]) == (2, ("CHANGED", 459_000, 499_000))


def test_leaving_ends_with_the_period_and_can_be_undone(stage: Stage):
    stage.buy("basic")
    stage.leave()
    assert (stage.row.state, stage.row.ends_at_period_end, stage.story()[-1][0]) == (
        "ACTIVE",
        True,
        "CANCEL_ASKED",
    )

    pausing.keep(store=stage.store, actor=SYSTEM, now=stage.now)
    assert (stage.row.ends_at_period_end, stage.story()[-1][0]) == (False, "CANCEL_UNDONE")

    stage.leave()
    stage.pass_days(32)
    stage.hear()
    assert (stage.row.state, access(stage), stage.story()[-1]) == (
        "CANCELED",
        "READ_ONLY",
        ("CANCELED", 459_000, 0),
    )


def test_leaving_forgets_the_cheaper_plan_that_was_to_come(stage: Stage):
    stage.buy("enterprise")
    stage.change("basic")

    stage.leave()

    assert (stage.row.next_plan, stage.row.ends_at_period_end) == (None, True)


def test_a_plan_rests_and_goes_on_by_itself(stage: Stage):
    stage.buy("basic")
    stage.rest(40)
    assert (stage.row.state, access(stage), stage.story()[-1]) == (
        "PAUSED",
        "SHOP_PAUSED",
        ("PAUSED", 459_000, 0),
    )

    stage.pass_days(41)
    stage.hear()

    assert (stage.row.state, access(stage), stage.story()[-1]) == ("ACTIVE", None, ("RESUMED", 0, 459_000))


def test_a_rest_may_end_early(stage: Stage):
    stage.buy("basic")
    stage.rest(40)

    pausing.resume(store=stage.store, actor=SYSTEM, now=stage.now)

    assert (stage.row.state, stage.row.resumes_at) == ("ACTIVE", None)


def test_a_missed_payment_is_overdue_then_given_up_and_paying_puts_all_right(stage: Stage):
    stage.buy("basic")
    stage.bank_says("insufficient_funds")
    stage.pass_days(32)
    stage.hear()
    assert (stage.row.state, stage.story()[-1]) == ("PAST_DUE", ("PAST_DUE", 459_000, 459_000))
    since = stage.row.past_due_since

    stage.pass_days(16)
    stage.hear()
    assert (stage.row.state, stage.story()[-1]) == ("UNPAID", ("UNPAID", 459_000, 0))
    assert (stage.row.past_due_since, access(stage)) == (since, "SHOP_PAUSED")

    stage.bank_says("ok")
    owed = Invoice.objects.filter(store=stage.store, state="OPEN").latest("pk")
    changing.cards().pay_invoice(owed.external_ref, key="tests")
    stage.hear()
    assert (stage.row.state, stage.row.past_due_since, access(stage)) == ("ACTIVE", None, None)
    assert stage.story()[-1] == ("RECOVERED", 0, 459_000)


def test_a_coupon_lowers_revenue_until_it_ends(stage: Stage):
    Coupon.objects.create(code="HEMAT20", percent_off=20, months=2)
    catalogue.sync_catalogue(stage.now)
    stage.end_trial()
    intent = stage.choose("basic")
    stage.enter_card(intent, act="coupon", code="hemat20")
    stage.enter_card(intent)
    stage.hear()
    assert (stage.row.coupon.code, stage.story()[-1]) == ("HEMAT20", ("SUBSCRIBED", 0, 367_200))

    for _ in range(3):
        stage.pass_days(31)
        stage.hear()
    assert (stage.row.coupon, stage.story()[-1]) == (None, ("DISCOUNTED", 367_200, 459_000))


def test_no_network_is_used_while_rows_are_locked(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    stage.buy("basic")
    depth = len(connection.savepoint_ids)
    seen: list[int] = []
    provider = changing.cards()
    ask = type(provider).change_now

    def watched(self: object, *arguments: object, **named: object) -> object:
        seen.append(len(connection.savepoint_ids))
        return ask(self, *arguments, **named)

    monkeypatch.setattr(type(provider), "change_now", watched)
    stage.change("professional")

    assert seen == [depth]
