"""A real HTTP server for fake providers: it remembers what it was told and answered, and breaks on order."""

from __future__ import annotations

import html
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

MAX_BODY_BYTES = 1024 * 1024
MAX_HISTORY = 2000


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are lower case; `root` is the address of the provider it came to."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    root: str
    query_text: str = ""

    def form(self) -> dict[str, str]:
        """The fields of an HTML form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def json(self) -> object:
        """The JSON body. Raises ValueError."""
        return json.loads(self.body or b"null")


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(status: int, body: object) -> Response:
    """An answer in JSON."""
    return Response(status, json.dumps(body).encode(), "application/json")


def html_response(page: str, status: int = 200) -> Response:
    """An answer for a person."""
    return Response(status, page.encode(), "text/html; charset=utf-8", {"Cache-Control": "no-store"})


def redirect(url: str) -> Response:
    """Send the browser elsewhere with a GET."""
    return Response(303, headers={"Location": url})


class FaultKind(StrEnum):
    """What can go wrong between two machines."""

    STATUS = "status"  # an error status; nothing was done
    DEAF = "deaf"  # no answer; nothing was done
    SILENT = "silent"  # it was done, but no answer comes
    GARBAGE = "garbage"  # it was done, and the answer is not readable
    ERROR_BODY = "error_body"  # nothing was done, and HTTP says 200
    RESET = "reset"  # it was done, and the connection breaks within the answer
    DRIP = "drip"  # it was done, and the answer comes one byte at a time


UNDONE = frozenset({FaultKind.STATUS, FaultKind.DEAF, FaultKind.ERROR_BODY})


@dataclass(slots=True)
class Fault:
    """One thing to break, for the next `times` requests of an operation (`*` is any)."""

    kind: FaultKind
    operation: str = "*"
    times: int = 1
    status: int = 503


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the provider was told and what it answered. `response` is None if it did nothing."""

    operation: str
    request: Request
    response: Response | None
    fault: FaultKind | None


class FakeProvider:
    """One provider below one path of the server. Subclasses answer; this base records and breaks."""

    title = ""

    def __init__(self) -> None:
        self.history: list[Exchange] = []
        self._faults: list[Fault] = []
        self._guard = threading.Lock()

    def answer(self, request: Request) -> Response:
        """Do what was asked."""
        raise NotImplementedError

    def operation_of(self, request: Request) -> str:
        """The name under which a request can be broken; empty if it never breaks."""
        raise NotImplementedError

    def error_body(self) -> object:
        """How this provider reports its own failure below HTTP 200."""
        raise NotImplementedError

    def tick(self) -> None:
        """Let time pass; called once a second while the server runs."""

    def close(self) -> None:
        """Stop whatever runs beside the server."""

    def break_next(self, kind: FaultKind, operation: str = "*", *, times: int = 1, status: int = 503) -> None:
        """Break the next `times` requests of one operation."""
        with self._guard:
            self._faults.append(Fault(kind, operation, times, status))

    def mend(self) -> None:
        """Forget every fault not used yet."""
        with self._guard:
            self._faults.clear()

    def told(self, operation: str) -> list[Exchange]:
        """The exchanges of one operation, oldest first."""
        return [exchange for exchange in self.history if exchange.operation == operation]

    def exchange(self, request: Request) -> tuple[Response, FaultKind | None]:
        """Answer or break, and remember it."""
        operation = self.operation_of(request)
        fault = self._take_fault(operation)
        kind = fault.kind if fault else None
        done = self.answer(request) if kind not in UNDONE else None
        if operation:
            with self._guard:
                self.history.append(Exchange(operation, request, done, kind))
                del self.history[:-MAX_HISTORY]

        if fault and fault.kind is FaultKind.STATUS:
            return Response(fault.status, b"<h1>Sorry</h1>", "text/html"), kind
        if kind is FaultKind.ERROR_BODY:
            return json_response(200, self.error_body()), kind
        if kind is FaultKind.GARBAGE:
            return Response(200, b'{"status_code": "200", \xff<html>', "application/json"), kind
        return done or Response(503), kind

    def _take_fault(self, operation: str) -> Fault | None:
        with self._guard:
            for fault in self._faults:
                if operation and fault.operation in {"*", operation}:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                    return fault
        return None


class FakeServer:
    """Serves providers on one loopback port, each below its own path. A context manager."""

    def __init__(self, providers: Mapping[str, FakeProvider], port: int = 0) -> None:
        self.providers = dict(providers)
        self.stopping = threading.Event()
        self._http = _Http(("127.0.0.1", port), self)
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def url_of(self, name: str) -> str:
        """Where one provider listens: what goes into a base URL setting."""
        return f"{self.url}/{name}"

    def start(self) -> Self:
        """Serve in the background."""
        for body in (self._serve, self._tick):
            thread = threading.Thread(target=body, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Stop listening and let every held connection go."""
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        for thread in self._threads:
            thread.join(timeout=5)
        for provider in self.providers.values():
            provider.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        self._http.serve_forever(poll_interval=0.05)

    def _tick(self) -> None:
        while not self.stopping.wait(1):
            for provider in self.providers.values():
                provider.tick()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], owner: FakeServer) -> None:
        self.owner = owner
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up on us is what half of the faults are for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer is two writes: the second must not wait until the first is acknowledged.
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the history says more."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(Response(413, b"too large"))
            return
        body = self.rfile.read(length)
        target = urlsplit(self.path)
        name, _, rest = target.path.lstrip("/").partition("/")
        provider = self.server.owner.providers.get(name)
        if provider is None:
            self._send(_index(self.server.owner) if not name else Response(404, b"nobody lives here"))
            return

        host = self.headers.get("Host", "127.0.0.1")
        request = Request(
            method=self.command,
            path="/" + rest,
            query=dict(parse_qsl(target.query)),
            headers={key.lower(): value for key, value in self.headers.items()},
            body=body,
            root=f"http://{host}/{name}",
            query_text=target.query,
        )
        response, fault = provider.exchange(request)
        self._deliver(response, fault)

    def _deliver(self, response: Response, fault: FaultKind | None) -> None:
        ways: dict[FaultKind, Callable[[Response], None]] = {
            FaultKind.DEAF: self._keep_waiting,
            FaultKind.SILENT: self._keep_waiting,
            FaultKind.RESET: self._break_off,
            FaultKind.DRIP: self._drip,
        }
        if fault in ways:
            self.close_connection = True
            ways[fault](response)
        else:
            self._send(response)

    def _send(self, response: Response) -> None:
        self._send_head(response)
        self.wfile.write(response.body)

    def _send_head(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _keep_waiting(self, response: Response) -> None:
        self.server.owner.stopping.wait(30)

    def _break_off(self, response: Response) -> None:
        self._send_head(response)
        self.wfile.write(response.body[: len(response.body) // 2])
        self.wfile.flush()
        # Lingering for zero seconds makes close() send a reset instead of a farewell.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _drip(self, response: Response) -> None:
        self._send_head(response)
        for position in range(len(response.body)):
            self.wfile.write(response.body[position : position + 1])
            if self.server.owner.stopping.wait(0.2):
                return


def _index(owner: FakeServer) -> Response:
    rows = "".join(
        f'<li><a href="/{name}/_control">{html.escape(provider.title)}</a></li>'
        for name, provider in sorted(owner.providers.items())
    )
    return html_response(
        f"<!doctype html><title>Fake providers</title><h1>Fake providers</h1><ul>{rows}</ul>"
    )
