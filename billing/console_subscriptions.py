"""The console's list of subscriptions."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing import clock, selectors
from billing.console_frame import cursor_of, page, search_of
from billing.models import Provider
from billing.selectors import subscription_list
from billing.selectors.subscription_list import VIEWS, Wanted
from core.kernel.exports import csv_file
from tenants.console import staff_only


@never_cache
@require_safe
@staff_only
def listed(request: HttpRequest) -> HttpResponse:
    """Every subscription: filtered, searched, a page at a time."""
    wanted, after = _wanted(request), cursor_of(request)
    rows, cursor = subscription_list.subscription_page(wanted, now=clock.now(), after=after)
    facts = {
        "rows": rows,
        "wanted": wanted,
        "is_narrowed": wanted != Wanted(),
        "views": [
            {
                "label": label,
                "url": _url(wanted, view=name),
                "active": name == wanted.view,
                "count": "",
            }
            for name, label in VIEWS.items()
        ],
        "plans": [("", _("Every plan")), *((each.code, each.name) for each in selectors.offered_plans())],
        "providers": [("", _("Every way to pay")), *Provider.choices],
        "csv_url": _url(wanted, name="console:subscriptions_csv"),
        "next_url": _url(wanted, after=cursor) if cursor else None,
        "first_url": _url(wanted) if after else None,
    }
    return page(request, "console/subscriptions.html", facts, "console:subscriptions")


@never_cache
@require_safe
@staff_only
def download(request: HttpRequest) -> HttpResponse:
    """All that fit as CSV; amounts in whole rupiah or cents."""
    headings = [
        *(_("Address"), _("Store"), _("Plan"), _("Version"), _("Interval"), _("Paid by"), _("State")),
        *(_("Since"), _("Trial until"), _("Period until"), _("Overdue since"), _("Currency")),
        _("Recurring revenue"),
    ]
    rows = subscription_list.subscription_rows(_wanted(request), clock.now())
    return csv_file("subscriptions", headings, rows)


def _wanted(request: HttpRequest) -> Wanted:
    view = request.GET.get("view", "")
    return Wanted(
        view=view if view in VIEWS else "",
        plan=request.GET.get("plan", "").replace("\x00", "")[:20],
        provider=request.GET.get("provider", "")[:10],
        query=search_of(request),
    )


def _url(
    wanted: Wanted, *, view: str | None = None, after: str = "", name: str = "console:subscriptions"
) -> str:
    given = {
        "view": wanted.view if view is None else view,
        "plan": wanted.plan,
        "provider": wanted.provider,
        "q": wanted.query,
        "after": after,
    }
    return reverse(name, query={key: value for key, value in given.items() if value})
