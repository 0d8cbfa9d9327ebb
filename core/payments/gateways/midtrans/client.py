"""One request to Midtrans, one answer, within limits. Knows HTTP, not payments."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from core.payments.ports import GatewayUnavailable
from tenants import meters

MAX_REQUEST_BYTES = 16 * 1024
MAX_ANSWER_BYTES = 256 * 1024
CONNECT_SECONDS = 3
CONNECT_RETRIES = 2


@dataclass(frozen=True, slots=True)
class MidtransCredentials:
    """One merchant's keys. `signature_key` is only set where the dashboard shows a separate one."""

    server_key: str = field(repr=False)
    signature_key: str = field(default="", repr=False)

    @property
    def signs_with(self) -> str:
        return self.signature_key or self.server_key


@dataclass(frozen=True, slots=True)
class MidtransHosts:
    """Where the two APIs live: Core answers questions, Snap opens pages."""

    core: str
    snap: str

    @classmethod
    def under(cls, base_url: str) -> MidtransHosts:
        """Both APIs below one address, as the fake serves them."""
        base = base_url.rstrip("/")
        return cls(core=f"{base}/v2", snap=f"{base}/snap/v1")


SANDBOX = MidtransHosts(
    core="https://api.sandbox.midtrans.com/v2", snap="https://app.sandbox.midtrans.com/snap/v1"
)
LIVE = MidtransHosts(core="https://api.midtrans.com/v2", snap="https://app.midtrans.com/snap/v1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Midtrans said. `status` is the one in the body, which may differ from HTTP's."""

    status: int
    body: Mapping[str, object]

    @property
    def message(self) -> str:
        texts = self.body.get("error_messages") or self.body.get("validation_messages")
        if isinstance(texts, list) and texts:
            return "; ".join(str(text) for text in texts)
        return str(self.body.get("status_message", ""))


@cache
def shared_http(*, trust_env: bool = True) -> httpx.Client:
    """One connection pool for every store of this process.

    It keeps no cookies, which would join stores, and follows no redirect.
    """
    return httpx.Client(
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=trust_env,
        follow_redirects=False,
    )


class MidtransClient:
    """Authenticates as one merchant and turns every doubt into GatewayUnavailable."""

    def __init__(
        self,
        credentials: MidtransCredentials,
        hosts: MidtransHosts,
        http: httpx.Client,
        *,
        timeout_seconds: int,
    ) -> None:
        self.hosts = hosts
        self._http = http
        self._auth = httpx.BasicAuth(credentials.server_key, "")
        self._patience_ns = 2 * timeout_seconds * 1_000_000_000
        self._timeout = httpx.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds))

    def get(self, url: str) -> Answer:
        """Ask, changing nothing."""
        return self._send("GET", url, b"", {})

    def post(self, url: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a change. May have happened even when this raises GatewayUnavailable."""
        content = encoded(body) if body is not None else b""
        return self._send("POST", url, content, headers or {})

    def _send(self, method: str, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        request = self._http.build_request(
            method,
            url,
            content=content,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                **headers,
            },
            timeout=self._timeout,
        )
        with meters.timed_call("midtrans"):
            return self._answered(request)

    def _answered(self, request: httpx.Request) -> Answer:
        try:
            response = self._connected(request)
            try:
                received = self._received(response)
            finally:
                response.close()
        except httpx.RequestError as failure:
            raise GatewayUnavailable(f"Midtrans: {type(failure).__name__}") from failure
        return read_answer(response.status_code, received)

    def _connected(self, request: httpx.Request) -> httpx.Response:
        """Send; again only when no connection came about, so that nothing is sent twice."""
        for _ in range(CONNECT_RETRIES):
            try:
                return self._http.send(request, stream=True, auth=self._auth, follow_redirects=False)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return self._http.send(request, stream=True, auth=self._auth, follow_redirects=False)

    def _received(self, response: httpx.Response) -> bytes:
        give_up_at = time.monotonic_ns() + self._patience_ns
        received = bytearray()
        for chunk in response.iter_raw():
            received += chunk
            if len(received) > MAX_ANSWER_BYTES:
                raise GatewayUnavailable("Midtrans: an answer without end")
            if time.monotonic_ns() > give_up_at:
                raise GatewayUnavailable("Midtrans: an answer slower than we wait")
        return bytes(received)


def encoded(body: object) -> bytes:
    """The JSON that is sent; what is measured against the 16 KB limit."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def read_answer(http_status: int, received: bytes) -> Answer:
    """Make one answer of HTTP's status and the body's. Raises GatewayUnavailable when in doubt."""
    if http_status >= 500 or http_status == 429 or 300 <= http_status < 400:
        raise GatewayUnavailable(f"Midtrans: HTTP {http_status}")
    try:
        body = json.loads(received, parse_float=str)
    except (ValueError, RecursionError) as failure:
        raise GatewayUnavailable(f"Midtrans: HTTP {http_status} without readable JSON") from failure
    if not isinstance(body, dict):
        raise GatewayUnavailable(f"Midtrans: HTTP {http_status} without a JSON object")

    said = str(body.get("status_code", ""))
    status = int(said) if said.isascii() and said.isdigit() and len(said) == 3 else http_status
    if status >= 500 or status == 429:
        raise GatewayUnavailable(f"Midtrans: status {status} in the body")
    if status == 202 and "transaction_status" not in body:
        raise GatewayUnavailable("Midtrans: still working on the same request")
    return Answer(status, body)
