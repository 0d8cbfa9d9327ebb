"""The fake Midtrans itself: who may ask, what is refused, and when the merchant is told.

Snap: https://docs.midtrans.com/reference/backend-integration
Authorisation: https://docs.midtrans.com/reference/authorization
Idempotency: https://docs.midtrans.com/reference/idempotent-requests
Notifications: https://docs.midtrans.com/docs/https-notification-webhooks
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.fakes.gateways import FakeGateway
from tests.fakes.midtrans import control, pages, snap, wire
from tests.fakes.midtrans.ledger import Ledger, Payment, Refused, Session
from tests.fakes.notices import NoticeSender, Rules
from tests.fakes.server import Request, Response, html_response, json_response, redirect

MAX_REQUEST_BYTES = 16 * 1024
IDEMPOTENT_FOR = timedelta(minutes=5)
DENIED = "Access denied due to unauthorized transaction, please check client or server key"
_SERVER_KEY = re.compile(r"(SB-)?Mid-server-[A-Za-z0-9_-]+")
_CORE = re.compile(r"/v2/([A-Za-z0-9._~-]+)/(status|cancel|expire|refund)")
_PAGE = re.compile(r"/snap/v3/redirection/([0-9a-f-]+)")


def _tries_after(status: int) -> int:
    fixed = {500: 1, 503: 4, 400: 2, 404: 2, 301: 0, 302: 0, 303: 0}
    return fixed.get(status, 5)


RULES = Rules(
    headers={"Content-Type": "application/json", "User-Agent": "Veritrans"},
    timeout_seconds=15,
    waits_minutes=(2, 10, 30, 90, 210),
    tries_after=_tries_after,
)


@dataclass(slots=True)
class Dials:
    """How the fake misbehaves towards the merchant until the dial is turned back."""

    duplicates: int = 1  # how often each notification is posted
    bad_signature: bool = False
    delay_seconds: int = 0
    hold: bool = False  # keep notifications until they are released
    drop: bool = False  # never post them
    http_follows_body: bool = True  # False: errors of the Core API come with HTTP 200


class FakeMidtrans(FakeGateway):
    """Any well-formed server key is a merchant of its own. `minute` scales the waits between retries."""

    title = "Midtrans"
    credentials = {"server_key": "SB-Mid-server-kopi"}
    wrong_credentials = {"server_key": "nobody"}

    def __init__(self, *, minute: float = 1.0) -> None:
        super().__init__()
        self.dials = Dials()
        self.ledger = Ledger(self._announce)
        self.sender = NoticeSender(RULES, minute=minute)
        self._held: list[tuple[str, bytes]] = []
        self._answered: dict[tuple[str, str], tuple[datetime, Response | None]] = {}

    def operation_of(self, request: Request) -> str:
        """The API's calls can be broken; the shopper's page and the dials cannot."""
        if request.path == "/snap/v1/transactions":
            return "start"
        called = _CORE.fullmatch(request.path)
        return "find" if called and called[2] == "status" else called[2] if called else ""

    def error_body(self) -> object:
        """Midtrans reports its own failures in the body too."""
        return wire.core_error(500, "Sorry. Our system is having an issue, please try again later.")

    def answer(self, request: Request) -> Response:
        """Route to the page, the dials or one of the two APIs."""
        if page := _PAGE.fullmatch(request.path):
            return self._page(request, page[1])
        if request.path == "/_control":
            return control.answer(self, request)
        try:
            if request.path == "/snap/v1/transactions" and request.method == "POST":
                return self._idempotent(request, self._snap)
            if called := _CORE.fullmatch(request.path):
                return self._idempotent(request, lambda asked: self._core(asked, called[1], called[2]))
        except Refused as refusal:
            return self._refusal(request, refusal)
        return json_response(404, wire.core_error(404, "The requested resource is not found"))

    def tick(self) -> None:
        """Payments lapse by themselves."""
        self.ledger.lapse_due()

    def close(self) -> None:
        """Stop posting."""
        self.sender.close()

    def _merchant(self, request: Request) -> str:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name, password = "", ""
        if scheme.lower() != "basic" or password or not _SERVER_KEY.fullmatch(name):
            raise Refused(401, DENIED)
        return name

    def _idempotent(self, request: Request, work: Callable[[Request], Response]) -> Response:
        merchant, key = self._merchant(request), request.headers.get("idempotency-key", "")
        if not key or request.method != "POST":
            return work(request)
        if len(key) > 46:
            raise Refused(400, "Idempotency-Key is longer than 46 characters")
        slot, now = (merchant, key), self.ledger.now()
        with self.ledger.lock:
            at, stored = self._answered.get(slot, (now - 2 * IDEMPOTENT_FOR, None))
            if now - at < IDEMPOTENT_FOR:
                return stored or json_response(202, wire.core_error(202, "Request is still in process"))
            self._answered[slot] = (now, None)
        response: Response | None = None
        try:
            response = work(request)
            return response
        finally:
            with self.ledger.lock:
                if response and response.status < 300:
                    self._answered[slot] = (now, response)
                else:
                    del self._answered[slot]

    def _snap(self, request: Request) -> Response:
        if len(request.body) > MAX_REQUEST_BYTES:
            raise Refused(413, "Request is larger than 16 KB")
        session = snap.read_session(self.ledger, self._merchant(request), request)
        self.ledger.add_session(session)
        page = f"{request.root}/snap/v3/redirection/{session.token}"
        return json_response(201, {"token": session.token, "redirect_url": page})

    def _core(self, request: Request, id: str, action: str) -> Response:
        payment = self.ledger.current(self._merchant(request), id)
        if payment is None:
            raise Refused(404, "Transaction doesn't exist.")
        if action == "status":
            return json_response(200, wire.status_answer(payment))
        if request.method != "POST":
            raise Refused(405, "Http method is not allowed")
        if action == "cancel":
            self.ledger.cancel(payment)
            return json_response(200, wire.facts(payment, "200", "Success, transaction is canceled"))
        if action == "expire":
            self.ledger.expire(payment)
            return json_response(200, wire.facts(payment, "407", "Success, transaction has expired"))
        key, amount, reason = snap.read_refund(request)
        refund = self.ledger.refund(payment, key, amount, reason)
        return json_response(200, wire.refund_answer(payment, refund))

    def _refusal(self, request: Request, refusal: Refused) -> Response:
        if request.path.startswith("/snap/"):
            status = refusal.status if refusal.status in {400, 401, 413} else 400
            return json_response(status, {"error_messages": [refusal.message]})
        status = refusal.status if self.dials.http_follows_body else 200
        return json_response(status, wire.core_error(refusal.status, refusal.message))

    def _page(self, request: Request, token: str) -> Response:
        language = "en" if request.query.get("lang") == "en" else "id"
        session = self.ledger.sessions.get(token)
        if session is None:
            return html_response(pages.closed(language), 404)
        if request.method == "POST":
            return self._shopper_acts(request.form(), session, language)
        payment = self.ledger.current(session.server_key, session.order_id)
        if self.ledger.is_open(session) or (payment and payment.status == "pending"):
            return html_response(pages.choose(session, payment, language))
        return html_response(pages.closed(language, session), 410)

    def _shopper_acts(self, form: dict[str, str], session: Session, language: str) -> Response:
        acts = {"pay": self.ledger.settle, "fail": self.ledger.deny, "lapse": self.ledger.expire}
        try:
            payment = self._chosen(session, form.get("method", ""))
            if act := acts.get(form.get("act", "")):
                act(payment)
        except Refused:
            return html_response(pages.closed(language, session), 410)
        return redirect(pages.finish_url(payment))

    def _chosen(self, session: Session, method: str) -> Payment:
        payment = self.ledger.current(session.server_key, session.order_id)
        waiting = payment if payment and payment.status == "pending" else None
        return waiting or self.ledger.choose(session, method)

    def _announce(self, payment: Payment) -> None:
        if self.dials.drop:
            return
        body = wire.notification(payment)
        if self.dials.bad_signature:
            body = wire.spoiled(body)
        for url in payment.session.notify_urls:
            for _ in range(self.dials.duplicates):
                if self.dials.hold:
                    self._held.append((url, body))
                else:
                    self.sender.send(url, body, delay_seconds=self.dials.delay_seconds)

    def session_of(self, reference: str) -> Session:
        """The latest page of an order, of whichever merchant. Raises Refused."""
        for session in reversed(list(self.ledger.sessions.values())):
            if session.order_id == reference:
                return session
        raise Refused(404, f"nobody opened a page for {reference}")

    def payment_of(self, reference: str, method: str = "qris") -> Payment:
        """The payment waiting for an order, chosen now if the shopper has not."""
        return self._chosen(self.session_of(reference), method)

    def latest(self, reference: str) -> Payment:
        """The latest payment of an order in any state. Raises Refused."""
        session = self.session_of(reference)
        payment = self.ledger.current(session.server_key, reference)
        if payment is None:
            raise Refused(404, f"no method was chosen for {reference}")
        return payment

    def pay(self, reference: str, method: str = "qris") -> None:
        """See FakeGateway."""
        self.ledger.settle(self.payment_of(reference, method))

    def choose(self, reference: str, method: str = "qris") -> None:
        """See FakeGateway."""
        self.payment_of(reference, method)

    def decline(self, reference: str, method: str = "credit_card") -> None:
        """See FakeGateway."""
        self.ledger.deny(self.payment_of(reference, method))

    def lapse(self, reference: str, method: str = "qris") -> None:
        """See FakeGateway. Turns the clock for everybody."""
        payment = self.payment_of(reference, method)
        self.ledger.advance(int((payment.expires_at - self.ledger.now()).total_seconds()) + 1)

    def duplicate_notices(self, times: int) -> None:
        """See FakeGateway."""
        self.dials.duplicates = times

    def forge_notices(self) -> None:
        """See FakeGateway."""
        self.dials.bad_signature = True

    def hold_notices(self) -> None:
        """See FakeGateway."""
        self.dials.hold = True

    def release_notices(self, *, backwards: bool = False) -> None:
        """See FakeGateway."""
        self.dials.hold = False
        held, self._held = self._held, []
        for url, body in reversed(held) if backwards else held:
            self.sender.send(url, body)

    def wait_until_posted(self) -> None:
        """See FakeGateway."""
        self.sender.wait_until_idle()

    def times_paid(self, reference: str) -> int:
        """See FakeGateway."""
        with self.ledger.lock:
            return sum(
                payment.status in {"settlement", "capture", "refund", "partial_refund"}
                for (_, order_id), payments in self.ledger.payments.items()
                for payment in payments
                if order_id == reference
            )

    def refunds_made(self, reference: str) -> list[tuple[str, int]]:
        """See FakeGateway."""
        return [(refund.key, refund.amount) for refund in self.latest(reference).refunds]
