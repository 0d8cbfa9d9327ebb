"""A running SmartSeller, as `make run` starts it, and a phone to use it with."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 360, "height": 800}
# Without the last two, Chromium looks for its makers' hosts at every start.
_CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)


@dataclass(frozen=True, slots=True)
class Running:
    """One whole SmartSeller on this machine: web, worker, scheduler, fakes, PostgreSQL, Redis."""

    port: int
    data_dir: Path

    @property
    def platform(self) -> str:
        return f"http://localhost:{self.port}"

    def dashboard(self, slug: str) -> str:
        return f"http://{slug}.app.localhost:{self.port}"

    def shop(self, slug: str) -> str:
        return f"http://{slug}.shop.localhost:{self.port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Started by the same program as `make run`, without the demo stores."""
    folder = tmp_path_factory.mktemp("data dir with spaces")
    port = _free_port()
    told = {"PORT": str(port), "DATA_DIR": str(folder), "SEED": "0"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    log = (folder / "launch.log").open("w+")
    child = subprocess.Popen(
        [sys.executable, "-m", "config.launch"], cwd=ROOT, env={**kept, **told}, stdout=log, stderr=log
    )
    try:
        _wait_until_ready(child, folder / "launch.log")
        yield Running(port, folder)
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(timeout=60)


def _wait_until_ready(child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 300
    while "SmartSeller is ready" not in log.read_text():
        assert child.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's own Chromium. It ends with the module: while one runs, Django asks no database here."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for found in map(shutil.which, names) if found), None)
    assert path, "Install Chromium (Debian: apt-get install chromium), or run without BROWSER=1."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A phone that belongs to the seller."""
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="id-ID")
    yield context
    context.close()


@pytest.fixture
def shopper(chromium: Browser) -> Iterator[Page]:
    """A phone that belongs to somebody who buys."""
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="id-ID")
    yield context.new_page()
    context.close()
