"""Subscriptions from their first day to their last: trials, renewals, changes, dunning, ends."""

import pytest
import stripe

from tests.contracts.fake_stripe.lab import DAY, Lab, item_of


def test_a_subscription_is_paid_and_begins(lab: Lab) -> None:
    made = lab.subscribe()
    assert made.status == "active"
    assert item_of(made).current_period_end - item_of(made).current_period_start in {30 * DAY, 31 * DAY}
    assert lab.invoices(made) == [("subscription_create", "paid", 2900)]
    invoice = lab.latest(made)
    assert invoice.parent.subscription_details.subscription == made.id
    assert invoice.lines.data[0].parent.subscription_item_details.subscription_item == item_of(made).id
    assert not hasattr(made, "current_period_end") and not hasattr(invoice, "charge")
    assert lab.types("customer.subscription") == [
        "customer.subscription.created",
        "customer.subscription.updated",
    ]


def test_it_renews_month_after_month(lab: Lab) -> None:
    made = lab.subscribe()
    lab.days(95)
    assert (
        lab.invoices(made)
        == [("subscription_create", "paid", 2900)] + [("subscription_cycle", "paid", 2900)] * 3
    )
    assert (
        lab.types("invoice.upcoming") == ["invoice.upcoming"] * 4 or len(lab.types("invoice.upcoming")) == 3
    )


