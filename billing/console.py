"""The staff console: every store with its state, plan and use, and the few things staff may do to one."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing import clock, selectors, services
from billing.console_frame import actor_of, page, store_in
from billing.forms import (
    AddressForm,
    BackupForm,
    GiftForm,
    MoveForm,
    PlanForm,
    ReasonForm,
    TrialForm,
    TurnBackForm,
)
from billing.models import Currency, SubscriptionState
from billing.selectors import consents, store_file, store_health
from billing.services import balances
from tenants import acts, breaches, care, handoff
from tenants.archive import selectors as archive
from tenants.console import SESSION_LASTS, Duty, staff_may, staff_only
from tenants.errors import CommerceError
from tenants.hosts import origin, platform_origin
from tenants.models import Store, StoreState
from tenants.moving import services as moving
from tenants.moving import targets
from tenants.permissions import public
from tenants.privacy import clears_site
from tenants.security_log import note

_MOST_ALERTS = 200


@never_cache
@require_safe
@public
def enter(request: HttpRequest) -> HttpResponse:
    """Take a hand-off code and open a session that is good on this host only, for a working day."""
    user, next_path = handoff.redeem_for_console(code=request.GET.get("code", ""), now=timezone.now())
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    note("login.handed_over", user=user.uid)
    request.session.set_expiry(int(SESSION_LASTS.total_seconds()))
    acts.note(actor=acts.staff(user), action="console.entered", store=None)
    return redirect(next_path)


@clears_site
@never_cache
@require_POST
@public
def leave(request: HttpRequest) -> HttpResponse:
    """End this host's session; the platform's goes on."""
    note("logout", user=getattr(request.user, "uid", ""))
    logout(request)
    return HttpResponseRedirect(f"{platform_origin()}/stores/")


@never_cache
@require_safe
@staff_only
def stores(request: HttpRequest) -> HttpResponse:
    """Every store, newest first: searched, filtered, a page at a time."""
    query, view = request.GET.get("q", "").replace("\x00", "")[:80].strip(), request.GET.get("view", "")
    now = timezone.now()
    rows, cursor = selectors.store_page(
        query=query, view=view, after=request.GET.get("after", "")[:400], now=now
    )
    counts = selectors.view_counts(now)
    facts = {
        "rows": rows,
        "query": query,
        "view": view,
        "is_narrowed": bool(query or view),
        "views": [
            {
                "label": label,
                "url": _list_url(q=query, view=name),
                "active": name == view,
                "count": counts[name],
            }
            for name, label in selectors.VIEWS.items()
        ],
        "next_url": _list_url(q=query, view=view, after=cursor) if cursor else None,
        "first_url": _list_url(q=query, view=view) if request.GET.get("after") else None,
    }
    return page(request, "console/stores.html", facts, "console:list")


@never_cache
@require_safe
@staff_only
def store(request: HttpRequest, slug: str) -> HttpResponse:
    """One store from the outside. Opening it is written down."""
    found = store_in(slug)
    acts.note(actor=actor_of(request), action="store.opened", store=found)
    return _store_page(request, found)


@require_POST
@staff_may(Duty.HELP)
def extend_trial(request: HttpRequest, slug: str) -> HttpResponse:
    """Give more days of the trial."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        services.extend_trial(store=found, **cleaned, actor=actor_of(request), now=timezone.now())

    return do(request, slug, "trial", act, _("The trial was extended."))


