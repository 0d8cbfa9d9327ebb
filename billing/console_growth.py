"""The console's page on growth: the funnel, what stores use, whose programs call, what sellers say."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing import clock
from billing.console_frame import page
from billing.selectors import funnel, surveys
from core.kernel.exports import csv_file
from tenants.console import staff_only

WINDOWS = (30, 90, 365)


@never_cache
@require_safe
@staff_only
def show(request: HttpRequest) -> HttpResponse:
    """The stores that signed up in the last days, and how they came along."""
    days, now = _days(request), clock.now()
    found = funnel.funnel(now=now, days=days)
    facts = {
        "funnel": found,
        "days": days,
        "windows": [(each, each == days) for each in WINDOWS],
        "chart": {
            "kind": "bar",
            "unit": "count",
            "labels": [row.label for row in found.rows],
            "sets": [{"label": _("Stores"), "values": [row.stores for row in found.rows]}],
        },
        "adoption": funnel.adoption(now),
        "callers": funnel.busiest(now=now),
        "survey": surveys.score(now=now, days=days),
        "comments": surveys.comments(now=now, days=days),
    }
    return page(request, "console/growth.html", facts, "console:growth")


@never_cache
@require_safe
@staff_only
def download(request: HttpRequest) -> HttpResponse:
    """The funnel as CSV; times in minutes."""
    days = _days(request)
    headings = [_("Step"), _("Stores"), _("Minutes since the step before"), _("Minutes since the sign-up")]
    rows = [
        [
            row.label,
            row.stores,
            *(
                None if took is None else int(took.total_seconds() // 60)
                for took in (row.median_from_before, row.median_from_start)
            ),
        ]
        for row in funnel.funnel(now=clock.now(), days=days).rows
    ]
    return csv_file(f"funnel-{days}-days", headings, rows)


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    return int(given) if given in {str(each) for each in WINDOWS} else 90
