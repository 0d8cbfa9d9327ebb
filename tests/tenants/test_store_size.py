"""What an empty store costs: thousands of them lie in one database."""

import pytest
from django.db import connection

from tenants import schemas, structure

MOST_BYTES = 6_000_000
MOST_TABLES, MOST_RELATIONS = 80, 450

_RELATIONS = """
SELECT count(*) FILTER (WHERE relkind = 'r'), count(*), sum(pg_relation_size(class.oid))
FROM pg_class AS class WHERE relnamespace = to_regnamespace(%s) AND relkind IN ('r', 'i', 'S')
"""
# Plain indexes whose columns another index of the same table begins with.
_TWINS = """
SELECT short.indexrelid::regclass::text, long.indexrelid::regclass::text
FROM pg_index AS short JOIN pg_class AS class ON class.oid = short.indexrelid
JOIN pg_index AS long ON long.indrelid = short.indrelid AND long.indexrelid <> short.indexrelid
JOIN pg_class AS other ON other.oid = long.indexrelid AND other.relam = class.relam
JOIN pg_am ON pg_am.oid = class.relam AND amname = 'btree'
WHERE class.relnamespace = to_regnamespace(%s)
  AND NOT short.indisunique AND short.indexprs IS NULL AND short.indpred IS NULL
  AND long.indexprs IS NULL AND long.indpred IS NULL
  AND (long.indkey::int2[])[0:short.indnkeyatts - 1] = (short.indkey::int2[])[0:short.indnkeyatts - 1]
  AND (long.indclass::oid[])[0:short.indnkeyatts - 1] = (short.indclass::oid[])[0:short.indnkeyatts - 1]
"""


@pytest.fixture
def template(db: None) -> str:
    """The schema that every new store is like."""
    return schemas.TEMPLATE


def ask(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def test_a_store_has_few_relations(template: str):
    tables, relations, _ = ask(_RELATIONS, template)[0]

    assert tables <= MOST_TABLES
    assert relations <= MOST_RELATIONS


def test_an_empty_store_takes_at_most_6_mb_with_what_the_catalogue_says_of_it(template: str):
    [(before,)] = ask("SELECT pg_database_size(current_database())")
    for number in range(3):
        name = f"s_{'a' * 15}{'bcd'[number]}"
        schemas.make(name)
        schemas.furnish(name)

    [(after,)] = ask("SELECT pg_database_size(current_database())")
    print(f"\nan empty store: {(after - before) / 3 / 1e6:.1f} MB")
    assert (after - before) / 3 <= MOST_BYTES


def test_no_text_has_a_second_index_for_beginnings_that_nobody_asks_for(template: str):
    assert [line for line in structure.lines(template) if "_pattern_ops" in line] == []


def test_no_index_is_the_beginning_of_another(template: str):
    assert ask(_TWINS, template) == []

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX twin ON {template}.orders_orderline (order_id)")
    assert ask(_TWINS, template) == [(f"{template}.twin", f"{template}.order_line_one_per_sku")]
