"""Answers the machines that watch us, before any host is looked up; for others there is no such page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from tenants import callers, readiness


class HealthMiddleware:
    """`/livez`: this process runs. `/readyz`: it may get traffic; 503 when it may not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path not in ("/livez", "/readyz") or not callers.is_ours(request):
            return self.get_response(request)
        if request.path == "/livez":
            return HttpResponse("ok", content_type="text/plain")
        verdict, checks = readiness.look()
        answer = JsonResponse(
            {"status": verdict, "checks": checks}, status=503 if verdict == readiness.UNREADY else 200
        )
        # What is wrong was logged in words already.
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer
