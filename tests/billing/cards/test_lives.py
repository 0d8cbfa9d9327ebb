"""Whatever sellers, banks, time and the post do: in the end our books say what Stripe's say."""

import copy
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from billing.models import Invoice, InvoicePayment, SubscriptionEvent
from billing.ports import CardRefused
from billing.registry import cards
from billing.services import changing, pausing, plans, reconciling
from tenants import work
from tenants.errors import CommerceError
from tenants.permissions import SYSTEM
from tests.billing.cards.stage import DECLINED, GOOD, Stage, tell
from tests.fakes.stripe.shapes import Obj

PLANS = st.sampled_from(["basic", "professional", "enterprise"])
INTERVALS = st.sampled_from(["MONTH", "MONTH", "YEAR"])
CURRENCIES = st.sampled_from(["IDR", "IDR", "USD"])
OURS = {
    "trialing": "TRIALING",
    "active": "ACTIVE",
    "past_due": "PAST_DUE",
    "unpaid": "UNPAID",
    "canceled": "CANCELED",
}


class Life(RuleBasedStateMachine):
    """One store from its sign-up on. A refusal is an answer; a crash is not."""

    stage: ClassVar[Stage]
    beginning: ClassVar[dict[str, Any]]

    def __init__(self) -> None:
        super().__init__()
        self.ground = transaction.atomic()
        self.ground.__enter__()
        books = self.stage.fake.account.books
        books.load(copy.deepcopy(self.beginning))
        self.stage.fake._clock._path.unlink(missing_ok=True)  # type: ignore[union-attr]
        self.heard = self.slept = 0

    def attempt(self, act: Callable[[], Any]) -> None:
        """Do what may be refused."""
        try:
            with transaction.atomic():
                act()
        except (CommerceError, CardRefused):
            pass

    # --- What happens ------------------------------------------------------------------------------

    @rule(plan=PLANS, interval=INTERVALS, currency=CURRENCIES, number=st.sampled_from([GOOD, GOOD, DECLINED]))
    def chooses(self, plan: str, interval: str, currency: str, number: str) -> None:
        self.attempt(lambda: self.stage.enter_card(self.stage.choose(plan, interval, currency), number))

    @rule(plan=PLANS, interval=INTERVALS)
    def changes(self, plan: str, interval: str) -> None:
        self.attempt(lambda: self.stage.change(plan, interval, self.stage.row.currency))

    @rule(act=st.sampled_from([changing.keep_price, pausing.keep, pausing.cancel, pausing.resume]))
    def decides(self, act: Callable[..., Any]) -> None:
        self.attempt(lambda: act(store=self.stage.store, actor=SYSTEM, now=self.stage.now))

    @rule(days=st.integers(1, 92))
    def rests(self, days: int) -> None:
        self.attempt(lambda: self.stage.rest(days))

    @rule(code=st.sampled_from(["ok", "insufficient_funds", "expired_card"]))
    def bank(self, code: str) -> None:
        self.stage.bank_says(code)

    @rule(days=st.sampled_from([1, 8, 16, 31]))
    def time(self, days: int) -> None:
        """Messages may be lost for weeks, but not the nights of a whole month."""
        self.slept += days
        if self.slept >= reconciling.INVOICE_DAYS:
            self.night()
            self.slept = days
        self.stage.pass_days(days)
        plans.end_trials(self.stage.now)

    @rule()
    def pays_what_is_open(self) -> None:
        for owed in Invoice.objects.filter(store=self.stage.store, state="OPEN", provider="STRIPE"):
            key = f"life:{owed.pk}:{self.stage.now}"
            self.attempt(lambda ref=owed.external_ref, key=key: cards().pay_invoice(ref, key=key))

    @rule(share=st.integers(1, 100))
    def gets_money_back(self, share: int) -> None:
        paid = InvoicePayment.objects.filter(invoice__store=self.stage.store, state="PAID").last()
        if paid is not None:
            told = {"amount": max(paid.amount * share // 100, 1), "currency": paid.invoice.currency}
            reference = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{paid.pk}-{share}-{self.heard}"))
            self.attempt(lambda: cards().refund(paid.reference, **told, reference=reference))

    @rule(data=st.data())
    def post_arrives(self, data: st.DataObject) -> None:
        """Some of what is new, in any order, some of it twice; the rest is lost."""
        events = self.stage.events()
        fresh, self.heard = events[self.heard :], len(events)
        for event in data.draw(st.permutations(fresh))[: data.draw(st.integers(0, len(fresh)))]:
            for _ in range(data.draw(st.integers(1, 2))):
                assert tell(event).status_code == 200
        work.work_until_idle()

    @rule()
    def night(self) -> None:
        reconciling.reconcile(self.stage.now)
        work.work_until_idle()

    # --- What must be true in the end ----------------------------------------------------------------

    def teardown(self) -> None:
        try:
            self.night()
            self.same_subscription()
            self.same_invoices()
            self.ledger_sums()
        finally:
            transaction.set_rollback(True)
            self.ground.__exit__(None, None, None)

    def same_subscription(self) -> None:
        row = self.stage.row
        alive = [s for s in self.all("subscription") if s["status"] not in ("canceled", "incomplete_expired")]
        assert len(alive) <= 1
        if not alive:
            assert row.state in ("TRIALING", "ENDED", "CANCELED")
            return
        theirs = alive[0]
        prices = [item["price"] for item in theirs["items"]["data"]]
        price = next(price for price in prices if price["recurring"]["usage_type"] == "licensed")
        state = "PAUSED" if theirs["pause_collection"] else OURS[theirs["status"]]
        assert (row.external_ref, row.state) == (theirs["id"], state)
        assert row.plan.lookup_key(row.interval, row.currency) == price["metadata"]["key"]
        assert row.ends_at_period_end == theirs["cancel_at_period_end"]
        assert bool(row.next_plan) == bool(theirs["schedule"])

    def same_invoices(self) -> None:
        theirs = {
            (i["id"], i["status"].upper(), round(i["total"] / (100 if i["currency"] == "idr" else 1)))
            for i in self.all("invoice")
            if i["status"] != "draft" and i["total"] > 0
        }
        ours = Invoice.objects.filter(store=self.stage.store)
        assert {(i.external_ref, i.state, i.total_amount) for i in ours} == theirs
        assert all(i.refunded_amount <= i.paid_amount <= i.total_amount for i in ours)
        assert all(sum(line.net_amount for line in i.lines.all()) == i.net_amount for i in ours)

    def ledger_sums(self) -> None:
        events = SubscriptionEvent.objects.filter(store=self.stage.store).order_by("pk")
        revenue: dict[str, int] = {}
        for event in events:
            revenue[event.currency_before] = revenue.get(event.currency_before, 0) - event.mrr_before_amount
            revenue[event.currency] = revenue.get(event.currency, 0) + event.mrr_after_amount
        row = self.stage.row
        assert {name: sum_ for name, sum_ in revenue.items() if sum_} == (
            {row.currency: row.month_net_amount} if row.month_net_amount else {}
        )

    def all(self, kind: str) -> list[Obj]:
        return list(self.stage.fake.account.books.all(kind))


@pytest.mark.parametrize("examples", [5, pytest.param(80, marks=pytest.mark.attack)])
def test_every_life_ends_with_equal_books(stage: Stage, examples: int):
    Life.stage, Life.beginning = stage, copy.deepcopy(stage.fake.account.books.dump())
    lives = settings(
        max_examples=examples,
        stateful_step_count=14,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=lives)