def test_a_month_that_is_too_short_does_not_move_the_day(lab: Lab) -> None:
    clock = lab.api.test_helpers.test_clocks.create({"frozen_time": 1_801_353_600})  # 31 January 2027
    made = lab.subscribe(lab.customer(test_clock=clock.id))
    ends = []
    for _ in range(3):
        end = item_of(lab.again(made)).current_period_end
        ends.append(end)
        lab.api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": end + 7200})
    days = [(end - 1_801_353_600) // DAY for end in ends]
    assert days == [28, 59, 89]  # 28 February, 31 March, 30 April


def test_rupiah_are_counted_in_hundredths(lab: Lab) -> None:
    made = lab.subscribe(currency="idr")
    assert (made.currency, lab.latest(made).total) == ("idr", 44_900_000)
    with pytest.raises(stripe.InvalidRequestError, match="currencies"):
        lab.subscribe(made.customer, "pro", currency="usd")


def test_tax_is_added_or_contained(lab: Lab) -> None:
    rates = [
        lab.api.tax_rates.create({"display_name": "PPN", "percentage": 11, "inclusive": inclusive}).id
        for inclusive in (False, True)
    ]
    added = lab.latest(lab.subscribe(default_tax_rates=[rates[0]]))
    assert (added.subtotal, added.total, added.total_excluding_tax) == (2900, 3219, 2900)
    tax = added.total_taxes[0]
    assert (tax.amount, tax.tax_behavior, tax.tax_rate_details.tax_rate) == (319, "exclusive", rates[0])
    within = lab.latest(lab.subscribe(default_tax_rates=[rates[1]]))
    assert (within.total, within.total_excluding_tax, within.total_taxes[0].amount) == (2900, 2613, 287)


# --- Trials -------------------------------------------------------------------------------------------


def _trial(lab: Lab, at_end: str, card: str = "") -> stripe.Subscription:
    settings = {"end_behavior": {"missing_payment_method": at_end}}
    return lab.subscribe(lab.customer(card), trial_period_days=14, trial_settings=settings)


@pytest.mark.parametrize(
    ("at_end", "status"), [("pause", "paused"), ("cancel", "canceled"), ("create_invoice", "past_due")]
)
def test_a_trial_without_a_card_ends_as_it_was_told(lab: Lab, at_end: str, status: str) -> None:
    made = _trial(lab, at_end)
    assert (made.status, made.trial_end - made.trial_start) == ("trialing", 14 * DAY)
    assert lab.api.setup_intents.retrieve(made.pending_setup_intent).status == "requires_payment_method"
    assert lab.invoices(made) == [("subscription_create", "paid", 0)]
    lab.days(10.9)
    assert "customer.subscription.trial_will_end" not in lab.types()
    lab.days(0.2)
    assert "customer.subscription.trial_will_end" in lab.types()
    lab.days(3.1)
    assert lab.again(made).status == status


def test_a_trial_with_a_card_becomes_a_paid_month(lab: Lab) -> None:
    made = _trial(lab, "pause", card="pm_card_visa")
    lab.days(14.1)
    assert lab.again(made).status == "active"
    assert lab.invoices(made)[-1] == ("subscription_cycle", "paid", 2900)


def test_a_paused_trial_is_resumed_by_paying(lab: Lab) -> None:
    made = _trial(lab, "pause")
    lab.days(15)
    assert lab.again(made).status_details.paused.subscription.type == "trial_end_without_payment_method"
    lab.give_card(made.customer, "pm_card_visa")
    assert lab.api.subscriptions.resume(made.id).status == "active"
    assert lab.invoices(made)[-1] == ("subscription_update", "paid", 2900)
    assert {"customer.subscription.paused", "customer.subscription.resumed"} <= set(lab.types())


def test_a_trial_is_extended_and_ended(lab: Lab) -> None:
    made = _trial(lab, "pause", card="pm_card_visa")
    longer = lab.api.subscriptions.update(made.id, {"trial_end": made.trial_end + 7 * DAY})
    assert (longer.status, item_of(longer).current_period_end) == ("trialing", made.trial_end + 7 * DAY)
    ended = lab.api.subscriptions.update(made.id, {"trial_end": "now"})
    assert ended.status == "active"
    lab.days(0.001)
    assert lab.invoices(made)[-1] == ("subscription_cycle", "paid", 2900)


# --- Changes ------------------------------------------------------------------------------------------


def test_an_upgrade_is_charged_to_the_second(lab: Lab) -> None:
    made = lab.subscribe()
    start, end = item_of(made).current_period_start, item_of(made).current_period_end
    at = start + (end - start) // 2
    lab.days((at - start) / DAY)
    told = {"proration_behavior": "always_invoice", "proration_date": at}
    details = {"items": [{"id": item_of(made).id, "price": lab.price("pro")}], **told}
    preview = lab.api.invoices.create_preview({"subscription": made.id, "subscription_details": details})
    changed = lab.swap(made, "pro", **told)
    assert [row.amount for row in preview.lines.data] == [-1450, 3950]
    assert (preview.amount_due, lab.latest(made).amount_paid) == (2500, 2500)
    assert all(row.parent.subscription_item_details.proration for row in preview.lines.data)
    assert item_of(changed).price.lookup_key == "pro"
    assert item_of(changed).current_period_end == end


def test_a_preview_changes_nothing(lab: Lab) -> None:
    made = lab.subscribe()
    before, events = lab.invoices(made), lab.types()
    details = {"items": [{"id": item_of(made).id, "price": lab.price("pro")}]}
    preview = lab.api.invoices.create_preview({"subscription": made.id, "subscription_details": details})
    assert preview.lines.data[0].amount == 7900 and len(preview.lines.data) == 3
    assert (lab.invoices(made), lab.types()) == (before, events)
    assert item_of(lab.again(made)).price.lookup_key == "basic"


def test_prorations_wait_for_the_renewal_unless_told_otherwise(lab: Lab) -> None:
    made = lab.subscribe()
    lab.swap(made, "pro")
    assert len(lab.invoices(made)) == 1
    lab.days(32)
    assert [row.amount for row in lab.latest(made).lines.data] == [7900, -2900, 7900]
    other = lab.subscribe()
    lab.swap(other, "pro", proration_behavior="none")
    lab.days(32)
    assert lab.invoices(other)[-1] == ("subscription_cycle", "paid", 7900)


def test_a_downgrade_credits_the_balance_which_pays_the_next_invoice(lab: Lab) -> None:
    made = lab.subscribe(key="pro")
    lab.swap(made, "basic", proration_behavior="always_invoice")
    assert lab.api.customers.retrieve(made.customer).balance == -5000
    lab.days(32)
    invoice = lab.latest(made)
    assert (invoice.total, invoice.amount_due, invoice.starting_balance, invoice.ending_balance) == (
        2900,
        0,
        -5000,
        -2100,
    )


def test_another_interval_begins_a_new_period_at_once(lab: Lab) -> None:
    made = lab.subscribe()
    lab.days(10)
    changed = lab.swap(made, "basic_year")
    assert item_of(changed).current_period_end - item_of(changed).current_period_start == 365 * DAY
    assert sorted(row.amount > 0 for row in lab.latest(made).lines.data) == [False, True]


@pytest.mark.parametrize(
    ("behaviour", "status", "key"),
    [("allow_incomplete", "past_due", "pro"), ("pending_if_incomplete", "active", "basic")],
)
def test_an_upgrade_that_is_not_paid(lab: Lab, behaviour: str, status: str, key: str) -> None:
    made = lab.subscribe()
    lab.give_card(made.customer, "pm_card_chargeCustomerFail")
    changed = lab.swap(made, "pro", proration_behavior="always_invoice", payment_behavior=behaviour)
    assert (changed.status, item_of(changed).price.lookup_key) == (status, key)
    lab.give_card(made.customer, "pm_card_visa")
    lab.api.invoices.pay(changed.latest_invoice)
    paid = lab.again(made)
    assert (paid.status, item_of(paid).price.lookup_key, paid.pending_update) == ("active", "pro", None)


def test_a_pending_upgrade_is_dropped_after_23_hours(lab: Lab) -> None:
    made = lab.subscribe()
    lab.give_card(made.customer, "pm_card_chargeCustomerFail")
    lab.swap(made, "pro", proration_behavior="always_invoice", payment_behavior="pending_if_incomplete")
    assert lab.again(made).pending_update.expires_at
    lab.days(1)
    assert lab.again(made).pending_update is None
    assert lab.latest(made).status == "void"


def test_an_upgrade_that_must_be_paid_changes_nothing_when_it_is_not(lab: Lab) -> None:
    made = lab.subscribe()
    lab.give_card(made.customer, "pm_card_chargeCustomerFail")
    before, events = lab.again(made), lab.types()
    with pytest.raises(stripe.CardError):
        lab.swap(made, "pro", proration_behavior="always_invoice", payment_behavior="error_if_incomplete")
    assert lab.again(made) == before
    assert lab.types() == events


def test_a_schedule_changes_the_price_when_the_period_ends(lab: Lab) -> None:
    made = lab.subscribe(key="pro")
    schedule = lab.api.subscription_schedules.create({"from_subscription": made.id})
    now = schedule.phases[0]
    keep = {
        "items": [{"price": lab.price("pro"), "quantity": 1}],
        "start_date": now.start_date,
        "end_date": now.end_date,
    }
    then = {"items": [{"price": lab.price("basic"), "quantity": 1}], "duration": {"interval": "month"}}
    lab.api.subscription_schedules.update(schedule.id, {"phases": [keep, then], "end_behavior": "release"})
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        lab.swap(made, "basic")
    assert item_of(lab.again(made)).price.lookup_key == "pro"
    lab.days(32)
    assert (item_of(lab.again(made)).price.lookup_key, lab.latest(made).total) == ("basic", 2900)
    lab.days(32)
    assert lab.api.subscription_schedules.retrieve(schedule.id).status == "released"
    assert lab.again(made).schedule is None and lab.again(made).status == "active"


def test_a_released_schedule_changes_nothing(lab: Lab) -> None:
    made = lab.subscribe(key="pro")
    schedule = lab.api.subscription_schedules.create({"from_subscription": made.id})
    lab.api.subscription_schedules.release(schedule.id)
    lab.days(32)
    assert lab.latest(made).total == 7900


# --- Ends ---------------------------------------------------------------------------------------------


def test_an_end_is_planned_and_taken_back(lab: Lab) -> None:
    made = lab.subscribe()
    planned = lab.api.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert (planned.cancel_at, planned.status) == (item_of(made).current_period_end, "active")
    kept = lab.api.subscriptions.update(made.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at, kept.canceled_at) == (None, None)
    lab.api.subscriptions.update(made.id, {"cancel_at_period_end": True})
    lab.days(32)
    ended = lab.again(made)
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "cancellation_requested")
    assert lab.types()[-1] == "customer.subscription.deleted" and len(lab.invoices(made)) == 1


