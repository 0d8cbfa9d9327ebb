"""Owners and admins are asked how they like us: not too soon, not too often."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import SurveyAnswer, SurveyRest
from billing.services import surveying
from tenants.models import Role, Store, User


@pytest.fixture
def month_old(kopi: Store) -> Store:
    """Kopi signed up 31 days ago."""
    kopi.created_at = timezone.now() - timedelta(days=31)
    kopi.save(update_fields=["created_at"])
    return kopi


@pytest.fixture
def desk(dashboard: Callable[..., Client], sari: User) -> Client:
    return dashboard(sari)


def is_asked(desk: Client) -> bool:
    return 'action="/plan/survey/"' in desk.get("/").content.decode()


def test_nobody_is_asked_in_the_first_month(desk: Client):
    assert not is_asked(desk)


def test_an_answer_is_kept_once_and_nobody_is_asked_for_90_days(month_old: Store, desk: Client, sari: User):
    assert is_asked(desk)
    for score in ("9", "2"):
        assert desk.post("/plan/survey/", {"score": score, "comment": "Ongkirnya pas"}).status_code == 302

    assert [(row.score, row.comment) for row in SurveyAnswer.objects.all()] == [(9, "Ongkirnya pas")]
    assert not is_asked(desk)
    later = timezone.now() + timedelta(days=91)
    assert surveying.answer(store=month_old, user_uid=sari.uid, score=3, comment="", now=later)


def test_not_now_asks_again_in_30_days_and_keeps_no_answer(month_old: Store, desk: Client):
    desk.post("/plan/survey/", {"not_now": "1"})

    left = SurveyRest.objects.get().until - timezone.now()
    assert timedelta(days=29) < left <= timedelta(days=30)
    assert not SurveyAnswer.objects.exists()
    assert not is_asked(desk)


@pytest.mark.parametrize("score", ["", "11", "-1", "ten"])
def test_an_answer_without_a_number_is_shown_again_with_its_words(month_old: Store, desk: Client, score: str):
    answer = desk.post("/plan/survey/", {"score": score, "comment": "Ongkirnya pas"})

    assert answer.status_code == 422
    assert "Ongkirnya pas" in answer.content.decode()
    assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize(("role", "asked"), [(Role.ADMIN, True), (Role.FINANCE, False), (Role.ORDERS, False)])
def test_only_who_runs_the_store_is_asked(
    month_old: Store, dashboard: Callable[..., Client], member: Callable[..., User], role: str, asked: bool
):
    assert is_asked(dashboard(member(role))) is asked
