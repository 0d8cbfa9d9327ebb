"""The front page of the dashboard: today, what needs doing, thirty days, and the way to the first sale."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.analytics import qr, selectors, services
from core.analytics.selectors import Comparison, Day, Profit, Summary
from core.kernel import profile
from core.kernel.formats import format_day, format_money, format_number
from tenants import hosts
from tenants.models import HostKind
from tenants.permissions import Actor, Permission, requires
from tenants.replica import reads_replica
from tenants.requests import StoreRequest


@require_safe
@requires(Permission.VIEW_HOME)
@reads_replica
def home(request: StoreRequest) -> HttpResponse:
    """Today at a glance."""
    now, zone, language = timezone.now(), request.store.time_zone, str(request.LANGUAGE_CODE)
    shop, actor = profile.current(), request.actor
    days = selectors.daily_sales(now=now, time_zone=zone)
    figures = selectors.summary(now=now, time_zone=zone)
    may_know = actor.may(Permission.VIEW_COSTS)
    profit = selectors.profit_today(now=now, time_zone=zone) if may_know else None
    steps = [] if shop.onboarding_closed_at else selectors.opening_steps(shop, actor)
    context = {
        "today": format_day(days[-1].day, language),
        "stats": _stats(figures, profit, actor, language),
        "todos": selectors.todos(actor),
        "chart": _chart(days),
        "chart_rows": [_row(day, language) for day in reversed(days)],
        "headings": [_("Day"), _("Sales"), _("Orders")],
        "steps": steps,
        "steps_done": sum(step.done for step in steps),
        "survey": import_string(settings.HOME_SURVEY)(request),
        "is_ready": bool(steps) and all(step.done for step in steps),
    }
    return render(request, "dashboard/home/home.html", context)


def _stats(figures: Summary, profit: Profit | None, actor: Actor, language: str) -> list[dict[str, Any]]:
    """The numbers on top, each compared, explained, and leading to its rows."""
    rows = [
        (_("Sales today"), figures.today, True, _("against yesterday at this time")),
        (_("Orders today"), figures.today, False, _("against yesterday at this time")),
        (_("Sales, 7 days"), figures.week, True, _("against the 7 days before")),
        (_("Sales, 30 days"), figures.month, True, _("against the 30 days before")),
        (_("Orders, 30 days"), figures.month, False, _("against the 30 days before")),
    ]
    may_open = actor.may(Permission.VIEW_ORDERS)
    stats = [_stat(*row, may_open=may_open, language=language) for row in rows]
    # Four or six fill their rows; profit is the sixth.
    gained = [_profit(profit, may_open=may_open, language=language)] if profit else []
    return [*stats[:2], *gained, *stats[2:]] if gained else stats[:4]


def _stat(
    label: str, compared: Comparison, is_money: bool, against: str, *, may_open: bool, language: str
) -> dict[str, Any]:
    if is_money:
        now, before = compared.now.sales_amount, compared.before.sales_amount
        definition = _("Paid orders placed in this time, less refunds, in the store's time zone.")
    else:
        now, before = compared.now.orders, compared.before.orders
        definition = _("Orders placed in this time that were not cancelled.")
    view = "sold" if is_money else "placed"
    return {
        "label": label,
        "value": format_money(now, locale=language) if is_money else format_number(now, language),
        "definition": definition,
        "delta": _delta(now, before, is_money),
        "direction": _direction(now, before),
        "compared_to": against,
        "url": _rows(view, compared.since, compared.until) if may_open else "",
    }


def _delta(now: int, before: int, is_money: bool) -> str:
    """The difference: per cent for money, units for orders, and money where nothing can be divided by."""
    if now == before:
        return "±0"
    if not is_money:
        return f"{now - before:+d}"
    if before <= 0:
        return f"{'+' if now > before else ''}{format_money(now - before)}"
    return f"{round((now - before) * 100 / before):+d}%"


def _profit(profit: Profit, *, may_open: bool, language: str) -> dict[str, Any]:
    definition = _("Paid goods of today less discounts, refunds and their cost. Shipping is left out.")
    if profit.lines_without_cost:
        missing = ngettext(
            "%(number)s line has no cost and counts as pure profit.",
            "%(number)s lines have no cost and count as pure profit.",
            profit.lines_without_cost,
        )
        definition = f"{definition} {missing % {'number': profit.lines_without_cost}}"
    return {
        "label": _("Profit today"),
        "value": format_money(profit.amount, locale=language),
        "definition": definition,
        "delta": _delta(profit.amount, profit.before_amount, is_money=True),
        "direction": _direction(profit.amount, profit.before_amount),
        "compared_to": _("against yesterday at this time"),
        "url": _rows("sold", profit.day, profit.day) if may_open else "",
    }


def _direction(now: int, before: int) -> str:
    return "up" if now > before else "down" if now < before else "flat"


def _rows(view: str, since: date, until: date) -> str:
    """Where the orders behind a number stand."""
    return f"{reverse('orders:list')}?{urlencode({'view': view, 'since': since, 'until': until})}"


def _chart(days: list[Day]) -> dict:
    values = [day.sales_amount for day in days]
    labels = [f"{day.day.day}/{day.day.month}" for day in days]
    return {
        "kind": "bar",
        "unit": "money",
        "labels": labels,
        "sets": [{"label": _("Sales"), "values": values}],
    }


def _row(day: Day, language: str) -> tuple[str, str, int]:
    return format_day(day.day, language), format_money(day.sales_amount, locale=language), day.orders


@require_POST
@requires(Permission.VIEW_HOME)
def look(request: StoreRequest) -> HttpResponse:
    """Note that the shop was looked at, and lead there.

    A page with a Refresh header, not a redirect: browsers hold a form's whole chain of redirects to this
    page's form-action, and the storefront is not in it.
    """
    services.note_looked(actor=request.actor, now=timezone.now())
    address = _storefront(request)
    response = render(request, "dashboard/home/look.html", {"address": address})
    response.headers["Refresh"] = f"0; url={address}"
    return response


@require_POST
@requires(Permission.VIEW_HOME)
def close(request: StoreRequest) -> HttpResponse:
    """Put the finished checklist away."""
    services.close_opening(actor=request.actor, now=timezone.now())
    return redirect("dashboard:home")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_HOME)
def share(request: StoreRequest) -> HttpResponse:
    """The store's address, ready to be sent. Posting notes that it was."""
    if request.method == "POST":
        services.note_shared(actor=request.actor, now=timezone.now())
        return redirect("dashboard:home")
    address = _storefront(request)
    return render(request, "dashboard/home/share.html", {"address": address})


@require_safe
@requires(Permission.VIEW_HOME)
def qr_code(request: StoreRequest, form: str) -> HttpResponse:
    """The store's address as a QR code to show or to print."""
    picture, kind = qr.drawn(_storefront(request), form)
    response = HttpResponse(picture, content_type=kind)
    if request.GET.get("download"):
        name = f"{request.store.slug}-qr.{form}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@requires(Permission.VIEW_HOME)
def search(request: StoreRequest) -> HttpResponse:
    """What the palette finds: a fragment for htmx, a page for everybody else."""
    query = request.GET.get("q", "")[:100]
    groups = selectors.found(query, actor=request.actor)
    page = "dashboard/search/search.html"
    template = f"{page}#hits" if request.headers.get("HX-Request") else page
    return render(request, template, {"query": query.strip(), "groups": groups})


def _storefront(request: StoreRequest) -> str:
    return hosts.store_origin(request.store, HostKind.STOREFRONT)
