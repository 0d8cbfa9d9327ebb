"""Turns a refusal that reaches the top of a page into an answer in the reader's language."""

import errno
import json
import sys
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.defaults import server_error
from redis.exceptions import RedisError

from tenants import entitlements
from tenants.access import PLAN_PAGE, StoreIsReadOnly
from tenants.context import StoreSchemaMissing
from tenants.errors import CommerceError
from tenants.hosts import UNKNOWN_HOST_PAGE

# The database or Redis is away, or somebody held a lock for too long: nothing was changed.
_PASSING = (OperationalError, InterfaceError, RedisError)
# A disk is full: an upload that was not yet kept.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class RefusalMiddleware:
    """Renders a CommerceError as a page, or as a short text for htmx."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        entitlements.forget_refusal()
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, CommerceError):
            return None
        if isinstance(exception, StoreIsReadOnly):
            return read_only_page(request, exception)
        return refusal_page(request, exception.message, exception.http_status)


def refusal_page(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """The page that says what was refused and what to do."""
    route = getattr(request, "route", None)
    own = settings.REFUSAL_PAGES.get(route.kind) if route else None
    if own:
        page: HttpResponse = import_string(own)(request, message, status)
        return page
    return render(request, "refusal.html", {"message": message, "status": status}, status=status)


def read_only_page(request: HttpRequest, refusal: StoreIsReadOnly) -> HttpResponse:
    """Why nothing can be changed, and where to pay; for htmx an alert that leaves what was typed as it is."""
    facts = {"message": refusal.message, "plan_page": PLAN_PAGE}
    if not request.headers.get("HX-Request"):
        return render(request, "dashboard/plan/read_only.html", facts, status=refusal.http_status)
    answer = render(request, "dashboard/plan/read_only.html#alert", facts, status=refusal.http_status)
    answer.headers["HX-Trigger"] = json.dumps({"toast": {"text": refusal.message, "tone": "error"}})
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    """Django calls this for whatever nobody foresaw; what a moment's patience cures is said to be so."""
    trouble = sys.exc_info()[1]
    if isinstance(trouble, StoreSchemaMissing):
        return HttpResponse(UNKNOWN_HOST_PAGE, status=503, headers={"Retry-After": "60"})
    page = server_error(request)
    if isinstance(trouble, _PASSING):
        page.status_code = 503
        page.headers["Retry-After"] = "2"
    if isinstance(trouble, OSError) and trouble.errno in _NO_ROOM:
        page.status_code = 507
    return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django calls this for a missing or foreign CSRF token: most often a form left open for days."""
    message = _("This form has expired. Go back, reload the page and send it again; nothing was changed.")
    return refusal_page(request, message, 403)
