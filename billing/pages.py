"""The platform's front page: what this is, and what it costs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing import selectors
from billing.plans import TRIAL_DAYS, TRIAL_PLAN
from tenants.permissions import public


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product does today, what it does not do yet, and the prices."""
    facts = {"plans": selectors.offered_plans(), "trial_days": TRIAL_DAYS, "trial_plan": TRIAL_PLAN}
    return render(request, "platform/home.html", facts)
