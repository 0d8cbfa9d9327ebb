"""T-ROLLBACK: however a piece of work ends, the store in force and the connection's schema agree."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.kernel.models import NumberSequence
from tenants import context
from tenants.models import Store


class Bang(Exception):
    """The work broke off."""


def schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def commit() -> None:
    NumberSequence.objects.create(name="committed")


def roll_back() -> None:
    raise Bang


def break_a_rule() -> None:
    NumberSequence.objects.create(name="twice")
    NumberSequence.objects.create(name="twice")


def time_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(1)")


def lose_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
        cursor.execute("SELECT pg_terminate_backend(%s)", [own])


ENDINGS = [commit, roll_back, break_a_rule, time_out, lose_the_connection]
ENTERED = ["before", "inside"]


@contextmanager
def entered(store: Store, where: str) -> Iterator[None]:
    if where == "before":
        with context.in_store(store), transaction.atomic():
            yield
    else:
        with transaction.atomic(), context.in_store(store):
            yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("where", ENTERED)
@pytest.mark.parametrize("end", ENDINGS)
def test_the_store_holds_however_the_work_ends(end: Callable[[], None], where: str, depth: int):
    """One thread of its own, so that a killed connection is not the suite's."""
    kopi, batik = Store.objects.order_by("pk")
    seen: list[str] = []

    def nest(level: int) -> None:
        home = (kopi, batik)[level % 2]
        with suppress(Bang, DatabaseError), entered(home, where):
            if level > 1:
                nest(level - 1)
                if (
                    not connection.needs_rollback
                    and connection.connection
                    and not connection.connection.closed
                ):
                    seen.append(f"{schema()}={home.schema_name}")
            else:
                end()
        assert context.current_store() == (None if level == depth else (kopi, batik)[(level + 1) % 2])

    def go() -> None:
        nest(depth)
        connection.close_if_unusable_or_obsolete()
        seen.append(f"{schema()}=public")
        with context.in_store(kopi):
            seen.append(f"{schema()}={kopi.schema_name}")
        connections.close_all()

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()

    assert len(seen) >= 2
    assert [pair for pair in seen if len(set(pair.split("="))) != 1] == []


class Wandering(RuleBasedStateMachine):
    """Enters and leaves stores and transactions in any order that a program could."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, object]] = []

    @initialize()
    def know_the_stores(self) -> None:
        with context.in_public():
            self.stores = [None, *Store.objects.order_by("pk")]

    @rule(number=st.integers(0, 2))
    @precondition(lambda self: len(self.open) < 6)
    def enter(self, number: int) -> None:
        store = self.stores[number]
        block = context.in_store(store) if store else context.in_public()
        block.__enter__()
        self.open.append(("store", block))

    @rule()
    @precondition(lambda self: len(self.open) < 6)
    def begin(self) -> None:
        block = transaction.atomic()
        block.__enter__()
        self.open.append(("atomic", block))

    @rule(fails=st.booleans())
    @precondition(lambda self: self.open)
    def leave(self, fails: bool) -> None:
        _, block = self.open.pop()
        error = (Bang, Bang(), None) if fails else (None, None, None)
        with suppress(Bang):
            block.__exit__(*error)  # type: ignore[attr-defined]

    @rule()
    @precondition(lambda self: context.current_store() is not None)
    def write(self) -> None:
        NumberSequence.objects.create(name=uuid.uuid4().hex)

    @rule()
    @precondition(lambda self: context.current_store() is not None)
    def break_a_rule(self) -> None:
        with suppress(DatabaseError), transaction.atomic():
            break_a_rule()

    @invariant()
    def both_agree(self) -> None:
        expected = context.expected_schema()
        assert connection.schema_name == expected
        assert schema() == expected

    def teardown(self) -> None:
        while self.open:
            self.leave(fails=True)
        assert context.current_store() is None
        assert schema() == "public"


Wandering.TestCase.settings = settings(
    max_examples=int(os.environ.get("SEQUENCES", "100")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def test_any_way_through_stores_and_transactions_keeps_them_apart(db: None):
    """Each run tries 100 new sequences; `SEQUENCES=500 make test ARGS=...` tries more."""
    Wandering.TestCase("runTest").runTest()
