"""Where the dashboard may show a store's pictures from."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class PictureSourceMiddleware:
    """Allows a dashboard page to show pictures from the storefront's host, the only one that serves them.

    The page asked for that address already: the context processor `store` left it on the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        origin = getattr(request, "storefront_url", "")
        if origin:
            wanted = getattr(response, "_csp_update", None) or {}
            response._csp_update = {**wanted, "img-src": [origin]}  # type: ignore[attr-defined]
        return response
