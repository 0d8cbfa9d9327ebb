"""What people click: checkout, the bank, the portal, invoices and the dials."""

import re
from typing import Any

import pytest
import stripe

from tests.contracts.fake_stripe.lab import Lab, Page, item_of

BACK = "http://kopi.app.localhost:8000/plan/?session_id={CHECKOUT_SESSION_ID}"


def _session(lab: Lab, **told: Any) -> stripe.checkout.Session:
    given = {
        "mode": "subscription",
        "line_items": [{"price": lab.price("basic"), "quantity": 1}],
        "success_url": BACK,
    }
    return lab.api.checkout.sessions.create({**given, **told})


def _pay(lab: Lab, session: stripe.checkout.Session, number: str = "4242424242424242", **form: str) -> Page:
    return lab.open(session.url, act="pay", number=number, exp="12/34", cvc="123", **form)


def test_a_person_subscribes_and_comes_back(lab: Lab) -> None:
    session = _session(lab, client_reference_id="store-1", subscription_data={"metadata": {"store": "1"}})
    assert (session.status, session.amount_total, session.currency) == ("open", 2900, "usd")
    done = _pay(lab, session, email="tono@example.com")
    assert (done.status, done.location) == (303, BACK.replace("{CHECKOUT_SESSION_ID}", session.id))
    after = lab.api.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "line_items"]})
    assert (after.status, after.payment_status, after.client_reference_id) == ("complete", "paid", "store-1")
    assert (after.subscription.status, after.subscription.metadata.store) == ("active", "1")
    assert lab.api.customers.retrieve(after.customer).email == "tono@example.com"
    assert (after.line_items.data[0].amount_total, lab.types()[-1]) == (2900, "checkout.session.completed")
    assert lab.open(f"{lab.server.url_of('stripe')}/c/pay/{session.id}").status == 410


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("4000000000000002", "Your card was declined."),
        ("4000000000009995", "insufficient funds"),
        ("4000000000000341", "Your card was declined."),
        ("4242424242424241", "number is incorrect"),
        ("4111111111111111", "non test card"),
    ],
)
def test_a_card_that_does_not_pay_leaves_the_page_open(lab: Lab, number: str, words: str) -> None:
    session = _session(lab, customer=lab.customer(card=""))
    page = _pay(lab, session, number)
    assert page.status == 402 and words in page.text
    assert lab.api.subscriptions.list({"status": "all"}).data == []
    assert _pay(lab, session).status == 303


def test_a_declined_card_loses_no_input_and_makes_no_customer(lab: Lab) -> None:
    session = _session(lab)
    page = _pay(lab, session, "4000000000000341", email="tono@example.com")
    assert 'value="tono@example.com"' in page.text
    assert 'value="4000000000000341"' not in page.text
    assert lab.api.checkout.sessions.retrieve(session.id).customer is None


def test_the_bank_asks_the_holder(lab: Lab) -> None:
    session = _session(lab, customer=lab.customer(card=""))
    asked = _pay(lab, session, "4000002760003184").location
    assert "3-D Secure" in lab.open(asked).text
    assert lab.open(asked, act="fail").status == 402
    asked = _pay(lab, session, "4000002500003155").location
    assert lab.open(asked, act="complete").status == 303
    subscription = lab.api.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]}).subscription
    lab.renew(subscription)
    assert lab.again(subscription).status == "active"


def test_a_trial_needs_no_card_on_wish(lab: Lab) -> None:
    data = {"trial_period_days": 14, "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}}}
    session = _session(lab, subscription_data=data, payment_method_collection="if_required")
    assert "Card number" not in lab.open(session.url).text
    assert lab.open(session.url, act="pay", email="a@b.example").status == 303
    after = lab.api.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (after.payment_status, after.subscription.status) == ("no_payment_required", "trialing")


def test_a_code_lowers_the_price_once(lab: Lab) -> None:
    lab.api.coupons.create({"id": "HALF", "percent_off": 50, "duration": "once"})
    told: Any = {"promotion": {"type": "coupon", "coupon": "HALF"}, "code": "HEMAT", "max_redemptions": 1}
    lab.api.promotion_codes.create(told)
    session = _session(lab, allow_promotion_codes=True, customer=lab.customer(card=""))
    assert "invalid" in lab.open(session.url, act="coupon", code="nope").text
    lab.open(session.url, act="coupon", code="hemat")
    assert lab.api.checkout.sessions.retrieve(session.id).total_details.amount_discount == 1450
    _pay(lab, session)
    subscription = lab.api.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]}).subscription
    lab.renew(subscription)
    assert [total for _, _, total in lab.invoices(subscription)] == [1450, 2900]
    assert not lab.api.promotion_codes.list({"code": "HEMAT"}).data[0].active