@require_POST
@staff_may(Duty.MONEY)
def change_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the store on another plan."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        services.change_plan(
            store=found,
            code=cleaned["plan"],
            reason=cleaned["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        )

    return do(request, slug, "plan", act, _("The new plan is in force."))


@require_POST
@staff_may(Duty.MONEY)
def give_credit(request: HttpRequest, slug: str) -> HttpResponse:
    """Give money that pays the store's next invoices."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        balances.give(
            store=found,
            amount=cleaned["amount"],
            currency=Currency.IDR,
            reference=f"staff:{cleaned['once']}",
            reason=cleaned["reason"],
            actor=actor_of(request),
            now=clock.now(),
        )

    return do(request, slug, "credit", act, _("The credit is given."))


@require_POST
@staff_may(Duty.RULE)
def suspend(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the store's doors."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        care.suspend(store=found, reason=cleaned["reason"], actor=actor_of(request))

    return do(request, slug, "state", act, _("The store is closed to everybody now."))


@require_POST
@staff_may(Duty.RULE)
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the store's doors again."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        care.resume(store=found, reason=cleaned["reason"], actor=actor_of(request))

    return do(request, slug, "state", act, _("The store is open again."))


@require_POST
@staff_may(Duty.HELP)
def build_on(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a worker go on with building the store."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        care.build_on(store=found, reason=cleaned["reason"], actor=actor_of(request))

    return do(request, slug, "state", act, _("A worker goes on with it."))


@require_POST
@staff_may(Duty.HELP)
def count_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Count what the store has, now."""
    found = store_in(slug)
    if found.state not in (StoreState.ACTIVE, StoreState.SUSPENDED):
        raise care.WrongState(found.state)
    services.count_use(found, timezone.now())
    return redirect("console:store", slug=slug)


@never_cache
@require_safe
@staff_only
def log(request: HttpRequest) -> HttpResponse:
    """The platform's audit log."""
    query, after = (
        request.GET.get("q", "").replace("\x00", "")[:80].strip(),
        request.GET.get("after", "")[:400],
    )
    rows, cursor = selectors.act_page(query=query, after=after)
    facts = {
        "rows": rows,
        "query": query,
        "next_url": _list_url("console:log", q=query, after=cursor) if cursor else None,
        "first_url": _list_url("console:log", q=query) if after else None,
    }
    return page(request, "console/log.html", facts, "console:log")


@never_cache
@require_safe
@staff_only
def alerts(request: HttpRequest) -> HttpResponse:
    """What does not add up, in any store, newest first."""
    found = list(breaches.open_breaches()[:_MOST_ALERTS])
    return page(request, "console/alerts.html", {"rows": found, "most": _MOST_ALERTS}, "console:alerts")


def do(
    request: HttpRequest, slug: str, name: str, act: Callable[[Store, dict[str, Any]], None], done: str
) -> HttpResponse:
    """Check the form called `name`, act, and show the store again, with what is wrong where it stands."""
    found = store_in(slug)
    form = _forms(found, request)[name]
    if form.is_valid():
        try:
            act(found, form.cleaned_data)
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, done)
            return redirect("console:store", slug=slug)
    return _store_page(request, found, {name: form}, status=422)


def _forms(found: Store, request: HttpRequest | None = None) -> dict[str, Form]:
    given = request.POST if request else None
    subscription = selectors.subscription_of(found)
    on = subscription.plan.code if subscription else ""
    plans = [(plan.code, plan.name) for plan in selectors.offered_plans()]
    return {
        "trial": TrialForm(given, auto_id="trial_%s"),
        "plan": PlanForm(plans, given, auto_id="plan_%s", initial={"plan": on}),
        "credit": GiftForm(given, auto_id="gift_%s", initial={"once": uuid.uuid4()}),
        "state": ReasonForm(given, auto_id="state_%s"),
        "archive": ReasonForm(given, auto_id="archive_%s"),
        "restore": BackupForm(
            [(str(each.uid), f"{each.taken_at:%Y-%m-%d %H:%M}") for each in archive.backups_of(found)],
            given,
            auto_id="restore_%s",
        ),
        "leave": AddressForm(found.slug, given, auto_id="leave_%s"),
        "stay": ReasonForm(given, auto_id="stay_%s"),
        "move": MoveForm(targets.names(), given, auto_id="move_%s"),
        "turn_back": TurnBackForm(given, auto_id="back_%s"),
    }


def _store_page(
    request: HttpRequest, found: Store, wrong: dict[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    subscription = selectors.subscription_of(found)
    facts = {
        "card": selectors.cards([found])[0],
        "shop": found,
        "subscription": subscription,
        "health": store_health.health_of(found, clock.now()),
        "money": store_file.money_of(found, clock.now()),
        "story": store_file.story_of(found),
        "consent": consents.latest(found, timezone.now()),
        "may_extend": subscription is not None and subscription.state != SubscriptionState.ACTIVE,
        "is_unfinished": found.state in care.UNFINISHED,
        "hostnames": [(row, origin(row.name)) for row in selectors.hostnames(found)],
        "members": selectors.members(found),
        "troubles": selectors.troubles(found),
        "acts": acts.of_store(found, most=15),
        "backups": archive.backups_of(found),
        "restorations": archive.restorations(found),
        "deletions": archive.deletions(found),
        "moves": moving.told(found),
        "targets": targets.names(),
        "forms": {**_forms(found), **(wrong or {})},
        "wrong": next(iter(wrong or {}), ""),
        "now": timezone.now(),
    }
    return page(request, "console/store.html", facts, "console:list", status)


def _list_url(name: str = "console:list", **given: str | None) -> str:
    return reverse(name, query={key: value for key, value in given.items() if value})
