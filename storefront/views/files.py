"""Files of the storefront: the theme's stylesheet and the store's own public pictures."""

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from core.kernel.files import key_of
from storefront import selectors, stylesheet
from tenants.permissions import public

FOREVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=60"
# Renditions only: what a seller uploaded as it was, documents and exports stay private.
PUBLIC_FOLDERS = frozenset({"media", "products", "theme"})
PICTURES = {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}


@public
@require_safe
def theme_stylesheet(request: HttpRequest, version: str) -> HttpResponse:
    """What the seller chose, as CSS. An address of yesterday answers with today's, and is not kept."""
    theme = selectors.theme()
    response = HttpResponse(stylesheet.css(theme), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = FOREVER if version == stylesheet.version(theme) else SHORTLY
    return response


@public
@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public picture of this store. Names are random and never reused, so it may be kept for ever."""
    parts = PurePosixPath(path)
    kind = PICTURES.get(parts.suffix)
    if kind is None or parts.parts[0] not in PUBLIC_FOLDERS or "\0" in path:
        raise Http404
    try:
        file = default_storage.open(key_of(path))
    except (SuspiciousFileOperation, OSError, ValueError) as missing:
        raise Http404 from missing
    response = FileResponse(file, content_type=kind)
    response.headers["Cache-Control"] = FOREVER
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
