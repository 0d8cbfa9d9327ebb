"""Reports read a copy of the database, where `REPLICA_URL` names one, and leave the first one to buyers.

A view says `@reads_replica`. It is then read from the copy unless its reader has just written something
(whoever saves must see it saved), or the copy is away, lags, or does not have the store yet. A copy that
fails in the midst costs a second try, on the first database. The copy is guarded like it: `tenants.context`
moves both connections, and the backend refuses each when its schema is not the store in force.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from threading import Lock
from typing import Any, Final, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from redis.exceptions import RedisError

from tenants import context
from tenants.context import StoreSchemaMissing
from tenants.permissions import Actor

log = logging.getLogger(__name__)

REPLICA: Final = "replica"
# How often a process asks whether the copy keeps up, and how long it leaves one alone that failed.
_ASK_SECONDS: Final = 1.0
_REST_SECONDS: Final = 10.0
_TIMED_OUT: Final = "57014"
_FAILURES: Final = (OperationalError, InterfaceError)
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
TypeOfView = TypeVar("TypeOfView", bound=Callable[..., Any])

_reading: ContextVar[bool] = ContextVar("reading_replica", default=False)


class ReplicaRouter:
    """Sends what a report reads to the copy, and everything else home."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """The copy inside a report."""
        return REPLICA if _reading.get() else _home(hints)

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Never the copy, not even for a row that was read there."""
        return _home(hints)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        """Rows of both are rows of one store."""
        return True if REPLICA in (one._state.db, other._state.db) else None


def _home(hints: dict[str, Any]) -> str | None:
    instance = hints.get("instance")
    return DEFAULT_DB_ALIAS if instance is not None and instance._state.db == REPLICA else None


class OwnWritesMiddleware:
    """Remembers who has just written: for some seconds they read what they wrote, and not the copy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        actor = getattr(request, "actor", None)
        if is_configured() and request.method not in _SAFE and actor is not None and context.current_store():
            _remember_writer(actor)
        return response


def reads_replica(view: TypeOfView) -> TypeOfView:
    """Let a view that only reads be answered by the copy. Put it below `@requires`."""

    @wraps(view)
    def routed(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not _may_read(request):
            return view(request, *args, **kwargs)
        try:
            with _reading_replica():
                return view(request, *args, **kwargs)
        except _FAILURES as failure:
            if getattr(failure.__cause__, "pgcode", None) == _TIMED_OUT:
                raise
            _leave_alone(failure)
            return view(request, *args, **kwargs)

    return routed  # type: ignore[return-value]


def is_configured() -> bool:
    """Whether there is a copy at all."""
    return REPLICA in settings.DATABASES


def is_read() -> bool:
    """Whether the current code reads the copy."""
    return _reading.get()


def _may_read(request: HttpRequest) -> bool:
    if not is_configured() or request.method not in _SAFE:
        return False
    return not _wrote_just_now(request) and _health.is_fresh() and _has_store()


@contextmanager
def _reading_replica() -> Iterator[None]:
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def _remember_writer(actor: Actor) -> None:
    try:
        cache.set(_mark(actor), 1, settings.REPLICA_OWN_WRITES_SECONDS)
    except RedisError:
        log.warning("nobody could be told that %s has written", actor.kind)


def _wrote_just_now(request: HttpRequest) -> bool:
    """Whether the reader wrote within the last seconds. Who cannot be told counts as if they had."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return True
    try:
        return cache.get(_mark(actor)) is not None
    except RedisError:
        return True


def _mark(actor: Actor) -> str:
    return f"wrote:{actor.kind}:{actor.id}"


def _has_store() -> bool:
    """Bring the copy's connection into the store in force; False when the copy does not know it (yet)."""
    context.follow(REPLICA)
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute("SELECT 1")
    except StoreSchemaMissing:
        return False
    except _FAILURES as failure:
        _leave_alone(failure)
        return False
    return True


def _leave_alone(failure: Exception) -> None:
    log.warning("the replica failed, and is left alone for a while: %s", failure)
    _health.rest()
    connections[REPLICA].close()


class _Health:
    """Whether the copy keeps up: it must have played what the first database wrote some seconds ago.

    A clock of the copy would not tell: one that hears nothing any more believes itself up to date.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: deque[tuple[float, int]] = deque(maxlen=60)
        self._fresh, self._ask_at = False, 0.0

    def is_fresh(self) -> bool:
        now = time.monotonic()
        with self._lock:
            if now < self._ask_at:
                return self._fresh
            self._ask_at = now + _ASK_SECONDS
        try:
            fresh = self._asked(now)
        except _FAILURES as failure:
            _leave_alone(failure)
            return False
        with self._lock:
            self._fresh = fresh
        return fresh

    def rest(self) -> None:
        with self._lock:
            self._fresh, self._ask_at = False, time.monotonic() + _REST_SECONDS

    def forget(self) -> None:
        with self._lock:
            self._seen.clear()
            self._fresh, self._ask_at = False, 0.0

    def _asked(self, now: float) -> bool:
        with context.in_public():
            written = _place(_value(DEFAULT_DB_ALIAS, "SELECT pg_current_wal_flush_lsn()::text"))
            context.follow(REPLICA)
            played = _value(REPLICA, "SELECT pg_last_wal_replay_lsn()::text WHERE pg_is_in_recovery()")
        return self.keeps_up(now, written, _place(played) if played else None)

    def keeps_up(self, now: float, written: int, played: int | None) -> bool:
        """Note how far the first database is, and say whether the copy is where it was some seconds ago.

        played   how far the copy is; None for one that is fed in another way, and is believed
        """
        with self._lock:
            self._seen.append((now, written))
            if played is None:
                return True
            reached = [moment for moment, place in self._seen if place <= played]
        return bool(reached) and now - reached[-1] <= settings.REPLICA_LAG_SECONDS


_health = _Health()


def _value(alias: str, statement: str) -> str | None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return str(row[0]) if row and row[0] is not None else None


def _place(told: str | None) -> int:
    """A place in the log, such as 16/B374D848, as a number."""
    high, _, low = (told or "0/0").partition("/")
    return (int(high, 16) << 32) | int(low, 16)
