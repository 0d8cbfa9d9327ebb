"""What the staff read about growth."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import FunnelStep, Step, SurveyAnswer
from billing.selectors import surveys
from tenants.models import Store, User


@pytest.fixture(autouse=True)
def _english(console: Client):
    console.cookies["lang"] = "en"


def test_the_funnel_stands_on_the_page_and_in_the_file(console: Client, kopi: Store):
    start = timezone.now() - timedelta(days=3)
    FunnelStep.objects.create(store=kopi, step=Step.SIGNED_UP, at=start)
    FunnelStep.objects.create(store=kopi, step=Step.VERIFIED, at=start + timedelta(minutes=130))

    assert "2 h 10 min" in console.get("/growth/").content.decode()
    assert "Address confirmed,1,130,130" in console.get("/growth.csv").content.decode()


@pytest.mark.parametrize(
    ("scores", "net"), [([], None), ([10, 9, 8, 3], 25), ([0, 6, 7], -67), ([9], 100), ([7, 8], 0)]
)
def test_the_score_is_promoters_less_detractors(kopi: Store, scores: list[int], net: int | None):
    now = timezone.now()
    for score in scores:
        SurveyAnswer.objects.create(store=kopi, user_uid=kopi.uid, score=score, at=now)

    assert surveys.score(now=now).score == net


def test_words_of_sellers_are_shown_without_their_names(console: Client, kopi: Store, sari: User):
    SurveyAnswer.objects.create(
        store=kopi, user_uid=sari.uid, score=4, comment="Ongkir sulit diatur", at=timezone.now()
    )

    page = console.get("/growth/").content.decode()

    assert "Ongkir sulit diatur" in page
    assert "Sari" not in page


def test_the_page_asks_a_fixed_number_of_questions(console: Client, django_assert_max_num_queries):
    console.get("/growth/")
    with django_assert_max_num_queries(16):
        console.get("/growth/?days=365")
