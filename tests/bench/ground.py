"""What the benchmarks over HTTP run on: everything that `make run` starts, without demo stores."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import django

from config.embedded import accounts
from config.launch.environment import ROOT
from tests.bench.client import PORT
from tests.bench.report import DATA_DIR, Figure, finish

if TYPE_CHECKING:
    from tenants.models import Store

SETTINGS = "config.settings.dev"
HOME = DATA_DIR / "bench-load"
STORES = int(os.environ.get("STORES") or 200)


@dataclass(frozen=True, slots=True)
class Filled:
    """The store that is measured, its owner's session, its shelves, and the process that serves it."""

    store: "Store"
    session: str
    shelves: list[int]
    launched: int


Part = Callable[[Filled], Iterable[Figure]]


def measure(*parts: Part, stores: int = STORES, pool: int = 0, home: Path = HOME) -> int:
    """Start, fill, measure each part, stop. Returns what a gate returns."""
    figures: list[Figure] = []
    with ready(stores=stores, pool=pool, home=home) as filled:
        for part in parts:
            figures += part(filled)
    return finish(figures)


@contextmanager
def ready(*, stores: int, pool: int, home: Path) -> Iterator[Filled]:
    """The server, and the store that is measured beside so many others."""
    began = time.perf_counter()
    with running(home, PORT, pool=pool) as launched:
        join(home, PORT, pool=pool)
        print(f"ready after {time.perf_counter() - began:.0f} s", flush=True)
        from tests.bench import filling  # noqa: PLC0415

        filling.others(stores)
        made, session, shelves = filling.store()
        print(f"filled after {time.perf_counter() - began:.0f} s", flush=True)
        yield Filled(made, session, shelves, launched)


@contextmanager
def running(home: Path, port: int, *, pool: int) -> Iterator[int]:
    """`make run` in an empty folder, with so many ready schemas: its process id."""
    # What an earlier run left behind would make this one slower.
    accounts.remove_reachable(home / "postgres")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    env = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "PORT": str(port),
        "DATA_DIR": str(home),
        "SEED": "0",
        "STORE_POOL_SIZE": str(pool),
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": SETTINGS,
    }
    log = (home / "bench.log").open("w+")
    child = subprocess.Popen(
        [sys.executable, "-m", "config.launch"], cwd=ROOT, env=env, stdout=log, stderr=log
    )
    try:
        deadline = time.monotonic() + 600
        while "is ready" not in Path(log.name).read_text():
            assert child.poll() is None and time.monotonic() < deadline, Path(log.name).read_text()
            time.sleep(0.2)
        yield child.pid
    finally:
        child.terminate()
        child.wait(60)
        log.close()


def join(home: Path, port: int, *, pool: int) -> None:
    """Let this process ask the servers that `running` has started."""
    told = json.loads((home / "running.json").read_text())
    os.environ |= {
        **{name: told[name] for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY") if name in told},
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATA_DIR": str(home),
        "PORT": str(port),
        "STORE_POOL_SIZE": str(pool),
    }
    django.setup()
