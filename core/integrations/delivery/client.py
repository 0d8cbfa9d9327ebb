"""One POST to another system: pinned to what was resolved, within time and size, never redirected."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import httpcore

from core.integrations.delivery import addresses
from core.integrations.delivery.addresses import Resolver, Target
from core.integrations.ports import Answer, Failure, NoAnswer
from tenants import meters

SECONDS: Final = 10
MOST_BYTES: Final = 64 * 1024
EXCERPT: Final = 1000
LONGEST_WISH: Final = 40


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates of the authorities takes a while: once per process."""
    return httpcore.default_ssl_context()


class _Clock:
    """Counts one request's time down, whatever part of it is slow."""

    def __init__(self, seconds: float) -> None:
        self.began = time.monotonic()
        self._ends = self.began + seconds

    def left(self) -> float:
        """Seconds that may still pass. Raises when there are none, so that a drip ends too."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def milliseconds(self) -> int:
        return round((time.monotonic() - self.began) * 1000)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step has only what is left of the whole request's time."""

    def __init__(self, inner: httpcore.NetworkStream, clock: _Clock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, self._clock.left())
        return _TimedStream(secured, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _PinnedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were checked before, whatever the name says now."""

    def __init__(self, inner: httpcore.NetworkBackend, pinned: Sequence[str], clock: _Clock) -> None:
        self._inner, self._pinned, self._clock = inner, pinned, clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("nowhere to connect to")
        for address in self._pinned:
            try:
                return _TimedStream(self._inner.connect_tcp(address, port, self._clock.left()), self._clock)
            except httpcore.ConnectError as refused:
                failure = refused
        raise failure


@dataclass(frozen=True, slots=True)
class HookClient:
    """Speaks HTTP with addresses that sellers typed.

    may_loop_back   development only: this machine itself may be called
    """

    may_loop_back: bool = False
    resolve: Resolver = addresses.system_resolver
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    tls: ssl.SSLContext | None = None
    seconds: float = SECONDS

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a notice. Raises AddressForbidden, NoAnswer (then it may have arrived all the same)."""
        target = addresses.read(url, may_loop_back=self.may_loop_back)
        clock = _Clock(self.seconds)
        pinned = addresses.addresses_of(target, self.resolve)
        network = _PinnedNetwork(self.network, pinned, clock)
        try:
            with meters.timed_call("webhook"):
                return self._exchange(target, network, clock, headers, body)
        except httpcore.TimeoutException:
            raise NoAnswer(Failure.TIME, clock.milliseconds()) from None
        except httpcore.NetworkError as broken:
            is_tls = isinstance(broken.__cause__, ssl.SSLError)
            failure = Failure.CERTIFICATE if is_tls else Failure.CONNECTION
            raise NoAnswer(failure, clock.milliseconds()) from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            raise NoAnswer(Failure.ANSWER, clock.milliseconds()) from None

    def _exchange(
        self,
        target: Target,
        network: httpcore.NetworkBackend,
        clock: _Clock,
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
        url = httpcore.URL(
            scheme=target.scheme.encode(),
            host=target.host.encode(),
            port=target.port,
            target=target.path.encode(),
        )
        told = {
            "Host": target.authority,
            "Accept-Encoding": "identity",
            "Content-Length": str(len(body)),
            **headers,
        }
        with (
            httpcore.HTTPConnection(origin, self.tls or _tls(), network_backend=network) as connection,
            connection.stream("POST", url, headers=list(told.items()), content=body) as response,
        ):
            received = _beginning(response)
            return Answer(response.status, _excerpt(received), clock.milliseconds(), _wish(response))


def _beginning(response: httpcore.Response) -> bytes:
    """Up to MOST_BYTES of the body. The status has been said: what breaks now changes nothing."""
    received = bytearray()
    try:
        for chunk in response.iter_stream():
            received += chunk
            if len(received) >= MOST_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        pass
    return bytes(received[:MOST_BYTES])


def _wish(response: httpcore.Response) -> str:
    """The first Retry-After header, as far as one can be meant."""
    told = (value for name, value in response.headers if name.lower() == b"retry-after")
    return next(told, b"")[:LONGEST_WISH].decode("ascii", errors="replace").strip()


def _excerpt(received: bytes) -> str:
    """Text that a database takes and a page shows."""
    return received[: 4 * EXCERPT].decode(errors="replace").replace("\x00", "\ufffd")[:EXCERPT]