def test_an_end_at_once_gives_the_rest_back_on_wish(lab: Lab) -> None:
    made = lab.subscribe()
    ended = lab.api.subscriptions.cancel(made.id, {"prorate": True, "invoice_now": True})
    assert ended.status == "canceled"
    assert lab.api.customers.retrieve(made.customer).balance == -2900
    with pytest.raises(stripe.InvalidRequestError):
        lab.api.subscriptions.cancel(made.id)


def test_collection_is_paused_and_goes_on_by_itself(lab: Lab) -> None:
    made = lab.subscribe()
    until = item_of(made).current_period_end + 2 * DAY
    rest = {"behavior": "void", "resumes_at": until}
    assert (
        lab.api.subscriptions.update(made.id, {"pause_collection": rest}).pause_collection.behavior == "void"
    )
    lab.renew(made)
    assert lab.latest(made).status == "void"
    lab.days(31)
    assert (lab.again(made).pause_collection, lab.latest(made).status) == (None, "paid")


def test_a_pause_credits_and_a_resume_begins_anew(lab: Lab) -> None:
    made = lab.subscribe()
    assert lab.api.subscriptions.pause(made.id).status == "paused"
    lab.days(60)
    assert len(lab.invoices(made)) == 1
    assert lab.api.subscriptions.resume(made.id).status == "active"
    assert lab.latest(made).total == 0


