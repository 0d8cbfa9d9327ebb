"""Who asks too fast waits: a store, or a program of it, has its share and takes none of the others'."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from core.integrations.auth import bearer_of, remember
from core.kernel.problems import problem
from tenants import calls, fair_share
from tenants.callers import address_of
from tenants.fair_share import Bucket, TooManyRequests
from tenants.models import HostKind, Store

# Pictures come by the dozen with one page, and no notice of a payment is turned away.
_FREE: Final = ("/media/", "/hooks/")


class FairShareMiddleware:
    """Answers 429 with `Retry-After`, before anything is done, when the share of the asking is used up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        store: Store | None = request.store  # type: ignore[attr-defined]
        if store is not None and not request.path_info.startswith(_FREE):
            try:
                fair_share.take(*_buckets(request, store))
            except TooManyRequests as refusal:
                _count(request, store, is_refused=True)
                return _refused(request, refusal)
        answer = self.get_response(request)
        if store is not None:
            _count(request, store, is_refused=answer.status_code >= 400)
        return answer


def _count(request: HttpRequest, store: Store, *, is_refused: bool) -> None:
    """Count what programs with a key of the store ask."""
    if request.path_info.startswith("/api/") and bearer_of(request):
        calls.note(store, timezone.now(), is_refused=is_refused)


def _buckets(request: HttpRequest, store: Store) -> list[Bucket | None]:
    if not request.path_info.startswith("/api/"):
        return [fair_share.bucket("pages", store)]
    if request.route.kind == HostKind.STOREFRONT:  # type: ignore[attr-defined]
        return [fair_share.bucket("shop", store)]
    actor = remember(request, bearer_of(request))
    if actor is None:
        # Not out of the store's share, or strangers could use it up.
        return [fair_share.bucket("stranger", store, of=address_of(request))]
    return [fair_share.bucket("key", store, of=actor.id), fair_share.bucket("api", store)]


def _refused(request: HttpRequest, refusal: TooManyRequests) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        answer = problem(refusal.http_status, refusal.code, refusal.message)
    else:
        told = {"message": refusal.message, "status": refusal.http_status}
        answer = render(request, "refusal.html", told, status=refusal.http_status)
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer
