"""The platform's pages for sellers: sign-up, the stores, and the way into each."""

from urllib.parse import urlencode

from allauth.account.internal.flows.signup import complete_signup
from allauth.core import ratelimit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tenants import console, handoff, provisioning, signup, slugs
from tenants.archive import leaving, selectors
from tenants.errors import CommerceError
from tenants.forms import SignUpForm, StoreForm
from tenants.hosts import origin, store_origin
from tenants.models import HostKind, Store, StoreState, User
from tenants.moving import services as moving
from tenants.permissions import login_required, public


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public
def sign_up(request: HttpRequest) -> HttpResponse:
    """Open an account and a store, then show how the store is coming along."""
    if request.user.is_authenticated:
        return redirect("stores:list")
    form = SignUpForm(request.POST or None)
    if request.method == "POST":
        limited = ratelimit.consume_or_429(request, action="signup")
        if limited:
            return limited
        made = _sign_up(form) if form.is_valid() else None
        if made:
            user, store = made
            code = request.COOKIES.get(settings.REFERRAL_COOKIE, "")
            import_string(settings.SIGNED_UP)(user=user, store=store, code=code)
            return complete_signup(request, user=user, redirect_url=_way_in(store))
    status = 422 if form.is_bound else 200
    return render(request, "platform/sign_up.html", {"form": form}, status=status)


def _way_in(store: Store) -> str:
    """Straight in where a ready schema was taken; otherwise to where one sees it being built."""
    return reverse("stores:enter" if store.is_open else "stores:opening", args=[store.slug])


def _sign_up(form: SignUpForm) -> tuple | None:
    try:
        return signup.sign_up(language=get_language() or "id", **form.cleaned_data)
    except signup.EmailTaken as refusal:
        form.add_error("email", refusal.message)
    except CommerceError as refusal:
        form.add_error("slug", refusal.message)
    return None


@require_safe
@public
def propose_address(request: HttpRequest) -> HttpResponse:
    """A free address made from the name, or what is wrong with the typed one: a fragment."""
    typed = request.GET.get("slug", "")[:60]
    form = StoreForm({"store_name": request.GET.get("store_name", "")[:80], "slug": typed})
    if not typed and request.GET.get("store_name", "").strip():
        form = StoreForm(
            {"store_name": "-", "slug": slugs.propose(request.GET["store_name"][:80])},
        )
    form.is_valid()
    return render(request, "platform/_address.html", {"form": form, "is_open": bool(typed)})


@require_safe
@login_required
def stores(request: HttpRequest) -> HttpResponse:
    """Every store this person works in; nobody has to choose when there is only one."""
    memberships = signup.stores_of(request.user)  # type: ignore[arg-type]
    for membership in memberships:
        if membership.store.state == StoreState.LEAVING:
            membership.moved_to = moving.address_of(membership.store)  # type: ignore[attr-defined]
            membership.deletion = leaving.scheduled(membership.store)  # type: ignore[attr-defined]
            membership.last_archive = selectors.last_archive(membership.store, timezone.now())  # type: ignore[attr-defined]
    return render(request, "platform/stores.html", {"memberships": memberships})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_store(request: HttpRequest) -> HttpResponse:
    """Open a further store."""
    form = StoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            store = provisioning.open_store(
                owner=request.user,  # type: ignore[arg-type]
                name=form.cleaned_data["store_name"],
                slug=form.cleaned_data["slug"],
                language=get_language() or "id",
            )
        except CommerceError as refusal:
            form.add_error("slug", refusal.message)
        else:
            return redirect(_way_in(store))
    status = 422 if form.is_bound else 200
    return render(request, "platform/new_store.html", {"form": form}, status=status)


_STAGES = [
    (StoreState.REQUESTED, _("Address reserved")),
    (StoreState.SCHEMA_MADE, _("Room made")),
    (StoreState.MIGRATED, _("Shelves set up")),
    (StoreState.PREPARED, _("Doors open")),
]


@never_cache
@require_safe
@login_required
def opening(request: HttpRequest, slug: str) -> HttpResponse:
    """How far the store is built; asks for itself every second and goes in when it is ready."""
    store = _own_store(request, slug)
    is_fragment = bool(request.headers.get("HX-Request"))
    states = [str(state) for state, _label in _STAGES]
    if store.state not in states:
        # Of a store that is suspended or closed the list says so, and what to do.
        is_open = store.state == StoreState.ACTIVE
        there = reverse("stores:enter", args=[store.slug]) if is_open else reverse("stores:list")
        return HttpResponse(status=204, headers={"HX-Redirect": there}) if is_fragment else redirect(there)
    reached = states.index(store.state)
    steps = [
        {"label": label, "done": number <= reached, "current": number == reached + 1}
        for number, (_state, label) in enumerate(_STAGES)
    ]
    facts = {"opening": store, "steps": steps, "done": reached + 1, "total": len(_STAGES)}
    template = "platform/opening.html#progress" if is_fragment else "platform/opening.html"
    return render(request, template, facts)


@never_cache
@require_safe
@login_required
def enter(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand the person over to the store's dashboard host."""
    store = _own_store(request, slug)
    if store.state != StoreState.ACTIVE:
        return redirect("stores:opening", slug=store.slug)
    code = handoff.issue(
        user=request.user,  # type: ignore[arg-type]
        store=store,
        next_path=request.GET.get("next", "/"),
        now=timezone.now(),
    )
    return HttpResponseRedirect(f"{store_origin(store, HostKind.DASHBOARD)}/auth/enter/?code={code}")


@never_cache
@require_safe
@login_required
def enter_console(request: HttpRequest) -> HttpResponse:
    """Hand a member of staff over to the console's host, once they have shown a second factor."""
    user: User = request.user  # type: ignore[assignment]
    if not user.is_staff:
        raise Http404
    if not console.has_second_factor(user):
        return render(request, "platform/needs_second_factor.html", status=403)
    next_path = request.GET.get("next", "/")
    if not console.proved_second_factor(request):
        here = f"{request.path}?{urlencode({'next': next_path})}"
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': here})}")
    code = handoff.issue_for_console(user=user, next_path=next_path, now=timezone.now())
    return HttpResponseRedirect(f"{origin(settings.CONSOLE_HOST)}/auth/enter/?code={code}")


def _own_store(request: HttpRequest, slug: str) -> Store:
    store = signup.store_of(request.user, slug)  # type: ignore[arg-type]
    if store is None:
        raise Http404
    return store
