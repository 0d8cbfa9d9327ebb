"""Nothing waits for ever: locks, statements, idle transactions, and a Redis or a database that is away."""

import errno
from collections.abc import Iterator
from unittest.mock import MagicMock, Mock

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import RequestFactory
from redis.exceptions import TimeoutError as RedisTimeout

from config import api_refusals
from tenants import refusals, session_store
from tenants.backend import limits
from tenants.models import User


@pytest.fixture
def _forget() -> Iterator[None]:
    yield
    limits._in_force.clear()


@pytest.mark.usefixtures("_forget")
@pytest.mark.parametrize(
    ("impose", "told"), [(limits.for_web, ["5s", "3s", "15s"]), (limits.for_worker, ["1min", "10s", "1min"])]
)
def test_each_kind_of_process_limits_its_connections(db: None, impose: object, told: list[str]):
    impose()  # type: ignore[operator]
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
            assert list(cursor.fetchone()) == told
    finally:
        own.close()


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError, RedisTimeout])
def test_what_passes_by_itself_is_answered_with_try_again(rf: RequestFactory, trouble: type[Exception]):
    try:
        raise trouble("gone")
    except trouble:
        page = refusals.broken(rf.get("/"))

    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")


def test_a_mistake_of_ours_stays_an_error(db: None, rf: RequestFactory):
    try:
        raise KeyError("gone")
    except KeyError:
        assert refusals.broken(rf.get("/")).status_code == 500


def test_the_api_says_that_it_is_away_for_now():
    told = api_refusals.of_status(503)

    assert (told.status_code, b'"code": "unavailable"' in told.content) == (503, True)


def test_a_log_in_is_known_while_redis_is_away(db: None, sari: User, monkeypatch: pytest.MonkeyPatch):
    kept = session_store.SessionStore()
    kept["who"] = "sari"
    kept.save()
    gone = Mock(side_effect=RedisTimeout)
    away = MagicMock(get=gone, set=gone)
    away.__contains__ = gone

    again = session_store.SessionStore(kept.session_key)
    again._cache = away

    assert again["who"] == "sari"
    assert again.exists(kept.session_key)


def test_a_full_disk_is_said_to_be_full(db: None, rf: RequestFactory):
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError:
        assert refusals.broken(rf.get("/")).status_code == 507


def test_a_line_that_broke_is_said_in_djangos_words(db: None):
    """The path is set past Django's own wrapping: what fails there must be told like any other error."""
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        with connection.cursor() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

        with pytest.raises(OperationalError), own.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        own.close()
