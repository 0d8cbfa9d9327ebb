"""The team page of the dashboard: who works here, with which role, and who is asked to join."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants import invitations, roles, team
from tenants.errors import CommerceError
from tenants.forms import InvitationForm, RoleForm
from tenants.models import Role
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@require_safe
@requires(Permission.EDIT_MEMBERS)
def members(request: StoreRequest) -> HttpResponse:
    """Everybody who works here, everybody who was asked, and what lately changed."""
    store = request.store
    facts = {
        "members": team.members(store),
        "invitations": invitations.waiting(store),
        "history": team.history(store),
        "roles": [(role, roles.ROLE_WORDS[role]) for role in Role],
        "permissions": roles.table(),
        "now": timezone.now(),
    }
    return render(request, "dashboard/team/team.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_MEMBERS)
def invite(request: StoreRequest) -> HttpResponse:
    """Ask somebody by mail, or show the form with what is wrong."""
    form = InvitationForm(request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invitations.invite(
                store=request.store,
                email=form.cleaned_data["email"],
                role=form.cleaned_data["role"],
                actor=request.actor,
                now=timezone.now(),
            )
        except CommerceError as refusal:
            form.add_error(getattr(refusal, "field", "role"), refusal.message)
        else:
            messages.success(request, _("An invitation is on its way to %s.") % invitation.email)
            return redirect("team:list")
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/team/invite.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_MEMBERS)
def member(request: StoreRequest, person: uuid.UUID) -> HttpResponse:
    """One person's role: the choices with what each may do, or the change."""
    store, actor = request.store, request.actor
    membership = team.member(store, person)
    form = RoleForm(actor, request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        try:
            team.change_role(store=store, person=person, role=form.cleaned_data["role"], actor=actor)
        except CommerceError as refusal:
            form.add_error("role", refusal.message)
        else:
            messages.success(request, _("The new role is in force now."))
            return redirect("team:list")
    facts = {
        "membership": membership,
        "form": form,
        "may_change": roles.may_give(actor, membership.role),
        "may_hand_over": membership.role != Role.OWNER and request.membership.role == Role.OWNER,
        "is_me": str(person) == actor.id,
    }
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/team/member.html", facts, status=status)


@require_POST
@requires(Permission.EDIT_MEMBERS)
def remove(request: StoreRequest, person: uuid.UUID) -> HttpResponse:
    """End a person's access at once."""
    name = team.member(request.store, person).user.display_name
    team.remove(store=request.store, person=person, actor=request.actor)
    messages.success(request, _("%s no longer has access.") % name)
    return redirect("team:list")


@require_POST
@requires(Permission.EDIT_MEMBERS)
def hand_over(request: StoreRequest, person: uuid.UUID) -> HttpResponse:
    """Make this person the owner; whoever does it becomes an admin."""
    heir = team.hand_over(store=request.store, person=person, actor=request.actor)
    messages.success(request, _("%s is the owner now, and you are an admin.") % heir.user.display_name)
    return redirect("team:list")


@require_POST
@requires(Permission.EDIT_MEMBERS)
def send_again(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Mail an invitation once more, with a new link."""
    try:
        invitation = invitations.send_again(
            store=request.store,
            uid=uid,
            actor=request.actor,
            now=timezone.now(),
        )
    except invitations.InvitationRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("An invitation is on its way to %s.") % invitation.email)
    return redirect("team:list")


@require_POST
@requires(Permission.EDIT_MEMBERS)
def revoke(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Withdraw an invitation; its link is dead at once."""
    invitations.revoke(
        store=request.store,
        uid=uid,
        actor=request.actor,
        now=timezone.now(),
    )
    messages.success(request, _("The invitation was withdrawn."))
    return redirect("team:list")
