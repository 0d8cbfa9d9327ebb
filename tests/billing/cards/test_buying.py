"""A seller chooses a plan and pays for it by card."""

import pytest

from billing.models import Invoice, SubscriptionIntent
from billing.services import catalogue, subscribing
from billing.services.plans import PlanRefused
from tests.billing.cards.stage import DAY, DECLINED, NOW, Stage
from tests.fakes.stripe import FakeStripe


def test_telling_what_is_for_sale_twice_makes_it_once(fake: FakeStripe):
    before = {kind: len(rows) for kind, rows in fake.account.books.kinds.items()}

    parts = catalogue.sync_catalogue(NOW)

    assert {kind: len(rows) for kind, rows in fake.account.books.kinds.items()} == before
    assert not any(part.is_new for part in parts)
    assert len([part for part in parts if part.kind == "price"]) == 3 * 4 + 2


def test_a_price_is_told_in_hundredths_of_a_rupiah_and_before_tax(fake: FakeStripe):
    price = next(row for row in fake.account.books.all("price") if row["lookup_key"] == "basic_v1_month_idr")

    assert (price["unit_amount"], price["currency"], price["tax_behavior"]) == (
        45_900_000,
        "idr",
        "exclusive",
    )


def test_who_pays_is_on_the_plan_and_has_an_invoice_with_tax(stage: Stage):
    row = stage.buy("basic")

    assert (row.state, row.plan.code, row.provider, row.paid_with) == (
        "ACTIVE",
        "basic",
        "STRIPE",
        "visa 4242",
    )
    assert stage.story()[-1] == ("SUBSCRIBED", 0, 459_000)
    invoice = Invoice.objects.get(store=stage.store)
    assert (invoice.state, invoice.net_amount, invoice.tax_amount) == ("PAID", 459_000, 50_490)
    assert SubscriptionIntent.objects.get(store=stage.store).state == "DONE"


def test_a_second_click_finds_the_page_that_is_open(stage: Stage):
    first = stage.choose()

    assert stage.choose().url == first.url
    assert len(stage.fake.account.books.all("checkout.session")) == 1


def test_choosing_another_plan_closes_the_first_page(stage: Stage):
    first = stage.choose("basic")
    second = stage.choose("enterprise")

    states = {row["id"]: row["status"] for row in stage.fake.account.books.all("checkout.session")}
    assert states == {first.external_ref: "expired", second.external_ref: "open"}


def test_in_a_trial_nothing_is_charged_before_it_ends(stage: Stage):
    ends_at = stage.row.trial_ends_at
    assert stage.enter_card(stage.choose("basic")) == 303
    stage.hear()

    assert (stage.row.state, stage.row.provider, stage.row.plan.code) == ("TRIALING", "STRIPE", "basic")
    assert abs(stage.row.trial_ends_at - ends_at) < DAY / 24
    assert not Invoice.objects.filter(store=stage.store).exists()

    stage.pass_days(15)
    stage.hear()

    assert (stage.row.state, stage.story()[-1]) == ("ACTIVE", ("SUBSCRIBED", 0, 459_000))


def test_a_declined_card_changes_nothing_and_the_page_stays_open(stage: Stage):
    stage.end_trial()
    intent = stage.choose()

    assert stage.enter_card(intent, DECLINED) == 402
    stage.hear()

    assert (stage.row.state, stage.row.provider) == ("ENDED", "NONE")
    assert stage.choose().url == intent.url


def test_a_page_that_expired_is_followed_by_a_new_one(stage: Stage):
    first = stage.choose()
    stage.pass_days(1.5)
    stage.hear()

    assert stage.choose().external_ref != first.external_ref


def test_who_comes_back_before_any_message_is_on_the_plan_already(stage: Stage):
    stage.end_trial()
    stage.enter_card(stage.choose("professional"))

    intent = subscribing.look_again(store=stage.store, now=stage.now)

    assert (intent.state, stage.row.state, stage.row.plan.code) == ("DONE", "ACTIVE", "professional")


def test_who_pays_already_is_sent_to_changing(stage: Stage):
    stage.buy()

    with pytest.raises(PlanRefused):
        stage.choose("enterprise")


def test_dollars_are_charged_in_cents(stage: Stage):
    stage.buy("enterprise", interval="YEAR", currency="USD")

    assert (stage.row.currency, stage.row.interval, stage.story()[-1][2]) == ("USD", "YEAR", 16_583)
    assert Invoice.objects.get(store=stage.store).net_amount == 199_000


def test_after_leaving_another_currency_may_be_chosen(stage: Stage):
    stage.buy("basic")
    stage.leave()
    stage.pass_days(32)
    stage.hear()
    assert (stage.row.state, stage.story()[-1]) == ("CANCELED", ("CANCELED", 459_000, 0))

    stage.enter_card(stage.choose("basic", currency="USD"))
    stage.hear()

    assert (stage.row.state, stage.row.currency, stage.story()[-1]) == (
        "ACTIVE",
        "USD",
        ("REACTIVATED", 0, 2_900),
    )


def test_who_has_just_paid_cannot_choose_a_second_time(stage: Stage):
    stage.end_trial()
    stage.enter_card(stage.choose("basic"))

    with pytest.raises(PlanRefused):
        stage.choose("professional")

    assert len(stage.fake.account.books.all("subscription")) == 1
    assert (stage.row.state, stage.row.plan.code) == ("ACTIVE", "basic")
