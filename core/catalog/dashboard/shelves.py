"""Categories and brands: added, renamed, moved, deleted."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.catalog import selectors, services
from core.catalog.asking import edits
from core.catalog.forms import CategoryForm, MoveForm, NameForm
from core.catalog.models import Category
from core.kernel.errors import CommerceError
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

CATEGORIES = "dashboard/catalog/categories.html"
BRANDS = "dashboard/catalog/brands.html"


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def categories(request: StoreRequest) -> HttpResponse:
    """The tree of categories."""
    return _tree(request, CategoryForm())


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def add_category(request: StoreRequest) -> HttpResponse:
    """A new category, on top or below another."""
    form = CategoryForm(request.POST)

    def add() -> None:
        services.create_category(
            name=form.cleaned_data["name"],
            parent=form.cleaned_data["parent"] or None,
            actor=request.actor,
        )

    return redirect("catalog:categories") if _done(form, add) else _tree(request, form)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def rename_category(request: StoreRequest, public_id: str) -> HttpResponse:
    """Another name; the address stays."""
    form = NameForm(request.POST)

    def rename() -> None:
        services.rename_category(public_id=public_id, name=form.cleaned_data["name"], actor=request.actor)

    return _told(request, form, rename, "catalog:categories")


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def move_category(request: StoreRequest, public_id: str) -> HttpResponse:
    """Another place, together with everything below it."""
    form = MoveForm(request.POST)

    def move() -> None:
        services.move_category(
            public_id=public_id,
            parent=form.cleaned_data["parent"] or None,
            position=form.cleaned_data["position"],
            actor=request.actor,
        )

    return _told(request, form, move, "catalog:categories")


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def delete_category(request: StoreRequest, public_id: str) -> HttpResponse:
    """Take a category away; its products stay."""

    def delete() -> None:
        services.delete_category(public_id=public_id, actor=request.actor)

    return _told(request, forms.Form({}), delete, "catalog:categories")


@require_safe
@requires(Permission.VIEW_PRODUCTS)
def brands(request: StoreRequest) -> HttpResponse:
    """The brands by name."""
    return _brands(request, NameForm())


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def add_brand(request: StoreRequest) -> HttpResponse:
    """A new brand."""
    form = NameForm(request.POST)

    def add() -> None:
        services.create_brand(name=form.cleaned_data["name"], actor=request.actor)

    return redirect("catalog:brands") if _done(form, add) else _brands(request, form)


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def rename_brand(request: StoreRequest, public_id: str) -> HttpResponse:
    """Another name for a brand."""
    form = NameForm(request.POST)

    def rename() -> None:
        services.rename_brand(public_id=public_id, name=form.cleaned_data["name"], actor=request.actor)

    return _told(request, form, rename, "catalog:brands")


@require_POST
@requires(Permission.EDIT_PRODUCTS)
def delete_brand(request: StoreRequest, public_id: str) -> HttpResponse:
    """Take a brand away; its products stay."""

    def delete() -> None:
        services.delete_brand(public_id=public_id, actor=request.actor)

    return _told(request, forms.Form({}), delete, "catalog:brands")


def _done(form: forms.Form, act: Callable[[], None]) -> bool:
    """Whether the form was right and the act done; else the form says why not."""
    if not form.is_valid():
        return False
    try:
        act()
    except CommerceError as refusal:
        field = getattr(refusal, "field", "")
        form.add_error(field if field in form.fields else None, refusal.message)
        return False
    return True


def _told(request: StoreRequest, form: forms.Form, act: Callable[[], None], page: str) -> HttpResponse:
    """Do it and come back to the page, which says what was refused."""
    if _done(form, act):
        messages.success(request, _("Saved."))
        return redirect(page)
    for wrong in form.errors.values():
        messages.error(request, str(wrong[0]))
    if page == "catalog:categories":
        return _tree(request, CategoryForm(), status=422)
    return _brands(request, NameForm(), status=422)


def _tree(request: StoreRequest, form: CategoryForm, status: int = 200) -> HttpResponse:
    context = {"rows": _rows(selectors.category_tree()), "form": form, "may_edit": edits(request)}
    return render(request, CATEGORIES, context, status=422 if form.errors else status)


def _rows(tree: Sequence[Category]) -> list[dict[str, Any]]:
    """The tree's lines with everything that may be done to each."""
    known = {row.pk: row for row in tree}
    siblings: dict[int | None, list[int]] = {}
    for row in tree:
        siblings.setdefault(row.parent_id, []).append(row.pk)
    return [_line(row, tree, known, siblings[row.parent_id]) for row in tree]


def _line(
    category: Category, tree: Sequence[Category], known: Mapping[int, Category], siblings: Sequence[int]
) -> dict[str, Any]:
    at = siblings.index(category.pk)
    return {
        "category": category,
        "indent": "– " * category.depth,  # type: ignore[attr-defined]
        "parent": known[category.parent_id].public_id if category.parent_id else "",
        "up": max(0, at - 1),
        "down": at + 1,
        "is_first": at == 0,
        "is_last": at == len(siblings) - 1,
        "in_branch": sum(row.product_count for row in tree if row.path.startswith(category.path)),  # type: ignore[attr-defined]
        "children": sum(row.parent_id == category.pk for row in tree),
        "elsewhere": [row for row in tree if not row.path.startswith(category.path)],
    }


def _brands(request: StoreRequest, form: NameForm, status: int = 200) -> HttpResponse:
    context = {"brands": selectors.brands(), "form": form, "may_edit": edits(request)}
    return render(request, BRANDS, context, status=422 if form.errors else status)
