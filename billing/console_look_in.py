"""From the console into a store's dashboard, to look, when its seller allows it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing.console_frame import store_in
from billing.services import looking_in
from tenants.console import Duty, staff_may
from tenants.errors import CommerceError


@never_cache
@require_safe
@staff_may(Duty.HELP)
def look_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead on with a code that is good once. A link, since no form may lead to another host."""
    try:
        way = looking_in.way_in(
            store=store_in(slug),
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )
    except CommerceError as refusal:
        messages.error(request, refusal.message)
        return redirect("console:store", slug=slug)
    return HttpResponseRedirect(way)
