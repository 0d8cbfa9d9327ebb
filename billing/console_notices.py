"""The console's messages of providers: what failed, what waits, who is not known."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing.console_frame import actor_of, cursor_of, list_url, page, search_of
from billing.models import Provider
from billing.selectors import notice_list
from billing.services import collecting, noticing
from tenants import acts
from tenants.console import Duty, may, staff_may, staff_only

_LIST = "console:notices"


@never_cache
@require_safe
@staff_only
def listed(request: HttpRequest) -> HttpResponse:
    """Messages, the newest first; those that failed on top of the views."""
    given, query, after = request.GET.get("view", ""), search_of(request), cursor_of(request)
    view = given if given in notice_list.VIEWS else ""
    rows, cursor = notice_list.notice_page(view=view, query=query, after=after)
    counts = notice_list.notice_counts()
    facts = {
        "rows": rows,
        "view": view,
        "query": query,
        "is_narrowed": bool(view or query),
        "may_retry": may(request.user, Duty.MONEY),  # type: ignore[arg-type]
        "views": [
            {
                "label": label,
                "url": list_url(_LIST, view=name, q=query),
                "active": name == view,
                "count": counts[name],
            }
            for name, label in notice_list.VIEWS.items()
        ],
        "next_url": list_url(_LIST, view=view, q=query, after=cursor) if cursor else None,
        "first_url": list_url(_LIST, view=view, q=query) if after else None,
    }
    return page(request, "console/notices.html", facts, _LIST)


@require_POST
@staff_may(Duty.MONEY)
def retry(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Have one worked off again: safe, since what it is about is asked for anew."""
    found = notice_list.notice(notice_id)
    if found is None:
        raise Http404
    again = noticing.try_again if found.provider == Provider.STRIPE else collecting.try_again
    again(found)
    acts.note(
        actor=actor_of(request),
        action="notice.tried_again",
        store=found.store,
        subject_id=found.event_id,
    )
    messages.success(request, _("It is worked off again now."))
    return redirect(list_url(_LIST, view="failed"))
