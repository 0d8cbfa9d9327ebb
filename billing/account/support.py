"""Where a seller lets our staff look into the dashboard, sees who did, and takes it back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing.account.frame import crumbs
from billing.forms import LookInForm
from billing.selectors import consents
from billing.services import looking_in
from tenants import acts
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@never_cache
@require_safe
@requires(Permission.MANAGE_PLAN)
def show(request: StoreRequest) -> HttpResponse:
    """Whether anybody may look in now, and what was before."""
    return _page(request, LookInForm())


@require_POST
@requires(Permission.MANAGE_PLAN)
def allow(request: StoreRequest) -> HttpResponse:
    """Let staff look in for some hours."""
    form = LookInForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    looking_in.give(
        store=request.store,
        user=request.membership.user,
        **form.cleaned_data,
        actor=request.actor,
        now=timezone.now(),
    )
    messages.success(request, _("Our staff may look in now. You can take it back at any time."))
    return redirect("plan:support")


@require_POST
@requires(Permission.MANAGE_PLAN)
def take_back(request: StoreRequest) -> HttpResponse:
    """End it at once."""
    if looking_in.take_back(store=request.store, actor=request.actor, now=timezone.now()):
        messages.success(request, _("Nobody of our staff can look in any more."))
    return redirect("plan:support")


def _page(request: StoreRequest, form: LookInForm, status: int = 200) -> HttpResponse:
    facts = {
        "crumbs": crumbs(here=_("Help from our staff")),
        "consent": consents.latest(request.store, timezone.now()),
        "form": form,
        "acts": acts.of_store(request.store, beginning=("look_in.",), most=20),
    }
    return render(request, "dashboard/plan/support.html", facts, status=status)
