"""The domains of a store: the list with the form for a new one, and a page for each."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.domains import resolvers, selectors, services
from tenants.domains.forms import DomainForm
from tenants.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SETTINGS)
def listing(request: StoreRequest) -> HttpResponse:
    """Every address of the shop, and the form for a new domain; a POST adds it and leads to its page."""
    form = DomainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            claim = services.add(
                store=request.store, name=form.cleaned_data["name"], actor=request.actor, now=timezone.now()
            )
        except CommerceError as refusal:
            form.add_error("name", refusal.message)
        else:
            return redirect("domains:domain", claim.uid)
    facts = {
        "form": form,
        "domains": selectors.domains(request.store),
        "free": selectors.free_address(request.store),
        "history": selectors.history(request.store),
    }
    return render(request, "dashboard/domains/list.html", facts, status=422 if form.errors else 200)


@require_safe
@requires(Permission.EDIT_SETTINGS)
def domain(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """One domain: the records to set, what DNS says, and what can be done with it."""
    return _page(request, uid)


@require_POST
@requires(Permission.EDIT_SETTINGS)
def check(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Look at DNS now; htmx gets the outcome in place."""
    services.check(store=request.store, uid=uid, now=timezone.now(), resolvers=resolvers.current())
    if request.htmx:
        return _page(request, uid, fragment="#doctor")
    return redirect("domains:domain", uid)


@require_POST
@requires(Permission.EDIT_SETTINGS)
def make_primary(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Make a domain the main address, or say why it cannot be."""
    try:
        services.make_primary(store=request.store, uid=uid, actor=request.actor)
    except services.DomainNotReady as refusal:
        messages.error(request, refusal.message)
        return redirect("domains:domain", uid)
    name = selectors.domain(request.store, uid).shown
    messages.success(request, _("%s is the main address now; the others lead there.") % name)
    return redirect("domains:list")


@require_POST
@requires(Permission.EDIT_SETTINGS)
def free_address(request: StoreRequest) -> HttpResponse:
    """Make the free address the main one again."""
    services.reset_primary(store=request.store, actor=request.actor)
    messages.success(request, _("The free address is the main address again."))
    return redirect("domains:list")


@require_POST
@requires(Permission.EDIT_SETTINGS)
def remove(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Give a domain back."""
    name = selectors.domain(request.store, uid).shown
    services.remove(store=request.store, uid=uid, actor=request.actor, now=timezone.now())
    messages.success(request, _("%s was removed.") % name)
    return redirect("domains:list")


def _page(request: StoreRequest, uid: uuid.UUID, fragment: str = "") -> HttpResponse:
    domain = selectors.domain(request.store, uid)
    facts = {
        "domain": domain,
        "free": selectors.free_address(request.store),
        "crumbs": [
            {"label": _("Domains"), "url": reverse("domains:list")},
            {"label": domain.shown, "url": ""},
        ],
        "local_dns_file": settings.LOCAL_DNS_FILE if settings.LOCAL_DOMAIN_SUFFIX else "",
    }
    return render(request, f"dashboard/domains/domain.html{fragment}", facts)
