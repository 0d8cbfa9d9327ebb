"""The pages where a seller says who else is told what happens, and sees what came of it."""

import json
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.integrations import selectors, services
from core.integrations.event_types import PUBLIC_EVENTS
from core.integrations.forms import ReplayForm, WebhookForm
from core.integrations.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint
from core.integrations.ports import Failure
from core.integrations.selectors import DeliveryFilter
from core.kernel.errors import InvalidInput
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

TONES: Final = {
    DeliveryState.WAITING: "info",
    DeliveryState.DELIVERED: "success",
    DeliveryState.FAILED: "danger",
    DeliveryState.HELD: "warning",
    DeliveryState.CANCELLED: "neutral",
}
FAILURES: Final = {
    Failure.ADDRESS: gettext_lazy("The name leads to an address that we never call."),
    Failure.NAME: gettext_lazy("The name leads nowhere."),
    Failure.CONNECTION: gettext_lazy("Nobody listens there, or the connection broke."),
    Failure.CERTIFICATE: gettext_lazy("The certificate is not valid for this name."),
    Failure.TIME: gettext_lazy("No answer within 10 seconds."),
    Failure.ANSWER: gettext_lazy("What came back is no HTTP."),
}
SOON: Final = timedelta(seconds=30)


@require_safe
@requires(Permission.EDIT_WEBHOOKS)
def every(request: StoreRequest) -> HttpResponse:
    """The store's webhooks and how they are doing."""
    return render(request, "dashboard/webhooks/list.html", {"rows": selectors.endpoint_rows()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_WEBHOOKS)
def new(request: StoreRequest) -> HttpResponse:
    """Add a webhook; its page then shows the secret, this once."""
    if request.method == "GET":
        return render(request, "dashboard/webhooks/form.html", {"form": WebhookForm()})
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            row, secret = services.add_endpoint(**form.cleaned_data, actor=request.actor)
        except InvalidInput as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            return _with_secret(request, row, secret)
    return render(request, "dashboard/webhooks/form.html", {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_WEBHOOKS)
def edit(request: StoreRequest, public_id: str) -> HttpResponse:
    """Change a webhook's address, words or types."""
    row = selectors.endpoint_by_public_id(public_id)
    initial = {"url": row.url, "description": row.description, "event_types": row.event_types}
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            services.edit_endpoint(public_id=public_id, changes=form.cleaned_data, actor=request.actor)
        except InvalidInput as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("webhooks:detail", public_id)
    status = 422 if form.errors else 200
    return render(request, "dashboard/webhooks/form.html", {"form": form, "row": row}, status=status)


@require_safe
@requires(Permission.EDIT_WEBHOOKS)
def detail(request: StoreRequest, public_id: str) -> HttpResponse:
    """One webhook with its log; htmx asks for the log alone while something is on its way."""
    row = selectors.endpoint_by_public_id(public_id)
    page = "dashboard/webhooks/detail.html"
    return render(request, f"{page}#log" if request.htmx else page, _page(request, row))


def _page(request: StoreRequest, row: WebhookEndpoint) -> dict[str, Any]:
    now = timezone.now()
    state, after = request.GET.get("state", ""), request.GET.get("after", "")
    state = state if state in DeliveryState.values else ""
    deliveries, cursor = selectors.delivery_page(row, DeliveryFilter(state=state), after=after, limit=25)
    counts = selectors.state_counts(row)
    here = reverse("webhooks:detail", args=[row.public_id])
    query = {name: value for name, value in (("state", state), ("after", after)) if value}
    return {
        "row": row,
        "told": [
            (PUBLIC_EVENTS[code].title if code in PUBLIC_EVENTS else code, code) for code in row.event_types
        ],
        "log": [_shown(delivery) for delivery in deliveries],
        "chips": _chips(here, state, counts),
        "here": here,
        "held": counts[DeliveryState.HELD],
        "replay_form": ReplayForm(),
        "is_open": row.state != EndpointState.REMOVED,
        "is_filtered": bool(state),
        "next_url": f"{here}?{urlencode({**query, 'after': cursor})}" if cursor else None,
        "refresh_url": f"{here}?{urlencode(query)}" if any(_moves(each, now) for each in deliveries) else "",
    }


def _moves(delivery: WebhookDelivery, now: datetime) -> bool:
    """Whether the row will look different in a moment."""
    if delivery.state != DeliveryState.WAITING:
        return False
    is_soon = delivery.next_at is not None and delivery.next_at <= now + SOON
    return is_soon or len(delivery.tries) < min(delivery.attempts, 20)


def _shown(delivery: WebhookDelivery) -> dict[str, Any]:
    """A row of the log in words."""
    public = PUBLIC_EVENTS.get(delivery.event_type)
    return {
        "delivery": delivery,
        "title": public.title if public else _("Test"),
        "tone": TONES[DeliveryState(delivery.state)],
        "body": json.dumps(delivery.payload, indent=2, ensure_ascii=False),
        "tries": [_shown_try(each) for each in reversed(delivery.tries)],
    }


def _shown_try(told: dict[str, Any]) -> dict[str, Any]:
    status = told.get("status")
    is_welcome = status is not None and 200 <= status < 300
    return {
        "at": parse_datetime(told["at"]),
        "milliseconds": told["milliseconds"],
        "status": status,
        "answer": told.get("answer", ""),
        "why": FAILURES[Failure(told["failure"])] if "failure" in told else "",
        "tone": "success" if is_welcome else "danger",
        "wait": told.get("wait", 0),
        "is_redirect": status is not None and 300 <= status < 400,
    }


def _chips(here: str, state: str, counts: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": f"{choice.label} ({counts[choice]})",
            "url": here if state == choice else f"{here}?state={choice}",
            "on": state == choice,
        }
        for choice in DeliveryState
        if counts[choice] or state == choice
    ]


def _with_secret(request: StoreRequest, row: WebhookEndpoint, secret: str) -> HttpResponse:
    """The page with the secret, this once: nothing on the way may keep it."""
    context = _page(request, row) | {"secret": secret}
    response = render(request, "dashboard/webhooks/detail.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@requires(Permission.EDIT_WEBHOOKS)
def rotate(request: StoreRequest, public_id: str) -> HttpResponse:
    """Exchange the secret and show the new one, this once."""
    row, secret = services.rotate_secret(public_id=public_id, actor=request.actor, now=timezone.now())
    return _with_secret(request, row, secret)


@require_POST
@requires(Permission.EDIT_WEBHOOKS)
def pause(request: StoreRequest, public_id: str) -> HttpResponse:
    """Send nothing for a while."""
    services.pause(public_id=public_id, actor=request.actor)
    messages.success(request, _("Paused. What happens meanwhile is held for 30 days."))
    return redirect("webhooks:detail", public_id)


@require_POST
@requires(Permission.EDIT_WEBHOOKS)
def resume(request: StoreRequest, public_id: str) -> HttpResponse:
    """Send again, with or without what was held."""
    services.resume(
        public_id=public_id,
        with_held="without_held" not in request.POST,
        actor=request.actor,
        now=timezone.now(),
    )
    messages.success(request, _("The webhook runs again."))
    return redirect("webhooks:detail", public_id)


@require_POST
@requires(Permission.EDIT_WEBHOOKS)
def remove(request: StoreRequest, public_id: str) -> HttpResponse:
    """Tell it nothing any more."""
    row = services.remove_endpoint(public_id=public_id, actor=request.actor)
    messages.success(request, _("%(url)s is told nothing any more.") % {"url": row.url})
    return redirect("webhooks:list")


@require_POST
@requires(Permission.EDIT_WEBHOOKS)
def ping(request: StoreRequest, public_id: str) -> HttpResponse:
    """Send a test; the log shows what comes back."""
    services.ping(public_id=public_id, now=timezone.now())
    messages.success(request, _("A test is on its way. Its answer appears in the log below."))
    return redirect("webhooks:detail", public_id)


@require_POST
@requires(Permission.EDIT_WEBHOOKS)
def replay(request: StoreRequest, public_id: str, delivery_id: str) -> HttpResponse:
    """Send one notice again."""
    try:
        services.replay(public_id=delivery_id, endpoint_id=public_id, actor=request.actor, now=timezone.now())
        messages.success(request, _("Sent again. Its answer appears in the log below."))
    except (services.EndpointPaused, services.EndpointRemoved) as refusal:
        messages.error(request, refusal.message)
    return redirect("webhooks:detail", public_id)


@require_POST
@requires(Permission.EDIT_WEBHOOKS)
def replay_since(request: StoreRequest, public_id: str) -> HttpResponse:
    """Send again what happened in a while."""
    form, now = ReplayForm(request.POST), timezone.now()
    if not form.is_valid():
        row = selectors.endpoint_by_public_id(public_id)
        context = _page(request, row) | {"replay_form": form}
        return render(request, "dashboard/webhooks/detail.html", context, status=422)
    try:
        count = services.replay_since(
            public_id=public_id,
            since=form.since(now),
            only_undelivered=not form.cleaned_data["whole"],
            actor=request.actor,
            now=now,
        )
        said = ngettext("%(count)d notice is sent again.", "%(count)d notices are sent again.", count)
        messages.success(request, said % {"count": count})
    except (services.EndpointPaused, services.EndpointRemoved) as refusal:
        messages.error(request, refusal.message)
    return redirect("webhooks:detail", public_id)
