"""The path is sent once and stands until PostgreSQL says otherwise: whatever moves it, no query follows."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.db import DatabaseError, ProgrammingError, close_old_connections, connection, transaction

from core.kernel.models import NumberSequence, StoreProfile
from tenants import context, schemas
from tenants.backend.base import DatabaseWrapper
from tenants.context import StoreSchemaMissing
from tenants.models import Store

MOVES = [
    "SET search_path = public",
    "RESET search_path",
    "RESET ALL",
    "DISCARD ALL",
    "SELECT set_config('search_path', 'public', false)",
    "SET SCHEMA 'pg_catalog'",
    'SET search_path = "$user", public',
]


class Bang(Exception):
    """The work broke off."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The schemas that were sent to PostgreSQL as a path."""
    told: list[str] = []
    send = DatabaseWrapper._set_path

    def noted(self: DatabaseWrapper, bare: object) -> bool:
        told.append(self.schema_name)
        return send(self, bare)

    monkeypatch.setattr(DatabaseWrapper, "_set_path", noted)
    return told


@pytest.fixture
def pair(transactional_db: None) -> list[Store]:
    """Both stores, on a connection without a transaction around the test."""
    return list(Store.objects.order_by("-slug"))


@pytest.fixture
def passing(transactional_db: None) -> Iterator[Store]:
    """A store whose schema will go while the connection stays."""
    name = schemas.new_schema_name()
    schemas.make(name)
    schemas.furnish(name)
    yield Store(pk=9_001, slug="passing", schema_name=name)
    schemas.drop(name)


def schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema() || ' ' || current_setting('app.expected_schema')")
        return str(cursor.fetchone()[0])


def is_in(store: Store) -> bool:
    return schema() == f"{store.schema_name} {store.schema_name}"


def by_django(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def by_the_driver(statement: str) -> None:
    with connection.connection.cursor() as cursor:
        cursor.execute(statement)


def test_queries_of_one_store_send_the_path_once(kopi: Store, sent: list[str]):
    with context.in_store(kopi):
        for _ in range(5):
            StoreProfile.objects.count()

    assert sent == [kopi.schema_name]


def test_two_stores_in_turn_on_one_connection(pair: list[Store], sent: list[str]):
    for store in pair * 3:
        with context.in_store(store):
            assert is_in(store) and is_in(store)

    assert sent == [store.schema_name for store in pair] * 3


def test_a_look_elsewhere_that_asks_nothing_sends_nothing(kopi: Store, sent: list[str]):
    with context.in_store(kopi):
        StoreProfile.objects.count()
        with context.in_public():
            pass
        StoreProfile.objects.count()

    assert sent == [kopi.schema_name]


@pytest.mark.parametrize("statement", MOVES)
@pytest.mark.parametrize("say", [by_django, by_the_driver])
def test_a_path_that_somebody_moved_is_sent_again(
    pair: list[Store], statement: str, say: Callable[[str], None]
):
    with context.in_store(pair[0]):
        assert is_in(pair[0])
        say(statement)
        assert is_in(pair[0])


@pytest.mark.parametrize("statement", ["SET LOCAL search_path = public", "SET search_path = public"])
def test_a_path_that_was_moved_for_a_transaction(pair: list[Store], statement: str):
    with context.in_store(pair[0]):
        with transaction.atomic():
            by_django(statement)
            assert is_in(pair[0])
        assert is_in(pair[0])
        with suppress(Bang), transaction.atomic():
            by_the_driver(statement)
            raise Bang
        assert is_in(pair[0])


def test_a_savepoint_that_is_rolled_back_takes_its_path_along(pair: list[Store]):
    kopi, batik = pair
    with context.in_store(kopi), transaction.atomic():
        assert is_in(kopi)
        with suppress(Bang), transaction.atomic(), context.in_store(batik):
            assert is_in(batik)
            raise Bang
        assert is_in(kopi)
        with context.in_store(batik):
            assert is_in(batik)


def test_a_savepoint_of_somebodys_own_takes_its_path_along(pair: list[Store]):
    kopi, batik = pair
    with context.in_store(kopi), transaction.atomic():
        by_django("SAVEPOINT own")
        with context.in_store(batik):
            assert is_in(batik)
            by_the_driver("ROLLBACK TO SAVEPOINT own")
            assert is_in(batik)
        assert is_in(kopi)


def test_a_commit_that_ends_as_a_rollback_takes_its_path_along(pair: list[Store]):
    kopi, batik = pair
    with context.in_store(kopi):
        assert is_in(kopi)
    with context.in_store(batik):
        with transaction.atomic():
            assert is_in(batik)
            with suppress(DatabaseError):
                by_django("SELECT 1 / 0")
            connection.needs_rollback = False
        assert is_in(batik)


def test_a_new_connection_is_told_the_path(pair: list[Store]):
    with context.in_store(pair[0]):
        assert is_in(pair[0])
        connection.close()
        assert is_in(pair[0])


def test_a_connection_that_died_meanwhile_is_replaced(pair: list[Store]):
    """One question finds out both whether it lives and whether the schema is there."""
    with context.in_store(pair[0]):
        assert is_in(pair[0])
        own = connection.connection.info.backend_pid
        other = connection.copy()
        with context.in_public(), other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 1000)", [own])
        other.close()
        close_old_connections()
        assert is_in(pair[0])


def test_the_next_request_notices_that_the_schema_has_gone(passing: Store, sent: list[str]):
    with context.in_store(passing):
        assert NumberSequence.objects.count() == 0
    by_the_driver(f'DROP SCHEMA "{passing.schema_name}" CASCADE')
    close_old_connections()
    sent.clear()

    with pytest.raises(StoreSchemaMissing), context.in_store(passing):
        NumberSequence.objects.count()
    assert len(sent) <= 2


def test_a_schema_that_goes_in_the_midst_answers_nothing(passing: Store):
    with context.in_store(passing):
        assert NumberSequence.objects.count() == 0
        by_the_driver(f'DROP SCHEMA "{passing.schema_name}" CASCADE')
        with pytest.raises(ProgrammingError, match="does not exist"):
            NumberSequence.objects.create(name="nowhere")
        with pytest.raises(StoreSchemaMissing):
            NumberSequence.objects.count()


def test_an_older_server_is_told_the_path_before_each_query(
    kopi: Store, sent: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(DatabaseWrapper, "_told_path", lambda self: None)
    with context.in_store(kopi):
        for _ in range(3):
            StoreProfile.objects.count()

    assert sent == [kopi.schema_name] * 3
