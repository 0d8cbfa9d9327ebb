"""How likely people would recommend us: asked now and then, and left in peace in between."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from billing.models import SurveyAnswer, SurveyRest
from tenants import context
from tenants.models import Store

AFTER_ANSWER: Final = timedelta(days=90)
AFTER_NOT_NOW: Final = timedelta(days=30)


@transaction.atomic
def answer(*, store: Store, user_uid: uuid.UUID, score: int, comment: str, now: datetime) -> bool:
    """Keep an answer and ask no more for 90 days. Returns whether it counted: a second click does not."""
    with context.in_public():
        if not _rest(store, user_uid, now, now + AFTER_ANSWER):
            return False
        SurveyAnswer.objects.create(
            store_id=store.pk, user_uid=user_uid, score=score, comment=comment.strip()[:1000], at=now
        )
        return True


@transaction.atomic
def not_now(*, store: Store, user_uid: uuid.UUID, now: datetime) -> None:
    """Ask again in 30 days."""
    with context.in_public():
        _rest(store, user_uid, now, now + AFTER_NOT_NOW)


def _rest(store: Store, user_uid: uuid.UUID, now: datetime, until: datetime) -> bool:
    """Note until when somebody is left in peace; False when they are already."""
    row, is_new = SurveyRest.objects.get_or_create(
        store_id=store.pk, user_uid=user_uid, defaults={"until": until}
    )
    if is_new:
        return True
    return bool(SurveyRest.objects.filter(pk=row.pk, until__lte=now).update(until=until))
