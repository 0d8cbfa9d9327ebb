"""Taking up an invitation, on the platform host: with the account one has, or with a new one."""

from allauth.account.internal.flows.signup import complete_signup
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants import invitations
from tenants.forms import JoinForm
from tenants.models import Invitation, Membership, User
from tenants.permissions import public
from tenants.roles import ROLE_WORDS


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Say who asks for what; then one button for who is logged in, or two fields for who is new."""
    offer = invitations.find(token, timezone.now())
    form = JoinForm(offer.email, request.POST or None)
    if request.method == "POST":
        limited = ratelimit.consume_or_429(request, action="signup")
        if limited:
            return limited
        answer = _take_up(request, token, form)
        if answer is not None:
            return answer
    status = 422 if form.is_bound and not request.user.is_authenticated else 200
    return render(request, "platform/invitation.html", _facts(request, token, offer, form), status=status)


def _take_up(request: HttpRequest, token: str, form: JoinForm) -> HttpResponse | None:
    now = timezone.now()
    if request.user.is_authenticated:
        membership = invitations.accept(token=token, user=request.user, now=now)
        return _go_in(request, membership)
    if not form.is_valid():
        return None
    try:
        user, membership = invitations.accept_as_new(
            token=token, language=get_language() or "id", now=now, **form.cleaned_data
        )
    except invitations.AccountNeedsLogin as refusal:
        form.add_error(None, refusal.message)
        return None
    inside = reverse("stores:enter", args=[membership.store.slug])
    answer: HttpResponse = complete_signup(request, user=user, redirect_url=inside)
    return answer


def _go_in(request: HttpRequest, membership: Membership) -> HttpResponse:
    messages.success(request, _("You now work in %s.") % membership.store.name)
    return redirect("stores:enter", slug=membership.store.slug)


def _facts(request: HttpRequest, token: str, offer: Invitation, form: JoinForm) -> dict:
    user = request.user
    is_known = invitations.has_account(offer.email)
    return {
        "offer": offer,
        "words": ROLE_WORDS[offer.role],
        "form": form,
        "here": reverse("invitation", args=[token]),
        "is_known": is_known,
        "is_mine": isinstance(user, User) and invitations.is_for(offer, user),
    }
