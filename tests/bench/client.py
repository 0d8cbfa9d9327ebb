"""Browsers as cheap as can be: they share the machine with what they measure."""

import re
import selectors
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from urllib.parse import urlencode

from config.embedded.ports import free_port

PORT = free_port()
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Link:
    """One socket, kept open, and a jar of cookies."""

    def __init__(
        self, host: str, cookies: Mapping[str, str] | None = None, *, port: int = PORT, source: str = ""
    ) -> None:
        self.host, self.port, self.token = f"{host}:{port}", port, ""
        self.cookies = dict(cookies or {})
        self.socket = socket.create_connection(("127.0.0.1", port), 60, (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str, most: int = 399) -> bytes:
        """The answer with its head; `most` is the highest status that is right."""
        return self._ask("GET", path, b"", most)

    def post(self, path: str, fields: Mapping[str, str], most: int = 399) -> bytes:
        """The same for a form."""
        return self._ask("POST", path, urlencode(fields).encode(), most)

    def _ask(self, method: str, path: str, body: bytes, most: int) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines += [
                f"Origin: http://{self.host}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        told = b""
        while not _is_whole(told):
            got = self.socket.recv(262_144)
            assert got, "The server hung up."
            told += got
        head = told.partition(b"\r\n\r\n")[0]
        assert int(head[9:12]) <= most, (method, path, told[:4000])
        for name, value in re.findall(rb"(?im)^set-cookie: *([^=]+)=([^;\r]*)", head):
            self.cookies[name.decode()] = value.decode()
        return told


def _is_whole(told: bytes) -> bool:
    """Whether an answer has arrived with all that it announced."""
    end = told.find(b"\r\n\r\n")
    if end < 0:
        return False
    length = _LENGTH.search(told, 0, end + 2)
    if length:
        return len(told) - end - 4 >= int(length[1])
    return b"chunked" not in told[:end].lower() or told.endswith(b"0\r\n\r\n")


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages that are only read: what the n-th request asks for, and where."""

    path: Callable[[int], str]
    host: str = "localhost"
    cookies: Mapping[str, str] = field(default_factory=dict)
    port: int = PORT
    most: int = 299

    def request(self, number: int) -> bytes:
        """The request as it goes over the wire."""
        lines = [f"GET {self.path(number)} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Deeds:
    """What shoppers do in several steps: the n-th time, with a link of their own."""

    act: Callable[[Link, int], object]
    host: str
    cookies: Mapping[str, str] = field(default_factory=dict)


Work = Pages | Deeds


@dataclass(frozen=True, slots=True)
class Run:
    """Milliseconds of each time that something was done, and the seconds until the last of them had ended."""

    times: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """How many a second."""
        return len(self.times) / self.seconds


def load(work: Work, *, clients: int, seconds: float) -> Run:
    """Let so many clients do it again and again for a while; what was begun is waited for."""
    began = time.perf_counter()
    act = _read if isinstance(work, Pages) else _act
    times = act(work, clients, seconds)  # type: ignore[arg-type]
    return Run(times, time.perf_counter() - began)


class _Reader:
    """One connection that always waits for an answer."""

    def __init__(self, pages: Pages) -> None:
        self.pages, self.told = pages, b""
        self.line = socket.create_connection(("127.0.0.1", pages.port), 60)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, number: int) -> None:
        self.told = b""
        self.line.sendall(self.pages.request(number))
        self.began = time.perf_counter()

    def hear(self) -> float | None:
        """Milliseconds since it asked, once the answer is whole."""
        got = self.line.recv(262_144)
        assert got, "The server hung up."
        self.told += got
        if not _is_whole(self.told):
            return None
        assert int(self.told[9:12]) <= self.pages.most, self.told[:4000]
        return (time.perf_counter() - self.began) * 1000


def _read(pages: Pages, clients: int, seconds: float) -> list[float]:
    """All clients in one thread: threads of Python would get in each other's way, and in the server's."""
    numbers, took = count(), []
    crowd = selectors.DefaultSelector()
    until = time.perf_counter() + seconds
    readers = [_Reader(pages) for _ in range(clients)]
    for each in readers:
        crowd.register(each.line, selectors.EVENT_READ, each)
        each.ask(next(numbers))
    waiting = clients
    while waiting:
        ready = crowd.select(60)
        assert ready, "The server does not answer."
        for key, _ in ready:
            spent = key.data.hear()
            if spent is None:
                continue
            took.append(spent)
            if time.perf_counter() < until:
                key.data.ask(next(numbers))
            else:
                waiting -= 1
    for each in readers:
        each.line.close()
    crowd.close()
    return took


def _act(deeds: Deeds, clients: int, seconds: float) -> list[float]:
    numbers, took, troubles = count(), [], []
    until = time.perf_counter() + seconds

    def run() -> None:
        try:
            link = Link(deeds.host, deeds.cookies)
            while (began := time.perf_counter()) < until:
                deeds.act(link, next(numbers))
                took.append((time.perf_counter() - began) * 1000)
        except BaseException as trouble:
            troubles.append(trouble)

    crowd = [Thread(target=run) for _ in range(clients)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    if troubles:
        raise troubles[0]
    return took
