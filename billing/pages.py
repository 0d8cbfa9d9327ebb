"""The platform's front page: what this is, and what it costs."""

import re
from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing import partner_pages, selectors
from billing.plans import TRIAL_DAYS, TRIAL_PLAN
from billing.services import growth
from tenants.permissions import public

# Says only that this browser was counted today.
_COUNTED: Final = "seen"
_ROBOT: Final = re.compile(r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|^$", re.IGNORECASE)


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product does today, what it does not do yet, and the prices."""
    facts = {"plans": selectors.offered_plans(), "trial_days": TRIAL_DAYS, "trial_plan": TRIAL_PLAN}
    answer = render(request, "platform/home.html", facts)
    partner_pages.remember(request, answer)
    if _is_new_visit(request):
        source = re.sub(r"[^a-z0-9_-]", "", request.GET.get("utm_source", "").lower())
        growth.note_visit(day=timezone.localdate(), source=source)
        is_secure = request.is_secure()
        answer.set_cookie(
            _COUNTED, "1", max_age=timedelta(days=1), httponly=True, samesite="Lax", secure=is_secure
        )
    return answer


def _is_new_visit(request: HttpRequest) -> bool:
    """Whether a person looks for the first time today: not a robot, and nobody who has an account here."""
    return (
        request.method == "GET"
        and not request.user.is_authenticated
        and _COUNTED not in request.COOKIES
        and not _ROBOT.search(request.headers.get("User-Agent", ""))
    )
