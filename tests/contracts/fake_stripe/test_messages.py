"""Events as webhooks: signed, tried again, and misbehaving on wish."""

import json
from pathlib import Path

import pytest
import stripe

from tests.contracts.fake_stripe.lab import SECRET, Lab
from tests.fakes.server import FakeServer
from tests.fakes.stripe import FakeStripe


def _arrived(lab: Lab) -> list[stripe.Event]:
    lab.fake.wait_until_posted()
    return [
        stripe.Webhook.construct_event(note.body, note.headers["stripe-signature"], SECRET)
        for note in lab.receiver.notices
    ]


def test_every_event_arrives_signed_and_in_the_pinned_version(lab: Lab) -> None:
    lab.subscribe()
    arrived = _arrived(lab)
    assert [event.type for event in arrived] == lab.types()
    assert {(event.api_version, event.livemode, event.pending_webhooks) for event in arrived} == {
        ("2026-10-28.endive", False, 1)
    }
    changed = next(event for event in arrived if event.type == "customer.subscription.updated")
    assert changed.data.previous_attributes.status == "incomplete"


def test_a_forged_signature_is_refused(lab: Lab) -> None:
    lab.control(dials={"bad_signature": True})
    lab.customer(card="")
    with pytest.raises(stripe.SignatureVerificationError):
        _arrived(lab)


def test_it_tries_again_until_it_is_heard(lab: Lab) -> None:
    lab.receiver.mood.statuses = [500, 503]
    lab.api.customers.create({})
    assert [event.type for event in _arrived(lab)] == ["customer.created"] * 3
    assert [posted.status for posted in lab.fake.postbox.sender.posted] == [500, 503, 200]


def test_events_are_doubled_held_turned_around_and_dropped(lab: Lab) -> None:
    lab.control(dials={"duplicates": 2, "hold": True})
    lab.subscribe()
    assert _arrived(lab) == []
    lab.control(release="backwards", dials={"duplicates": 1})
    order = [event.type for event in _arrived(lab)]
    assert order == [kind for kind in lab.types()[::-1] for _ in range(2)]
    lab.control(dials={"drop": True})
    lab.api.customers.create({})
    assert len(_arrived(lab)) == len(order)
    last = lab.api.events.list({"limit": 1}).data[0]
    lab.control(dials={"drop": False}, resend=last.id)
    assert _arrived(lab)[-1].id == last.id


def test_endpoints_are_made_by_the_api_and_choose_their_types(lab: Lab) -> None:
    told = {
        "url": f"{lab.server.url_of('receiver')}/own",
        "enabled_events": ["invoice.paid", "customer.tax_id.created"],
    }
    made = lab.api.webhook_endpoints.create(told)
    assert made.secret.startswith("whsec_")
    assert not hasattr(lab.api.webhook_endpoints.retrieve(made.id), "secret")
    lab.subscribe()
    lab.fake.wait_until_posted()
    own = [posted for posted in lab.fake.postbox.sender.posted if posted.url.endswith("/own")]
    assert [json.loads(posted.body)["type"] for posted in own] == ["invoice.paid"]


def test_an_error_of_a_meter_comes_as_a_thin_event(lab: Lab) -> None:
    told = {"event_name": "fees", "payload": {"stripe_customer_id": "cus_gone", "value": "5"}}
    lab.api.billing.meter_events.create(told)
    lab.fake.wait_until_posted()
    note = lab.receiver.notices[-1]
    client = stripe.StripeClient("sk_test_x", base_addresses={"api": lab.server.url_of("stripe")})
    told_of = client.parse_event_notification(note.body, note.headers["stripe-signature"], SECRET)
    assert told_of.type == "v1.billing.meter.error_report_triggered"
    assert told_of.related_object.type == "billing.meter"
    event = told_of.fetch_event()
    assert event.data.reason.error_types[0].code == "meter_event_customer_not_found"


def test_a_restart_remembers_and_shares_its_clock(tmp_path: Path) -> None:
    paths = {"keep": tmp_path / "stripe.json", "shared_clock": tmp_path / "clock.txt"}
    with FakeServer({"stripe": FakeStripe(**paths)}) as server:
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": server.url_of("stripe")})
        made = client.v1.customers.create({"name": "Kopi"}, {"idempotency_key": "once"})
        server.providers["stripe"].advance(3600)
    assert (tmp_path / "clock.txt").read_text() == "3600"
    (tmp_path / "clock.txt").write_text("7200")
    again = FakeStripe(**paths)
    again.tick()
    assert again.account.books.ahead == 7200
    with FakeServer({"stripe": again}) as server:
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": server.url_of("stripe")})
        assert client.v1.customers.create({"name": "Kopi"}, {"idempotency_key": "once"}).id == made.id
        assert client.v1.customers.retrieve(made.id).name == "Kopi"
