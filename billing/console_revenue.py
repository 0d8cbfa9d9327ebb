"""The console's page on recurring revenue: the bridge, what it says, cohorts, and what growth costs."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock
from billing.console_frame import actor_of, page
from billing.forms import CostForm
from billing.models import Currency
from billing.selectors import revenue
from billing.selectors.revenue import MOVEMENTS, Bridge
from billing.services import costs
from core.kernel.exports import Cell, csv_file
from core.kernel.money import Money
from tenants.console import Duty, may, staff_may, staff_only


def _words() -> dict[str, str]:
    return {
        "NEW": _("New"),
        "REACTIVATION": _("Came back"),
        "EXPANSION": _("Expansion"),
        "CONTRACTION": _("Contraction"),
        "CHURN": _("Churn"),
        "MOVED": _("Other currency"),
    }


@never_cache
@require_safe
@staff_only
def show(request: HttpRequest) -> HttpResponse:
    """Twelve months of recurring revenue in one currency."""
    return _page(request)


@never_cache
@require_safe
@staff_only
def download(request: HttpRequest) -> HttpResponse:
    """The same as CSV, in the currency's smallest unit that we count."""
    currency = _currency(request)
    words = _words()
    headings = [_("Month"), _("Opening"), *words.values(), _("Closing"), _("Paying stores")]
    rows: list[list[Cell]] = [
        [
            f"{each.month:%Y-%m}",
            each.opening_amount,
            *(each.amounts[name] for name in MOVEMENTS),
            each.closing_amount,
            each.closing_stores,
        ]
        for each in revenue.bridges(currency=currency, now=clock.now(), many=24)
    ]
    return csv_file(f"revenue-{currency.lower()}", headings, rows)


@require_POST
@staff_may(Duty.MONEY)
def enter_cost(request: HttpRequest) -> HttpResponse:
    """Say what a month's marketing and sales cost."""
    form = CostForm(request.POST, auto_id="cost_%s")
    if not form.is_valid():
        return _page(request, form, status=422)
    costs.enter(**form.cleaned_data, actor=actor_of(request))
    messages.success(request, _("The cost was entered."))
    return redirect("console:revenue")


def _page(request: HttpRequest, form: CostForm | None = None, status: int = 200) -> HttpResponse:
    currency, now = _currency(request), clock.now()
    found = revenue.bridges(currency=currency, now=now)
    facts = {
        "bridges": list(reversed(found)),
        "movements": [(name, word) for name, word in _words().items() if _is_shown(name, found)],
        "health": revenue.health(found, currency=currency, now=now),
        "last": found[-1],
        "cohorts": revenue.cohorts(now=now),
        "currency": currency,
        "tabs": [
            {"label": each, "url": _url(each), "active": each == currency, "count": ""}
            for each in Currency.values
        ],
        "recount": revenue.recount(currency),
        "form": form or CostForm(auto_id="cost_%s", initial={"month": f"{now:%Y-%m}"}),
        "may_enter": may(request.user, Duty.MONEY),  # type: ignore[arg-type]
        **_chart(found, currency),
    }
    return page(request, "console/revenue.html", facts, "console:revenue", status)


def _is_shown(name: str, found: list[Bridge]) -> bool:
    return name != "MOVED" or any(each.amounts[name] for each in found)


def _chart(found: list[Bridge], currency: str) -> dict[str, Any]:
    labels = [_month(each.month) for each in found]
    words = _words()
    closing = [each.closing_amount for each in found]
    moves = [name for name in MOVEMENTS if any(each.amounts[name] for each in found)]
    return {
        "course": {
            "kind": "line",
            "unit": "money",
            "currency": currency,
            "labels": labels,
            "sets": [{"label": _("Recurring revenue"), "values": closing}],
        },
        "course_rows": [
            (label, Money(amount, currency)) for label, amount in zip(labels, closing, strict=True)
        ],
        "moves": {
            "kind": "bar",
            "unit": "money",
            "currency": currency,
            "labels": labels,
            "sets": [
                {"label": words[name], "values": [each.amounts[name] for each in found]} for name in moves
            ],
        },
        "has_moves": bool(moves),
    }


def _month(day: date) -> str:
    return date_format(day, "M Y")


def _currency(request: HttpRequest) -> str:
    given = request.GET.get("currency", "")
    return given if given in Currency.values else str(Currency.IDR)


def _url(currency: str) -> str:
    return reverse("console:revenue", query={"currency": currency})
