"""Repeating a creating request gives the first answer again, and creates nothing twice.

A caller sends `Idempotency-Key`. The key's row, the work and the stored answer are one transaction: a crash
leaves none of them, and a repetition that comes meanwhile waits on the UNIQUE key and then gets the answer.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from core.integrations.models import IdempotencyKey

KEPT = timedelta(hours=48)
LONGEST_KEY = 255


class IdempotencyMiddleware:
    """Guards every POST to a store's API that carries an `Idempotency-Key`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key", "")
        guarded = request.method == "POST" and request.path.startswith("/api/") and request.store  # type: ignore[attr-defined]
        if not key or not guarded:
            return self.get_response(request)
        if len(key) > LONGEST_KEY or not key.isprintable():
            return _problem(
                422, "invalid_input", _("The Idempotency-Key must be 1 to 255 printable characters.")
            )
        return self._once(request, key)

    def _once(self, request: HttpRequest, key: str) -> HttpResponseBase:
        with transaction.atomic():
            row, is_new = _claim(request, key)
            if not is_new:
                return _stored(row, request)
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            row.status, row.body = (
                response.status_code,
                json.loads(getattr(response, "content", b"") or b"null"),
            )
            row.save(update_fields=["status", "body"])
        return response


def _claim(request: HttpRequest, key: str) -> tuple[IdempotencyKey, bool]:
    caller = hashlib.sha256(request.headers.get("Authorization", "").encode()).hexdigest()[:40]
    IdempotencyKey.objects.filter(caller=caller, key=key, created_at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(caller=caller, key=key, fingerprint=_fingerprint(request))
    except IntegrityError:
        return IdempotencyKey.objects.get(caller=caller, key=key), False
    return row, True


def _fingerprint(request: HttpRequest) -> str:
    told = b"\n".join([str(request.method).encode(), request.get_full_path().encode(), request.body])
    return hashlib.sha256(told).hexdigest()


def _stored(row: IdempotencyKey, request: HttpRequest) -> HttpResponse:
    if row.fingerprint != _fingerprint(request):
        message = _("This Idempotency-Key was used for another request. Use a new key.")
        return _problem(409, "idempotency_conflict", message)
    return HttpResponse(json.dumps(row.body), status=row.status or 200, content_type="application/json")


def _problem(status: int, code: str, title: str) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": title}
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")
