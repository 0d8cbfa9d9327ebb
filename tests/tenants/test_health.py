"""What machines that watch us are told, and that nobody else is told anything."""

import json
from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tenants import heads, poolers, readiness
from tenants.models import Store
from tests.conftest import client_at

KOPI = f"kopi.{settings.STOREFRONT_SUFFIX}"
NOBODY_ANSWERS = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    readiness._was_direct.clear()
    readiness._stores_seen.clear()
    readiness._line.cache_clear()


def _ready(client: Client) -> tuple[int, dict]:
    answer = client.get("/readyz")
    return answer.status_code, json.loads(answer.content)


def test_is_ready_when_everything_is_right(platform: Client):
    status, told = _ready(platform)

    assert status == 200
    assert told == {"status": "ready", "checks": dict.fromkeys(readiness.CHECKS, "ok")}


def test_lives_without_asking_the_database(platform: Client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = platform.get("/livez")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_no_store_is_looked_up_for_it(kopi: Store):
    assert client_at("anything.example").get("/livez").status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
@pytest.mark.parametrize(
    "stranger",
    [
        {"HTTP_X_FORWARDED_FOR": "8.8.8.8"},
        {"HTTP_FORWARDED": "for=8.8.8.8"},
        {"REMOTE_ADDR": "8.8.8.8"},
        {"REMOTE_ADDR": ""},
    ],
)
@pytest.mark.parametrize("host", [settings.PLATFORM_HOST, KOPI, "anything.example"])
def test_strangers_find_no_such_page(path: str, stranger: dict[str, str], host: str, kopi: Store):
    answer = client_at(host).get(path, **stranger)

    assert answer.status_code == 404
    assert b'"checks"' not in answer.content


def test_redis_away_is_no_reason_to_stop(platform: Client, settings):
    settings.REDIS_URL = NOBODY_ANSWERS
    readiness._line.cache_clear()

    status, told = _ready(platform)

    assert (status, told["status"], told["checks"]["redis"]) == (200, "degraded", "away: no answer")


def test_a_platform_behind_this_release_is_not_ready(platform: Client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'billing' AND name = '0001_initial'")

    status, told = _ready(platform)

    assert (status, told["checks"]["platform"]) == (503, "failed: 1 migrations to go")


def test_a_store_behind_this_release_is_told_of_and_keeps_nobody_waiting(platform: Client, kopi: Store):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {kopi.schema_name}.django_migrations WHERE app = 'orders'")

    status, told = _ready(platform)

    assert heads.stores_behind() == [kopi.schema_name]
    assert (status, told["status"]) == (200, "degraded")
    assert told["checks"]["stores"] == "away: 1 behind this release"


def test_a_store_without_a_list_of_migrations_is_behind(kopi: Store):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {kopi.schema_name}.django_migrations")

    assert heads.stores_behind() == [kopi.schema_name]


def test_little_room_on_the_disk_is_not_ready(platform: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readiness, "LEAST_FREE_DISK", 1.0)

    status, told = _ready(platform)

    assert status == 503
    assert told["checks"]["disk"].endswith("% free")


def test_a_slow_database_is_not_ready(platform: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readiness, "SLOWEST_SECONDS", 0.0)

    status, told = _ready(platform)

    assert (status, told["checks"]) == (503, {"database": "failed: slow"})


# T-NOPOOLER


class Pooler:
    """What stands between in transaction mode: each statement runs on whichever connection is free."""

    def __init__(self, size: int) -> None:
        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory", None)
        self.free = [psycopg2.connect(**parameters) for _ in range(size)]
        self.held: dict[str, object] = {}
        for line in self.free:
            line.autocommit = True

    def client(self, name: str) -> poolers.Ask:
        def ask(statement: str, values: list[str]) -> object:
            line = self.held.get(name) or self.free.pop()
            with line.cursor() as cursor:
                cursor.execute(statement, values)
                found = cursor.fetchone()[0] if cursor.description else None
            if statement == "BEGIN":
                self.held[name] = line
            elif name not in self.held:
                self.free.append(line)
            return found

        return ask


def test_a_pooler_that_lends_connections_by_statement_is_found():
    pooler = Pooler(size=3)

    assert not poolers.keeps_settings(pooler.client("one"), pooler.client("other"))


def test_a_pooler_with_a_line_for_each_client_is_none():
    assert poolers.keeps_settings(Pooler(size=1).client("one"), Pooler(size=1).client("other"))


def test_such_a_set_up_gets_no_traffic(platform: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(poolers, "is_direct", lambda: False)

    status, told = _ready(platform)

    assert status == 503
    assert told["checks"]["pooler"] == "failed: a pooler in transaction mode stands between"
