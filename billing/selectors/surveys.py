"""How likely sellers would recommend us."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from billing.models import SurveyAnswer


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
