"""What the pages of the plan have in common."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.mails import plan_link
from billing.selectors.standings import Standing
from tenants.errors import CommerceError
from tenants.permissions import Permission
from tenants.requests import StoreRequest


def may_manage(request: StoreRequest) -> bool:
    """Whether this person chooses, pays and leaves the plan."""
    return Permission.MANAGE_PLAN in request.actor.permissions


def is_begun(standing: Standing | None) -> bool:
    """Whether the store pays for a plan that can be changed, so that none has to be begun."""
    return standing is not None and standing.subscription.can_change


def address(request: StoreRequest, route: str, *args: Any, **query: str) -> str:
    """A whole address of ours, for a provider to lead back to: made of the stored name of the host."""
    return plan_link(request.store).removesuffix(reverse("plan:overview")) + reverse(
        route, args=args, query=query or None
    )


def done(
    request: StoreRequest, act: Callable[[], object], words: str, *, back: str = "plan:overview"
) -> HttpResponse:
    """Act, and say how it went on the page that follows."""
    try:
        act()
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, words)
    return redirect(back)


def elsewhere(request: StoreRequest, url: str) -> HttpResponse:
    """Lead on to a provider's page.

    A page with a Refresh header, not a redirect: browsers hold a form's whole chain of redirects to this
    page's form-action, and the provider is not in it.
    """
    response = render(request, "dashboard/plan/leads_on.html", {"url": url})
    response.headers["Refresh"] = f"0; url={url}"
    return response


def crumbs(*above: tuple[str, str], here: str) -> list[dict[str, str]]:
    """The way to a page under "Plan and invoices". `above` are labels with the names of their routes."""
    way = [{"label": _("Plan and invoices"), "url": reverse("plan:overview")}]
    way += [{"label": label, "url": reverse(route)} for label, route in above]
    return [*way, {"label": here, "url": ""}]
