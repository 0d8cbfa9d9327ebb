"""Stripe is down, slow, broken or mute, at each thing that a seller may ask of it."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.models import IntentState, SubscriptionIntent
from billing.registry import cards
from billing.services import asking, changing, pausing
from tenants.permissions import SYSTEM
from tests.billing.cards.stage import Stage
from tests.fakes.server import FaultKind

Act = Callable[[Stage], Any]

# What is asked, from where on, and by which call of Stripe's.
ACTS: dict[str, tuple[str, Act]] = {
    "subscribe": ("checkout.sessions.create", lambda stage: stage.choose()),
    "first customer": ("customers.create", lambda stage: stage.choose()),
    "upgrade": ("subscriptions.update", lambda stage: stage.change("enterprise")),
    "downgrade": ("subscription_schedules.update", lambda stage: stage.change("basic")),
    "downgrade's beginning": ("subscription_schedules.create", lambda stage: stage.change("basic")),
    "preview": (
        "invoices.create_preview",
        lambda stage: changing.prospect(
            store=stage.store, plan_code="enterprise", interval="MONTH", now=stage.now
        ),
    ),
    "leave": ("subscriptions.update", lambda stage: stage.leave()),
    "stay": (
        "subscriptions.update",
        lambda stage: pausing.keep(store=stage.store, actor=SYSTEM, now=stage.now),
    ),
    "rest": ("subscriptions.update", lambda stage: stage.rest()),
    "go on": (
        "subscriptions.update",
        lambda stage: pausing.resume(store=stage.store, actor=SYSTEM, now=stage.now),
    ),
}
BEFORE: dict[str, Act] = {
    "subscribe": lambda stage: stage.end_trial(),
    "first customer": lambda stage: stage.end_trial(),
    "stay": lambda stage: (stage.buy("professional"), stage.leave()),
    "go on": lambda stage: (stage.buy("professional"), stage.rest()),
}
OFTEN = (FaultKind.STATUS, FaultKind.SILENT, FaultKind.GARBAGE)
RARE = (FaultKind.DEAF, FaultKind.RESET, FaultKind.DRIP, FaultKind.ERROR_BODY)
TRIALS = [(name, kind) for name in ACTS for kind in OFTEN] + [
    (name, kind) for name in ("subscribe", "upgrade") for kind in RARE
]


@pytest.mark.parametrize(("name", "kind"), TRIALS)
def test_nothing_is_half_done_and_trying_again_does_it_once(
    stage: Stage, settings: Any, name: str, kind: FaultKind
):
    settings.STRIPE_PATIENCE_SECONDS = 0.3
    operation, act = ACTS[name]
    BEFORE.get(name, lambda on: on.buy("professional"))(stage)
    row, story = stage.row.__dict__, stage.story()
    # The package tries by itself once more.
    stage.fake.break_next(kind, operation, times=2)

    with pytest.raises(asking.ProviderAway):
        act(stage)

    assert without(stage.row.__dict__, "_state", "customer_ref") == without(row, "_state", "customer_ref")
    assert stage.story() == story
    stage.fake.mend()
    act(stage)
    stage.hear()
    assert len(stage.fake.account.books.all("customer")) == 1
    assert len(stage.fake.account.books.all("checkout.session")) <= 1
    assert len(stage.fake.account.books.all("invoice", billing_reason="subscription_update")) <= 1
    assert not SubscriptionIntent.objects.filter(state=IntentState.OPEN).exclude(kind="SUBSCRIBE").exists()


def without(columns: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name not in names and not name.startswith("_")}


def test_a_wish_that_stripe_refuses_is_closed_and_the_next_click_begins_anew(stage: Stage):
    stage.buy("professional")
    stage.theirs["status"] = "incomplete_expired"

    with pytest.raises(asking.ProviderRefused):
        stage.leave()

    assert SubscriptionIntent.objects.latest("pk").state == IntentState.FAILED


def test_another_language_on_the_second_click_opens_a_page_all_the_same(stage: Stage, settings: Any):
    stage.end_trial()
    settings.STRIPE_PATIENCE_SECONDS = 0.3
    stage.fake.break_next(FaultKind.SILENT, "checkout.sessions.create", times=2)
    with pytest.raises(asking.ProviderAway):
        stage.choose()

    stage.language = "en"
    assert stage.choose().url


def test_wrong_keys_are_no_riddle(stage: Stage, settings: Any):
    settings.STRIPE_SECRET_KEY = "sk_live_other"

    with pytest.raises(asking.ProviderRefused):
        stage.choose()


def test_use_is_counted_once_per_identifier(stage: Stage):
    stage.buy("basic")
    told = {"event": "fee_idr", "customer_ref": stage.row.customer_ref, "value": 7_500, "at": stage.now}

    cards().report_use(**told, identifier="fee-1")
    cards().report_use(**told, identifier="fee-1")
    stage.pass_days(32)

    lines = [line for row in stage.fake.account.books.all("invoice") for line in row["lines"]["data"]]
    assert [line["amount"] for line in lines if "fees" in (line["description"] or "").lower()][-1:] == [
        750_000
    ]
