"""Posts a fake provider's notifications, again and again where the provider would."""

from __future__ import annotations

import heapq
import http.client
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Posted:
    """One try at delivering one notification. `status` is NO_ANSWER if none came."""

    url: str
    body: bytes
    status: int
    attempt: int


@dataclass(order=True, slots=True)
class _Letter:
    due: float
    number: int
    url: str = field(compare=False)
    body: bytes = field(compare=False)
    attempt: int = field(compare=False, default=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """How a provider delivers: what it adds, how long it waits, and when it tries again.

    sign    headers for one try at an address, from its body
    """

    headers: Mapping[str, str]
    timeout_seconds: int
    waits_minutes: tuple[int, ...]
    tries_after: Callable[[int], int]  # status -> how often to try again
    sign: Callable[[str, bytes], Mapping[str, str]] = lambda url, body: {}


class NoticeSender:
    """A post office for one provider. `minute` is how many real seconds one of its minutes takes.

    Posts only to this machine: a demo must never speak to strangers.
    """

    def __init__(self, rules: Rules, *, minute: float = 1.0) -> None:
        self.posted: list[Posted] = []
        self._rules = rules
        self._minute = minute
        self._letters: list[_Letter] = []
        self._numbers = itertools.count()
        self._bell = threading.Condition()
        self._busy = False
        self._closed = False
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, url: str, body: bytes, *, delay_seconds: float = 0) -> None:
        """Post one notification, in the order of asking unless delayed."""
        self._put(_Letter(time.monotonic() + delay_seconds, next(self._numbers), url, body))

    def wait_until_idle(self, seconds: float = 10) -> None:
        """Return when nothing is left to post, retries included. Raises TimeoutError."""
        with self._bell:
            if not self._bell.wait_for(lambda: not self._letters and not self._busy, seconds):
                raise TimeoutError(f"{len(self._letters)} notifications are still on their way")

    def close(self) -> None:
        """Drop what is left."""
        with self._bell:
            self._closed = True
            self._bell.notify_all()

    def _put(self, letter: _Letter) -> None:
        with self._bell:
            heapq.heappush(self._letters, letter)
            self._bell.notify_all()

    def _run(self) -> None:
        while (letter := self._next()) is not None:
            status = self._post(letter)
            self.posted.append(Posted(letter.url, letter.body, status, letter.attempt))
            self._again(letter, status)
            with self._bell:
                self._busy = False
                self._bell.notify_all()

    def _next(self) -> _Letter | None:
        with self._bell:
            while not self._closed:
                now = time.monotonic()
                if self._letters and self._letters[0].due <= now:
                    self._busy = True
                    return heapq.heappop(self._letters)
                self._bell.wait(self._letters[0].due - now if self._letters else None)
        return None

    def _again(self, letter: _Letter, status: int) -> None:
        if 200 <= status < 300 or letter.attempt > self._rules.tries_after(status):
            return
        minutes = self._rules.waits_minutes[min(letter.attempt, len(self._rules.waits_minutes)) - 1]
        due = time.monotonic() + minutes * self._minute
        self._put(_Letter(due, next(self._numbers), letter.url, letter.body, letter.attempt + 1))

    def _post(self, letter: _Letter) -> int:
        url, status = letter.url, NO_ANSWER
        for _ in range(6):
            status, location = self._post_once(url, letter.body)
            if status not in {307, 308} or not location:
                break
            url = location
        return status

    def _post_once(self, url: str, body: bytes) -> tuple[int, str]:
        target = urlsplit(url)
        host = (target.hostname or "").rstrip(".")
        if target.scheme != "http" or not (host in {"localhost", "127.0.0.1"} or host.endswith(".localhost")):
            return NO_ANSWER, ""
        # Browsers know that *.localhost is this machine; name servers often do not.
        connection = http.client.HTTPConnection(
            "127.0.0.1", target.port or 80, timeout=self._rules.timeout_seconds
        )
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        headers = {**self._rules.headers, **self._rules.sign(url, body), "Host": target.netloc}
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            response.read(64 * 1024)
            return response.status, response.getheader("Location") or ""
        except (OSError, http.client.HTTPException):
            return NO_ANSWER, ""
        finally:
            connection.close()
