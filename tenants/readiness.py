"""Whether this process should get traffic: what must be right, and what may be away for a while."""

import logging
import shutil
import time
from collections.abc import Callable
from functools import cache
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from redis import Redis
from redis.exceptions import RedisError

from tenants import context, heads, poolers

log = logging.getLogger(__name__)
READY, DEGRADED, UNREADY = "ready", "degraded", "unready"
SLOWEST_SECONDS: Final = 0.5
LEAST_FREE_DISK: Final = 0.10
_STORES_SECONDS: Final = 60.0


class Wrong(Exception):
    """Requests would fail, or worse."""


class Away(Exception):
    """Requests work, slower or with less."""


def look() -> tuple[str, dict[str, str]]:
    """Try everything. Returns the verdict, and each part's own word."""
    verdict, told = READY, {}
    for name, check in CHECKS.items():
        try:
            check()
            told[name] = "ok"
        except Away as trouble:
            told[name] = f"away: {trouble}"
            verdict = DEGRADED if verdict == READY else verdict
        except (Wrong, DatabaseError, OSError) as trouble:
            told[name] = f"failed: {trouble}" if isinstance(trouble, Wrong) else "failed: no answer"
            verdict = UNREADY
        if name == "database" and verdict == UNREADY:
            # Everything else would wait for it as well.
            break
    if verdict == UNREADY:
        log.warning("not ready: %s", {name: word for name, word in told.items() if word != "ok"})
    return verdict, told


def _database() -> None:
    began = time.monotonic()
    with context.in_public(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 500")
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM tenants_store LIMIT 1) AS one")
    if time.monotonic() - began > SLOWEST_SECONDS:
        raise Wrong("slow")


def _platform() -> None:
    if lacking := heads.lacking_in_public():
        raise Wrong(f"{len(lacking)} migrations to go")


def _pooler() -> None:
    if not _was_direct.get("yes"):
        if not poolers.is_direct():
            raise Wrong("a pooler in transaction mode stands between")
        _was_direct["yes"] = True


def _disk() -> None:
    room = shutil.disk_usage(settings.DATA_DIR)
    if room.free < room.total * LEAST_FREE_DISK:
        raise Wrong(f"{100 * room.free // room.total} % free")


def _redis() -> None:
    try:
        _line().ping()
    except RedisError:
        raise Away("no answer") from None


def _stores() -> None:
    if time.monotonic() - _stores_seen.get("at", float("-inf")) > _STORES_SECONDS:
        _stores_seen.update(at=time.monotonic(), behind=len(heads.stores_behind()))
    if behind := int(_stores_seen["behind"]):
        raise Away(f"{behind} behind this release")


@cache
def _line() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


CHECKS: Final[dict[str, Callable[[], None]]] = {
    "database": _database,
    "platform": _platform,
    "pooler": _pooler,
    "disk": _disk,
    "redis": _redis,
    "stores": _stores,
}
# A set-up with a pooler does not change while a process runs; the number of stores behind does.
_was_direct: dict[str, bool] = {}
_stores_seen: dict[str, float] = {}
