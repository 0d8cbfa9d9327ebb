"""Repeating a creating request gives the first answer again, and creates nothing twice.

A caller sends `Idempotency-Key`. The key's row, the work and the stored answer are one transaction: a crash
leaves none of them, and a repetition that comes meanwhile waits on the UNIQUE key and then gets the answer.

An answer belongs to the caller who got it. On the store's API that is the bearer of the API key. A shopper
has none: there it is whoever holds the cart that the address names. A request without either (a new cart) is
remembered only under a key that nobody guesses, and only for the same device; else it is simply carried out.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from core.integrations.auth import bearer_of, remember
from core.integrations.models import IdempotencyKey
from core.kernel import sealing
from core.kernel.problems import problem
from core.kernel.sealing import SealBroken
from tenants.failpoints import failpoint
from tenants.models import HostKind

KEPT = timedelta(hours=48)
LONGEST_KEY = 255
SHORTEST_UNGUESSABLE_KEY = 32
_CART: Final = re.compile(r"/carts/([^/]+)(/|$)")
# Placing a cart twice finds the first order, whatever the key; and it calls a gateway, which must not
# happen while a transaction holds the cart and the number sequence.
_ONCE_BY_ITSELF: Final = re.compile(r"/carts/[^/]+/order$")


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
            return problem(
                422, "invalid_input", _("The Idempotency-Key must be 1 to 255 printable characters.")
            )
        caller = _caller(request, key)
        if caller is None:
            return self.get_response(request)
        try:
            fingerprint = _fingerprint(request)
        except RequestDataTooBig:
            return problem(413, "too_large", _("The request is too large."))
        row = IdempotencyKey(caller=caller, key=key, fingerprint=fingerprint)
        if _ONCE_BY_ITSELF.search(request.path):
            return self._remembered(request, row)
        return self._once(request, row)

    def _once(self, request: HttpRequest, row: IdempotencyKey) -> HttpResponseBase:
        with transaction.atomic():
            known = _claim(row)
            if known is not None:
                return _stored(known, row)
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            _keep(row, response)
            row.save(update_fields=["status", "body"])
            failpoint("idempotency.before_commit")
        return response

    def _remembered(self, request: HttpRequest, row: IdempotencyKey) -> HttpResponseBase:
        _forget_old(row)
        known = IdempotencyKey.objects.filter(caller=row.caller, key=row.key).first()
        if known is not None:
            return _stored(known, row)
        response = self.get_response(request)
        if response.status_code < 400:
            _keep(row, response)
            failpoint("idempotency.before_keep")
            IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
            failpoint("idempotency.after_keep")
        return response


def _caller(request: HttpRequest, key: str) -> str | None:
    """Whose answers these are, hashed; None when nobody can be told from anybody else."""
    if request.route.kind == HostKind.DASHBOARD:  # type: ignore[attr-defined]
        bearer = request.headers.get("Authorization", "")
        # An ended key must not hear its old answers.
        return _hash(bearer) if remember(request, bearer_of(request)) else None
    cart = _CART.search(request.path)
    if cart:
        return _hash(f"cart {cart[1]}")
    if len(key) < SHORTEST_UNGUESSABLE_KEY:
        return None
    device = (request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""))
    return _hash(f"device {device} {request.headers.get('Cookie', '')}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _forget_old(row: IdempotencyKey) -> None:
    long_ago = timezone.now() - KEPT
    IdempotencyKey.objects.filter(caller=row.caller, key=row.key, created_at__lt=long_ago).delete()


def _claim(row: IdempotencyKey) -> IdempotencyKey | None:
    """Take the key. Returns the row of whoever had it before."""
    _forget_old(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return IdempotencyKey.objects.get(caller=row.caller, key=row.key)
    return None


def _keep(row: IdempotencyKey, response: HttpResponseBase) -> None:
    row.status = response.status_code
    answer = json.loads(getattr(response, "content", b"") or b"null")
    # An answer may show a key that is shown once, or a shopper's address.
    row.body = sealing.seal(answer, place=_place(row))


def _place(row: IdempotencyKey) -> str:
    return f"integrations_idempotencykey|{row.caller}|{row.key}"


def _answer_of(row: IdempotencyKey) -> Any:
    """What was answered; release N-1 kept it in the clear. Raises SealBroken when its key is gone."""
    return sealing.unseal(row.body, place=_place(row)) if isinstance(row.body, str) else row.body


def _fingerprint(request: HttpRequest) -> str:
    """Tells one request from another. Of a file only its length counts: its boundary differs every time."""
    is_file = request.content_type == "multipart/form-data"
    body = request.META.get("CONTENT_LENGTH", "").encode() if is_file else request.body
    told = b"\n".join([str(request.method).encode(), request.get_full_path().encode(), body])
    return hashlib.sha256(told).hexdigest()


def _stored(known: IdempotencyKey, asked: IdempotencyKey) -> HttpResponse:
    if known.fingerprint != asked.fingerprint:
        message = _("This Idempotency-Key was used for another request. Use a new key.")
        return problem(409, "idempotency_conflict", message)
    try:
        answer = _answer_of(known)
    except SealBroken:
        message = _("This was done before, but its answer can no longer be shown.")
        return problem(409, "idempotency_conflict", message)
    response = HttpResponse(json.dumps(answer), status=known.status or 200, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Idempotent-Replayed"] = "true"
    return response
