"""Webhooks out: signed, once per event and endpoint, retried over 72 hours, paused, replayed, never lost."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, timedelta
from email.utils import format_datetime

import pytest
from django.core import mail
from django.utils import timezone

from core import events
from core.integrations import selectors, services
from core.integrations.delivery import signing
from core.integrations.delivery.patience import JITTER, LAST_MOMENT, WAITS
from core.integrations.event_types import INTERNAL, TYPE_OF, EventType
from core.integrations.models import (
    DeliveryState,
    EndpointState,
    PauseReason,
    WebhookDelivery,
    WebhookEndpoint,
)
from core.integrations.selectors import DeliveryFilter
from core.integrations.services.sending import LONGEST_WISH, PATIENCE
from core.kernel import audit, outbox, sealing
from core.kernel.errors import InvalidInput
from tenants import context, work
from tenants.models import Job, JobState, Store
from tenants.permissions import SYSTEM
from tests.canaries import CANARY
from tests.factories.catalog import make_product
from tests.factories.orders import placed_order
from tests.factories.webhooks import Clock, add_endpoint, delivery, turned
from tests.fakes.receiver import Notice, Receiver
from tests.fakes.server import FakeServer, FaultKind

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def other_system() -> Iterator[Receiver]:
    fake = Receiver()
    with FakeServer({"receiver": fake}) as server:
        fake.url = f"{server.url_of('receiver')}/hook"  # type: ignore[attr-defined]
        yield fake


def url_of(fake: Receiver) -> str:
    return str(fake.url)  # type: ignore[attr-defined]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    work.work_until_idle()
    return turned(monkeypatch)


def is_genuine(notice: Notice, secret: str) -> bool:
    """What a receiver checks, written from the specification and not with our code."""
    message = b".".join(
        [notice.headers["webhook-id"].encode(), notice.headers["webhook-timestamp"].encode(), notice.body]
    )
    key = base64.b64decode(secret.split("_", 1)[1])
    expected = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    offered = [each.split(",", 1) for each in notice.headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(given, expected) for version, given in offered)


# Signatures


def test_a_notice_is_signed_as_standard_webhooks_has_it(other_system: Receiver):
    _row, secret = add_endpoint(url_of(other_system))
    order = placed_order()
    work.work_until_idle()

    [notice] = [one for one in other_system.notices if json.loads(one.body)["type"] == "order.placed"]
    assert is_genuine(notice, secret)
    assert not is_genuine(Notice(notice.headers, notice.body + b" "), secret)
    assert abs(int(notice.headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert json.loads(notice.body)["data"]["order"]["id"] == order.public_id


def test_the_known_vector_of_the_specification_fits():
    body, key = b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signing.headers(event_id="msg_p5jXN8AQM9LWM0D4loKWxJek", sent_at=1614265330, body=body, keys=[key])

    assert made["Webhook-Signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert is_genuine(Notice({name.lower(): value for name, value in made.items()}, body), key)


def test_both_secrets_sign_for_a_day_and_then_only_the_new_one(other_system: Receiver, clock: Clock):
    row, old = add_endpoint(url_of(other_system))
    _row, new = services.rotate_secret(public_id=row.public_id, actor=SYSTEM, now=clock())
    services.ping(public_id=row.public_id, now=clock())
    clock.work()
    clock.turn(timedelta(hours=24))
    services.ping(public_id=row.public_id, now=clock())
    clock.work()

    during, after = other_system.notices
    assert [is_genuine(during, key) for key in (old, new)] == [True, True]
    assert [is_genuine(after, key) for key in (old, new)] == [False, True]


def test_secrets_are_kept_sealed():
    row, secret = add_endpoint()

    row.refresh_from_db()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret not in {str(value) for value in vars(row).values()}
    assert secret not in str(list(audit.history("webhook", row.public_id).values()))
    assert "integrations_webhookendpoint.sealed_secrets" in [str(column) for column in sealing.columns()]


# What is told


def test_every_event_of_the_store_is_told_or_named_as_internal():
    known = {value for value in vars(events).values() if isinstance(value, type)}
    assert set(TYPE_OF) | INTERNAL == known
    assert set(TYPE_OF) & INTERNAL == set()


def test_nothing_is_written_where_nobody_listens():
    add_endpoint(event_types=[EventType.ORDER_PAID])
    make_product()
    kinds = Job.objects.filter(kind__startswith="core.integrations").count()

    assert (kinds, WebhookDelivery.objects.count()) == (0, 0)


def test_an_event_told_twice_is_one_delivery_per_endpoint():
    add_endpoint("https://one.example.com/")
    add_endpoint("https://two.example.com/")
    outbox.record(events.ProductChanged(product_id=make_product().pk))
    handler = "core.integrations.handlers.tell_of_a_product"
    job = Job.objects.filter(kind=handler).latest("created_at")
    for _ in range(2):
        Job.objects.filter(pk=job.pk).update(
            state=JobState.WAITING, lease_until=None, attempts=0, next_at=timezone.now()
        )
        Job.objects.exclude(pk=job.pk).update(state=JobState.DONE)
        work.work_until_idle(most=1)

    assert WebhookDelivery.objects.count() == 2
    assert WebhookDelivery.objects.values("event_id").distinct().count() == 1


def test_a_thing_that_is_gone_is_not_told():
    add_endpoint()
    assert services.announce(event=events.ProductChanged(product_id=0), now=timezone.now()) == 0


def test_the_other_store_hears_nothing(other_store: Store, other_system: Receiver):
    with context.in_store(other_store):
        add_endpoint(url_of(other_system))
    placed_order()
    work.work_until_idle()

    assert other_system.notices == []
    with context.in_store(other_store):
        assert WebhookDelivery.objects.filter(event_type=EventType.ORDER_PLACED).count() == 0


def test_a_notice_has_ids_and_addresses_and_nothing_about_people(other_system: Receiver, kopi: Store):
    add_endpoint(url_of(other_system))
    order = placed_order(email="rahasia@example.com")
    work.work_until_idle()

    said = b" ".join(notice.body for notice in other_system.notices).decode()
    assert order.number in said
    assert f"/api/v1/orders/{order.public_id}" in said
    for private in (order.email, order.phone, order.customer_name, CANARY):
        assert private not in said


@pytest.mark.parametrize("event", sorted(TYPE_OF, key=lambda each: each.__name__))
def test_every_event_survives_that_its_row_is_gone(event: type):
    fields = dict.fromkeys(event.__dataclass_fields__, 0)  # type: ignore[attr-defined]
    assert selectors.happening_of(event(**fields)) is None


# Tries


def test_a_notice_is_tried_ten_times_over_72_hours(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    other_system.mood.statuses = [500] * 20
    waiting = delivery(row, next_at=clock())
    services.send(delivery_id=waiting.pk, attempt=0)
    clock.work()
    waits = []
    for _ in WAITS:
        waits.append(clock.next_wait())
        clock.turn(waits[-1])

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, len(other_system.notices)) == (DeliveryState.FAILED, 10, 10)
    assert sum(WAITS, timedelta()) == timedelta(hours=72)
    for wait, planned in zip(waits, WAITS, strict=True):
        assert planned <= wait <= planned * (1 + JITTER) + timedelta(seconds=1)
    assert len({notice.headers["webhook-id"] for notice in other_system.notices}) == 1
    assert [told["status"] for told in waiting.tries] == [500] * 10


def test_the_waits_of_two_notices_differ(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    other_system.mood.statuses = [503, 503]
    for _ in range(2):
        services.send(delivery_id=delivery(row, next_at=clock()).pk, attempt=0)
    clock.work()

    first, second = WebhookDelivery.objects.values_list("next_at", flat=True)
    assert first != second


def test_what_arrives_later_ends_the_tries_and_forgives(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    other_system.mood.statuses = [500, 302]
    waiting = delivery(row, next_at=clock())
    services.send(delivery_id=waiting.pk, attempt=0)
    for wait in (timedelta(), timedelta(minutes=2), timedelta(minutes=6)):
        clock.turn(wait)

    waiting.refresh_from_db()
    row.refresh_from_db()
    assert (waiting.state, waiting.next_at, waiting.last_status) == (DeliveryState.DELIVERED, None, 200)
    assert [told["status"] for told in waiting.tries] == [500, 302, 200]
    assert (row.failing_since, row.failures, row.quiet_until) == (None, 0, None)


@pytest.mark.parametrize(("fault", "status"), [(FaultKind.GARBAGE, 200), (FaultKind.STATUS, 503)])
def test_a_strange_answer_is_written_down(
    clock: Clock, other_system: Receiver, fault: FaultKind, status: int
):
    row, _secret = add_endpoint(url_of(other_system))
    other_system.break_next(fault)
    services.ping(public_id=row.public_id, now=clock())
    clock.work()

    [told] = WebhookDelivery.objects.get().tries
    assert (told["status"], "\x00" in told["answer"]) == (status, False)
    assert told["milliseconds"] >= 0


def test_nobody_there_is_a_failure_with_a_reason(clock: Clock):
    row, _secret = add_endpoint("http://127.0.0.1:9/")
    services.ping(public_id=row.public_id, now=clock())
    clock.work()

    sent = WebhookDelivery.objects.get()
    assert (sent.state, sent.tries[0]["failure"], sent.last_status) == ("FAILED", "CONNECTION", None)


def test_a_second_worker_with_the_same_try_does_nothing(other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    waiting = delivery(row, next_at=timezone.now())
    for _ in range(2):
        services.send.now(delivery_id=waiting.pk, attempt=0)  # type: ignore[attr-defined]

    assert len(other_system.notices) == 1


def test_a_notice_that_a_dead_worker_took_is_sent_after_all(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    lost = delivery(row, attempts=1, next_at=clock() + timedelta(minutes=10))
    assert services.send_overdue(now=clock()) == 0
    clock.turn(timedelta(minutes=21))
    assert services.send_overdue(now=clock()) == 1
    assert services.send_overdue(now=clock()) == 0
    clock.work()

    lost.refresh_from_db()
    assert (lost.state, lost.attempts, len(other_system.notices)) == (DeliveryState.DELIVERED, 2, 1)


def test_an_endpoint_that_keeps_failing_is_left_in_peace_for_a_while(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    other_system.mood.statuses = [500] * 50
    waiting = [delivery(row, next_at=clock()) for _ in range(PATIENCE + 3)]
    for each in waiting:
        services.send(delivery_id=each.pk, attempt=0)
    clock.work()

    assert len(other_system.notices) == PATIENCE
    waiting[-1].refresh_from_db()
    assert (waiting[-1].attempts, waiting[-1].state) == (0, DeliveryState.WAITING)
    assert timedelta(seconds=30) <= waiting[-1].next_at - clock() <= timedelta(seconds=60)  # type: ignore[operator]


def tried_once(clock: Clock, fake: Receiver, status: int, wish: str) -> WebhookDelivery:
    """A notice whose first try was just answered so."""
    row, _secret = add_endpoint(url_of(fake))
    fake.mood.statuses, fake.mood.retry_after = [status] * 50, wish
    sent = delivery(row, next_at=clock())
    services.send(delivery_id=sent.pk, attempt=0)
    clock.work()
    sent.refresh_from_db()
    return sent


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("wish", "least"), [("1800", 1800), ("90", 90), ("5", 60), ("-5", 60), ("soon", 60), ("9" * 39, 259_200)]
)
def test_a_receiver_that_asks_for_time_gets_it(
    clock: Clock, other_system: Receiver, status: int, wish: str, least: int
):
    sent = tried_once(clock, other_system, status, wish)

    wait = sent.next_at - clock()  # type: ignore[operator]
    assert timedelta(seconds=least) <= wait <= timedelta(seconds=least * (1 + JITTER) + 1)


def test_it_may_name_a_moment(clock: Clock, other_system: Receiver):
    moment = clock() + timedelta(hours=2)
    sent = tried_once(clock, other_system, 503, format_datetime(moment.astimezone(UTC), usegmt=True))

    assert sent.next_at == moment.replace(microsecond=0)
    assert sent.tries[0]["wait"] in (7199, 7200)


def test_other_answers_ask_for_nothing(clock: Clock, other_system: Receiver):
    sent = tried_once(clock, other_system, 500, "1800")

    assert sent.next_at - clock() <= timedelta(seconds=67)  # type: ignore[operator]
    assert "wait" not in sent.tries[0]


def test_no_wish_leads_beyond_the_72_hours(clock: Clock, other_system: Receiver):
    sent = tried_once(clock, other_system, 429, str(30 * 3600))
    began = clock()
    while sent.state == DeliveryState.WAITING:
        clock.turn(clock.next_wait())
        sent.refresh_from_db()

    assert len(other_system.notices) < 10
    assert clock() - began <= LAST_MOMENT + timedelta(seconds=60)


def test_all_notices_of_an_endpoint_that_asks_for_time_wait_at_most_an_hour(
    clock: Clock, other_system: Receiver
):
    sent = tried_once(clock, other_system, 429, str(24 * 3600))
    other = delivery(sent.endpoint, next_at=clock())
    services.send(delivery_id=other.pk, attempt=0)
    clock.work()

    other.refresh_from_db()
    assert (len(other_system.notices), other.attempts) == (1, 0)
    assert timedelta() <= other.next_at - clock() - LONGEST_WISH <= timedelta(seconds=30)  # type: ignore[operator]


# Pauses


def test_an_address_that_is_gone_is_paused_at_once_and_its_owner_gets_a_mail(
    clock: Clock, other_system: Receiver
):
    row, _secret = add_endpoint(url_of(other_system))
    waiting = delivery(row, next_at=clock() + timedelta(hours=1))
    other_system.mood.statuses = [410]
    services.send(delivery_id=delivery(row, next_at=clock()).pk, attempt=0)
    clock.work()
    clock.turn(timedelta(days=4))

    row.refresh_from_db()
    assert (row.state, row.pause_reason) == (EndpointState.PAUSED, PauseReason.GONE)
    assert len(other_system.notices) == 1
    assert set(row.deliveries.values_list("state", flat=True)) == {"HELD"}
    assert row.deliveries.filter(pk=waiting.pk).exists()
    [letter] = [each for each in mail.outbox if row.url in each.body]
    assert letter.to == ["sari@example.com"]
    assert "410" in letter.body


def test_what_was_held_is_sent_when_an_address_is_there_again(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    other_system.mood.statuses = [410]
    services.send(delivery_id=delivery(row, next_at=clock()).pk, attempt=0)
    clock.work()
    services.resume(public_id=row.public_id, actor=SYSTEM, now=clock())
    clock.work()

    row.refresh_from_db()
    assert (row.state, row.pause_reason) == (EndpointState.ACTIVE, "")
    assert row.deliveries.get().state == DeliveryState.DELIVERED


def test_a_test_that_finds_nobody_pauses_nothing(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    other_system.mood.statuses = [410]
    services.ping(public_id=row.public_id, now=clock())
    clock.work()

    row.refresh_from_db()
    assert row.state == EndpointState.ACTIVE


def failing_for_three_days(clock: Clock, fake: Receiver) -> WebhookEndpoint:
    """An endpoint on which the last try of three days has just failed, with one more notice on its way."""
    row, _secret = add_endpoint(url_of(fake))
    fake.mood.statuses = [500] * 30
    services.send(delivery_id=delivery(row, next_at=clock()).pk, attempt=0)
    clock.work()
    for _ in WAITS[:-1]:
        clock.turn(clock.next_wait())
    last = clock.next_wait()
    delivery(row, next_at=clock() + last + timedelta(hours=1))
    clock.turn(last)
    row.refresh_from_db()
    return row


def test_after_72_hours_an_endpoint_is_paused_and_its_owner_gets_a_mail(clock: Clock, other_system: Receiver):
    row = failing_for_three_days(clock, other_system)

    assert (row.state, row.pause_reason) == (EndpointState.PAUSED, PauseReason.FAILING)
    assert list(row.deliveries.order_by("pk").values_list("state", flat=True)) == ["FAILED", "HELD"]
    [letter] = [each for each in mail.outbox if row.url in each.body]
    assert letter.to == ["sari@example.com"]
    assert f"/settings/webhooks/{row.public_id}/" in letter.body
    assert "app.localhost" in letter.body


def test_an_hour_before_that_it_is_not(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    row.failing_since, row.failures = clock() - timedelta(hours=71), 3
    row.save()
    other_system.mood.statuses = [500]
    services.send(delivery_id=delivery(row, next_at=clock()).pk, attempt=0)
    clock.work()

    row.refresh_from_db()
    assert (row.state, row.failures) == (EndpointState.ACTIVE, 4)


def test_what_happens_during_a_pause_is_held_and_sent_on_resuming(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system), event_types=[EventType.ORDER_PLACED])
    services.pause(public_id=row.public_id, actor=SYSTEM)
    numbers = [placed_order().number for _ in range(3)]
    clock.work()
    assert (other_system.notices, selectors.state_counts(row)["HELD"]) == ([], 3)

    services.resume(public_id=row.public_id, actor=SYSTEM, now=clock())
    clock.work()
    told = [json.loads(notice.body)["data"]["order"]["number"] for notice in other_system.notices]
    assert told == numbers


def test_resuming_without_what_was_held_leaves_it_held(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    services.pause(public_id=row.public_id, actor=SYSTEM)
    delivery(row, state=DeliveryState.HELD)
    services.resume(public_id=row.public_id, actor=SYSTEM, now=clock(), with_held=False)
    clock.work()

    row.refresh_from_db()
    assert (row.state, other_system.notices) == (EndpointState.ACTIVE, [])
    assert selectors.state_counts(row)["HELD"] == 1


def test_a_try_that_was_under_way_when_the_pause_came_waits(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    waiting = delivery(row, next_at=clock())
    services.send(delivery_id=waiting.pk, attempt=0)
    WebhookEndpoint.objects.filter(pk=row.pk).update(state=EndpointState.PAUSED)
    clock.work()

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, other_system.notices) == (DeliveryState.HELD, 0, [])


def test_a_test_is_sent_once_also_during_a_pause_and_counts_for_nothing(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    services.pause(public_id=row.public_id, actor=SYSTEM)
    other_system.mood.statuses = [500]
    services.ping(public_id=row.public_id, now=clock())
    clock.turn(timedelta(days=4))

    row.refresh_from_db()
    assert len(other_system.notices) == 1
    assert row.failures == 0
    assert WebhookDelivery.objects.get().state == DeliveryState.FAILED


def test_a_removed_endpoint_hears_nothing_and_keeps_its_log(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    gone = delivery(row, next_at=clock())
    services.remove_endpoint(public_id=row.public_id, actor=SYSTEM)
    placed_order()
    clock.work()

    row.refresh_from_db()
    assert (other_system.notices, row.sealed_secrets) == ([], "")
    assert [each.state for each in row.deliveries.all()] == ["CANCELLED"]
    assert selectors.endpoint_rows() == []
    with pytest.raises(services.EndpointRemoved):
        services.replay(public_id=gone.public_id, actor=SYSTEM, now=clock())


# Again


def test_one_notice_can_be_sent_again_with_its_old_id(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    sent = delivery(row, state=DeliveryState.FAILED, attempts=10)
    services.replay(public_id=sent.public_id, actor=SYSTEM, now=clock())
    clock.work()

    sent.refresh_from_db()
    assert (sent.state, sent.attempts, sent.attempts_before) == (DeliveryState.DELIVERED, 11, 10)
    assert [notice.headers["webhook-id"] for notice in other_system.notices] == [sent.event_id]


def test_one_that_waits_for_its_next_try_goes_now_and_only_once(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    other_system.mood.statuses = [500]
    sent = delivery(row, next_at=clock())
    services.send(delivery_id=sent.pk, attempt=0)
    clock.work()
    services.replay(public_id=sent.public_id, actor=SYSTEM, now=clock())
    clock.work()
    clock.turn(timedelta(hours=1))

    assert len(other_system.notices) == 2


def test_everything_since_a_moment_can_be_sent_again(clock: Clock, other_system: Receiver):
    row, _secret = add_endpoint(url_of(other_system))
    ago = [clock() - timedelta(hours=hours) for hours in (30, 20, 10)]
    old, lost, arrived = (delivery(row, state="FAILED", created_at=moment) for moment in ago)
    WebhookDelivery.objects.filter(pk=arrived.pk).update(state=DeliveryState.DELIVERED)
    since = {"public_id": row.public_id, "since": clock() - timedelta(hours=24), "actor": SYSTEM}
    assert services.replay_since(**since, now=clock()) == 1
    clock.work()
    assert [notice.headers["webhook-id"] for notice in other_system.notices] == [lost.event_id]

    assert services.replay_since(**since, now=clock(), only_undelivered=False) == 2
    clock.work()
    assert [notice.headers["webhook-id"] for notice in other_system.notices[1:]] == [
        lost.event_id,
        arrived.event_id,
    ]
    old.refresh_from_db()
    assert old.state == DeliveryState.FAILED


def test_many_notices_are_sent_again_in_runs(
    clock: Clock, other_system: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.integrations.services.sending._RUN", 2)
    row, _secret = add_endpoint(url_of(other_system))
    rows = [delivery(row, state=DeliveryState.FAILED) for _ in range(7)]
    services.replay_since(
        public_id=row.public_id, since=clock() - timedelta(hours=1), actor=SYSTEM, now=clock()
    )
    clock.work()

    assert sorted(n.headers["webhook-id"] for n in other_system.notices) == sorted(r.event_id for r in rows)


def test_nothing_is_sent_again_while_paused():
    row, _secret = add_endpoint()
    sent = delivery(row, state=DeliveryState.FAILED)
    services.pause(public_id=row.public_id, actor=SYSTEM)

    with pytest.raises(services.EndpointPaused):
        services.replay(public_id=sent.public_id, actor=SYSTEM, now=timezone.now())
    sent.refresh_from_db()
    assert sent.state == DeliveryState.FAILED


def test_the_log_is_kept_for_thirty_days():
    row, _secret = add_endpoint()
    now = timezone.now()
    for days, state in ((31, "DELIVERED"), (31, "WAITING"), (29, "FAILED")):
        delivery(row, created_at=now - timedelta(days=days), state=state)

    assert services.forget_deliveries(now=now) == 1
    left, _cursor = selectors.delivery_page(row, DeliveryFilter())
    assert [each.state for each in left] == ["FAILED", "WAITING"]


# Input


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://10.0.0.1/",
        "https://a:b@example.com/",
        "x",
        "https://example.com:8443/",
    ],
)
def test_an_address_that_is_never_called_is_not_taken(url: str):
    with pytest.raises(InvalidInput) as refusal:
        add_endpoint(url)
    assert refusal.value.field == "url"
    assert WebhookEndpoint.objects.count() == 0


def test_production_never_calls_itself(settings: object):
    settings.WEBHOOKS_MAY_LOOP_BACK = False  # type: ignore[attr-defined]
    with pytest.raises(InvalidInput):
        add_endpoint("https://localhost/")


@pytest.mark.parametrize("types", [[], ["order.eaten"], ["webhook.ping"]])
def test_unknown_types_are_not_taken(types: list[str]):
    with pytest.raises(InvalidInput) as refusal:
        add_endpoint(event_types=types)
    assert refusal.value.field == "event_types"


def test_twenty_endpoints_are_the_most():
    for number in range(20):
        add_endpoint(f"https://hooks{number}.example.com/")
    with pytest.raises(InvalidInput):
        add_endpoint("https://one-more.example.com/")
    assert WebhookEndpoint.objects.count() == 20


def test_a_new_address_starts_without_failures():
    row, _secret = add_endpoint()
    WebhookEndpoint.objects.update(failing_since=timezone.now(), failures=7)
    edited = services.edit_endpoint(
        public_id=row.public_id, changes={"url": "https://new.example.com/"}, actor=SYSTEM
    )

    assert (edited.url, edited.failures, edited.failing_since) == ("https://new.example.com/", 0, None)
