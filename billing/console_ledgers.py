"""The console's ledgers: fees and balances by store and month, whether they add up, and as CSV."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing.console_frame import list_url, page, search_of
from billing.selectors import ledgers
from core.kernel.errors import InvalidInput
from core.kernel.exports import csv_file
from tenants.console import staff_only

_LIST = "console:ledgers"
_AT_A_TIME, _CURRENCIES = 50, 2


@never_cache
@require_safe
@staff_only
def show(request: HttpRequest) -> HttpResponse:
    """One of the two ledgers, a page at a time."""
    view, query, after = _view(request), search_of(request), request.GET.get("after", "")[:80]
    read: Any = ledgers.balance_ledger if view else ledgers.fee_ledger
    rows, cursor = _cut(read(query=query, place=_place(after), limit=_AT_A_TIME + _CURRENCIES))
    fees = ledgers.fee_sums()
    facts = {
        "rows": rows,
        "view": view,
        "query": query,
        "fees": fees,
        "adds_up": fees["accrued"] + fees["returned"] == fees["total"],
        "balances": ledgers.balance_sums(),
        "tabs": [
            {"label": label, "url": list_url(_LIST, view=name), "active": name == view, "count": ""}
            for name, label in (("", _("Transaction fees")), ("balances", _("Balances")))
        ],
        "csv_url": list_url("console:ledgers_csv", view=view, q=query),
        "next_url": list_url(_LIST, view=view, q=query, after=cursor) if cursor else None,
        "first_url": list_url(_LIST, view=view, q=query) if after else None,
    }
    return page(request, "console/ledgers.html", facts, _LIST)


@never_cache
@require_safe
@staff_only
def download(request: HttpRequest) -> HttpResponse:
    """The ledger as CSV; amounts in whole rupiah or cents."""
    first = [_("Month"), _("Address"), _("Store")]
    if _view(request):
        headings = [*first, _("Currency"), _("Came in"), _("Used"), _("Together")]
        return csv_file("balances", headings, ledgers.balance_rows(search_of(request)))
    headings = [
        *first,
        *(_("Payments"), _("Paid by shoppers"), _("Charged"), _("Given back"), _("Together")),
        _("Not billed yet"),
    ]
    return csv_file("fees", headings, ledgers.fee_rows(search_of(request)))


def _view(request: HttpRequest) -> str:
    return "balances" if request.GET.get("view") == "balances" else ""


def _cut(rows: list[Any]) -> tuple[list[Any], str]:
    """A page, and where the next one begins: a store's month is not torn apart, whatever its currencies."""
    most = _AT_A_TIME
    while most < len(rows) and _key(rows[most]) == _key(rows[most - 1]):
        most += 1
    if len(rows) <= most:
        return rows, ""
    return rows[:most], _key(rows[most - 1])


def _key(row: Any) -> str:
    return f"{row.month:%Y-%m-%d}/{row.slug}"


def _place(after: str) -> tuple[date, str] | None:
    if not after:
        return None
    month, _mark, slug = after.partition("/")
    try:
        return date.fromisoformat(month), slug.replace("\x00", "")
    except ValueError as broken:
        raise InvalidInput(_("This page does not exist."), "after") from broken
