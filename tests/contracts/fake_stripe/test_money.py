"""Invoices by hand, refunds, credit notes, disputes, coupons, meters and the balance."""

from typing import Any

import pytest
import stripe

from tests.contracts.fake_stripe.lab import DAY, Lab, item_of


def _use(lab: Lab, customer: str, value: str, **more: Any) -> Any:
    told = {"event_name": "fees", "payload": {"stripe_customer_id": customer, "value": value}, **more}
    return lab.api.billing.meter_events.create(told)


def test_an_invoice_is_written_finalized_and_paid_by_hand(lab: Lab) -> None:
    customer = lab.customer()
    lab.api.invoice_items.create(
        {"customer": customer, "amount": 15_000, "currency": "usd", "description": "Setup"}
    )
    draft = lab.api.invoices.create({"customer": customer, "pending_invoice_items_behavior": "include"})
    assert (draft.status, draft.number, draft.total) == ("draft", None, 15_000)
    open_ = lab.api.invoices.finalize_invoice(draft.id)
    assert (open_.status, open_.amount_due) == ("open", 15_000)
    paid = lab.api.invoices.pay(draft.id, {"expand": ["payments"]})
    assert (paid.status, paid.payments.data[0].status) == ("paid", "paid")
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        lab.api.invoices.pay(draft.id)


def test_numbers_of_invoices_follow_each_other(lab: Lab) -> None:
    made = lab.subscribe()
    lab.renew(made)
    lab.renew(made)
    numbers = [row.number for row in lab.api.invoices.list({"customer": made.customer}).data][::-1]
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003"]


@pytest.mark.parametrize(
    ("act", "status", "event"),
    [
        ("void_invoice", "void", "invoice.voided"),
        ("mark_uncollectible", "uncollectible", "invoice.marked_uncollectible"),
    ],
)
def test_an_open_invoice_is_let_go(lab: Lab, act: str, status: str, event: str) -> None:
    made = lab.subscribe()
    lab.give_card(made.customer, "pm_card_chargeCustomerFail")
    lab.renew(made)
    assert getattr(lab.api.invoices, act)(lab.latest(made).id).status == status
    assert event in lab.types()
    assert lab.again(made).status == "active"


def test_a_pay_that_is_declined_says_why(lab: Lab) -> None:
    made = lab.subscribe()
    lab.give_card(made.customer, "pm_card_chargeCustomerFail")
    lab.renew(made)
    with pytest.raises(stripe.CardError) as refusal:
        lab.api.invoices.pay(lab.latest(made).id)
    assert refusal.value.error.decline_code == "generic_decline"


def test_a_refund_gives_back_at_most_what_was_paid(lab: Lab) -> None:
    made = lab.subscribe()
    charge = lab.api.charges.list({"customer": made.customer}).data[0]
    lab.api.refunds.create({"charge": charge.id, "amount": 900})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        lab.api.refunds.create({"charge": charge.id, "amount": 2001})
    lab.api.refunds.create({"payment_intent": charge.payment_intent})
    after = lab.api.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (after.amount_refunded, after.refunded) == (2900, True)
    assert [row.amount for row in after.refunds.data] == [2000, 900]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        lab.api.refunds.create({"charge": charge.id})
    assert refusal.value.code == "charge_already_refunded"


def test_a_credit_note_must_sum_and_carries_tax(lab: Lab) -> None:
    rate = lab.api.tax_rates.create({"display_name": "PPN", "percentage": 11, "inclusive": False})
    invoice = lab.latest(lab.subscribe(default_tax_rates=[rate.id]))
    with pytest.raises(stripe.InvalidRequestError, match="must equal"):
        lab.api.credit_notes.create({"invoice": invoice.id, "amount": 1110, "credit_amount": 5})
    told = {"invoice": invoice.id, "amount": 1110, "refund_amount": 610, "credit_amount": 500}
    note = lab.api.credit_notes.create(told)
    assert (note.total, note.total_excluding_tax, note.total_taxes[0].amount) == (1110, 1000, 110)
    assert lab.api.customers.retrieve(invoice.customer).balance == -500
    assert lab.api.refunds.retrieve(note.refunds[0].refund).amount == 610
    rest = lab.api.credit_notes.create({"invoice": invoice.id, "amount": 2109, "out_of_band_amount": 2109})
    assert rest.number.endswith("-CN-02")
    with pytest.raises(stripe.InvalidRequestError):
        lab.api.credit_notes.create({"invoice": invoice.id, "amount": 1, "credit_amount": 1})


