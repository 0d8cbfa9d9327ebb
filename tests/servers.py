"""Starts PostgreSQL and Redis for the suite before Django reads its settings.

A pytest plugin, loaded early (`-p tests.servers`). With DATABASE_URL and REDIS_URL set, those are used.
Each xdist worker gets a Redis database of its own; Django's test databases have the worker in their name.
"""

import os
import re
import tempfile
from pathlib import Path

import pytest

from config import embedded

_started: list[embedded.Servers] = []


def _start() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ and not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        servers = embedded.start(Path(tempfile.mkdtemp(prefix="smartseller-servers-")), durable=False)
        _started.append(servers)
        os.environ["DATABASE_URL"] = servers.database_url
        os.environ["REDIS_URL"] = servers.redis_url
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or -1)
    if worker >= 0:
        base = os.environ["REDIS_URL"].rsplit("/", 1)[0]
        os.environ["REDIS_URL"] = f"{base}/{worker + 1}"


_start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started."""
    while _started:
        _started.pop().stop()
