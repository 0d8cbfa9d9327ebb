"""Requests and answers: encoding, refusals, keys, pages and expansion."""

import urllib.error
import urllib.request

import pytest
import stripe

from tests.contracts.fake_stripe.lab import Lab
from tests.fakes.server import FaultKind


def _client(lab: Lab, key: str = "sk_test_x", **more: object) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": lab.server.url_of("stripe")}, **more)


def test_lists_maps_and_clearing_are_read_from_brackets(lab: Lab) -> None:
    made = lab.api.customers.create(
        {"name": "A & B = C", "metadata": {"0": "x", "b": "y"}, "preferred_locales": ["id", "en"]}
    )
    assert made.metadata.to_dict() == {"0": "x", "b": "y"}
    assert (made.name, made.preferred_locales) == ("A & B = C", ["id", "en"])
    changed = lab.api.customers.update(made.id, {"name": "", "metadata": {"b": ""}})
    assert (changed.name, changed.metadata.to_dict()) == (None, {"0": "x"})
    assert lab.api.customers.update(made.id, {"metadata": ""}).metadata.to_dict() == {}


@pytest.mark.parametrize("key", ["", "sk_live_abc", "pk_test_abc", "nonsense"])
def test_strangers_are_turned_away(lab: Lab, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        _client(lab, key or " ").v1.customers.list()


def test_another_version_is_refused(lab: Lab) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="2025-01-27"):
        lab.api.customers.list({}, {"stripe_version": "2025-01-27.acacia"})