def test_a_credit_note_lowers_what_is_open(lab: Lab) -> None:
    made = lab.subscribe()
    lab.give_card(made.customer, "pm_card_chargeCustomerFail")
    lab.renew(made)
    lab.api.credit_notes.create({"invoice": lab.latest(made).id, "amount": 900})
    assert lab.latest(made).amount_remaining == 2000
    lab.api.credit_notes.create({"invoice": lab.latest(made).id, "amount": 2000})
    assert (lab.latest(made).status, lab.again(made).status) == ("paid", "active")


@pytest.mark.parametrize(("evidence", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_a_dispute_is_opened_and_decided(lab: Lab, evidence: str, status: str) -> None:
    made = lab.subscribe(lab.customer("pm_card_createDispute"))
    charge = lab.api.charges.list({"customer": made.customer}).data[0]
    dispute = lab.api.disputes.list({"charge": charge.id}).data[0]
    assert (dispute.status, lab.api.charges.retrieve(charge.id).disputed) == ("needs_response", True)
    after = lab.api.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}})
    assert after.status == status
    assert lab.types("charge.dispute")[-1] == "charge.dispute.closed"


# --- Coupons ------------------------------------------------------------------------------------------


def test_a_coupon_lasts_as_long_as_it_says(lab: Lab) -> None:
    lab.api.coupons.create({"id": "FOREVER", "percent_off": 10, "duration": "forever"})
    lab.api.coupons.create(
        {"id": "TWO", "amount_off": 900, "currency": "usd", "duration": "repeating", "duration_in_months": 2}
    )
    ever = lab.subscribe(discounts=[{"coupon": "FOREVER"}])
    two = lab.subscribe(discounts=[{"coupon": "TWO"}])
    lab.days(95)
    assert [total for _, _, total in lab.invoices(ever)] == [2610] * 4
    assert [total for _, _, total in lab.invoices(two)] == [2000, 2000, 2900, 2900]
    discount = lab.api.subscriptions.retrieve(ever.id, {"expand": ["discounts"]}).discounts[0]
    assert (discount.source.coupon, discount.subscription) == ("FOREVER", ever.id)
    assert lab.api.subscriptions.update(ever.id, {"discounts": ""}).discounts == []


def test_a_coupon_that_is_used_up_or_over_is_refused(lab: Lab) -> None:
    now = lab.fake.account.books.now()
    lab.api.coupons.create({"id": "ONE", "percent_off": 10, "duration": "once", "max_redemptions": 1})
    lab.api.coupons.create({"id": "OLD", "percent_off": 10, "duration": "once", "redeem_by": now + DAY})
    lab.subscribe(discounts=[{"coupon": "ONE"}])
    lab.days(2)
    for code in ("ONE", "OLD"):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            lab.subscribe(discounts=[{"coupon": code}])
        assert refusal.value.code == "coupon_expired"
        assert not lab.api.coupons.retrieve(code).valid


# --- Meters -------------------------------------------------------------------------------------------


def test_use_is_billed_after_its_period(lab: Lab) -> None:
    customer = lab.customer()
    made = lab.subscribe(customer, items=[{"price": lab.price("basic")}, {"price": lab.price("fees")}])
    assert not hasattr(made["items"].data[1], "quantity")
    for number in range(3):
        _use(lab, customer, "101", identifier=f"sale-{number}")
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        _use(lab, customer, "101", identifier="sale-1")
    lab.api.billing.meter_event_adjustments.create(
        {"event_name": "fees", "type": "cancel", "cancel": {"identifier": "sale-2"}}
    )
    lab.renew(made)
    rows = {row.description: (row.amount, row.quantity) for row in lab.latest(made).lines.data}
    assert rows["202 × Transaction fees"] == (101, 202)
    assert lab.latest(made).total == 3001
    lab.renew(made)
    assert lab.latest(made).total == 2900