def test_tax_and_a_tax_id_stand_on_the_invoice(lab: Lab) -> None:
    rate = lab.api.tax_rates.create({"display_name": "PPN", "percentage": 11, "inclusive": False})
    session = _session(
        lab, subscription_data={"default_tax_rates": [rate.id]}, tax_id_collection={"enabled": True}
    )
    assert session.total_details.amount_tax == 319
    _pay(lab, session, email="a@b.example", tax_id="0012345678901234")
    after = lab.api.checkout.sessions.retrieve(session.id, {"expand": ["invoice"]})
    assert (after.invoice.customer_tax_ids[0].type, after.customer_details.tax_ids[0].value) == (
        "id_npwp",
        "0012345678901234",
    )


def test_a_page_is_left_expires_by_hand_or_by_time(lab: Lab) -> None:
    session = _session(lab, cancel_url="http://localhost/back")
    assert lab.open(session.url, act="cancel").location == "http://localhost/back"
    assert lab.api.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        lab.api.checkout.sessions.expire(session.id)
    other = _session(lab)
    lab.days(1.01)
    assert lab.api.checkout.sessions.retrieve(other.id).status == "expired"
    assert lab.types("checkout.") == ["checkout.session.expired"] * 2


def test_a_card_is_saved_by_a_setup_session(lab: Lab) -> None:
    customer = lab.customer(card="")
    session = lab.api.checkout.sessions.create(
        {"mode": "setup", "currency": "usd", "customer": customer, "success_url": BACK}
    )
    _pay(lab, session)
    after = lab.api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert (after.setup_intent.status, len(lab.api.payment_methods.list({"customer": customer}).data)) == (
        "succeeded",
        1,
    )


# --- The portal ---------------------------------------------------------------------------------------


def _portal(
    lab: Lab, customer: str, conditions: tuple[str, ...] = (), **told: Any
) -> stripe.billing_portal.Session:
    products = [
        {"product": "prod_basic", "prices": [lab.price("basic")]},
        {"product": lab.api.prices.retrieve(lab.price("pro")).product, "prices": [lab.price("pro")]},
    ]
    update = {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "products": products,
        "proration_behavior": "always_invoice",
        "schedule_at_period_end": {"conditions": [{"type": kind} for kind in conditions]},
    }
    features = {
        "subscription_update": update,
        "subscription_cancel": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "invoice_history": {"enabled": True},
        "customer_update": {"enabled": True, "allowed_updates": ["tax_id"]},
    }
    configuration = lab.api.billing_portal.configurations.create({"features": features})
    return lab.api.billing_portal.sessions.create(
        {"customer": customer, "configuration": configuration.id, "return_url": "http://localhost/b", **told}
    )


def test_the_portal_upgrades_now_and_shows_what_it_costs(lab: Lab) -> None:
    made = lab.subscribe()
    url = _portal(lab, made.customer).url
    asked = lab.open(url, act="update", subscription=made.id, price=lab.price("pro")).text
    assert "Due today" in asked and "$50.00" in asked
    lab.open(url, act="update", subscription=made.id, price=lab.price("pro"), sure="1")
    assert item_of(lab.again(made)).price.lookup_key == "pro"
    assert lab.latest(made).amount_paid == 5000


def test_the_portal_downgrades_later_and_lets_that_go(lab: Lab) -> None:
    made = lab.subscribe(key="pro")
    url = _portal(lab, made.customer, ("decreasing_item_amount",)).url
    lab.open(url, act="update", subscription=made.id, price=lab.price("basic"), sure="1")
    assert lab.again(made).schedule and item_of(lab.again(made)).price.lookup_key == "pro"
    lab.open(url, act="release", subscription=made.id)
    assert lab.again(made).schedule is None
    lab.open(url, act="update", subscription=made.id, price=lab.price("basic"), sure="1")
    lab.renew(made)
    assert item_of(lab.again(made)).price.lookup_key == "basic"