@pytest.mark.parametrize(
    ("told", "param", "code"),
    [
        ({"shoe_size": "44"}, "shoe_size", "parameter_unknown"),
        ({"items": []}, "items", "parameter_missing"),
        ({"items": [{"price": "price_gone"}]}, "items[0][price]", "resource_missing"),
        ({"items": [{"colour": "red"}]}, "items[0][colour]", "parameter_unknown"),
        ({"trial_period_days": "many"}, "trial_period_days", "parameter_invalid_integer"),
        ({"proration_behavior": "maybe"}, "proration_behavior", None),
        ({"cancel_at_period_end": "perhaps"}, "cancel_at_period_end", None),
    ],
)
def test_what_makes_no_sense_is_named(
    lab: Lab, told: dict[str, object], param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        lab.subscribe(**told)
    assert (refusal.value.param, refusal.value.code, refusal.value.http_status) == (param, code, 400)


def test_what_is_not_there_is_404_in_the_path_and_400_in_a_parameter(lab: Lab) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription: 'sub_gone'") as missing:
        lab.api.subscriptions.retrieve("sub_gone")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        lab.subscribe(customer="cus_gone")
    assert (wrong.value.http_status, wrong.value.param) == (400, "customer")


def test_a_decline_is_a_card_error_with_its_code(lab: Lab) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        lab.customer("pm_card_chargeDeclinedInsufficientFunds")
    error = refusal.value.error
    assert (refusal.value.http_status, error.code, error.decline_code, error.type) == (
        402,
        "card_declined",
        "insufficient_funds",
        "card_error",
    )


def test_a_key_repeats_its_answer_and_refuses_another_question(lab: Lab) -> None:
    first = lab.api.customers.create({"name": "A"}, {"idempotency_key": "k1"})
    again = lab.api.customers.create({"name": "A"}, {"idempotency_key": "k1"})
    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as refusal:
        lab.api.customers.create({"name": "B"}, {"idempotency_key": "k1"})
    assert refusal.value.http_status == 400
    lab.days(2)
    assert lab.api.customers.create({"name": "B"}, {"idempotency_key": "k1"}).id != first.id


def test_a_key_of_what_was_not_valid_is_still_free(lab: Lab) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        lab.api.customers.create({"email": "nobody"}, {"idempotency_key": "k2"})
    assert lab.api.customers.create({"email": "a@b.example"}, {"idempotency_key": "k2"}).id


def test_lists_come_in_pages_in_both_directions(lab: Lab) -> None:
    made = [lab.api.customers.create({"name": str(number)}).id for number in range(5)][::-1]
    page = lab.api.customers.list({"limit": 2})
    assert ([row.id for row in page.data], page.has_more) == (made[:2], True)
    after = lab.api.customers.list({"limit": 3, "starting_after": made[1]})
    assert ([row.id for row in after.data], after.has_more) == (made[2:], False)
    before = lab.api.customers.list({"limit": 1, "ending_before": made[2]})
    assert ([row.id for row in before.data], before.has_more) == ([made[1]], True)
    assert [row.id for row in lab.api.customers.list({"limit": 2}).auto_paging_iter()] == made
    with pytest.raises(stripe.InvalidRequestError):
        lab.api.customers.list({"limit": 101})


def test_lists_filter_by_time(lab: Lab) -> None:
    old = lab.customer(card="")
    lab.days(3)
    new = lab.api.customers.create({})
    assert [row.id for row in lab.api.customers.list({"created": {"gte": new.created}}).data] == [new.id]
    assert [row.id for row in lab.api.customers.list({"created": {"lt": new.created}}).data] == [old]


def test_objects_are_expanded_within_objects_and_lists(lab: Lab) -> None:
    made = lab.subscribe(expand=["latest_invoice.payments.data.payment.payment_intent", "customer"])
    intent = made.latest_invoice.payments.data[0].payment.payment_intent
    assert (intent.status, intent.amount, made.customer.object) == ("succeeded", 2900, "customer")
    listed = lab.api.subscriptions.list({"expand": ["data.customer.invoice_settings.default_payment_method"]})
    assert listed.data[0].customer.invoice_settings.default_payment_method.card.last4 == "4242"
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        lab.api.subscriptions.retrieve(made.id, {"expand": ["status"]})


def test_prices_are_found_by_lookup_key_which_moves_on_wish(lab: Lab) -> None:
    found = lab.api.prices.list({"lookup_keys": ["pro"], "expand": ["data.product"]}).data
    assert [(row.id, row.product.name) for row in found] == [(lab.price("pro"), "Professional")]
    told = {"product": "prod_basic", "currency": "usd", "unit_amount": 9900, "lookup_key": "pro"}
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        lab.api.prices.create(told)
    moved = lab.api.prices.create({**told, "transfer_lookup_key": True})
    assert [row.id for row in lab.api.prices.list({"lookup_keys": ["pro"]}).data] == [moved.id]


def test_every_request_has_an_id_and_events_name_it(lab: Lab) -> None:
    made = lab.api.customers.create({"name": "A"}, {"idempotency_key": "k9"})
    event = lab.api.events.list({"type": "customer.created"}).data[0]
    assert event.request.id == made.last_response.request_id
    assert (event.request.idempotency_key, event.api_version) == ("k9", "2026-10-28.endive")
    assert lab.api.events.retrieve(event.id).data.object.id == made.id
    assert lab.api.events.list({"types": ["invoice.paid"]}).data == []


def test_the_sdk_asks_again_when_nothing_was_done(lab: Lab) -> None:
    lab.fake.break_next(FaultKind.STATUS, "customers.create")
    _client(lab, max_network_retries=1).v1.customers.create({"name": "A"})
    assert len(lab.api.customers.list().data) == 1


def test_what_was_done_without_an_answer_is_not_done_twice_under_its_key(lab: Lab) -> None:
    lab.fake.break_next(FaultKind.RESET, "customers.create")
    with pytest.raises(stripe.APIConnectionError):
        lab.api.customers.create({"name": "A"}, {"idempotency_key": "k3"})
    lab.api.customers.create({"name": "A"}, {"idempotency_key": "k3"})
    assert len(lab.api.customers.list().data) == 1


def test_a_rate_limit_is_told_as_one(lab: Lab) -> None:
    lab.fake.break_next(FaultKind.STATUS, "customers.list", status=429)
    with pytest.raises(stripe.StripeError) as refusal:
        lab.api.customers.list()
    assert refusal.value.http_status == 429


def test_an_address_that_is_none_is_404(lab: Lab) -> None:
    request = urllib.request.Request(
        f"{lab.server.url_of('stripe')}/v1/plans", headers={"Authorization": "Bearer sk_test_x"}
    )
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request)
