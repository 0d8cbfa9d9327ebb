"""What the person who starts us may choose, and what every process is told."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.embedded import CannotStart, Servers
from config.embedded.ports import Memory, is_free

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one run."""

    port: int
    data_dir: Path
    with_demo: bool

    @property
    def logs(self) -> Path:
        """Where every process has its log."""
        return self.data_dir / "logs"


def choices(environ: Mapping[str, str]) -> Choices:
    """Read PORT, DATA_DIR and SEED; refuse what cannot work before anything is started."""
    given = environ.get("PORT") or "8000"
    if not given.isdecimal() or not 1 <= int(given) <= 65_535:
        raise CannotStart(f"PORT is {given!r}: give a number between 1 and 65535, such as PORT=8001.")
    port = int(given)
    if port < 1024 and os.geteuid() != 0:
        raise CannotStart(f"Only root may listen on port {port}: choose another with PORT=8001.")
    if not is_free(port):
        raise CannotStart(
            f"Port {port} is in use: stop what uses it, or choose another with PORT={port + 1}."
        )
    return Choices(
        port=port,
        data_dir=(ROOT / (environ.get("DATA_DIR") or ".data")).resolve(),
        with_demo=environ.get("SEED", "1") != "0",
    )


def for_processes(chosen: Choices, servers: Servers, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of every process of this run. Secrets are made once and kept in DATA_DIR."""
    memory = servers.memory
    fakes_url = f"http://127.0.0.1:{memory.port('fakes')}"
    return {
        **environ,
        **_stripe(memory, environ, fakes_url),
        "DJANGO_SETTINGS_MODULE": environ.get("DJANGO_SETTINGS_MODULE") or "config.settings.dev",
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": environ.get("SECRET_KEY") or memory.secret("secret_key"),
        "PORT": str(chosen.port),
        "DATA_DIR": str(chosen.data_dir),
        "WEB_URL": f"http://127.0.0.1:{chosen.port}",
        "FAKES_URL": fakes_url,
        "METRICS_PORT": environ.get("METRICS_PORT") or str(memory.port("metrics")),
        # Each thread would hold on to memory of its own.
        "MALLOC_ARENA_MAX": environ.get("MALLOC_ARENA_MAX") or "2",
        "PROMETHEUS_MULTIPROC_DIR": str(chosen.data_dir / "metrics"),
        "ENVIRONMENT": environ.get("ENVIRONMENT") or "development",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }


def _stripe(memory: Memory, environ: Mapping[str, str], fakes_url: str) -> dict[str, str]:
    """Settings for the fake Stripe, unless a key of the real one is given."""
    if environ.get("STRIPE_SECRET_KEY"):
        return {}
    return {
        "STRIPE_API_BASE": f"{fakes_url}/stripe",
        "STRIPE_SECRET_KEY": "sk_test_fake_smartseller",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{memory.secret('stripe_webhook')}",
    }


def python(*arguments: str) -> list[str]:
    """Return a command for our own Python. Never a script of `bin/`: spaces in a path break those."""
    return [sys.executable, *arguments]
