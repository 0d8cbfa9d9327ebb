"""What Stripe tells us: forged, old, repeated, in any order, late, never, or about strangers."""

import itertools
import time
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import transaction

from billing import card_tasks
from billing.models import Invoice, NoticeState, ProviderNotice, SubscriptionIntent
from billing.ports import CardUnavailable
from billing.registry import cards
from billing.services import asking, noticing, reconciling, syncing
from tenants import work
from tenants.models import Job
from tests.billing.cards.stage import Stage, post, tell
from tests.fakes.server import FaultKind
from tests.fakes.stripe import FakeStripe
from tests.fakes.stripe.shapes import Obj, public

EVENT = {"id": "evt_1", "object": "event", "type": "invoice.paid", "created": 1, "data": {"object": {}}}


def facts(stage: Stage) -> tuple[object, ...]:
    """Everything that must come out the same however it was told."""
    row, invoices = stage.row, Invoice.objects.filter(store=stage.store)
    return (
        (row.state, row.plan.code, row.provider, row.external_ref, row.period_ends_at, row.paid_with),
        stage.story(),
        list(invoices.values_list("number", "state", "net_amount", "tax_amount", "paid_amount")),
        SubscriptionIntent.objects.get(store=stage.store).state,
    )


def purchase(stage: Stage) -> list[Obj]:
    """What one purchase tells, the kinds that we act on, at most one of each."""
    stage.end_trial()
    stage.enter_card(stage.choose("basic"))
    kinds: dict[str, Obj] = {}
    for event in stage.events():
        if noticing._family(event["type"]) is not None:
            kinds.setdefault(event["type"], event)
    return list(kinds.values())


@pytest.mark.parametrize("secret", ["whsec_other", ""])
def test_a_forged_message_is_refused_and_not_kept(fake: FakeStripe, secret: str):
    assert tell(EVENT, secret=secret).status_code == 400
    assert not ProviderNotice.objects.exists()


def test_without_a_secret_nothing_is_believed(fake: FakeStripe, settings: Any):
    settings.STRIPE_WEBHOOK_SECRET = ""

    assert tell(EVENT, secret="").status_code == 400
    assert not ProviderNotice.objects.exists()


@pytest.mark.parametrize("age", [301, 86_400])
def test_an_old_signature_is_refused(fake: FakeStripe, age: int):
    assert tell(EVENT, at=int(time.time()) - age).status_code == 400
    assert not ProviderNotice.objects.exists()


def test_a_message_that_was_changed_on_the_way_is_refused(fake: FakeStripe):
    assert post(b'{"id": "evt_2"}', "t=1,v1=00").status_code == 400
    assert post(b"", "").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        "[" * 50_000,
        '{"id": "evt_\\u0000", "type": "invoice.paid"}',
        '{"id": 7, "type": "invoice.paid"}',
        '{"id": "' + "x" * 5_000 + '", "type": "invoice.paid"}',
        "\u0000",
    ],
)
def test_signed_rubbish_is_refused_and_not_kept(fake: FakeStripe, body: str):
    assert tell(body).status_code == 400
    assert not ProviderNotice.objects.exists()


@pytest.mark.parametrize("body", [b"\xff\xfe", b"\x00" * 600_000, b"{" * 3_000_000])
def test_bytes_that_are_no_text_or_too_many_are_refused(fake: FakeStripe, body: bytes):
    assert post(body, f"t={int(time.time())},v1=00").status_code == 400


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"object": []},
        {"object": {"id": {"id": 7}, "customer": ["x"], "parent": "y", "object": "invoice"}},
        {"object": {"id": "in_\u0000", "customer": "cus_" + "x" * 500, "object": "invoice"}},
        {"object": {"id": "in_unknown", "object": "invoice", "customer": "cus_unknown"}},
    ],
)
@pytest.mark.parametrize("created", [1, -(10**30), 1e300, "yesterday", None])
def test_signed_events_of_any_shape_are_kept_and_lead_to_nothing(
    fake: FakeStripe, data: object, created: object
):
    assert tell({**EVENT, "data": data, "created": created}).status_code == 200
    work.work_until_idle()

    assert ProviderNotice.objects.get().state in (NoticeState.FAILED, NoticeState.DONE)
    assert not Invoice.objects.exists()


def test_what_is_none_of_our_business_is_kept_and_ignored(fake: FakeStripe):
    tell({**EVENT, "type": "account.updated"})
    assert ProviderNotice.objects.get().state == NoticeState.IGNORED


def test_a_stranger_is_kept_for_the_staff_to_see(stage: Stage):
    customer = stage.fake.account.books.add("customer", "cus", name="Somebody else")
    event = {**EVENT, "type": "customer.updated", "data": {"object": {**customer, "object": "customer"}}}

    tell(event)
    work.work_until_idle()

    notice = ProviderNotice.objects.get()
    assert (notice.state, notice.store) == (NoticeState.FAILED, None)
    assert customer["id"] in notice.trouble


