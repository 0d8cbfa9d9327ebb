"""The dashboard's door: in by a code from the platform, out by a button."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenants import handoff, looking, proof
from tenants.hosts import platform_origin
from tenants.permissions import public
from tenants.privacy import clears_site
from tenants.security_log import note


@never_cache
@require_safe
@public
def enter(request: HttpRequest) -> HttpResponse:
    """Take a hand-off code and open a session that is good on this host only."""
    user, next_path = handoff.redeem(
        code=request.GET.get("code", ""),
        store=request.store,  # type: ignore[attr-defined]
        now=timezone.now(),
    )
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    note("login.handed_over", user=user.uid)
    return redirect(next_path)


@never_cache
@require_safe
@public
def look_in(request: HttpRequest) -> HttpResponse:
    """Take a code from the console and open a session that can only look, while the seller allows it."""
    return redirect(looking.enter(request, code=request.GET.get("code", ""), now=timezone.now()))


@never_cache
@require_safe
@public
def prove(request: HttpRequest) -> HttpResponse:
    """Take the word that somebody has just shown on the platform who they are, and lead on."""
    proof.accept(request, request.GET.get("word", ""))
    return redirect(handoff.safe_path(request.GET.get("next", "/")))


@clears_site
@never_cache
@require_POST
@public
def leave(request: HttpRequest) -> HttpResponse:
    """End this host's session, and offer to end the platform's too."""
    note("logout", user=getattr(request.user, "uid", ""))
    logout(request)
    return render(request, "platform/left.html", {"platform": platform_origin()})
