"""The front page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from storefront import selectors
from storefront.views.frame import show
from tenants.permissions import public


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The sections that the seller put together."""
    return show(request, "home.html", {"sections": selectors.home_sections()})