def test_a_disputed_payment_is_shown_to_the_staff(stage: Stage):
    stage.buy()
    told = {"object": "dispute", "id": "du_1", "payment_intent": "pi_1"}
    tell({**EVENT, "type": "charge.dispute.created", "data": {"object": told}})
    work.work_until_idle()

    assert ProviderNotice.objects.get(kind="charge.dispute.created").state == NoticeState.FAILED


def test_a_message_counts_once_however_often_it_comes(stage: Stage):
    events = purchase(stage)
    stage.hear(events)
    before = facts(stage)

    stage.hear(events * 3)

    assert facts(stage) == before
    assert ProviderNotice.objects.count() == len(events)


# What a purchase hangs on; the whole suite tries five kinds, in 120 orders.
FEW = (
    "checkout.session.completed",
    "customer.subscription.created",
    "invoice.finalized",
    "invoice.paid",
)
MANY = (*FEW, "payment_method.attached")


def outcomes(stage: Stage, tellings: Iterable[Iterable[Obj]], *, by_night: bool = False) -> set[str]:
    """How the books look after each telling, each from the same beginning."""
    seen = set()
    for events in tellings:
        with transaction.atomic():
            stage.hear(events)
            if by_night:
                reconciling.reconcile(stage.now)
            seen.add(str(facts(stage)))
            transaction.set_rollback(True)
    return seen


def told(stage: Stage, kinds: tuple[str, ...]) -> list[Obj]:
    events = [event for event in purchase(stage) if event["type"] in kinds]
    assert len(events) == len(kinds)
    return events


@pytest.mark.parametrize("kinds", [FEW, pytest.param(MANY, marks=pytest.mark.attack)])
def test_a_purchase_ends_the_same_in_whatever_order_it_is_told(stage: Stage, kinds: tuple[str, ...]):
    seen = outcomes(stage, itertools.permutations(told(stage, kinds)))

    assert len(seen) == 1
    assert "SUBSCRIBED" in seen.pop()


def test_messages_that_come_twice_between_others_change_nothing(stage: Stage):
    events = told(stage, FEW)
    doubled = [
        [*order, *reversed(order)] for order in itertools.islice(itertools.permutations(events), 0, 24, 3)
    ]

    assert len(outcomes(stage, [events, *doubled])) == 1


def test_any_messages_may_be_lost_since_the_night_finds_what_they_told(stage: Stage):
    events = told(stage, FEW)
    parts = [part for size in range(5) for part in itertools.combinations(events, size)]

    seen = outcomes(stage, parts, by_night=True)

    assert len(seen) == 1
    assert "SUBSCRIBED" in seen.pop()


def test_an_answer_that_was_asked_for_earlier_does_not_undo_a_later_one(stage: Stage):
    stage.buy("basic")
    old_at = asking.moment()
    old = cards().find_subscription(stage.row.external_ref)
    stage.change("enterprise")

    syncing.write(old, read_at=old_at, now=stage.now)

    assert stage.row.plan.code == "enterprise"


def test_a_second_subscription_is_left_to_a_person(stage: Stage):
    first = stage.choose("basic")
    stage.buy("basic")
    again = stage.fake.account.books.get("checkout.session", first.external_ref)
    other = {**stage.theirs, "id": "sub_second", "_number": 10**9}
    stage.fake.account.books.kinds["subscription"]["sub_second"] = other
    assert again["status"] == "complete"

    tell({**EVENT, "type": "customer.subscription.created", "data": {"object": public(other)}})
    work.work_until_idle()

    assert "sub_second" in ProviderNotice.objects.get(state=NoticeState.FAILED).trouble
    assert stage.row.external_ref != "sub_second"


@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.RESET, FaultKind.GARBAGE, FaultKind.DRIP])
def test_what_could_not_be_asked_is_asked_again(stage: Stage, kind: FaultKind):
    events = purchase(stage)
    stage.fake.break_next(kind, "*", times=40)
    for event in events:
        assert tell(event).status_code == 200
    with pytest.raises(CardUnavailable):
        noticing.work_off(notice_id=ProviderNotice.objects.latest("pk").pk)
    assert stage.row.provider == "NONE"

    stage.fake.mend()
    work.work_until_idle()

    assert stage.row.state == "ACTIVE"
    assert not ProviderNotice.objects.filter(state=NoticeState.WAITING).exists()


def test_the_night_takes_up_what_was_lost_with_its_duty(stage: Stage):
    for event in purchase(stage):
        tell(event)
    Job.objects.all().delete()

    reconciling.reconcile(stage.now + 2 * noticing.STALE)
    work.work_until_idle()

    assert not ProviderNotice.objects.filter(state=NoticeState.WAITING).exists()


def test_the_night_comes_by_itself(stage: Stage):
    stage.end_trial()
    stage.enter_card(stage.choose("basic"))

    card_tasks.reconcile_nightly()
    work.work_until_idle()

    assert (stage.row.state, stage.row.paid_with) == ("ACTIVE", "visa 4242")