# --- Money that does not come -------------------------------------------------------------------------


def _failing(lab: Lab) -> stripe.Subscription:
    made = lab.subscribe()
    lab.give_card(made.customer, "pm_card_chargeCustomerFail")
    lab.renew(made)
    assert lab.again(made).status == "past_due"
    return made


def test_a_renewal_that_fails_is_tried_again_on_the_days_of_the_dial(lab: Lab) -> None:
    lab.control(dials={"retry_days": "3,7"})
    made = _failing(lab)
    first = lab.latest(made)
    assert (first.attempt_count, first.status, first.amount_remaining) == (1, "open", 2900)
    lab.days(3)
    assert lab.latest(made).attempt_count == 2
    assert lab.again(made).status == "past_due"
    lab.days(4.5)
    assert (lab.latest(made).attempt_count, lab.latest(made).next_payment_attempt) == (3, None)
    assert lab.again(made).status == "unpaid"
    assert lab.types("invoice.payment_failed") == ["invoice.payment_failed"] * 3


@pytest.mark.parametrize(
    ("setting", "status"), [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
)
def test_what_follows_the_last_try_is_a_setting(lab: Lab, setting: str, status: str) -> None:
    lab.control(dials={"after_retries": setting, "retry_days": "1"})
    made = _failing(lab)
    lab.days(2)
    assert lab.again(made).status == status


def test_paying_the_last_invoice_heals(lab: Lab) -> None:
    lab.control(dials={"retry_days": "1"})
    made = _failing(lab)
    lab.days(2)
    assert lab.again(made).status == "unpaid"
    assert lab.api.customers.retrieve(made.customer).delinquent
    lab.give_card(made.customer, "pm_card_visa")
    assert lab.api.invoices.pay(lab.latest(made).id).status == "paid"
    assert lab.again(made).status == "active"
    assert not lab.api.customers.retrieve(made.customer).delinquent


def test_another_card_is_charged_at_the_next_try(lab: Lab) -> None:
    made = _failing(lab)
    lab.give_card(made.customer, "pm_card_visa")
    lab.days(1)
    assert (lab.latest(made).status, lab.again(made).status) == ("paid", "active")


def test_after_a_hard_decline_only_another_card_is_charged(lab: Lab) -> None:
    made = lab.subscribe()
    lab.control(mood={"customer": made.customer, "code": "lost_card"})
    lab.renew(made)
    lab.days(6)
    assert len([row for row in lab.api.charges.list({"customer": made.customer}).data if not row.paid]) == 1
    assert lab.latest(made).attempt_count == 4
    lab.give_card(made.customer, "pm_card_visa")
    lab.days(2)
    assert lab.again(made).status == "active"


def test_an_unpaid_subscription_goes_on_with_drafts(lab: Lab) -> None:
    lab.control(dials={"retry_days": "1"})
    made = _failing(lab)
    lab.days(32)
    assert lab.again(made).status == "unpaid"
    assert lab.invoices(made)[-1] == ("subscription_cycle", "draft", 2900)


@pytest.mark.parametrize("card", ["pm_card_chargeCustomerFail", "pm_card_authenticationRequired"])
def test_a_first_payment_that_fails_leaves_it_incomplete_for_23_hours(lab: Lab, card: str) -> None:
    made = lab.subscribe(lab.customer(card))
    assert made.status == "incomplete"
    lab.days(1)
    assert (lab.again(made).status, lab.latest(made).status) == ("incomplete_expired", "void")


def test_a_first_payment_may_be_required(lab: Lab) -> None:
    customer = lab.customer("pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        lab.subscribe(customer, payment_behavior="error_if_incomplete")
    assert lab.api.subscriptions.list({"customer": customer, "status": "all"}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        lab.subscribe(lab.customer(card=""))
    assert lab.subscribe(lab.customer(card=""), payment_behavior="default_incomplete").status == "incomplete"


def test_an_invoice_by_mail_falls_due(lab: Lab) -> None:
    made = lab.subscribe(lab.customer(card=""), collection_method="send_invoice", days_until_due=7)
    assert (made.status, lab.latest(made).status) == ("active", "open")
    lab.days(8)
    assert lab.again(made).status == "past_due"
    assert (
        lab.api.invoices.pay(lab.latest(made).id, {"paid_out_of_band": True}).amount_paid_off_stripe == 2900
    )
    assert lab.again(made).status == "active"
