"""The console's page on services that sellers ordered: a time, the work, the bill."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock
from billing.console_frame import actor_of, page
from billing.forms import ReasonForm, SlotForm
from billing.selectors import service_orders
from billing.services import ordering
from tenants.console import Duty, may, staff_may, staff_only
from tenants.errors import CommerceError


@never_cache
@require_safe
@staff_only
def show(request: HttpRequest) -> HttpResponse:
    """Orders that wait or run, and the last ones that are over."""
    facts = {
        "open": service_orders.waiting(is_open=True),
        "over": service_orders.waiting(is_open=False, most=30),
        "may_help": may(request.user, Duty.HELP),  # type: ignore[arg-type]
        "may_bill": may(request.user, Duty.MONEY),  # type: ignore[arg-type]
    }
    return page(request, "console/services.html", facts, "console:services")


@require_POST
@staff_may(Duty.HELP)
def confirm(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Agree to a time."""
    return _step(request, uid, SlotForm, ordering.confirm)


@require_POST
@staff_may(Duty.HELP)
def begin(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Say that work has begun."""
    return _step(request, uid, ReasonForm, ordering.begin)


@require_POST
@staff_may(Duty.MONEY)
def finish(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Say that it is done, and bill it."""
    return _step(request, uid, ReasonForm, ordering.finish)


@require_POST
@staff_may(Duty.HELP)
def cancel(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Give an order up."""
    return _step(request, uid, ReasonForm, ordering.cancel)


def _step(
    request: HttpRequest, uid: uuid.UUID, form_class: type[ReasonForm], act: Callable[..., Any]
) -> HttpResponse:
    form = form_class(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("console:services")
    try:
        act(uid=uid, **form.cleaned_data, actor=actor_of(request), now=clock.now())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved. The owners get a mail."))
    return redirect("console:services")