def test_the_portal_cancels_and_takes_it_back(lab: Lab) -> None:
    made = lab.subscribe()
    url = _portal(lab, made.customer).url
    lab.open(url, act="cancel", subscription=made.id)
    assert lab.again(made).cancel_at_period_end
    lab.open(url, act="undo", subscription=made.id)
    assert not lab.again(made).cancel_at_period_end


def test_the_portal_changes_the_card_and_returns(lab: Lab) -> None:
    made = lab.subscribe()
    flow = {
        "type": "payment_method_update",
        "after_completion": {"type": "redirect", "redirect": {"return_url": "http://localhost/done"}},
    }
    url = _portal(lab, made.customer, flow_data=flow).url
    assert "Cancel subscription" not in lab.open(url).text
    assert lab.open(url, act="card", number="4000000000000002", exp="12/34").status == 402
    assert (
        lab.open(url, act="card", number="5555555555554444", exp="12/34").location == "http://localhost/done"
    )
    customer = lab.api.customers.retrieve(
        made.customer, {"expand": ["invoice_settings.default_payment_method"]}
    )
    assert customer.invoice_settings.default_payment_method.card.brand == "mastercard"


def test_the_portal_does_only_what_it_may_and_for_its_own(lab: Lab) -> None:
    mine, other = lab.subscribe(), lab.subscribe()
    url = lab.api.billing_portal.sessions.create({"customer": mine.customer}).url
    assert lab.open(url, act="update", subscription=mine.id, price=lab.price("pro"), sure="1").status == 402
    assert lab.open(url, act="cancel", subscription=other.id).status == 402
    assert not lab.again(other).cancel_at_period_end


# --- Invoices and dials -------------------------------------------------------------------------------


def test_an_open_invoice_is_paid_on_its_page_and_comes_as_pdf(lab: Lab) -> None:
    made = lab.subscribe()
    lab.give_card(made.customer, "pm_card_chargeCustomerFail")
    lab.renew(made)
    invoice = lab.latest(made)
    assert "$29.00" in lab.open(invoice.hosted_invoice_url).text
    assert lab.open(invoice.hosted_invoice_url, number="4000000000000341", exp="12/34").status == 402
    assert lab.open(invoice.hosted_invoice_url, number="4242424242424242", exp="12/34").status == 303
    assert (lab.latest(made).status, lab.again(made).status) == ("paid", "active")
    sheet = lab.open(invoice.invoice_pdf).text
    assert sheet.startswith("%PDF-1.4") and invoice.number in sheet and "Status paid" in sheet


def test_every_page_says_test_and_has_labels(lab: Lab) -> None:
    made = lab.subscribe()
    urls = [
        _session(lab, allow_promotion_codes=True, tax_id_collection={"enabled": True}).url,
        _portal(lab, made.customer).url,
        lab.latest(made).hosted_invoice_url,
        f"{lab.server.url_of('stripe')}/_control",
    ]
    for url in urls:
        text = lab.open(url).text
        assert "TEST" in text and 'lang="en"' in text and "width=device-width" in text
        assert "<script" not in text
        for named in re.findall(r'<input id="([^"]+)"', text):
            assert f'for="{named}"' in text


def test_markup_in_a_name_stays_text(lab: Lab) -> None:
    price = lab.api.prices.create(
        {
            "product_data": {"name": "<b>x</b>"},
            "currency": "usd",
            "unit_amount": 100,
            "recurring": {"interval": "month"},
        }
    )
    session = _session(lab, line_items=[{"price": price.id}])
    assert "<b>x" not in lab.open(session.url).text


def test_people_turn_the_dials(lab: Lab) -> None:
    made = lab.subscribe()
    url = f"{lab.server.url_of('stripe')}/_control"
    assert made.id in lab.open(url).text
    lab.open(url, **{"mood.customer": made.customer, "mood.code": "insufficient_funds"})
    assert lab.open(url, **{"dials.retry_days": "1", "dials.after_retries": "cancel"}).status == 303
    for _ in range(33):
        lab.open(url, advance_seconds="86400")
    assert lab.again(made).status == "canceled"
    assert lab.open(url, **{"dials.colour": "1"}).status == 400
