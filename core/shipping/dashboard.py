"""Regions by name, for every form of the dashboard that asks for one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.kernel import regions as gazetteer
from tenants.permissions import Permission, requires


@require_GET
@requires(Permission.VIEW_HOME)
def regions(request: HttpRequest) -> HttpResponse:
    """Regions that fit what is being typed, as choices of the field `name`."""
    query = request.GET.get("region_query", "").replace("\x00", "").strip()[:80]
    name = "".join(letter for letter in request.GET.get("name", "") if letter.isalnum() or letter == "_")[:40]
    found = gazetteer.search(query, 6) if len(query) > 1 else ()
    context = {"regions": found, "query": query, "name": name or "region_code"}
    return render(request, "dashboard/shipping/regions.html", context)
