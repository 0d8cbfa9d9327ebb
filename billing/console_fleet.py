"""The fleet in the console: which store stands at which release, and another try for one that failed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from billing.console_frame import actor_of, page, store_in
from billing.forms import ReasonForm
from core.kernel import paging
from tenants.console import Duty, staff_may, staff_only
from tenants.errors import CommerceError
from tenants.fleet import retrying, standing

_PAGE = 50


@never_cache
@require_GET
@staff_only
def fleet(request: HttpRequest) -> HttpResponse:
    """Every store's state, time and error, a page at a time."""
    return _fleet_page(request)


@require_POST
@staff_may(Duty.RULE)
def retry(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a worker try again to bring one store to head."""
    found, form = store_in(slug), ReasonForm(request.POST, auto_id=f"retry_{slug}_%s")
    if form.is_valid():
        try:
            retrying.retry(store=found, reason=form.cleaned_data["reason"], actor=actor_of(request))
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("A worker tries again."))
            return redirect("console:fleet")
    return _fleet_page(request, wrong=form, at=slug, status=422)


def _fleet_page(
    request: HttpRequest, *, wrong: ReasonForm | None = None, at: str = "", status: int = 200
) -> HttpResponse:
    query, view = request.GET.get("q", "").replace("\x00", "")[:80].strip(), request.GET.get("view", "")
    behind = standing.ids_behind()
    chosen = standing.stores(view=view, query=at or query, behind=behind)
    found, cursor = paging.page(chosen, after=request.GET.get("after", "")[:400], limit=_PAGE)
    counts = standing.view_counts(behind)
    run, moved = standing.latest_run()
    facts: dict[str, Any] = {
        "rows": [
            (row, wrong if row.store.slug == at else ReasonForm(auto_id=f"retry_{row.store.slug}_%s"))
            for row in standing.standing(found, behind)
        ],
        "at": at,
        "query": query,
        "view": view,
        "is_narrowed": bool(query or view),
        "views": [
            {"label": label, "url": _url(q=query, view=name), "active": name == view, "count": counts[name]}
            for name, label in standing.VIEWS.items()
        ],
        "run": run,
        "moved": moved,
        "over": moved.get("DONE", 0) + moved.get("FAILED", 0),
        "is_at_work": standing.is_at_work(run),
        "next_url": _url(q=query, view=view, after=cursor) if cursor else None,
        "first_url": _url(q=query, view=view) if request.GET.get("after") else None,
    }
    return page(request, "console/fleet.html", facts, "console:fleet", status)


def _url(**given: str | None) -> str:
    return reverse("console:fleet", query={key: value for key, value in given.items() if value})
