"""The mails of a store: what is sent, who of the staff gets what, and what went out."""

from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.notifications import mail, selectors, services
from core.notifications.forms import MailChoicesForm
from core.notifications.kinds import KINDS, Audience, Kind, for_audience
from core.notifications.models import MessageState
from core.notifications.order_desk import tone_of
from core.notifications.selectors.samples import sample
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

# A mail brings its styles along and nothing else; it may stand in a frame of ours.
_MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "sandbox": True,
}


@require_safe
@requires(Permission.EDIT_SETTINGS)
def overview(request: StoreRequest) -> HttpResponse:
    """Every mail that the store sends, and who of the staff gets which."""
    return _overview(request, {})


@require_POST
@requires(Permission.EDIT_SETTINGS)
def choose(request: StoreRequest, member_id: str) -> HttpResponse:
    """Set which mails one member gets."""
    choices = selectors.choices_of(member_id)
    form = MailChoicesForm(choices, request.POST)
    if form.is_valid():
        services.choose_mails(member_id=member_id, wanted=form.cleaned_data["wanted"], actor=request.actor)
        messages.success(request, _("Saved. %(name)s gets these mails.") % {"name": choices.member.name})
        return redirect("notifications:overview")
    return _overview(request, {member_id: form})


def _overview(request: StoreRequest, bound: dict[str, MailChoicesForm]) -> HttpResponse:
    """The page, with the forms that came back with something wrong in them."""
    staff = [
        (choices, bound.get(choices.member.id) or MailChoicesForm(choices))
        for choices in selectors.mail_choices()
    ]
    context = {
        "tabs": _tabs("mails"),
        "shopper_kinds": for_audience(Audience.SHOPPER),
        "staff_kinds": for_audience(Audience.STAFF),
        "staff": staff,
    }
    status = 422 if bound else 200
    return render(request, "dashboard/notifications/overview.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_HOME)
def mine(request: StoreRequest) -> HttpResponse:
    """A member's own mails."""
    choices = selectors.choices_of(request.actor.id)
    form = MailChoicesForm(choices, request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.choose_mails(
            member_id=choices.member.id, wanted=form.cleaned_data["wanted"], actor=request.actor
        )
        messages.success(request, _("Saved. You get these mails."))
        return redirect("notifications:mine")
    context = {"choices": choices, "form": form}
    status = 422 if form.errors else 200
    return render(request, "dashboard/notifications/mine.html", context, status=status)


@require_safe
@requires(Permission.EDIT_SETTINGS)
def sent(request: StoreRequest) -> HttpResponse:
    """What went to whom, newest first."""
    state, query = request.GET.get("state", ""), request.GET.get("q", "")[:80]
    rows, cursor = selectors.message_list(state=state, query=query, after=request.GET.get("after", ""))
    context = {
        "tabs": _tabs("sent"),
        "rows": [(row, KINDS.get(row.kind), tone_of(row)) for row in rows],
        "query": query,
        "state": state,
        "chips": _chips(state, query),
        "next_url": f"?{_query(state, query)}&{urlencode({'after': cursor})}" if cursor else None,
        "is_filtered": bool(state or query),
    }
    return render(request, "dashboard/notifications/sent.html", context)


@require_POST
@requires(Permission.EDIT_SETTINGS)
def again(request: StoreRequest, public_id: str) -> HttpResponse:
    """Have a message that failed sent anew."""
    message = services.send_again(public_id=public_id, actor=request.actor)
    messages.success(request, _("The mail to %(address)s is sent again.") % {"address": message.recipient})
    return redirect("notifications:sent")


@require_safe
@requires(Permission.EDIT_SETTINGS)
def preview(request: StoreRequest, code: str) -> HttpResponse:
    """How a mail looks, with an order that nobody placed."""
    kind, language = selectors.kind_by_code(code), _language(request)
    letter = mail.write(kind.code, sample(kind.code, now=timezone.now()), language)
    others = [other for other in KINDS.values() if other.audience == kind.audience]
    context = {
        "kind": kind,
        "letter": letter,
        "language": language,
        "kinds": [
            {"label": other.title, "url": _preview_url(other, language), "active": other == kind}
            for other in others
        ],
        "frame_url": f"{reverse('notifications:letter', args=[code])}?{urlencode({'language': language})}",
    }
    return render(request, "dashboard/notifications/preview.html", context)


@require_safe
@xframe_options_sameorigin
@csp(_MAIL_POLICY)
@requires(Permission.EDIT_SETTINGS)
def letter(request: StoreRequest, code: str) -> HttpResponse:
    """The mail itself, for the frame of its preview."""
    kind = selectors.kind_by_code(code)
    return HttpResponse(mail.write(kind.code, sample(kind.code, now=timezone.now()), _language(request)).html)


def _language(request: StoreRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in ("id", "en") else request.store.language


def _preview_url(kind: Kind, language: str) -> str:
    return f"{reverse('notifications:preview', args=[kind.code])}?{urlencode({'language': language})}"


def _tabs(active: str) -> list[dict[str, Any]]:
    return [
        {"label": _("What is sent"), "url": reverse("notifications:overview"), "active": active == "mails"},
        {"label": _("Sent mails"), "url": reverse("notifications:sent"), "active": active == "sent"},
    ]


def _query(state: str, query: str) -> str:
    return urlencode({name: value for name, value in (("state", state), ("q", query)) if value})


def _chips(state: str, query: str) -> list[dict[str, Any]]:
    shown = (MessageState.SENT, MessageState.WAITING, MessageState.FAILED, MessageState.REFUSED)
    return [
        {
            "label": choice.label,
            "url": f"?{_query('' if choice == state else choice, query)}",
            "on": choice == state,
        }
        for choice in shown
    ]
