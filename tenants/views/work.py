"""The page "Background work": what the store still does, what failed, and the buttons for both."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tenants import worklist
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest
from tenants.worklist import Counts, Show

# While something runs the page asks often, while something waits seldom, else never.
RUNNING_SECONDS, WAITING_SECONDS = 2, 10


@require_safe
@requires(Permission.VIEW_JOBS)
def listing(request: StoreRequest) -> HttpResponse:
    """The store's duties, newest first; htmx gets the list alone, and asks again while work is open."""
    show = _shown(request.GET.get("show", ""))
    after = _cursor(request.GET.get("after", ""))
    items, following = worklist.work_items(store=request.store, show=show, after=after)
    counts = worklist.counts(request.store)
    here = f"{reverse('work:list')}?show={show}"
    facts = {
        "items": items,
        "counts": counts,
        "show": show,
        "chips": _chips(show, counts),
        "next_url": f"{here}&after={following}" if following else None,
        "refresh_url": f"{here}&after={after}" if after else here,
        "refresh_seconds": _refresh_seconds(counts),
        "may_replay": request.actor.may(Permission.REPLAY_JOBS),
    }
    part = "#list" if request.headers.get("HX-Request") else ""
    return render(request, f"dashboard/work/list.html{part}", facts)


@require_POST
@requires(Permission.REPLAY_JOBS)
def replay(request: StoreRequest, job_id: uuid.UUID) -> HttpResponse:
    """Run one failed duty again."""
    item = worklist.replay(store=request.store, job_id=job_id)
    messages.success(request, _("“%(work)s” runs again.") % {"work": item.label})
    return _back(request)


@require_POST
@requires(Permission.REPLAY_JOBS)
def replay_all(request: StoreRequest) -> HttpResponse:
    """Run every failed duty again."""
    count = worklist.replay_failed(store=request.store)
    told = ngettext("%(count)d task runs again.", "%(count)d tasks run again.", count) % {"count": count}
    messages.success(request, told if count else _("Nothing has failed."))
    return _back(request)


@require_POST
@requires(Permission.REPLAY_JOBS)
def stop(request: StoreRequest, job_id: uuid.UUID) -> HttpResponse:
    """Stop a duty that waits or runs."""
    item = worklist.stop(store=request.store, job_id=job_id)
    told = _("“%(work)s” is being stopped.") if item.is_running else _("“%(work)s” was stopped.")
    messages.success(request, told % {"work": item.label})
    return _back(request)


def _back(request: StoreRequest) -> HttpResponse:
    return redirect(f"{reverse('work:list')}?show={_shown(request.POST.get('show', ''))}")


def _shown(text: str) -> Show:
    return Show(text) if text in tuple(Show) else Show.ALL


def _cursor(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _refresh_seconds(counts: Counts) -> int:
    if counts.running:
        return RUNNING_SECONDS
    return WAITING_SECONDS if counts.waiting else 0


def _chips(show: Show, counts: Counts) -> list[dict[str, object]]:
    labels = [
        (Show.FAILED, _("Failed"), counts.failed),
        (Show.RUNNING, _("Running"), counts.running),
        (Show.WAITING, _("Waiting"), counts.waiting),
        (Show.DONE, _("Done"), None),
    ]
    every = reverse("work:list")
    return [
        {
            "label": f"{label} ({count})" if count else label,
            "url": every if show == key else f"{every}?show={key}",
            "on": show == key,
        }
        for key, label, count in labels
    ]
