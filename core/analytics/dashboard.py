"""The front page of the dashboard: today, what needs doing, thirty days, and the way to the first sale."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.analytics import selectors, services
from core.kernel.formats import format_day, format_money
from tenants import hosts
from tenants.models import HostKind
from tenants.permissions import Permission, requires


@require_GET
@requires(Permission.VIEW_HOME)
def home(request: HttpRequest) -> HttpResponse:
    """Today at a glance."""
    days = selectors.daily_sales(now=timezone.now(), time_zone=request.store.time_zone)  # type: ignore[attr-defined]
    steps = selectors.opening_steps()
    context = {
        "today": days[-1],
        "yesterday": days[-2],
        "todos": selectors.todos(),
        "chart": _chart(days),
        "chart_rows": [_row(day, str(request.LANGUAGE_CODE)) for day in reversed(days)],
        "headings": [_("Day"), _("Sales"), _("Orders")],
        "month_amount": sum(day.sales_amount for day in days),
        "month_orders": sum(day.orders for day in days),
        "steps": steps,
        "steps_done": sum(step.done for step in steps),
        "is_open": all(step.done for step in steps),
    }
    return render(request, "dashboard/home/home.html", context)


def _chart(days: list[selectors.Day]) -> dict:
    values = [day.sales_amount for day in days]
    labels = [f"{day.day.day}/{day.day.month}" for day in days]
    return {
        "kind": "bar",
        "unit": "money",
        "labels": labels,
        "sets": [{"label": _("Sales"), "values": values}],
    }


def _row(day: selectors.Day, language: str) -> tuple[str, str, int]:
    return format_day(day.day, language), format_money(day.sales_amount, locale=language), day.orders


@require_http_methods(["GET", "POST"])
@requires(Permission.VIEW_HOME)
def share(request: HttpRequest) -> HttpResponse:
    """The store's address, ready to be sent. Posting notes that it was."""
    if request.method == "POST":
        services.note_shared(actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    address = hosts.store_origin(request.store, HostKind.STOREFRONT)  # type: ignore[attr-defined]
    return render(request, "dashboard/home/share.html", {"address": address})
