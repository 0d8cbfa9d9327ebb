"""Every object of a long and varied life has the fields that the SDK's classes have, and no others."""

from typing import Any

from tests.contracts.fake_stripe.lab import Lab, item_of
from tests.fakes.stripe.conformity import faults
from tests.fakes.stripe.shapes import public


def _live(lab: Lab) -> None:
    """Touch everything once."""
    api = lab.api
    rate = api.tax_rates.create({"display_name": "PPN", "percentage": 11, "inclusive": False})
    api.coupons.create({"id": "TEN", "percent_off": 10, "duration": "forever"})
    code: Any = {"promotion": {"type": "coupon", "coupon": "TEN"}, "code": "TEN"}
    api.promotion_codes.create(code)
    clock = api.test_helpers.test_clocks.create({"frozen_time": 1_801_353_600})
    customer = lab.customer(
        tax_id_data=[{"type": "id_npwp", "value": "0012345678901234"}], test_clock=clock.id
    )
    items = [{"price": lab.price("basic")}, {"price": lab.price("fees")}]
    told = {"discounts": [{"coupon": "TEN"}], "default_tax_rates": [rate.id]}
    made = api.subscriptions.create({"customer": customer, "items": items, **told})
    api.billing.meter_events.create(
        {"event_name": "fees", "payload": {"stripe_customer_id": customer, "value": "9"}}
    )
    lab.give_card(customer, "pm_card_chargeCustomerFail")
    lab.swap(made, "pro", proration_behavior="always_invoice", payment_behavior="pending_if_incomplete")
    api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": item_of(made).current_period_end + 86_400})
    lab.give_card(customer, "pm_card_visa")
    invoice = api.invoices.pay(lab.latest(made).id)
    api.credit_notes.create(
        {"invoice": invoice.id, "amount": 500, "refund_amount": 300, "credit_amount": 200}
    )
    api.subscription_schedules.create({"from_subscription": made.id})
    api.invoice_items.create({"customer": customer, "amount": 100, "currency": "usd"})
    trial = lab.subscribe(lab.customer(card=""), trial_period_days=3)
    api.subscriptions.pause(trial.id)
    lab.subscribe(lab.customer("pm_card_createDispute"))
    lab.subscribe(lab.customer("pm_card_authenticationRequired"))
    api.checkout.sessions.create(
        {"mode": "subscription", "line_items": items[:1], "success_url": "http://localhost/"}
    )
    api.billing_portal.sessions.create({"customer": customer})


def test_every_object_is_as_the_sdk_says(lab: Lab) -> None:
    _live(lab)
    kinds = lab.fake.account.books.kinds
    found = [
        fault
        for kind, rows in kinds.items()
        if not kind.startswith("v2.") and kind != "billing.meter_event"
        for row in rows.values()
        for fault in faults(public(row))
    ]
    assert found == []
    assert len(kinds) >= 28


def test_what_is_only_given_when_asked_for_is_as_the_sdk_says(lab: Lab) -> None:
    _live(lab)
    made = lab.api.subscriptions.list(
        {
            "status": "all",
            "limit": 100,
            "expand": ["data.latest_invoice.payments", "data.customer.tax_ids", "data.discounts"],
        }
    )
    price = lab.api.prices.retrieve(lab.price("basic"), {"expand": ["currency_options", "product"]})
    session = lab.api.checkout.sessions.list({"expand": ["data.line_items"]}).data[0]
    preview = lab.api.invoices.create_preview({"subscription": made.data[0].id})
    for row in (*made.data, price, session, preview):
        assert faults(row.to_dict()) == []


def test_the_comparison_sees_what_is_wrong(lab: Lab) -> None:
    price = lab.api.prices.retrieve(lab.price("basic")).to_dict()
    del price["active"]
    price |= {"plan": "x", "type": "sometimes", "unit_amount": "2900"}
    assert sorted(faults(price)) == [
        "price.active: missing",
        "price.plan: unknown",
        "price.type: 'sometimes' is none of ['one_time', 'recurring']",
        "price.unit_amount: '2900' is no int",
    ]
