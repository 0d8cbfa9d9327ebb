"""What is counted and timed while we work, for Prometheus; `config.watch.exposition` shows it.

Knows no Django, so that every room may count here, adapters included. Where PROMETHEUS_MULTIPROC_DIR names
a folder, each process counts in files of its own there, and one of them adds all up.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

FOLDER: Final = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
if FOLDER:
    # The library opens its files as soon as a metric is named.
    Path(FOLDER).mkdir(parents=True, exist_ok=True)

from prometheus_client import Counter, Histogram  # noqa: E402

_PAGE_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_CALL_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_DUTY_SECONDS: Final = (0.05, 0.25, 1, 5, 30, 120, 600)
_BUILD_SECONDS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600)

REQUESTS: Final = Counter(
    "smartseller_requests", "Answered requests.", ["host_kind", "route", "method", "status"]
)
REQUEST_SECONDS: Final = Histogram(
    "smartseller_request_seconds",
    "From a request to its answer's head.",
    ["host_kind", "route"],
    buckets=_PAGE_SECONDS,
)
DUTIES: Final = Counter("smartseller_duties", "Duties let go of, by the state they got.", ["kind", "state"])
DUTY_SECONDS: Final = Histogram(
    "smartseller_duty_seconds", "One try at a duty.", ["kind"], buckets=_DUTY_SECONDS
)
PROVIDER_SECONDS: Final = Histogram(
    "smartseller_provider_seconds",
    "One call to a provider.",
    ["provider", "outcome"],
    buckets=_CALL_SECONDS,
)
WEBHOOKS_REFUSED: Final = Counter(
    "smartseller_webhooks_refused", "Messages of providers that were turned away.", ["provider", "reason"]
)
ORPHAN_FILES: Final = Counter("smartseller_orphan_files", "Files that no row named, and that were removed.")
LOGIN_FAILURES: Final = Counter("smartseller_login_failures", "Log-ins that were refused.")
GUARD_REFUSALS: Final = Counter(
    "smartseller_guard_refusals", "Times a guard kept one store's data from another.", ["guard"]
)
SHARE_REFUSALS: Final = Counter(
    "smartseller_share_refusals", "Requests that came too fast, by the share that was used up.", ["share"]
)
PROVISIONING_SECONDS: Final = Histogram(
    "smartseller_provisioning_seconds", "From sign-up to an open store.", buckets=_BUILD_SECONDS
)


@contextmanager
def timed_call(provider: str) -> Iterator[None]:
    """Time what a provider needs for an answer; whatever it raises counts as a failure."""
    began, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "answered"
    finally:
        PROVIDER_SECONDS.labels(provider, outcome).observe(time.perf_counter() - began)


@contextmanager
def timed_duty(kind: str) -> Iterator[None]:
    """Time one try at a duty."""
    began = time.perf_counter()
    try:
        yield
    finally:
        DUTY_SECONDS.labels(kind).observe(time.perf_counter() - began)
        LOADS.flush()


class StoreLoads:
    """Requests, failures and seconds in the database of each store.

    There are too many stores for a label each, and which ones are heavy is known only afterwards: so each
    process keeps plain sums, writes them down every few seconds, and only the heaviest become labels.
    """

    FLUSH_SECONDS: Final = 5.0
    REQUESTS, FAILURES, DATABASE_SECONDS = range(3)

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        # A forked child has sums and a file of its own; its parent's lock may be held for ever.
        self._lock = threading.Lock()
        self._sums: dict[str, list[float]] = {}
        self._file = f"stores-{os.getpid()}-{uuid4().hex[:8]}.json"
        self._flushed = time.monotonic()

    def after_fork(self) -> None:
        """Start from nothing in a child: its parent counts what was before."""
        self._begin()

    def add(self, store: str, what: int, amount: float) -> None:
        """Add to a store's sums. Costs no more than a look into a dict."""
        with self._lock:
            self._sums.setdefault(store, [0, 0, 0.0])[what] += amount

    def flush(self, *, now: bool = False) -> None:
        """Write the sums for whoever shows them, at most every few seconds."""
        if not self._folder or not (now or time.monotonic() - self._flushed > self.FLUSH_SECONDS):
            return
        with self._lock:
            told, self._flushed = json.dumps(self._sums), time.monotonic()
        # Two threads may be here at once: each has a scratch file of its own.
        scratch = Path(self._folder, f"{self._file}.{threading.get_ident()}.new")
        scratch.write_text(told)
        scratch.replace(Path(self._folder, self._file))

    def totals(self) -> dict[str, list[float]]:
        """The sums of all processes of this machine: store -> requests, failures, seconds."""
        if not self._folder:
            with self._lock:
                return {store: list(sums) for store, sums in self._sums.items()}
        self.flush(now=True)
        totals: dict[str, list[float]] = {}
        for file in Path(self._folder).glob("stores-*.json"):
            for store, sums in json.loads(file.read_text()).items():
                known = totals.setdefault(store, [0, 0, 0.0])
                totals[store] = [a + b for a, b in zip(known, sums, strict=True)]
        return totals


LOADS: Final = StoreLoads(FOLDER)
os.register_at_fork(after_in_child=LOADS.after_fork)
