"""The fake Stripe itself: who may ask, what is refused, and which answers are repeated.

Authentication: https://docs.stripe.com/api/authentication, versions: https://docs.stripe.com/api/versioning
Idempotent requests: https://docs.stripe.com/api/idempotent_requests
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import traceback
from pathlib import Path

from tests.fakes.server import FakeProvider, Request, Response, json_response
from tests.fakes.stripe import calls, control, forms, paging, routes
from tests.fakes.stripe.account import Account
from tests.fakes.stripe.books import token
from tests.fakes.stripe.calls.events import open_endpoint
from tests.fakes.stripe.engine import cycle
from tests.fakes.stripe.errors import StripeRefused
from tests.fakes.stripe.keeping import Keeper, SharedClock
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.pages import desk
from tests.fakes.stripe.posting import Postbox
from tests.fakes.stripe.shapes import VERSION, Obj

__all__ = ["FakeStripe", "calls"]
MAX_KEYS = 5000
_KEY = re.compile(r"(sk|rk)_test_[A-Za-z0-9_]+")


class FakeStripe(FakeProvider):
    """One account; every well-formed test key opens it.

    minute   real seconds that one minute of a webhook's retries takes
    keep     where to keep everything for the next start; None forgets
    shared_clock     a file with the seconds that the platform's clock is ahead: both clocks are one
    """

    title = "Stripe"
    secret_key = "sk_test_fake_smartseller"

    def __init__(
        self, *, minute: float = 1.0, keep: Path | None = None, shared_clock: Path | None = None
    ) -> None:
        super().__init__()
        self.account = Account()
        self.postbox = Postbox(self.account, minute=minute)
        self.account.books.on_event = self.postbox.post
        self._keeper = Keeper(self.account, keep)
        self._clock = SharedClock(shared_clock)
        self._clock.write(self.account.books.ahead)

    def listen(self, url: str, secret: str, *, events: list[str] | None = None) -> None:
        """Send events to an address, as if it had been entered in Stripe's dashboard."""
        books = self.account.books
        with books.lock:
            for old in books.all("webhook_endpoint", id="we_fake_dashboard"):
                books.remove("webhook_endpoint", old["id"])
            open_endpoint(self.account, url, events or ["*"], secret=secret, id="we_fake_dashboard")

    def operation_of(self, request: Request) -> str:
        """The API's calls can be broken, by names as `subscriptions.create`; pages and dials cannot."""
        found = routes.find(request.method, request.path)
        return found[0].name if found else "unknown" if request.path.startswith("/v1/") else ""

    def error_body(self) -> object:
        """Stripe's own failure."""
        return {"error": {"type": "api_error", "message": "An unknown error occurred"}}

    def answer(self, request: Request) -> Response:
        """Route to the dials, the pages or the API."""
        with self.account.books.lock:
            self.account.root = request.root
            cycle.catch_up(self.account)
            if request.path.startswith("/_control"):
                answered = control.answer(self, request)
            elif request.path.startswith(("/v1/", "/v2/")):
                answered = self._api(request)
            else:
                answered = desk.answer(self.account, request)
            if request.method != "GET":
                self._keeper.touch()
            return answered

    def tick(self) -> None:
        """Renewals and the like come by themselves."""
        with self.account.books.lock:
            behind = self._clock.read() - self.account.books.ahead
            if behind > 0:
                self.advance(behind)
            cycle.catch_up(self.account)
        self._keeper.save()

    def close(self) -> None:
        """Stop posting, and keep what is there."""
        self.postbox.sender.close()
        self._keeper.save(force=True)

    def wait_until_posted(self, seconds: float = 10) -> None:
        """Return when every event has been posted, retries included."""
        self.postbox.sender.wait_until_idle(seconds)

    def advance(self, seconds: int) -> None:
        """Turn the account's clock forward; everything that falls due on the way happens in order."""
        books = self.account.books
        with books.lock:
            cycle.run_until(self.account, None, books.now() + seconds)
            books.ahead += seconds
            self._clock.write(books.ahead)
        self._keeper.touch()

    # --- The API -----------------------------------------------------------------------------------

    def _api(self, request: Request) -> Response:
        ref = f"req_{token(14)}"
        headers = {"Request-Id": ref, "Stripe-Version": VERSION, "Cache-Control": "no-cache, no-store"}
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        try:
            self._check(request)
            if key and (known := self._replay(request, key)):
                return Response(
                    known.status,
                    known.body,
                    known.content_type,
                    {
                        **headers,
                        "Idempotency-Key": key,
                        "Original-Request": ref,
                        "Idempotent-Replayed": "true",
                    },
                )
            answered = self._answer(request, ref, key)
        except StripeRefused as refusal:
            answered = json_response(refusal.status, refusal.body(ref))
        except Exception:
            # A fault of the fake itself: whoever runs it should see it, and the caller a plain 500.
            traceback.print_exc()
            answered = json_response(500, StripeRefused(500, "The fake broke.", kind="api_error").body(ref))
        if key:
            headers["Idempotency-Key"] = key
            self._remember(request, key, answered)
        return Response(answered.status, answered.body, answered.content_type, headers)

    def _check(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        scheme, _, key = given.partition(" ")
        if scheme.lower() == "basic":
            try:
                key = base64.b64decode(key, validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                key = ""
        if not key:
            raise StripeRefused(401, "You did not provide an API key.")
        if not _KEY.fullmatch(key):
            raise StripeRefused(401, f"Invalid API Key provided: {key[:7]}{'*' * 12}{key[-4:]}")
        version = request.headers.get("stripe-version", VERSION)
        if version != VERSION:
            raise StripeRefused(400, f"Invalid Stripe API version: {version}. This fake speaks {VERSION}.")

    def _answer(self, request: Request, id: str, key: str) -> Response:
        found = routes.find(request.method, request.path)
        if found is None:
            raise StripeRefused(
                404,
                f"Unrecognized request URL ({request.method}: {request.path}). If you are trying to "
                "list objects, "
                "remove the trailing slash. Or this fake does not have it.",
            )
        route, ids = found
        text = request.body.decode("utf-8", "replace") if request.method == "POST" else request.query_text
        params = forms.decode(text, route.types)
        expand = params.pop("expand", None) or []
        books = self.account.books
        books.request = {"id": id, "idempotency_key": key or None}
        try:
            obj: Obj = route.answer(self.account, params, *ids)
            return json_response(200, paging.rendered(books, obj, expand))
        finally:
            books.request = {"id": None, "idempotency_key": None}

    def _replay(self, request: Request, key: str) -> Response | None:
        if len(key) > 255:
            raise StripeRefused(
                400, "Idempotency-Key is longer than 255 characters.", kind="idempotency_error"
            )
        known = self.account.books.answered.get(key)
        if known is None or known["at"] < self.account.books.now() - DAY:
            return None
        if known["fingerprint"] != _fingerprint(request):
            raise StripeRefused(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were "
                "first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return Response(known["status"], known["body"].encode(), "application/json")

    def _remember(self, request: Request, key: str, answered: Response) -> None:
        # What failed validation was never begun, so its key is still free.
        if answered.status < 400 or answered.status in {402, 500}:
            books = self.account.books
            books.answered[key] = {
                "at": books.now(),
                "fingerprint": _fingerprint(request),
                "status": answered.status,
                "body": answered.body.decode(),
            }
            if len(books.answered) > MAX_KEYS:
                del books.answered[next(iter(books.answered))]


def _fingerprint(request: Request) -> str:
    told = json.dumps([request.method, request.path]).encode() + b"\0" + request.body
    return hashlib.sha256(told).hexdigest()
