"""Stripe's own client, with limits on what an answer may take, and its failures in our words.

https://docs.stripe.com/api/errors, https://docs.stripe.com/error-low-level
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import stripe
import urllib3

from billing.ports import CardRefused, CardTrouble, CardUnavailable
from tenants import meters

log = logging.getLogger(__name__)
LIVE = "https://api.stripe.com"
MAX_ANSWER_BYTES = 4 * 1024 * 1024
CONNECT_SECONDS = 3
RETRIES = 1

_TROUBLES: tuple[tuple[type[stripe.StripeError], CardTrouble], ...] = (
    (stripe.IdempotencyError, CardTrouble.KEY_USED),
    (stripe.CardError, CardTrouble.DECLINED),
    (stripe.AuthenticationError, CardTrouble.UNAUTHORISED),
    (stripe.PermissionError, CardTrouble.UNAUTHORISED),
)


class BoundedHttp(stripe.HTTPClient):
    """HTTP for the SDK: no redirect, no cookie, no answer that is larger or slower than we wait for."""

    name = "requests"

    def __init__(self, *, timeout_seconds: float, trust_env: bool) -> None:
        super().__init__(verify_ssl_certs=True)
        self._timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        self._trust_env = trust_env

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One request, one answer. Raises stripe.APIConnectionError."""
        try:
            with (
                meters.timed_call("stripe"),
                self._session().request(
                    method,
                    url,
                    headers=dict(headers or {}),
                    data=post_data,
                    timeout=self._timeout,
                    stream=True,
                    allow_redirects=False,
                ) as answer,
            ):
                return self._received(answer), answer.status_code, answer.headers
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as failure:
            raise _lost(type(failure).__name__) from failure

    def close(self) -> None:
        """Let go of this thread's connections."""
        session = getattr(self._thread_local, "session", None)
        if session is not None:
            session.close()
            self._thread_local.session = None

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._thread_local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = self._trust_env
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            self._thread_local.session = session
        return session

    def _received(self, answer: requests.Response) -> bytes:
        give_up_at = time.monotonic() + self._timeout[1]
        received = bytearray()
        while chunk := answer.raw.read1(65_536, decode_content=True):
            received += chunk
            if len(received) > MAX_ANSWER_BYTES:
                raise _lost("an answer without end")
            if time.monotonic() > give_up_at:
                raise _lost("an answer slower than we wait")
        wanted = answer.headers.get("Content-Length", "")
        if wanted.isdigit() and "Content-Encoding" not in answer.headers and len(received) < int(wanted):
            raise _lost("half an answer")
        return bytes(received)


def _lost(why: str) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(why, should_retry=True)


def build(*, secret_key: str, base_url: str, timeout_seconds: float) -> stripe.StripeClient:
    """The SDK's client of one account. A fake is on this machine, where a proxy has no business."""
    is_live = base_url.rstrip("/") == LIVE
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": base_url.rstrip("/"), "meter_events": base_url.rstrip("/")},
        max_network_retries=RETRIES,
        http_client=BoundedHttp(timeout_seconds=timeout_seconds, trust_env=is_live),
    )


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn every doubt into CardUnavailable and every no into CardRefused."""
    try:
        yield
    except stripe.StripeError as error:
        raise _translated(error) from error
    except (AttributeError, KeyError, TypeError, ValueError) as unreadable:
        # The answer was not what the documentation promises: it may have been done all the same.
        log.warning("an answer of Stripe could not be read", exc_info=True)
        raise CardUnavailable(f"Stripe: unreadable ({type(unreadable).__name__})") from unreadable


def _translated(error: stripe.StripeError) -> Exception:
    if error.http_status == 409:
        return CardUnavailable("Stripe: still working on the same request")
    for kind, trouble in _TROUBLES:
        if isinstance(error, kind):
            return CardRefused(trouble, _words(error))
    if isinstance(error, stripe.InvalidRequestError):
        unknown = error.code == "resource_missing"
        return CardRefused(CardTrouble.UNKNOWN if unknown else CardTrouble.NOT_ALLOWED, _words(error))
    status = f"HTTP {error.http_status}" if error.http_status else type(error).__name__
    return CardUnavailable(f"Stripe: {status}")


def _words(error: stripe.StripeError) -> str:
    return str(error.user_message or error.code or "").replace("\x00", "")[:200]
