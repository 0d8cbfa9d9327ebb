"""The shop as it would be, for the seller's eyes: `/preview/<token>/...` shows any page in the draft.

Selectors are told the design beside the request and links keep the prefix, so no page knows about it. Nothing
can be ordered or changed there, nobody may keep or index it, and only the store's own dashboard may frame it.
"""

import re
from collections.abc import Callable
from typing import Final

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix
from django.utils.html import format_html
from django.utils.translation import gettext as _

from storefront import drawing, selectors
from tenants.context import require_store
from tenants.hosts import store_origin
from tenants.models import HostKind

LIFETIME_SECONDS: Final = 12 * 3600
_SALT: Final = "storefront.preview"
_ADDRESS: Final = re.compile(r"^/preview/(?P<token>[\w:-]{20,300})(?P<rest>/.*)$", re.DOTALL)
_NOT_SHOWN: Final = ("/api/", "/hooks/", "/preview/", "/orders/", "/checkout/", "/language/")


def preview_url() -> str:
    """Where the current store's draft can be seen for twelve hours."""
    store = require_store()
    token = signing.dumps(str(store.uid), salt=_SALT)
    return f"{store_origin(store, HostKind.STOREFRONT)}/preview/{token}/"


def is_valid(token: str) -> bool:
    """Whether a token was made for the current store, and lately."""
    try:
        told = signing.loads(token, salt=_SALT, max_age=LIFETIME_SECONDS)
    except signing.BadSignature:
        return False
    return told == str(require_store().uid)


class PreviewMiddleware:
    """Serves the storefront's pages below /preview/<token>/ in the drafted design."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = _ADDRESS.match(request.path_info)
        if asked is None or request.route.kind != HostKind.STOREFRONT:  # type: ignore[attr-defined]
            return self.get_response(request)
        response = self._answer(request, asked["token"], asked["rest"])
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        dashboard = store_origin(require_store(), HostKind.DASHBOARD)
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
        response._csp_replace = {"frame-ancestors": [dashboard]}  # type: ignore[attr-defined]
        return response

    def _answer(self, request: HttpRequest, token: str, rest: str) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or rest.startswith(_NOT_SHOWN):
            return _not_here(_("This is a preview. Nothing can be bought or changed here."))
        if not is_valid(token):
            return _not_here(_("This preview is over. Open the design page again."))
        before = get_script_prefix()
        request.path_info = rest
        set_script_prefix(f"/preview/{token}/")
        try:
            with drawing.showing(selectors.latest_design()):
                return self.get_response(request)
        finally:
            set_script_prefix(before)


def _not_here(message: str) -> HttpResponse:
    """A bare page: it is read inside a small frame, where a shop's header would only confuse."""
    page = format_html('<!doctype html><meta charset="utf-8"><title>403</title><p>{}</p>', message)
    return HttpResponse(page, status=403)
