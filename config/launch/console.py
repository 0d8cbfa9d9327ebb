"""What a person sees while things start: one line per step, with its time."""

import json
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.launch.environment import ROOT

# On a terminal a step's line stays open, to be written anew with its time.
_END = "" if sys.stdout.isatty() else "\n"
_CLEAR = "\r\033[K"


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show that something goes on, and then how long it took."""
    print(f"  {title} ...", end=_END, flush=True)
    began = time.monotonic()
    try:
        yield
    except Exception:
        print(f"{_CLEAR}  {title} ... failed" if sys.stdout.isatty() else f"  {title} failed", flush=True)
        raise
    took = f"{time.monotonic() - began:.1f} s"
    print(f"{_CLEAR}  {title} ... {took}" if sys.stdout.isatty() else f"  {title}: {took}", flush=True)


def progress(words: str) -> None:
    """Show what the step that goes on is at."""
    print(f"\n    {words} ..." if sys.stdout.isatty() else f"    {words}", end=_END, flush=True)


def ready(port: int, demo: Path, *, metrics_port: str = "", providers_url: str = "") -> None:
    """Say where to go, and who may log in there."""
    print("\nSmartSeller is ready\n")
    try:
        written: dict[str, Any] = json.loads(demo.read_text())
    except (OSError, ValueError):
        written = {}
    print(f"  Platform    {written.get('platform_url', f'http://localhost:{port}')}")
    _login(written.get("console", {}), "Console", "url")
    if written.get("console", {}).get("totp_secret"):
        print(f"              code: {_by_hand(demo.parent)} console_code")
    for store in written.get("stores", []):
        print(f"\n  {store.get('slug', '')}")
        print(f"    Storefront  {store.get('storefront_url', '')}")
        if store.get("custom_domain_url"):
            print(f"    Own domain  {store['custom_domain_url']}")
        print(f"    Dashboard   {store.get('dashboard_url', '')}")
        owner = store.get("owner", {})
        print(f"    Log in      {owner.get('email', '')}  {owner.get('password', '')}")
    if metrics_port:
        print(f"\n  Metrics     http://127.0.0.1:{metrics_port}/metrics")
    if providers_url:
        print(f"  Providers   {providers_url}/  (they are fakes: their clock, moods and faults)")
    print("\nCtrl-C stops everything.\n", flush=True)


def _by_hand(data_dir: Path) -> str:
    """How to run one of our commands beside what runs now."""
    where = "" if data_dir == ROOT / ".data" else f"DATA_DIR={shlex.quote(str(data_dir))} "
    return f"{where}{shlex.quote(sys.executable)} manage.py"


def _login(place: dict[str, str], name: str, address: str) -> None:
    if place:
        parts = [place.get(key, "") for key in (address, "email", "password")]
        print(f"  {name:<11} {'  '.join(part for part in parts if part)}")
