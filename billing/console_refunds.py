"""The console's refunds: what waits for a second person, what is to be sent, what was."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock
from billing.console_frame import actor_of, cursor_of, list_url, page, views_of
from billing.forms import ReasonForm, SentForm
from billing.models import InvoiceRefund, Provider, RefundState
from billing.selectors import invoice_list
from billing.services import refunding
from tenants.console import Duty, may, staff_may, staff_only
from tenants.errors import CommerceError
from tenants.models import User

_LIST = "console:refunds"


@never_cache
@require_safe
@staff_only
def listed(request: HttpRequest) -> HttpResponse:
    """Every refund, the newest first."""
    given, after = request.GET.get("view", ""), cursor_of(request)
    view = given if given in invoice_list.REFUND_VIEWS else ""
    rows, cursor = invoice_list.refund_page(view=view, after=after)
    facts = {
        "rows": rows,
        "views": views_of(invoice_list.REFUND_VIEWS, view, _LIST),
        "is_narrowed": bool(view),
        "next_url": list_url(_LIST, view=view, after=cursor) if cursor else None,
        "first_url": list_url(_LIST, view=view) if after else None,
    }
    return page(request, "console/refunds.html", facts, _LIST)


@never_cache
@require_safe
@staff_only
def show(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One refund: who asked, who decided, what became of it."""
    return _page(request, _found(uid))


@require_POST
@staff_may(Duty.MONEY)
def approve(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The second person lets the money go back."""

    def act(wish: InvoiceRefund, cleaned: dict[str, Any]) -> None:
        refunding.approve(wish=wish, **cleaned, **_who(request), now=clock.now())

    return _do(request, uid, "decide", act, _("Approved."))


@require_POST
@staff_may(Duty.MONEY)
def refuse(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The second person leaves the money where it is."""

    def act(wish: InvoiceRefund, cleaned: dict[str, Any]) -> None:
        refunding.refuse(wish=wish, **cleaned, **_who(request), now=clock.now())

    return _do(request, uid, "decide", act, _("Refused. No money moves."))


@require_POST
@staff_may(Duty.MONEY)
def sent(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Finance has sent it by hand."""

    def act(wish: InvoiceRefund, cleaned: dict[str, Any]) -> None:
        refunding.mark_sent(wish=wish, **cleaned, actor=actor_of(request), now=clock.now())

    return _do(request, uid, "sent", act, _("Sent back, and the credit note is made."))


@require_POST
@staff_may(Duty.MONEY)
def retry(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Tell the card's provider again now."""
    try:
        refunding.try_again(wish=_found(uid))
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The card company is told again now. Nothing is sent twice."))
    return redirect("console:refund", uid=uid)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"user": request.user, "actor": actor_of(request)}


def _found(uid: uuid.UUID) -> InvoiceRefund:
    found = invoice_list.refund(uid)
    if found is None:
        raise Http404
    return found


def _do(
    request: HttpRequest,
    uid: uuid.UUID,
    name: str,
    act: Callable[[InvoiceRefund, dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    wish = _found(uid)
    form = _forms(request)[name]
    if form.is_valid():
        try:
            act(wish, form.cleaned_data)
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, done)
            return redirect("console:refund", uid=uid)
    return _page(request, _found(uid), {name: form}, status=422)


def _forms(request: HttpRequest | None = None) -> dict[str, Form]:
    given = request.POST if request else None
    return {
        "decide": ReasonForm(given, auto_id="decide_%s"),
        "sent": SentForm(given, auto_id="sent_%s"),
    }


def _page(
    request: HttpRequest, wish: InvoiceRefund, wrong: dict[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # staff_only has looked
    is_card = wish.payment.provider == Provider.STRIPE
    has_duty, is_approved = may(user, Duty.MONEY), wish.state == RefundState.APPROVED
    is_asked = wish.state == RefundState.ASKED
    facts = {
        "wish": wish,
        "is_own": is_asked and wish.asked_by_id == user.pk,
        "may_decide": has_duty and is_asked and wish.asked_by_id != user.pk,
        "may_send": has_duty and is_approved and not is_card,
        "may_retry": has_duty and is_approved and is_card,
        "forms": {**_forms(), **(wrong or {})},
        "wrong": next(iter(wrong or {}), ""),
    }
    return page(request, "console/refund.html", facts, _LIST, status)
