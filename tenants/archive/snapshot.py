"""A store's rows as they were at one moment, read table by table through a connection of its own.

The moment is a repeatable-read transaction that can see one schema and nothing else; the connection that the
rest of the product uses stays free to say how far the work has come.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg2
from django.db import connection
from psycopg2 import sql
from psycopg2.extensions import connection as RawConnection

# Bookkeeping of Django, which whoever builds the tables writes itself.
_NOT_OURS: Final = ("django_migrations",)
_FETCH: Final = 500
_TABLES: Final = """
SELECT class.relname, field.attname, format_type(field.atttypid, field.atttypmod),
    field.attnum = ANY(coalesce(pk.conkey, '{}')), field.attnum = ANY(coalesce(fk.columns, '{}')),
    pg_get_serial_sequence(quote_ident(namespace.nspname) || '.' || quote_ident(class.relname), field.attname)
FROM pg_class AS class
JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
JOIN pg_attribute AS field ON field.attrelid = class.oid AND field.attnum > 0 AND NOT field.attisdropped
    AND field.attgenerated = ''
LEFT JOIN pg_constraint AS pk ON pk.conrelid = class.oid AND pk.contype = 'p'
LEFT JOIN LATERAL (
    SELECT array_agg(number) AS columns FROM pg_constraint AS one, unnest(one.conkey) AS number
    WHERE one.conrelid = class.oid AND one.contype = 'f'
) AS fk ON true
WHERE namespace.nspname = %s AND class.relkind = 'r' AND class.relname <> ALL(%s)
ORDER BY class.relname, field.attnum
"""
_NUMBERS: Final = ("smallint", "integer", "bigint", "numeric")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a store: what of it is written and read, and what of it can be added up."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    summed: tuple[str, ...]
    # Column -> the sequence that numbers it.
    sequences: dict[str, str]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows a table has, and what its figures add up to."""

    rows: int
    sums: dict[str, int]


def tables(cursor: Any, schema: str) -> list[Table]:
    """Every table of a schema with its columns, by name."""
    cursor.execute(_TABLES, [schema, list(_NOT_OURS)])
    grouped: dict[str, list[Any]] = {}
    for row in cursor.fetchall():
        grouped.setdefault(row[0], []).append(row)
    return [_table(name, rows) for name, rows in grouped.items()]


def _table(name: str, rows: list[Any]) -> Table:
    return Table(
        name=name,
        columns=tuple(row[1] for row in rows),
        key=tuple(row[1] for row in rows if row[3]),
        summed=tuple(
            row[1] for row in rows if row[2].split("(")[0] in _NUMBERS and not row[3] and not row[4]
        ),
        sequences={row[1]: row[5].rpartition(".")[2].strip('"') for row in rows if row[5]},
    )


def totals(cursor: Any, schema: str, table: Table) -> Totals:
    """Count a table, and add its figures up."""
    parts = [sql.SQL("count(*)"), *(sql.SQL("sum({})").format(sql.Identifier(c)) for c in table.summed)]
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(parts), sql.Identifier(schema, table.name))
    cursor.execute(query)
    count, *sums = cursor.fetchone()
    found = {name: int(total) for name, total in zip(table.summed, sums, strict=True) if total}
    return Totals(count, found)


def last_numbers(cursor: Any, schema: str) -> dict[str, int]:
    """Sequence -> the last number it gave; sequences that were never used are left out."""
    cursor.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s AND last_value IS NOT NULL "
        "ORDER BY sequencename",
        [schema],
    )
    return dict(cursor.fetchall())


def migrations(cursor: Any, schema: str) -> dict[str, list[str]]:
    """App -> the migrations that built this schema, in order."""
    query = sql.SQL("SELECT app, name FROM {} ORDER BY id")
    cursor.execute(query.format(sql.Identifier(schema, "django_migrations")))
    done: dict[str, list[str]] = {}
    for app, name in cursor.fetchall():
        done.setdefault(app, []).append(name)
    return done


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One store at one moment."""

    raw: RawConnection
    schema: str
    tables: list[Table]

    def exported(self) -> str:
        """The name of this moment, for another connection that is to read at it."""
        with self.raw.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            return str(cursor.fetchone()[0])

    def totals(self, table: Table) -> Totals:
        """Count a table, and add its figures up."""
        with self.raw.cursor() as cursor:
            return totals(cursor, self.schema, table)

    def last_numbers(self) -> dict[str, int]:
        """Sequence -> the last number it gave."""
        with self.raw.cursor() as cursor:
            return last_numbers(cursor, self.schema)

    def migrations(self) -> dict[str, list[str]]:
        """App -> the migrations that built this schema."""
        with self.raw.cursor() as cursor:
            return migrations(cursor, self.schema)

    def lines(self, table: Table, *, blank: frozenset[str] = frozenset()) -> Iterator[str]:
        """Every row as a JSON object on one line, by primary key; `blank` columns are empty texts."""
        asked = [
            sql.SQL("'' AS {}").format(sql.Identifier(name)) if name in blank else sql.Identifier(name)
            for name in table.columns
        ]
        query = sql.SQL("SELECT row_to_json(line)::text FROM (SELECT {} FROM {} ORDER BY {}) AS line").format(
            sql.SQL(", ").join(asked),
            sql.Identifier(self.schema, table.name),
            sql.SQL(", ").join(map(sql.Identifier, table.key or table.columns)),
        )
        # A cursor on the server: a table of any size passes through in pieces.
        with self.raw.cursor(name="lines") as cursor:
            cursor.itersize = _FETCH
            cursor.execute(query)
            for (line,) in cursor:
                yield line


@contextmanager
def line_to(schema: str) -> Iterator[RawConnection]:
    """A connection of its own that sees one schema and nothing else; it waits for as long as it takes."""
    raw = psycopg2.connect(**connection.get_connection_params())
    try:
        raw.autocommit = True
        with raw.cursor() as cursor:
            cursor.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
        raw.autocommit = False
        yield raw
    finally:
        raw.close()


@contextmanager
def taken(schema: str) -> Iterator[Snapshot]:
    """The rows of a schema as they are committed now, until the block ends."""
    with line_to(schema) as raw:
        raw.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with raw.cursor() as cursor:
            found = tables(cursor, schema)
        yield Snapshot(raw, schema, found)
