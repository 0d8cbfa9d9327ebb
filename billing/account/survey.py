"""The question on the dashboard's first page: how likely somebody would recommend us."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from billing import clock
from billing.account.frame import crumbs
from billing.forms import SurveyForm
from billing.selectors import surveys
from billing.services import surveying
from tenants.models import Role
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

_ASKED = frozenset({Role.OWNER, Role.ADMIN})


def card(request: HttpRequest) -> SurveyForm | None:
    """The question, for owners and admins whose time to be asked has come."""
    store, actor = getattr(request, "store", None), getattr(request, "actor", None)
    membership = getattr(request, "membership", None)
    if store is None or actor is None or membership is None or membership.role not in _ASKED:
        return None
    if not surveys.is_asked(store, uuid.UUID(actor.id), clock.now()):
        return None
    return SurveyForm(auto_id="survey_%s")


@require_POST
@requires(Permission.VIEW_PLAN)
def answer(request: StoreRequest) -> HttpResponse:
    """Keep the answer, or ask again another time."""
    user_uid, now = uuid.UUID(request.actor.id), clock.now()
    if "not_now" in request.POST:
        surveying.not_now(store=request.store, user_uid=user_uid, now=now)
        return redirect("dashboard:home")
    form = SurveyForm(request.POST, auto_id="survey_%s")
    if not form.is_valid():
        facts = {"form": form, "crumbs": crumbs(here=_("Your opinion"))}
        return render(request, "dashboard/plan/survey.html", facts, status=422)
    surveying.answer(store=request.store, user_uid=user_uid, **form.cleaned_data, now=now)
    messages.success(request, _("Thank you. We read every answer."))
    return redirect("dashboard:home")
