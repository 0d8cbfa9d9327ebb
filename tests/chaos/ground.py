"""The ground that a run stands on: PostgreSQL and Redis of its own, and where everything lies.

Imported before Django reads its settings. Servers that somebody else runs are never used: these get killed.
"""

import os
import shutil
import signal
from pathlib import Path

from config import embedded
from config.embedded import accounts
from config.embedded.ports import free_port
from config.embedded.postgres import Postgres
from config.embedded.redis import Redis

ROOT = Path(__file__).resolve().parent.parent.parent
DATA_DIR = (ROOT / (os.environ.get("DATA_DIR") or ".data")).resolve()
HOME = DATA_DIR / "chaos"
FAILPOINTS = HOME / "failpoints"


def _cleared() -> Path:
    """The folder of this run, without what an earlier one left there."""
    accounts.remove_reachable(HOME / "postgres")
    shutil.rmtree(HOME, ignore_errors=True)
    FAILPOINTS.mkdir(parents=True)
    return HOME


for name in ("DATABASE_URL", "REDIS_URL", "FAILPOINTS_DIR"):
    os.environ.pop(name, None)
servers = embedded.start(_cleared())
postgres = next(each for each in servers._started if isinstance(each, Postgres))
redis = next(each for each in servers._started if isinstance(each, Redis))
WEB_PORT, SECOND_WEB_PORT, FAKES_PORT, MAIL_PORT = (free_port() for _ in range(4))

os.environ |= {
    "DJANGO_SETTINGS_MODULE": "tests.chaos.live",
    "DATABASE_URL": servers.database_url,
    "REDIS_URL": servers.redis_url,
    "DATA_DIR": str(HOME),
    "BUILD_DIR": str(HOME / "build"),
    "PORT": str(WEB_PORT),
    "FAKES_URL": f"http://127.0.0.1:{FAKES_PORT}",
    "MAIL_PORT": str(MAIL_PORT),
    "LOG_LEVEL": "WARNING",
}


def kill_postgres() -> None:
    """What `pg_ctl -m immediate` does: no farewell, no checkpoint."""
    assert postgres.child is not None
    postgres.child.send_signal(signal.SIGQUIT)
    postgres.child.wait(30)
    postgres.child = None


def kill_redis() -> None:
    """kill -9."""
    assert redis.child is not None
    redis.child.kill()
    redis.child.wait(10)
    redis.child = None


def leave() -> None:
    """Stop the servers and remove their files; logs stay."""
    servers.stop()
    for server in (postgres, redis):
        server.remove()
