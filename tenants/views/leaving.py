"""On the platform: showing once more who one is, and what can be done about a store that is being deleted."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenants import handoff, proof, signup
from tenants.archive import exporting, leaving, selectors
from tenants.errors import CommerceError
from tenants.hosts import store_origin
from tenants.members import actor_of
from tenants.models import HostKind, Membership, Role, StoreState
from tenants.permissions import login_required


def _seen_just_now(view: Callable[..., Any]) -> Callable[..., Any]:
    """For people of the store in the address: asks for the password or second factor, unless just shown."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str) -> Any:
        membership = _membership(request, slug)
        if did_recently_reauthenticate(request):
            return view(request, membership)
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('account_reauthenticate')}?{query}")

    return guarded


@never_cache
@require_safe
@login_required
@_seen_just_now
def prove(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Tell the store's dashboard that this person has just shown who they are."""
    if membership.store.state != StoreState.ACTIVE:
        raise Http404
    word = proof.issue(user=membership.user, store=membership.store)
    query = urlencode({"word": word, "next": handoff.safe_path(request.GET.get("next", "/"))})
    return HttpResponseRedirect(f"{store_origin(membership.store, HostKind.DASHBOARD)}/auth/proof/?{query}")


@require_POST
@login_required
def stay(request: HttpRequest, slug: str) -> HttpResponse:
    """Undo the deletion of one's store."""
    membership = _owner(request, slug)
    try:
        leaving.undo(store=membership.store, actor=actor_of(membership), now=timezone.now())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your store is open again, as it was."))
    return redirect("stores:list")


@never_cache
@require_safe
@login_required
@_seen_just_now
def last_archive(request: HttpRequest, membership: Membership) -> FileResponse:
    """Everything of a store that is being deleted, for its owner."""
    if membership.role != Role.OWNER:
        raise Http404
    archive = selectors.last_archive(membership.store, timezone.now())
    if archive is None or not exporting.path_of(archive).is_file():
        raise Http404
    file = exporting.open_file(archive)
    exporting.note_fetched(archive, membership.store, actor_of(membership))
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{membership.store.slug}.zip",
        content_type="application/zip",
    )


def _membership(request: HttpRequest, slug: str) -> Membership:
    found = signup.membership_of(request.user, slug)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found


def _owner(request: HttpRequest, slug: str) -> Membership:
    found = _membership(request, slug)
    if found.role != Role.OWNER:
        raise Http404
    return found
