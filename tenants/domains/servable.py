"""Which domains we may get certificates for: a list in Redis, and a copy of it in every process.

The answer must come from memory: it is asked for at handshakes, by anybody, also while PostgreSQL is away.
"""

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from redis import Redis
from redis.exceptions import RedisError

from tenants import context
from tenants.models import DomainClaim, StoreState

_VERSION, _NAMES = "platform:servable-domains:version", "platform:servable-domains:names"
_PATIENCE_SECONDS: Final = 0.05
# How long a copy serves while Redis is away, before the database is read again.
_STALE_SECONDS: Final = 30.0
_LOCK: Final = 8_443


@dataclass(slots=True)
class _Copy:
    """This process's copy. Without a version it was read while Redis was away."""

    names: frozenset[str] = frozenset()
    version: str = ""
    read_at: float = 0.0


_copy = _Copy()


def is_servable(name: str) -> bool:
    """Whether `name` is a proven domain of an open store. Denies what it does not know; writes nothing."""
    try:
        version: Any = _redis().get(_VERSION)
    except RedisError:
        _read_without_redis()
    else:
        if version is None:
            publish()
        elif version.decode() != _copy.version:
            _take()
    return name in _copy.names


def publish() -> None:
    """Write the list anew, for all processes. Call after commit when a domain or a store's state changed.

    Locks    other publishers out, so that the list read last is the one that stays
    """
    with context.in_public(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        names = _read()
        version = secrets.token_hex(8)
        try:
            with _redis().pipeline(transaction=True) as both:
                both.set(_NAMES, json.dumps({"version": version, "names": sorted(names)}))
                both.set(_VERSION, version)
                both.execute()
        except RedisError:
            version = ""
    _remember(names, version)


def forget_copy() -> None:
    """Be as a process that has just started: for tests."""
    _remember(frozenset(), "")
    _copy.read_at = 0.0


def _take() -> None:
    stored: Any = _redis().get(_NAMES)
    if stored is None:
        publish()
        return
    told = json.loads(stored)
    _remember(frozenset(told["names"]), told["version"])


def _read_without_redis() -> None:
    if time.monotonic() - _copy.read_at < _STALE_SECONDS and _copy.read_at:
        return
    try:
        with context.in_public():
            _remember(_read(), "")
    except DatabaseError:
        # The copy that we have is better than none; it is tried again after the next pause.
        _copy.read_at = time.monotonic()


def _read() -> frozenset[str]:
    rows = DomainClaim.objects.filter(
        hostname__verified_at__isnull=False, hostname__store__state=StoreState.ACTIVE
    )
    return frozenset(rows.values_list("hostname__name", flat=True))


def _remember(names: frozenset[str], version: str) -> None:
    _copy.names, _copy.version, _copy.read_at = names, version, time.monotonic()


def _redis() -> Redis:
    global _client  # noqa: PLW0603
    if _client is None:
        _client = Redis.from_url(
            settings.REDIS_URL, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS
        )
    return _client


_client: Redis | None = None
