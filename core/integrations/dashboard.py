"""The page where a seller makes and revokes API keys."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.integrations import selectors, services
from core.integrations.forms import ApiKeyForm
from core.integrations.scopes import words_of
from core.kernel.errors import InvalidInput
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

PAGE = "dashboard/integrations/keys.html"


@require_safe
@requires(Permission.EDIT_API_KEYS)
def keys(request: StoreRequest) -> HttpResponse:
    """The store's keys and the form for a new one."""
    return render(request, PAGE, _page(ApiKeyForm(request.actor)))


@require_POST
@requires(Permission.EDIT_API_KEYS)
def create(request: StoreRequest) -> HttpResponse:
    """Make a key and show it this once, or the form with what is wrong."""
    form, new_key = ApiKeyForm(request.actor, request.POST), ""
    if form.is_valid():
        try:
            _row, new_key = services.create_key(
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.expires_at(timezone.now()),
                actor=request.actor,
            )
        except InvalidInput as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    shown = ApiKeyForm(request.actor) if new_key else form
    response = render(request, PAGE, _page(shown) | {"new_key": new_key}, status=200 if new_key else 422)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@requires(Permission.EDIT_API_KEYS)
def revoke(request: StoreRequest, public_id: str) -> HttpResponse:
    """End a key at once."""
    row = services.revoke_key(public_id=public_id, actor=request.actor)
    messages.success(request, _("The key %(name)s no longer works.") % {"name": row.name})
    return redirect("integrations:keys")


def _page(form: ApiKeyForm) -> dict[str, Any]:
    now = timezone.now()
    rows = [(row, row.state_at(now), words_of(row.scopes)) for row in selectors.api_keys()]
    return {"form": form, "chosen": form.chosen(), "rows": rows}
