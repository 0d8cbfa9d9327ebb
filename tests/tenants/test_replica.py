"""Reports read the copy: routed, guarded, never behind one's own writes, and without it when it fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from redis.exceptions import RedisError

from core.kernel.models import AuditEntry
from tenants import context, replica
from tenants.context import CrossStoreError
from tenants.models import Store, User
from tenants.permissions import Actor
from tenants.replica import REPLICA, reads_replica

REPORTS = ("dashboard:home", "audit:list", "orders:export")
SARI, BUDI = Actor("MEMBER", "sari", "Sari"), Actor("MEMBER", "budi", "Budi")


def ask(actor: Actor | None = SARI, method: str = "GET") -> HttpRequest:
    request = RequestFactory().generic(method, "/")
    request.actor = actor  # type: ignore[attr-defined]
    return request


@reads_replica
def report(request: HttpRequest) -> str:
    """Where the entries are read."""
    return str(AuditEntry.objects.all().db)


def read_by(actor: Actor | None, method: str = "GET") -> str:
    return report(ask(actor, method))


@pytest.fixture
def copy(store: Store) -> Iterator[Any]:
    """Another connection to the same database, which writes nothing."""
    told = {**connections.databases["default"], "NAME": connection.settings_dict["NAME"]}
    told["OPTIONS"] = {"connect_timeout": 2, "options": "-c default_transaction_read_only=on"}
    connections.databases[REPLICA] = told
    replica._health.forget()
    cache.delete_many([f"wrote:MEMBER:{name}" for name in ("sari", "budi")])
    line = connections[REPLICA]
    # Django's tests refuse connections that were not announced before them.
    line.ensure_connection = lambda: line.connection or line.connect()  # type: ignore[method-assign]
    yield line
    line.close()
    del connections[REPLICA]
    del connections.databases[REPLICA]
    replica._health.forget()


def test_without_a_copy_reports_are_read_at_home(store: Store):
    assert not replica.is_configured()
    assert read_by(SARI) == "default"


def test_a_report_is_read_from_the_copy_and_everything_else_at_home(copy: Any):
    assert read_by(SARI) == "replica"
    assert AuditEntry.objects.all().db == "default"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_may_write_is_never_read_from_the_copy(copy: Any, method: str):
    assert read_by(SARI, method) == "default"


def test_a_row_that_was_read_there_is_written_at_home(copy: Any):
    row = AuditEntry(pk=1)
    row._state.db = REPLICA

    assert replica.ReplicaRouter().db_for_write(AuditEntry, instance=row) == "default"
    assert replica.ReplicaRouter().db_for_read(AuditEntry, instance=row) == "default"


def test_the_copy_refuses_to_be_written(copy: Any):
    context.follow(REPLICA)

    with pytest.raises(DatabaseError, match="read-only"), copy.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_auditentry")


def test_the_copy_reads_the_store_in_force(copy: Any, batik: Store):
    def schema(request: HttpRequest) -> str:
        with copy.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            return str(cursor.fetchone()[0])

    kopi = context.require_store()
    assert reads_replica(schema)(ask()) == kopi.schema_name
    with context.in_store(batik):
        assert reads_replica(schema)(ask()) == batik.schema_name


def test_the_copy_is_guarded_too(copy: Any, batik: Store):
    """A connection that stands in another store than the code is refused, whichever it is."""
    copy.set_tenant(batik)

    with pytest.raises(CrossStoreError):
        AuditEntry.objects.using(REPLICA).count()


def test_a_new_connection_to_the_copy_stands_in_no_store_and_is_refused(copy: Any):
    with pytest.raises(CrossStoreError):
        AuditEntry.objects.using(REPLICA).count()


def wrote(actor: Actor, method: str = "POST") -> None:
    replica.OwnWritesMiddleware(lambda request: HttpResponse())(ask(actor, method))


def test_who_has_just_written_reads_what_they_wrote_and_others_read_the_copy(copy: Any):
    wrote(SARI)

    assert (read_by(SARI), read_by(BUDI)) == ("default", "replica")


def test_ones_own_writes_are_over_after_some_seconds(copy: Any):
    wrote(SARI)

    assert 8 < cache._cache.get_client(None).ttl(cache.make_key("wrote:MEMBER:sari")) <= 10  # type: ignore[attr-defined]


def test_whoever_only_reads_has_not_written(copy: Any):
    wrote(SARI, "GET")

    assert read_by(SARI) == "replica"


def test_a_reader_who_cannot_be_told_is_taken_for_a_writer(copy: Any, monkeypatch: pytest.MonkeyPatch):
    def away(key: str) -> None:
        raise RedisError

    monkeypatch.setattr(replica.cache, "get", away)

    assert (read_by(None), read_by(SARI)) == ("default", "default")


def test_a_copy_that_is_away_is_left_alone_for_a_while(copy: Any, monkeypatch: pytest.MonkeyPatch):
    tried: list[int] = []

    def refuse(*args: Any) -> None:
        tried.append(1)
        raise OperationalError("no route")

    monkeypatch.setattr(copy, "get_new_connection", refuse)

    assert [read_by(SARI) for _ in range(3)] == ["default"] * 3
    assert len(tried) == 1


def test_a_copy_that_fails_in_the_midst_costs_a_second_try_at_home(copy: Any):
    seen: list[str] = []

    @reads_replica
    def view(request: HttpRequest) -> str:
        seen.append("replica" if replica.is_read() else "default")
        if replica.is_read():
            raise OperationalError("canceling statement due to conflict with recovery")
        return "told"

    assert view(ask()) == "told"
    assert seen == ["replica", "default"]
    assert read_by(SARI) == "default"


def test_a_report_that_takes_too_long_is_not_tried_twice(copy: Any):
    @reads_replica
    def slow(request: HttpRequest) -> None:
        with copy.cursor() as cursor:
            cursor.execute("SET statement_timeout = 20")
            cursor.execute("SELECT pg_sleep(1)")

    with pytest.raises(OperationalError, match="statement timeout"):
        slow(ask())


def test_a_store_that_the_copy_does_not_know_yet_is_read_at_home(copy: Any):
    with context.in_store(Store(schema_name="s_unheardof", name="Baru", slug="baru")):
        assert read_by(SARI) == "default"


@pytest.mark.parametrize(
    ("played", "at", "keeps_up"),
    [(100, 5.0, True), (99, 5.0, False), (100, 5.1, False), (200, 60.0, True), (None, 60.0, True)],
)
def test_a_copy_keeps_up_when_it_is_where_the_first_was_five_seconds_ago(
    played: int | None, at: float, keeps_up: bool
):
    health = replica._Health()
    health.keeps_up(0.0, 100, 100)

    assert health.keeps_up(at, 200, played) is keeps_up


def test_places_in_the_log_are_compared_as_numbers():
    assert replica._place("1/0") > replica._place("0/FFFFFFFF") > replica._place("0/A") == 10


def test_the_pages_of_reports_read_the_copy(copy: Any, dashboard: Callable[..., Client], sari: User):
    client = dashboard(sari)
    seen: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(str(sql))
        return execute(sql, *rest)

    with copy.execute_wrapper(note):
        paths = [reverse(name, urlconf=settings.DASHBOARD_URLCONF) for name in REPORTS]
        pages = [client.get(path).status_code for path in paths]

    assert pages == [200] * 3
    assert {name: any(name in sql for sql in seen) for name in ("kernel_auditentry", "orders_order")} == {
        "kernel_auditentry": True,
        "orders_order": True,
    }