def test_use_is_summed_for_whoever_asks(lab: Lab) -> None:
    customer = lab.customer()
    _use(lab, customer, "5")
    _use(lab, customer, "2.5")
    meter = lab.api.billing.meters.list({"status": "active"}).data[0]
    minute = lab.fake.account.books.now() // 60 * 60
    span = {"customer": customer, "start_time": minute - 60, "end_time": minute + 120}
    assert lab.api.billing.meters.event_summaries.list(meter.id, span).data[0].aggregated_value == 7.5


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"payload": {"stripe_customer_id": "CUSTOMER", "value": "many"}}, "meter_event_invalid_value"),
        ({"payload": {"value": "1"}}, "meter_event_no_customer_defined"),
        ({"timestamp": -36 * DAY}, "timestamp_too_far_in_past"),
        ({"timestamp": 400}, "timestamp_in_future"),
        ({"event_name": "nobody"}, "no_meter"),
    ],
)
def test_use_that_cannot_count_is_reported_later(lab: Lab, more: dict[str, Any], code: str) -> None:
    customer = lab.customer(card="")
    more = dict(more)
    if "timestamp" in more:
        more["timestamp"] += lab.fake.account.books.now()
    if "payload" in more:
        more["payload"] = {key: text.replace("CUSTOMER", customer) for key, text in more["payload"].items()}
    told = {"event_name": "fees", "payload": {"stripe_customer_id": customer, "value": "1"}, **more}
    lab.api.billing.meter_events.create(told)
    report = next(iter(lab.fake.account.books.kinds["v2.core.event"].values()))
    assert report["data"]["reason"]["error_types"][0]["code"] == code


def test_a_final_invoice_bills_the_last_use(lab: Lab) -> None:
    customer = lab.customer()
    made = lab.subscribe(customer, items=[{"price": lab.price("basic")}, {"price": lab.price("fees")}])
    _use(lab, customer, "1000")
    lab.api.subscriptions.update(made.id, {"cancel_at_period_end": True})
    lab.renew(made)
    assert (lab.again(made).status, lab.latest(made).total) == ("canceled", 500)


def test_a_yearly_plan_may_have_monthly_fees(lab: Lab) -> None:
    customer = lab.customer()
    made = lab.subscribe(customer, items=[{"price": lab.price("basic_year")}, {"price": lab.price("fees")}])
    _use(lab, customer, "1000")
    fees = made["items"].data[1]
    assert item_of(made).current_period_end > fees.current_period_end
    lab.days(32)
    assert lab.invoices(made) == [
        ("subscription_create", "paid", 29_000),
        ("subscription_cycle", "paid", 500),
    ]


# --- The balance --------------------------------------------------------------------------------------


def test_a_credit_pays_before_the_card(lab: Lab) -> None:
    customer = lab.customer()
    lab.api.customers.balance_transactions.create(customer, {"amount": -1000, "currency": "usd"})
    made = lab.subscribe(customer)
    assert (lab.latest(made).amount_due, lab.latest(made).amount_paid) == (1900, 1900)
    rows = lab.api.customers.balance_transactions.list(customer).data
    assert [(row.type, row.amount) for row in rows] == [("applied_to_invoice", 1000), ("adjustment", -1000)]


def test_a_tiny_amount_waits_on_the_balance(lab: Lab) -> None:
    customer = lab.customer()
    lab.api.customers.balance_transactions.create(customer, {"amount": -2870, "currency": "usd"})
    made = lab.subscribe(customer)
    assert (lab.latest(made).status, lab.latest(made).amount_due) == ("paid", 0)
    assert lab.api.customers.retrieve(customer).balance == 30


def test_cards_are_asked_for_by_intents_too(lab: Lab) -> None:
    customer = lab.customer(card="")
    saved = lab.api.setup_intents.create(
        {"customer": customer, "payment_method": "pm_card_visa", "confirm": True}
    )
    assert (saved.status, len(lab.api.payment_methods.list({"customer": customer}).data)) == ("succeeded", 1)
    asked = lab.api.payment_intents.create({"amount": 500, "currency": "usd"})
    with pytest.raises(stripe.CardError) as refusal:
        lab.api.payment_intents.confirm(asked.id, {"payment_method": "pm_card_chargeDeclined"})
    assert refusal.value.error.payment_intent.status == "requires_payment_method"
    done = lab.api.payment_intents.confirm(asked.id, {"payment_method": "pm_card_visa"})
    assert (done.status, done.amount_received) == ("succeeded", 500)
    ask = lab.api.payment_intents.create({"amount": 500, "currency": "usd"})
    waits = lab.api.payment_intents.confirm(ask.id, {"payment_method": "pm_card_authenticationRequired"})
    lab.open(waits.next_action.redirect_to_url.url, act="complete")
    assert lab.api.payment_intents.retrieve(ask.id).status == "succeeded"
