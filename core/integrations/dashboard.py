"""The page where a seller makes and revokes API keys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.integrations import selectors, services
from core.integrations.forms import ApiKeyForm
from tenants.permissions import Permission, requires


@require_GET
@requires(Permission.EDIT_API_KEYS)
def keys(request: HttpRequest) -> HttpResponse:
    """The store's keys and the form for a new one."""
    form = ApiKeyForm(request.actor)  # type: ignore[attr-defined]
    return render(request, "dashboard/integrations/keys.html", {"keys": selectors.api_keys(), "form": form})


@require_POST
@requires(Permission.EDIT_API_KEYS)
def create(request: HttpRequest) -> HttpResponse:
    """Make a key and show it this once, or the form with what is wrong."""
    form = ApiKeyForm(request.actor, request.POST)  # type: ignore[attr-defined]
    new_key = ""
    if form.is_valid():
        _, new_key = services.create_key(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            actor=request.actor,  # type: ignore[attr-defined]
        )
    response = render(
        request,
        "dashboard/integrations/keys.html",
        {"keys": selectors.api_keys(), "form": form, "new_key": new_key},
        status=200 if new_key else 422,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@requires(Permission.EDIT_API_KEYS)
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a key at once."""
    services.revoke_key(public_id=public_id, actor=request.actor)  # type: ignore[attr-defined]
    return redirect("integrations:keys")
