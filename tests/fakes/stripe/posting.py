"""Webhooks: signed, tried again, and misbehaving when a dial says so.

Signatures: https://docs.stripe.com/webhooks/signature, retries: https://docs.stripe.com/webhooks#behaviors
"""

from __future__ import annotations

import fnmatch
import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Mapping

from tests.fakes.notices import NoticeSender, Rules
from tests.fakes.stripe.account import Account
from tests.fakes.stripe.shapes import Obj, public

# Stripe tries for three days, waiting longer and longer.
WAITS_MINUTES = (5, 30, 120, 300, 600, 720, 720, 720, 720)
_DRAWN = random.Random()  # order only


def sign(secret: str, body: bytes, at: int) -> str:
    """The Stripe-Signature header."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


class Postbox:
    """Posts every event to the endpoints that want it."""

    def __init__(self, account: Account, *, minute: float) -> None:
        self._account = account
        self._held: list[tuple[str, bytes]] = []
        self._guard = threading.Lock()
        rules = Rules(
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            },
            timeout_seconds=20,
            waits_minutes=WAITS_MINUTES,
            tries_after=lambda status: len(WAITS_MINUTES),
            sign=self._signature,
        )
        self.sender = NoticeSender(rules, minute=minute)

    def post(self, event: Obj) -> None:
        """Send an event to whom it concerns."""
        dials = self._account.dials
        wanted = [
            row for row in self._account.books.all("webhook_endpoint", status="enabled") if _wants(row, event)
        ]
        told = public(event)
        if told["object"] == "v2.core.event":
            del told["data"]
        else:
            told["pending_webhooks"] = len(wanted)
        body = json.dumps(told, indent=2).encode()
        for endpoint in wanted:
            for _ in range(0 if dials.drop else dials.duplicates):
                self._send(endpoint["url"], body)

    def _send(self, url: str, body: bytes) -> None:
        dials = self._account.dials
        if dials.hold:
            with self._guard:
                self._held.append((url, body))
            return
        delay = dials.delay_seconds + (_DRAWN.random() if dials.shuffle else 0)
        self.sender.send(url, body, delay_seconds=delay)

    def release(self, order: str = "in_order") -> None:
        """Post what was held back (in_order, backwards or shuffled), and hold nothing any more."""
        self._account.dials.hold = False
        with self._guard:
            held, self._held = self._held, []
        if order == "backwards":
            held.reverse()
        elif order == "shuffled":
            _DRAWN.shuffle(held)
        for url, body in held:
            self.sender.send(url, body)

    def _signature(self, url: str, body: bytes) -> Mapping[str, str]:
        with self._account.books.lock:
            found = self._account.books.all("webhook_endpoint", url=url)
        for endpoint in found[:1]:
            secret = "whsec_forged" if self._account.dials.bad_signature else endpoint["_secret"]
            return {"Stripe-Signature": sign(secret, body, int(time.time()))}
        return {}


def _wants(endpoint: Obj, event: Obj) -> bool:
    return any(fnmatch.fnmatchcase(event["type"], kind) for kind in endpoint["enabled_events"])
