"""Brings rows back: builds the tables as they were, fills them, brings them to head, and counts again."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from psycopg2 import sql

from tenants import context, heads, privileges, schemas
from tenants.archive import dumps, manifest, places, snapshot
from tenants.archive.dumps import Block
from tenants.archive.manifest import Manifest, NotAnArchive, TableFacts
from tenants.archive.snapshot import Table
from tenants.archive.writing import Tell, at_home
from tenants.models import Store

_BATCH: Final = 500


def build_tables(schema: str, found: Manifest) -> None:
    """Make the tables in a new schema as they were when the rows were written down.

    Raises   NotAnArchive for rows of a release that this one does not know
    """
    schemas.make(schema)
    built, known = _steps(found), heads.known("TENANT_APPS")
    ours = {app for app, _name in _keys(known)}
    built = {step for step in built if step.partition(".")[0] in ours}
    if not built <= known:
        raise NotAnArchive(_("it is of a newer release than this one"))
    if built == known:
        schemas.furnish(schema)
        return
    with privileges.as_owner(), schemas.migrating(schema):
        for app, name in _ends(built):
            call_command("migrate_one", app, name, verbosity=0, interactive=False)
    privileges.grant(schema)


def bring_to_head(schema: str) -> None:
    """Let this release's migrations go on from where the rows came from."""
    schemas.migrate(schema)


def _steps(found: Manifest) -> set[str]:
    return {f"{app}.{name}" for app, names in found.schema["migrations"].items() for name in names}


def _keys(steps: Iterable[str]) -> set[tuple[str, str]]:
    return {(app, name) for app, _dot, name in (step.partition(".") for step in steps)}


def _ends(built: set[str]) -> list[tuple[str, str]]:
    """The migrations among these that no other of the same room needs."""
    graph, keys = MigrationLoader(None).graph, _keys(built)
    needed = {parent.key for key in keys for parent in graph.node_map[key].parents if parent.key[0] == key[0]}
    return sorted(keys - needed)


# Rows


@contextmanager
def filling(schema: str) -> Iterator[Any]:
    """A cursor that fills a schema, all of it or nothing. Keys to other rows are looked at when it ends.

    It has a connection of its own: how far it has come can be told meanwhile.
    """
    with snapshot.line_to(schema) as raw, raw.cursor() as cursor:
        if settings.DATABASE_OWNER_ROLE:
            # Some tables only grow: the product itself could not empty them.
            cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(settings.DATABASE_OWNER_ROLE)))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        # What the migrations put there is in the rows too.
        for table in snapshot.tables(cursor, schema):
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, table.name)))
        yield cursor
        raw.commit()


def insert(cursor: Any, schema: str, table: str, columns: list[str], lines: Iterable[str]) -> None:
    """Insert rows that are JSON objects, one per line."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL(
        "INSERT INTO {into} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{into}, %s::json)"
    ).format(into=sql.Identifier(schema, table), names=names)
    rows = iter(lines)
    while batch := list(islice(rows, _BATCH)):
        cursor.execute(statement, [f"[{','.join(batch)}]"])


def fill_from_zip(cursor: Any, schema: str, file: zipfile.ZipFile, store: Store, tell: Tell) -> Manifest:
    """Fill a schema with the rows of an archive, as rows of `store`. Raises NotAnArchive."""
    found = manifest_of(file)
    there = {table.name: table for table in snapshot.tables(cursor, schema)}
    done = 0
    for name, facts in found.tables.items():
        if name not in there:
            raise NotAnArchive(_("it has a table that is not known"))
        insert(cursor, schema, name, facts.columns, _lines(file, facts, store))
        done += facts.rows
        tell(done, max(found.rows, 1), name)
    count_on(cursor, schema, found.sequences)
    return found


def manifest_of(file: zipfile.ZipFile) -> Manifest:
    """What an archive says about itself. Raises NotAnArchive."""
    with file.open(_member(file, manifest.NAME)) as source:
        return manifest.read(source)


def _member(file: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    try:
        return file.getinfo(name)
    except KeyError as missing:
        raise NotAnArchive(_("%(name)s is missing") % {"name": name}) from missing


def _lines(file: zipfile.ZipFile, facts: TableFacts, store: Store) -> Iterator[str]:
    seen, count = hashlib.sha256(), 0
    with file.open(_member(file, facts.file)) as source:
        for line in source:
            seen.update(line)
            count += 1
            yield at_home(line.decode(), store)
    if (count, seen.hexdigest()) != (facts.rows, facts.sha256):
        raise NotAnArchive(_("%(name)s was changed") % {"name": facts.file})


def fill_from_dump(cursor: Any, schema: str, source: IO[bytes], found: Manifest, tell: Tell) -> None:
    """Fill a schema with the rows of a dump, whatever schema they were dumped from. Raises NotAnArchive."""
    there, done = {table.name for table in snapshot.tables(cursor, schema)}, 0
    with dumps.blocks(source) as blocks:
        for block in blocks:
            if block.table not in there:
                continue
            copy_in(cursor, sql.Identifier(schema, block.table), block)
            facts = found.tables.get(block.table)
            done += facts.rows if facts else 0
            tell(done, max(found.rows, 1), block.table)
    count_on(cursor, schema, found.sequences)


def copy_in(cursor: Any, table: sql.Composable, block: Block) -> None:
    """Copy the rows of one table in."""
    names = sql.SQL(", ").join(map(sql.Identifier, block.columns))
    cursor.copy_expert(sql.SQL("COPY {} ({}) FROM STDIN").format(table, names), block.rows)


def count_on(cursor: Any, schema: str, sequences: dict[str, int]) -> None:
    """Let sequences go on from where they were."""
    there = _sequences(cursor, schema)
    for name, last in sequences.items():
        if name in there:
            cursor.execute("SELECT setval(%s, %s)", [f'"{schema}"."{name}"', last])


def _sequences(cursor: Any, schema: str) -> set[str]:
    cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = %s", [schema])
    return {name for (name,) in cursor.fetchall()}


def differences(schema: str, found: Manifest) -> list[str]:
    """Tables whose rows or sums are not what the manifest says."""
    with context.in_public(), connection.cursor() as cursor:
        there: dict[str, Table] = {table.name: table for table in snapshot.tables(cursor, schema)}
        counted = {
            name: snapshot.totals(cursor, schema, there[name]) for name in found.tables if name in there
        }
    wrong = [name for name in found.tables if name not in counted]
    for name, facts in found.tables.items():
        if name in counted and (counted[name].rows, counted[name].sums) != (facts.rows, facts.sums):
            wrong.append(name)
    return wrong


# Files


def bring_media(file: zipfile.ZipFile, store: Store, found: Manifest, tell: Tell) -> None:
    """Write an archive's files as files of `store`, each held against its hash. Raises NotAnArchive."""
    with context.in_store(store), file.open(_member(file, "media.ndjson")) as listed:
        for number, line in enumerate(listed, start=1):
            each = _media_facts(line)
            with file.open(_member(file, f"media/{each['name']}")) as source:
                size, digest = places.copy(source)
            if (size, digest) != (each["bytes"], each["sha256"]):
                raise NotAnArchive(_("%(name)s was changed") % {"name": each["name"]})
            with file.open(f"media/{each['name']}") as source:
                places.keep_media(each["name"], source)
            tell(number, max(found.media.get("files", 0), number), "media")


def _media_facts(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
        return {"name": str(told["name"]), "bytes": int(told["bytes"]), "sha256": str(told["sha256"])}
    except (ValueError, TypeError, KeyError) as broken:
        raise NotAnArchive(_("its list of files is damaged")) from broken
