"""Store schemas as database objects: make, bring to head, drop."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from tenants import blueprint, citus, context, privileges, structure
from tenants.failpoints import failpoint

# The empty store that all others are compared with. It belongs to nobody.
TEMPLATE = "template_of_stores"
_DRAWING = 8_444


def new_schema_name() -> str:
    """An opaque name: 80 random bits, never text of a user."""
    return "s_" + base64.b32encode(secrets.token_bytes(10)).decode().lower()


def exists(schema_name: str) -> bool:
    """Whether the schema is there at all."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [f'"{schema_name}"'])
        return bool(cursor.fetchone()[0])


def make(schema_name: str) -> None:
    """Create an empty schema; nothing happens when it exists."""
    with context.in_public(), privileges.as_owner(), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema_name}"')
        citus.register(schema_name)


def drop(schema_name: str) -> None:
    """Drop a schema with everything in it, in a transaction of its own."""
    with context.in_public(), privileges.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema_name}" CASCADE')


@contextmanager
def migrating(schema_name: str) -> Iterator[None]:
    """Let migrations work in a schema that is no store in force (yet)."""
    with inside(schema_name, include_public=False):
        # Without `public` in the path, or its django_migrations would be taken for the store's.
        MigrationRecorder(connection).ensure_schema()
        connection.set_schema(schema_name)  # type: ignore[attr-defined]
        yield


@contextmanager
def inside(schema_name: str, *, include_public: bool = True) -> Iterator[None]:
    """Let the connection work in a schema that is no store in force; what it has is the caller's concern."""
    connection.migrating_schema = schema_name  # type: ignore[attr-defined]
    connection.set_schema(schema_name, include_public=include_public)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.migrating_schema = None  # type: ignore[attr-defined]
        context.enter(context.current_store())


def migrate(schema_name: str) -> None:
    """Bring one schema to head. Safe to run again after a crash: each migration is one transaction."""
    with privileges.as_owner(), migrating(schema_name):
        call_command("migrate_one", verbosity=0, interactive=False, stdout=StringIO())
    privileges.grant(schema_name)


def furnish(schema_name: str) -> None:
    """Bring a new schema to head, from the blueprint where there is one. Safe to run again after a crash."""
    if not _is_empty(schema_name):
        migrate(schema_name)
        return
    with privileges.as_owner():
        _fill(schema_name)
    failpoint("provisioning.in_tables")
    privileges.grant(schema_name)


def _fill(schema_name: str) -> None:
    if blueprint.is_written():
        with migrating(schema_name):
            blueprint.replay()
    else:
        with migrating(schema_name), blueprint.written_down(schema_name):
            call_command("migrate_one", verbosity=0, interactive=False, stdout=StringIO())


def draw_blueprint() -> None:
    """Bring the template to head, write down how an empty store is made, and declare the result head.

    Nothing happens when all of it is done. Safe to run again after a crash, and by two at once.
    """
    with drawing():
        if blueprint.is_written() and _is_template_declared():
            return
        drop(TEMPLATE)
        make(TEMPLATE)
        furnish(TEMPLATE)
        blueprint.declare(structure.fingerprint(TEMPLATE))


def _is_template_declared() -> bool:
    now = blueprint.head()
    if now is None or now.digest != blueprint.digest() or not exists(TEMPLATE):
        return False
    return structure.fingerprint(TEMPLATE) == now.fingerprint


@contextmanager
def drawing() -> Iterator[None]:
    """Wait until no other process works on the template."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_DRAWING])
    try:
        yield
    finally:
        with context.in_public(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_DRAWING])


def _is_empty(schema_name: str) -> bool:
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", [schema_name])
        return bool(cursor.fetchone()[0] == 0)
