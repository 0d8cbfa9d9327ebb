"""Plans that are paid by invoice begin, go on, change and end, to the second and to the rupiah."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.models import (
    BalanceEntry,
    Coupon,
    FeeReport,
    Invoice,
    InvoiceLine,
    Plan,
    Subscription,
    SubscriptionEvent,
    SubscriptionIntent,
)
from billing.services import balances, by_invoice, cycling, fees, paying, standing
from billing.services.calendar import end_of
from billing.services.plans import PlanRefused
from tenants.models import Job, Store
from tenants.permissions import SYSTEM
from tests.billing.invoices import DAY, NOON, subscribed
from tests.billing.test_fees import money

AUGUST = datetime(2026, 8, 1, 5, 0, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 1, 5, 0, tzinfo=UTC)


def at(store: Store) -> Subscription:
    return Subscription.objects.select_related("plan", "store").get(store=store)


def pay(invoice: Invoice, now: datetime) -> None:
    """The seller transfers what is open."""
    paying.confirm_transfer(
        invoice=invoice,
        amount=paying.open_amount(Invoice.objects.get(pk=invoice.pk)),
        bank_reference=invoice.number,
        reason="Seen",
        actor=SYSTEM,
        now=now,
    )


def begin(store: Store, plan: str = "basic", interval: str = "MONTH", now: datetime = NOON) -> Invoice:
    return by_invoice.start(store=store, plan_code=plan, interval=interval, actor=SYSTEM, now=now)


@pytest.fixture
def trial(kopi: Store) -> Store:
    """Ten days of the trial are left."""
    subscribed(kopi, state="TRIALING", provider="NONE", trial_ends_at=NOON + 10 * DAY, period_ends_at=None)
    return kopi


@pytest.fixture
def basic(kopi: Store) -> Store:
    """Paid until the first of August."""
    standing.move(subscribed(kopi), kind="SUBSCRIBED", now=NOON)
    return kopi


@pytest.mark.parametrize(
    ("starts", "interval", "ends"),
    [
        ((2026, 1, 31), "MONTH", (2026, 2, 28)),
        ((2026, 12, 5), "MONTH", (2027, 1, 5)),
        ((2028, 2, 29), "YEAR", (2029, 2, 28)),
        ((2026, 7, 1), "YEAR", (2027, 7, 1)),
    ],
)
def test_a_period_ends_on_the_same_day_or_the_months_last(starts: tuple, interval: str, ends: tuple):
    assert end_of(datetime(*starts, 5, tzinfo=UTC), interval) == datetime(*ends, 5, tzinfo=UTC)


def test_a_short_month_does_not_move_the_day_for_ever():
    first = datetime(2026, 1, 31, 5, tzinfo=UTC)
    february = end_of(first, "MONTH", first)

    assert end_of(february, "MONTH", first) == datetime(2026, 3, 31, 5, tzinfo=UTC)


def test_a_plan_that_began_on_another_day_keeps_its_own():
    began, starts = datetime(2026, 7, 26, 5, tzinfo=UTC), datetime(2026, 11, 18, 5, tzinfo=UTC)

    assert end_of(starts, "MONTH", began) == datetime(2026, 12, 18, 5, tzinfo=UTC)


def test_a_trial_that_is_paid_by_invoice_runs_and_loses_no_day(trial: Store):
    invoice = begin(trial)
    assert at(trial).state == "TRIALING"
    pay(invoice, NOON + DAY)

    row = at(trial)
    assert (row.state, row.provider, row.plan.code) == ("ACTIVE", "INVOICE", "basic")
    assert (row.period_starts_at, row.period_ends_at) == (NOON + DAY, end_of(NOON + 10 * DAY, "MONTH"))
    event = SubscriptionEvent.objects.get(store=trial)
    assert (event.kind, event.mrr_before_amount, event.mrr_after_amount) == ("SUBSCRIBED", 0, 459_000)
    assert SubscriptionIntent.objects.get().state == "DONE"


def test_a_double_click_finds_the_first_invoice_and_another_choice_takes_its_place(trial: Store):
    first = begin(trial)
    assert begin(trial) == first
    second = begin(trial, "professional", "YEAR")

    first.refresh_from_db()
    assert (first.state, first.credit_notes.count(), second.state) == ("VOID", 1, "OPEN")
    assert second.total_amount == 12_490_000 + 1_373_900


def test_an_invoice_that_nobody_paid_in_a_week_is_taken_back_and_late_money_is_kept(trial: Store):
    invoice = begin(trial)
    cycling.run(NOON + 7 * DAY)
    invoice.refresh_from_db()
    assert invoice.state == "VOID"
    with pytest.raises(paying.InvoiceClosed):
        pay(invoice, NOON + 8 * DAY)

    assert at(trial).state == "TRIALING"


def test_who_pays_by_card_or_already_is_not_asked_twice(basic: Store, batik: Store):
    subscribed(batik, provider="STRIPE", external_ref="sub_1", customer_ref="cus_1")
    for store in (basic, batik):
        with pytest.raises(PlanRefused):
            begin(store)

    assert not Invoice.objects.exists()


def test_money_that_is_with_us_pays_the_first_invoice_at_once(trial: Store):
    balances.give(
        store=trial, amount=600_000, currency="IDR", reference="r", reason="x", actor=SYSTEM, now=NOON
    )

    assert begin(trial).state == "PAID"
    assert at(trial).state == "ACTIVE"
    assert balances.balance_of(trial.pk, "IDR") == 600_000 - 509_490


def test_a_week_before_the_end_there_is_one_invoice_however_often_one_looks(basic: Store):
    cycling.run(AUGUST - 7 * DAY - timedelta(seconds=1))
    assert not Invoice.objects.exists()
    for hours in range(4):
        cycling.run(AUGUST - 7 * DAY + timedelta(hours=hours))

    invoice = Invoice.objects.get()
    assert (invoice.reason, invoice.total_amount, invoice.due_at) == ("CYCLE", 509_490, AUGUST)
    assert (invoice.period_starts_at, invoice.period_ends_at) == (AUGUST, SEPTEMBER)
    assert Job.objects.filter(payload__template="plan_invoice").count() == 1


def test_paid_early_the_next_period_begins_when_the_old_one_ends(basic: Store):
    cycling.run(AUGUST - 7 * DAY)
    pay(Invoice.objects.get(), AUGUST - 5 * DAY)
    assert at(basic).period_ends_at == AUGUST

    cycling.run(AUGUST)
    row = at(basic)
    assert (row.state, row.period_starts_at, row.period_ends_at) == ("ACTIVE", AUGUST, SEPTEMBER)
    assert SubscriptionEvent.objects.filter(store=basic).count() == 1


def test_unpaid_it_is_overdue_from_the_day_and_paying_brings_it_back_to_the_second(basic: Store):
    cycling.run(AUGUST - 7 * DAY)
    cycling.run(AUGUST + 2 * DAY)
    row = at(basic)
    assert (row.state, row.past_due_since) == ("PAST_DUE", AUGUST)

    pay(Invoice.objects.get(), AUGUST + 8 * DAY)
    row = at(basic)
    assert (row.state, row.period_starts_at, row.period_ends_at) == ("ACTIVE", AUGUST, SEPTEMBER)
    assert (row.past_due_since, row.dunned_day) == (None, None)
    kinds = SubscriptionEvent.objects.filter(store=basic).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["SUBSCRIBED", "PAST_DUE", "RECOVERED"]


def test_a_plan_that_is_given_up_comes_back_with_a_whole_period(basic: Store):
    cycling.run(AUGUST - DAY)
    cycling.run(AUGUST)
    cycling.run(AUGUST + 21 * DAY)
    assert at(basic).state == "UNPAID"
    pay(Invoice.objects.get(), AUGUST + 60 * DAY)

    row = at(basic)
    assert (row.state, row.period_starts_at) == ("ACTIVE", AUGUST + 60 * DAY)
    assert (
        sum(
            row.mrr_after_amount - row.mrr_before_amount
            for row in SubscriptionEvent.objects.filter(store=basic)
        )
        == 459_000
    )


def test_after_a_long_silence_nobody_is_overdue_on_the_first_day(basic: Store):
    cycling.run(AUGUST + 20 * DAY)

    assert Invoice.objects.get().due_at == AUGUST + 20 * DAY
    row = at(basic)
    assert (row.state, row.past_due_since) == ("PAST_DUE", AUGUST + 20 * DAY)


def test_a_year_goes_on_by_the_year(kopi: Store):
    subscribed(kopi, interval="YEAR", period_ends_at=AUGUST)
    cycling.run(AUGUST - DAY)
    invoice = Invoice.objects.get()

    assert (invoice.net_amount, invoice.period_ends_at) == (4_590_000, AUGUST.replace(year=2027))


def test_a_coupon_is_a_line_of_its_own_until_it_ends(basic: Store):
    coupon = Coupon.objects.create(code="HEMAT", percent_off=15, months=3)
    Subscription.objects.update(coupon=coupon, coupon_ends_at=SEPTEMBER)
    cycling.run(AUGUST - DAY)
    pay(Invoice.objects.get(), AUGUST - DAY)
    cycling.run(AUGUST)
    cycling.run(SEPTEMBER - DAY)

    nets = [invoice.net_amount for invoice in Invoice.objects.order_by("pk")]
    assert nets == [390_150, 459_000]
    assert InvoiceLine.objects.filter(kind="DISCOUNT").first().net_amount == -68_850


def test_more_costs_what_is_left_to_the_second_and_begins_when_it_is_paid(basic: Store):
    # 15.5 of 31 days are left.
    now = NOON + timedelta(days=15, hours=12)
    costs = by_invoice.costs_of(store=basic, plan_code="professional", interval="MONTH", now=now)
    assert [line.net_amount for line in costs.lines] == [-229_500, 624_500]

    invoice = by_invoice.change(
        store=basic, plan_code="professional", interval="MONTH", actor=SYSTEM, now=now
    )
    again = by_invoice.change(store=basic, plan_code="professional", interval="MONTH", actor=SYSTEM, now=now)
    assert (invoice, invoice.net_amount, at(basic).plan.code) == (again, 395_000, "basic")
    pay(invoice, now)

    row = at(basic)
    assert (row.plan.code, row.period_ends_at) == ("professional", AUGUST)
    assert Store.objects.get(pk=basic.pk).entitlements["products"] == 10_000


def test_one_second_before_the_end_more_costs_a_seconds_part(basic: Store):
    now = AUGUST - timedelta(seconds=1)
    costs = by_invoice.costs_of(store=basic, plan_code="enterprise", interval="MONTH", now=now)

    assert [line.net_amount for line in costs.lines] == [0, 1]


def test_a_year_begins_now_and_what_is_left_of_the_month_comes_off(basic: Store):
    now = NOON + timedelta(days=15, hours=12)
    invoice = by_invoice.change(store=basic, plan_code="basic", interval="YEAR", actor=SYSTEM, now=now)
    assert invoice.net_amount == 4_590_000 - 229_500
    pay(invoice, now + timedelta(hours=1))

    row = at(basic)
    assert (row.interval, row.period_starts_at, row.period_ends_at) == ("YEAR", now, now.replace(year=2027))
    assert row.month_net_amount == 382_500


def test_more_with_the_next_month_paid_costs_the_difference_of_that_too(basic: Store):
    cycling.run(AUGUST - 7 * DAY)
    pay(Invoice.objects.get(), AUGUST - 7 * DAY)
    now = AUGUST - timedelta(days=3, hours=2, minutes=24)
    costs = by_invoice.costs_of(store=basic, plan_code="professional", interval="MONTH", now=now)

    # A tenth of July, and all of August.
    assert [line.net_amount for line in costs.lines] == [-45_900 - 459_000, 124_900 + 1_249_000]


def test_less_begins_with_the_next_period_and_its_invoice_says_so(kopi: Store):
    subscribed(kopi, plan=Plan.objects.get(code="professional"))
    cycling.run(AUGUST - 7 * DAY)
    old = Invoice.objects.get()
    now = AUGUST - 6 * DAY
    assert by_invoice.change(store=kopi, plan_code="basic", interval="MONTH", actor=SYSTEM, now=now) is None
    cycling.run(now)

    old.refresh_from_db()
    new = Invoice.objects.order_by("-pk").first()
    assert (old.state, new.net_amount) == ("VOID", 459_000)
    pay(new, now)
    assert at(kopi).plan.code == "professional"
    cycling.run(AUGUST)
    assert (at(kopi).plan.code, at(kopi).next_plan) == ("basic", None)


def test_less_can_be_undone_and_is_refused_for_what_is_paid(kopi: Store):
    subscribed(kopi, plan=Plan.objects.get(code="professional"))
    by_invoice.change(store=kopi, plan_code="basic", interval="MONTH", actor=SYSTEM, now=NOON)
    by_invoice.keep_plan(store=kopi, actor=SYSTEM, now=NOON)
    assert at(kopi).next_plan is None
    cycling.run(AUGUST - DAY)
    pay(Invoice.objects.get(), AUGUST - DAY)

    with pytest.raises(PlanRefused):
        by_invoice.change(store=kopi, plan_code="basic", interval="MONTH", actor=SYSTEM, now=AUGUST - DAY)
    assert at(kopi).next_plan is None


def test_a_change_that_nobody_paid_in_a_day_is_off(basic: Store):
    invoice = by_invoice.change(
        store=basic, plan_code="professional", interval="MONTH", actor=SYSTEM, now=NOON
    )
    cycling.run(NOON + DAY)

    invoice.refresh_from_db()
    assert (invoice.state, at(basic).plan.code) == ("VOID", "basic")


def test_who_leaves_stays_until_the_end_and_is_not_billed_again(basic: Store):
    cycling.run(AUGUST - 7 * DAY)
    standing.move(at(basic), kind="CANCEL_ASKED", now=AUGUST - 6 * DAY, ends_at_period_end=True)
    cycling.run(AUGUST - 6 * DAY)
    assert (Invoice.objects.get().state, at(basic).state) == ("VOID", "ACTIVE")

    cycling.run(AUGUST)
    assert (at(basic).state, Invoice.objects.count()) == ("CANCELED", 1)
    again = begin(basic, now=AUGUST + DAY)
    pay(again, AUGUST + DAY)
    assert SubscriptionEvent.objects.order_by("-pk").first().kind == "REACTIVATED"


def test_fees_stand_on_the_months_invoice_once(basic: Store, batik: Store):
    for number in range(3):
        fees.count(store=basic, money=money(reference=f"SO-{number}-1"))
    cycling.run(AUGUST - 7 * DAY)
    invoice = Invoice.objects.get()

    assert invoice.net_amount == 459_000 + 7_500
    assert FeeReport.objects.filter(invoice=invoice).count() == 3
    assert cycling.fees.unreported(basic.pk).count() == 0


def test_fees_of_an_invoice_that_is_taken_back_go_on_the_next(kopi: Store):
    subscribed(kopi, plan=Plan.objects.get(code="professional"))
    fees.count(store=kopi, money=money())
    cycling.run(AUGUST - 7 * DAY)
    by_invoice.change(store=kopi, plan_code="basic", interval="MONTH", actor=SYSTEM, now=AUGUST - 6 * DAY)
    cycling.run(AUGUST - 6 * DAY)

    assert [each.net_amount for each in Invoice.objects.order_by("pk")] == [1_250_250, 460_250]


def test_fees_of_a_year_are_billed_when_their_month_is_over(kopi: Store):
    subscribed(kopi, interval="YEAR", period_ends_at=NOON.replace(year=2027))
    fees.count(store=kopi, money=money())
    cycling.bill_fees(NOON + 20 * DAY)
    assert not Invoice.objects.exists()
    for _ in range(2):
        cycling.bill_fees(AUGUST)

    invoice = Invoice.objects.get()
    assert (invoice.reason, invoice.net_amount) == ("FEES", 2_500)


def test_a_first_invoice_paid_after_the_card_was_is_kept_as_money(trial: Store):
    invoice = begin(trial)
    Subscription.objects.filter(store=trial).update(
        state="ACTIVE", provider="STRIPE", external_ref="sub_1", customer_ref="cus_1"
    )
    pay(invoice, NOON + DAY)

    assert at(trial).provider == "STRIPE"
    assert balances.balance_of(trial.pk, "IDR") == 509_490
    assert BalanceEntry.objects.get().kind == "CREDITED"


@pytest.mark.parametrize("is_paid", [True, False])
def test_a_rest_takes_nothing_of_what_was_paid_for(basic: Store, is_paid: bool):
    cycling.run(AUGUST - 7 * DAY)
    invoice = Invoice.objects.get()
    if is_paid:
        pay(invoice, AUGUST - 7 * DAY)
    standing.move(at(basic), kind="PAUSED", now=AUGUST - 6 * DAY, state="PAUSED")
    cycling.run(AUGUST - 5 * DAY)
    standing.move(at(basic), kind="RESUMED", now=AUGUST + 4 * DAY, state="ACTIVE")
    assert at(basic).period_ends_at == AUGUST + 10 * DAY
    cycling.run(AUGUST + 10 * DAY)

    row = at(basic)
    assert row.state == ("ACTIVE" if is_paid else "PAST_DUE")
    assert Invoice.objects.filter(state="VOID").count() == (0 if is_paid else 1)
    if is_paid:
        assert (row.period_starts_at, row.period_ends_at) == (AUGUST + 10 * DAY, SEPTEMBER + 10 * DAY)


def test_a_year_after_the_next_month_was_paid_keeps_that_money(basic: Store):
    cycling.run(AUGUST - 7 * DAY)
    pay(Invoice.objects.get(), AUGUST - 7 * DAY)
    now = AUGUST - 6 * DAY
    invoice = by_invoice.change(store=basic, plan_code="basic", interval="YEAR", actor=SYSTEM, now=now)
    pay(invoice, now)
    cycling.run(AUGUST)

    assert balances.balance_of(basic.pk, "IDR") == 509_490
    assert (at(basic).interval, at(basic).period_ends_at) == ("YEAR", now.replace(year=2027))


def test_a_plan_that_costs_nothing_goes_on_by_itself(basic: Store):
    Subscription.objects.update(coupon=Coupon.objects.create(code="GRATIS", percent_off=100))
    for day in (AUGUST - DAY, AUGUST, AUGUST + DAY):
        cycling.run(day)

    assert Invoice.objects.get().state == "PAID"
    assert (at(basic).state, at(basic).period_ends_at) == ("ACTIVE", SEPTEMBER)
