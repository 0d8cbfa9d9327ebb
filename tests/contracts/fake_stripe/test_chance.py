"""Whatever is done in whatever order, the fake never breaks and no cent appears or is lost."""

import random
from collections.abc import Callable

import pytest
import stripe

from tests.contracts.fake_stripe.lab import Lab
from tests.fakes.stripe.conformity import faults
from tests.fakes.stripe.shapes import public

_PRORATIONS = ("always_invoice", "create_prorations", "none")
_PAYMENTS = ("allow_incomplete", "pending_if_incomplete", "error_if_incomplete")


def _acts(lab: Lab, now: stripe.Subscription, drawn: random.Random) -> list[Callable[[], object]]:
    """What somebody may do to a subscription."""
    told = {"proration_behavior": drawn.choice(_PRORATIONS), "payment_behavior": drawn.choice(_PAYMENTS)}
    use = {"event_name": "fees", "payload": {"stripe_customer_id": now.customer, "value": "10"}}
    subscriptions = lab.api.subscriptions
    return [
        lambda: lab.swap(now, drawn.choice(["basic", "pro", "basic_year"]), **told),
        lambda: lab.api.subscription_schedules.create({"from_subscription": now.id}),
        lambda: subscriptions.update(now.id, {"cancel_at_period_end": drawn.random() < 0.5}),
        lambda: subscriptions.update(now.id, {"pause_collection": {"behavior": "void"}}),
        lambda: subscriptions.pause(now.id),
        lambda: subscriptions.resume(now.id),
        lambda: lab.give_card(now.customer, drawn.choice(["pm_card_visa", "pm_card_chargeCustomerFail"])),
        lambda: lab.days(drawn.choice([1, 5, 20, 40])),
        lambda: lab.api.billing.meter_events.create(use),
        lambda: lab.api.invoices.pay(now.latest_invoice),
        lambda: lab.api.invoices.create_preview({"subscription": now.id}),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_money_is_neither_made_nor_lost(lab: Lab, seed: int) -> None:
    drawn = random.Random(seed)
    items = [{"price": lab.price("basic")}, {"price": lab.price("fees")}]
    made = lab.api.subscriptions.create({"customer": lab.customer(), "items": items})
    for _ in range(20):
        try:
            drawn.choice(_acts(lab, lab.again(made), drawn))()
        except (stripe.InvalidRequestError, stripe.CardError):
            continue

    books = lab.fake.account.books
    charged = sum(row["amount"] for row in books.all("charge", status="succeeded"))
    paid = sum(row["amount_paid"] for row in books.all("invoice", status="paid"))
    moved = sum(row["amount"] for row in books.all("customer_balance_transaction"))
    assert (paid, moved) == (charged, books.get("customer", made.customer)["balance"])
    assert [fault for row in books.all("invoice") for fault in faults(public(row))] == []
