"""Serve every fake provider: python -m tests.fakes --port 8010"""

from __future__ import annotations

import argparse
import signal
import threading

from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.server import FakeProvider, FakeServer


def every_fake(*, minute: float = 1.0) -> dict[str, FakeProvider]:
    """One of each, under the path where it is mounted. `minute`: real seconds between retries' minutes."""
    return {"midtrans": FakeMidtrans(minute=minute)}


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="Fake providers on the loopback interface.")
    parser.add_argument("--port", type=int, default=8010)
    options = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with FakeServer(every_fake(), options.port) as server:
        print(f"Fake providers at {server.url}", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
