"""The store's own texts, and the reader's language."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from core.kernel.errors import NotFound
from storefront import selectors, texts
from storefront.keeping import SHOP, kept
from storefront.views.frame import show
from tenants.permissions import public

YEAR = 365 * 24 * 3600


@public
@require_safe
@kept(SHOP)
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Contact, policies and whatever else the seller writes."""
    try:
        found = selectors.page(slug)
    except NotFound as missing:
        raise Http404 from missing
    return show(request, "page.html", {"page": found, "blocks": texts.blocks(found.body)})


@public
@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language a shopper chose, and go back to where they were."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    there = request.GET.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(there, allowed_hosts=None) and there.startswith("/")
    response = HttpResponseRedirect(there if is_ours else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response
