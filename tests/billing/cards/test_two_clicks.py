"""Two clicks at the same moment, really at the same moment: threads, commits and all."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from billing.models import IntentState, Subscription, SubscriptionEvent, SubscriptionIntent
from billing.services.plans import PlanRefused
from tenants.models import PlatformAct
from tests.billing.cards.stage import Stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def committed(stage: Stage) -> Iterator[Stage]:
    """A stage whose rows are put back by hand, since these tests really commit."""
    before = Subscription.objects.filter(store=stage.store).values().get()
    events = set(SubscriptionEvent.objects.values_list("pk", flat=True))
    acts = set(PlatformAct.objects.values_list("pk", flat=True))
    yield stage
    Subscription.objects.filter(store=stage.store).update(**before)
    SubscriptionIntent.objects.all().delete()
    SubscriptionEvent.objects.exclude(pk__in=events).delete()
    PlatformAct.objects.exclude(pk__in=acts).delete()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Start all acts together. Returns what each gave, or what it raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except Exception as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_eight_clicks_on_one_plan_open_one_page(committed: Stage):
    opened = at_once(*[lambda: committed.choose("basic")] * 8)

    assert len({intent.url for intent in opened}) == 1
    assert len(committed.fake.account.books.all("checkout.session")) == 1
    assert len(committed.fake.account.books.all("customer")) == 1
    assert SubscriptionIntent.objects.count() == 1


def test_of_two_plans_that_are_chosen_at_once_one_page_stays_open(committed: Stage):
    opened = at_once(lambda: committed.choose("basic"), lambda: committed.choose("enterprise"))

    pages = committed.fake.account.books.all("checkout.session")
    assert [page["status"] for page in pages].count("open") == 1
    assert SubscriptionIntent.objects.filter(state=IntentState.OPEN).count() == 1
    assert all(isinstance(each, SubscriptionIntent | PlanRefused) for each in opened)
