"""A store's schema can be a shard: nothing in it that Citus refuses, and each new one is registered."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants import citus, context, schemas
from tenants.models import PlatformAct, Store


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_nothing_that_citus_refuses_is_in_a_store(kopi: Store):
    assert citus.unsuited(kopi.schema_name) == []


def test_nothing_that_citus_refuses_is_in_the_template(db: None):
    assert citus.unsuited(schemas.TEMPLATE) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("CREATE TABLE x (s integer CONSTRAINT k REFERENCES public.tenants_store)", "key to or from another"),
        ("CREATE TABLE x (id serial)", "sequence below bigint: x_id_seq"),
        ("CREATE TABLE x (id integer GENERATED ALWAYS AS IDENTITY)", "sequence below bigint: x_id_seq"),
        ("CREATE TABLE x () INHERITS (kernel_sealed_parent)", "inheritance or partition"),
        ("CREATE VIEW x AS SELECT 1 AS one", "view or foreign table: x"),
        ("CREATE MATERIALIZED VIEW x AS SELECT 1 AS one", "view or foreign table: x"),
        ("CREATE UNLOGGED TABLE x (id bigint)", "temporary or unlogged table: x"),
        ("CREATE TABLE x (at int4range, CONSTRAINT k EXCLUDE USING gist (at WITH &&))", "exclusion"),
        ("CREATE FUNCTION x() RETURNS integer LANGUAGE sql AS 'SELECT 1'", "function: x"),
        ("CREATE RULE x AS ON DELETE TO kernel_sealed_parent DO INSTEAD NOTHING", "rule: x"),
        (
            "CREATE TRIGGER x BEFORE UPDATE ON kernel_sealed_parent FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "trigger: x",
        ),
    ],
)
def test_what_citus_refuses_is_found(store: Store, statement: str, found: str):
    sql("CREATE TABLE kernel_sealed_parent (id bigint)", statement)

    told = citus.unsuited(store.schema_name)

    assert told and all(line.startswith(found) for line in told), told


class Recorder:
    """Notes each statement, and keeps from the database what only Citus understands."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        self.heard.append((sql, params))
        return None if "citus_" in sql else execute(sql, params, *rest)


@pytest.mark.parametrize("has_citus", [True, False])
def test_a_new_schema_is_registered_while_it_is_empty(db: None, settings: Any, has_citus: bool):
    settings.CITUS = has_citus
    name = schemas.new_schema_name()

    with connection.execute_wrapper(recorder := Recorder()):
        schemas.make(name)
        schemas.furnish(name)

    asked = ("SELECT citus_schema_distribute(%s::regnamespace)", [f'"{name}"'])
    assert recorder.heard.count(asked) == has_citus
    made = (f'CREATE SCHEMA IF NOT EXISTS "{name}"', None)
    assert recorder.heard[:2] == ([made, asked] if has_citus else [made, recorder.heard[1]])
    assert context.current_store() is None


def test_a_store_moves_to_another_node_by_one_statement(kopi: Store, settings: Any):
    settings.CITUS = True

    with connection.execute_wrapper(recorder := Recorder()):
        call_command("move_store", "kopi", "--node", "node-2:5433", "--reason", "Room", stdout=StringIO())

    told = [heard for heard in recorder.heard if "citus_" in heard[0]]
    assert told == [
        (
            "SELECT citus_schema_move(%s::regnamespace, %s, %s)",
            [f'"{kopi.schema_name}"', "node-2", 5433],
        )
    ]
    act = PlatformAct.objects.latest("pk")
    assert (act.action, act.reason, act.changes) == ("store.moved_node", "Room", {"node": "node-2:5433"})


@pytest.mark.parametrize(("has_citus", "node"), [(False, "node-2"), (True, ":5433"), (True, "node:x")])
def test_no_node_no_move(kopi: Store, settings: Any, has_citus: bool, node: str):
    settings.CITUS = has_citus
    acts = PlatformAct.objects.count()

    with pytest.raises(CommandError):
        call_command("move_store", "kopi", "--node", node, "--reason", "Room", stdout=StringIO())

    assert PlatformAct.objects.count() == acts
