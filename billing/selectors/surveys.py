"""How likely sellers would recommend us."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Q

from billing.models import SurveyAnswer, SurveyRest
from tenants import context
from tenants.models import Store

# Whoever signed up has seen enough by then.
FIRST_ASKED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SurveyScore:
    """NPS: promoters (9, 10) less detractors (0 to 6), in hundredths of all answers; from -100 to 100."""

    answers: int
    promoters: int
    passives: int
    detractors: int

    @property
    def score(self) -> int | None:
        """The net score, rounded half away from zero; None without an answer."""
        if not self.answers:
            return None
        net = self.promoters - self.detractors
        rounded = (abs(net) * 200 + self.answers) // (self.answers * 2)
        return rounded if net >= 0 else -rounded


def score(*, now: datetime, days: int = 90) -> SurveyScore:
    """The score of the last `days` days; of somebody who answered twice, both count. One query."""
    counted = SurveyAnswer.objects.filter(at__gt=now - timedelta(days=days), at__lte=now).aggregate(
        answers=Count("pk"),
        promoters=Count("pk", filter=Q(score__gte=9)),
        detractors=Count("pk", filter=Q(score__lte=6)),
    )
    passives = counted["answers"] - counted["promoters"] - counted["detractors"]
    return SurveyScore(counted["answers"], counted["promoters"], passives, counted["detractors"])


def comments(*, now: datetime, days: int = 90, most: int = 20) -> list[SurveyAnswer]:
    """The latest answers with words, newest first."""
    since = now - timedelta(days=days)
    rows = SurveyAnswer.objects.select_related("store").filter(at__gt=since, at__lte=now).exclude(comment="")
    return list(rows.order_by("-at", "-pk")[:most])


def is_asked(store: Store, user_uid: uuid.UUID, now: datetime) -> bool:
    """Whether to ask somebody: a month after the store began, not while they are left in peace. One query."""
    resting = SurveyRest.objects.filter(store_id=store.pk, user_uid=user_uid, until__gt=now)
    with context.in_public():
        # What a request carries of its store does not say since when it is there.
        began = Store.objects.filter(pk=store.pk, created_at__lte=now - FIRST_ASKED)
        return began.exclude(Exists(resting)).exists()
