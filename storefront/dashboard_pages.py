"""The shop's texts: list and order, write, change, remove."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kernel.errors import CommerceError
from storefront import selectors, services, texts
from storefront.design_forms import PageForm
from storefront.models import PageKind
from storefront.services.pages import LONGEST_BODY
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

LIST = "dashboard/storefront/pages.html"
FORM = "dashboard/storefront/page.html"


@require_safe
@requires(Permission.EDIT_STOREFRONT)
def pages(request: StoreRequest) -> HttpResponse:
    """Every page in the order of the shop's footer."""
    return render(request, LIST, {"pages": selectors.all_pages()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_STOREFRONT)
def new(request: StoreRequest) -> HttpResponse:
    """A blank page, and what becomes of it."""
    form = PageForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": PageKind.TEXT, "is_published": True},
    )
    if request.method == "POST" and form.is_valid():
        try:
            page = services.create_page(facts=form.facts(), actor=request.actor)
        except CommerceError as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("“%(title)s” is written.") % {"title": page.title})
            return _to_list()
    return _form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_STOREFRONT)
def edit(request: StoreRequest, public_id: str) -> HttpResponse:
    """One page and its words."""
    page = selectors.page_by_id(public_id)
    if request.method != "POST":
        return _form(request, PageForm.of(page), page)
    form = PageForm(request.POST)
    if form.is_valid():
        try:
            services.edit_page(public_id=public_id, facts=form.facts(), actor=request.actor)
        except CommerceError as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return _to_list()
    return _form(request, form, page)


@require_POST
@requires(Permission.EDIT_STOREFRONT)
def remove(request: StoreRequest, public_id: str) -> HttpResponse:
    """Remove a page for good."""
    title = services.remove_page(public_id=public_id, actor=request.actor)
    messages.success(request, _("“%(title)s” is removed.") % {"title": title})
    return _to_list()


@require_POST
@requires(Permission.EDIT_STOREFRONT)
def order(request: StoreRequest) -> HttpResponse:
    """Put the menu into the order in which the seller dragged it."""
    services.order_pages(order=request.POST.getlist("order")[:100], actor=request.actor)
    return HttpResponse(status=204)


@require_POST
@requires(Permission.EDIT_STOREFRONT)
def shown(request: StoreRequest) -> HttpResponse:
    """The typed text as shoppers would read it."""
    body = request.POST.get("body", "")[:LONGEST_BODY]
    return render(request, "storefront/default/_blocks.html", {"blocks": texts.blocks(body)})


def _form(request: StoreRequest, form: PageForm, page: Any = None) -> HttpResponse:
    body = form["body"].value() or ""
    context = {"form": form, "page": page, "blocks": texts.blocks(body[:LONGEST_BODY])}
    return render(request, FORM, context, status=422 if form.errors else 200)


def _refuse(form: PageForm, refusal: CommerceError) -> None:
    field = getattr(refusal, "field", "")
    form.add_error(field if field in form.fields else None, refusal.message)


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(reverse("design:pages"))
