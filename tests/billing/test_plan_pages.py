"""What a store's people see of its plan."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Plan, Subscription, SubscriptionState, Usage
from tenants.models import Role, Store, User

pytestmark = pytest.mark.usefixtures("kopi")


@pytest.fixture
def desk(dashboard: Callable[..., Client], sari: User) -> Client:
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    return browser


def on(store: Store, **columns: object) -> None:
    Subscription.objects.filter(store=store).update(**columns)


def test_says_how_long_the_trial_lasts_and_what_is_used(desk: Client, kopi: Store):
    on(kopi, trial_ends_at=timezone.now() + timedelta(days=3))
    Usage.objects.create(store=kopi, name="products", used=4_000, counted_at=timezone.now())

    page = desk.get("/plan/").content.decode()

    assert "3 days left" in page
    assert "4,000" in page or "4.000" in page
    assert 'value="40"' in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SubscriptionState.ACTIVE, "The next payment is Rp1.249.000 plus PPN"),
        (SubscriptionState.PAST_DUE, "A payment has been missing since"),
        (SubscriptionState.PAUSED, "Your plan is paused"),
        (SubscriptionState.ENDED, "Your trial is over"),
        (SubscriptionState.CANCELED, "kept for 90 days"),
    ],
)
def test_each_state_says_what_is_so_and_what_to_do(desk: Client, kopi: Store, state: str, words: str):
    now = timezone.now()
    on(kopi, state=state, past_due_since=now, period_ends_at=now + timedelta(days=9))

    assert words in desk.get("/plan/").content.decode()


def test_plans_stand_side_by_side_by_the_year_and_in_dollars(desk: Client):
    page = desk.get("/plan/choose/?interval=YEAR&currency=USD").content.decode()

    assert [amount in page for amount in ("US$24.17", "US$65.83", "US$165.83")] == [True] * 3
    assert "US$290.00 a year" in page


def test_a_plan_that_is_too_small_says_so_before_it_is_chosen(desk: Client, kopi: Store):
    Usage.objects.create(store=kopi, name="products", used=4_000, counted_at=timezone.now())

    page = desk.get("/plan/choose/").content.decode()

    assert page.count("nothing new fits") == 1


def test_terms_that_do_not_exist_are_the_ones_that_the_store_is_on(desk: Client):
    page = desk.get("/plan/choose/?interval=DAY&currency=EUR").content.decode()

    assert "Rp1.249.000" in page


def test_a_plan_that_is_not_offered_any_more_is_kept_and_not_shown(desk: Client, kopi: Store):
    Plan.objects.filter(code="professional").update(is_offered=False, name="Professional 2025")

    assert "Professional 2025" in desk.get("/plan/").content.decode()
    assert "Professional 2025" not in desk.get("/plan/choose/").content.decode()


def test_only_the_owner_may_change_it(dashboard: Callable[..., Client], member: Callable[[str], object]):
    page = dashboard(member(Role.FINANCE)).get("/plan/")

    assert page.status_code == 200
    assert b"/plan/choose/" not in page.content
    assert dashboard(member(Role.CATALOGUE)).get("/plan/").status_code == 403


def test_the_pages_ask_a_fixed_number_of_questions(desk: Client, django_assert_max_num_queries):
    desk.get("/plan/")
    with django_assert_max_num_queries(12):
        desk.get("/plan/")
    with django_assert_max_num_queries(13):
        desk.get("/plan/choose/")
