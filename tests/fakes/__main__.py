"""Serve every fake provider: python -m tests.fakes --port 8010"""

from __future__ import annotations

import argparse
import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path

from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.server import FakeProvider, FakeServer
from tests.fakes.stripe import FakeStripe


def every_fake(*, minute: float = 1.0) -> dict[str, FakeProvider]:
    """One of each, under the path where it is mounted. `minute`: real seconds between retries' minutes."""
    return {"midtrans": FakeMidtrans(minute=minute), "stripe": _stripe(os.environ, minute=minute)}


def _stripe(environ: Mapping[str, str], *, minute: float) -> FakeStripe:
    """Remembers things in DATA_DIR, shares the clock that lies there, and tells the platform on PORT."""
    folder = Path(environ["DATA_DIR"]) if environ.get("DATA_DIR") else None
    fake = FakeStripe(
        minute=minute, keep=folder and folder / "stripe.json", shared_clock=folder and folder / "clock.txt"
    )
    if secret := environ.get("STRIPE_WEBHOOK_SECRET"):
        fake.listen(f"http://localhost:{environ.get('PORT', '8000')}/hooks/stripe/", secret)
    return fake


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
