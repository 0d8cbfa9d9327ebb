"""The settings page of a store."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.kernel import store_settings
from core.kernel.errors import CommerceError
from core.kernel.forms import StoreSettingsForm
from tenants import stores
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_SETTINGS)
def settings_page(request: StoreRequest) -> HttpResponse:
    """Who sells, from where, and the house rules of orders; saved all at once or not at all."""
    shown = store_settings.current()
    form = StoreSettingsForm(shown, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            store_settings.update(changes=form.changes(), actor=request.actor)
        except CommerceError as refusal:
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("settings:profile")
    context = {
        "form": form,
        "shown": shown,
        "hosts": stores.host_facts(shown.store),
        "regions": form.candidates(),
    }
    return render(request, "dashboard/settings/profile.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.EDIT_SETTINGS)
def region_choices(request: StoreRequest) -> HttpResponse:
    """Regions for what is being typed, as choices of the form."""
    found = store_settings.found_regions(request.GET.get("region_search", ""))
    return render(request, "dashboard/settings/profile.html#regions", {"regions": found})
