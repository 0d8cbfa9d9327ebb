"""One migration in one store, in one short transaction that gives up quickly when the store is busy.

The first store goes through Django, and the statements are written down. For the others they are replayed,
when they are the same for every store: what Python computes from rows never is.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import connection, migrations, models, transaction
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import AddField, AlterField

from tenants import privileges, schemas
from tenants.backend import limits
from tenants.failpoints import failpoint
from tenants.fleet.plans import Act, Had, Release
from tenants.models import RenderedStep

# A waiting ALTER TABLE keeps every later query of the table waiting: better to come again.
_LIMITS: Final = (
    "SELECT set_config('lock_timeout', '2s', {is_local}), set_config('statement_timeout', '60s', {is_local});"
)
_STORE_LOCK: Final = 8_447
# What only asks or brackets. SET CONSTRAINTS does work: it checks rows that wait to be checked.
_NO_CHANGE = re.compile(
    r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|SHOW|SET\b(?!\s+CONSTRAINTS))\b", re.IGNORECASE
)
# Schema names come from our own tables, where a constraint keeps them to letters and digits.
_LOCK: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(%s));"
_IS_NOTED: Final = """SELECT 1 FROM "{0}".django_migrations WHERE app || '.' || name = %s"""
_NOTE: Final = """
INSERT INTO "{0}".django_migrations (app, name, applied)
SELECT split_part(each, '.', 1), substr(each, strpos(each, '.') + 1), now() FROM unnest(%s) AS each
WHERE NOT EXISTS (SELECT 1 FROM "{0}".django_migrations WHERE app || '.' || name = each)
"""
_SAFE_DEFAULTS: Final = (dict, list, str, int, bool)


def apply(release: Release, schema_name: str, *, had: Had, name: str, unsaid: list[str]) -> None:
    """Do one migration in one schema and note it there, both or neither. Nothing happens when it was done.

    had      what the schema has had
    unsaid   migrations of the platform to be noted along with it, for they change no store
    Raises   OperationalError when the schema is too busy; whatever a wrong migration raises
    Locks    the schema against another runner, and what the migration locks, for two seconds at most
    """
    migration = release.order[name]
    with schemas.inside(schema_name):
        if migration.atomic:
            _in_transaction(release, schema_name, had, name, unsaid)
        else:
            _step_by_step(release, schema_name, had, name, unsaid)
    failpoint("fleet.after_step")


def note_only(schema_name: str, names: list[str]) -> None:
    """Note migrations of the platform in a schema that has had everything else."""
    with (
        schemas.inside(schema_name),
        transaction.atomic(),
        privileges.as_owner(),
        connection.cursor() as cursor,
    ):
        cursor.execute(_LOCK, [_STORE_LOCK, schema_name])
        cursor.execute(_NOTE.format(schema_name), [names])


def _in_transaction(release: Release, schema_name: str, had: Had, name: str, unsaid: list[str]) -> None:
    """Several statements are sent at once where nothing is asked between them: there are many stores."""
    names = [*unsaid, *_noted_as(release.order[name], name)]
    with transaction.atomic():
        with privileges.as_owner(), connection.cursor() as cursor:
            # Each of the three sees what was committed before it begins: the last one after the lock.
            begin = _LIMITS.format(is_local="true") + _LOCK + _IS_NOTED.format(schema_name)
            cursor.execute(begin, [_STORE_LOCK, schema_name, name])
            if cursor.fetchone():
                return
            statements = _rendered(release, had, name)
            if statements is None:
                _through_django(release, schema_name, had, name)
            note = cursor.cursor.mogrify(_NOTE.format(schema_name), [names]).decode()
            cursor.execute(f"{statements};{note}" if statements else note)
        privileges.grant(schema_name)
        failpoint("fleet.before_commit")


def _step_by_step(release: Release, schema_name: str, had: Had, name: str, unsaid: list[str]) -> None:
    """A migration that PostgreSQL does not take in a transaction, or that commits in batches."""
    with privileges.as_owner():
        _run(_LIMITS.format(is_local="false"))
        try:
            if _is_noted(schema_name, name):
                return
            acts = release.acts(had, name)
            _drop_half_made(schema_name, acts)
            _perform(release.order[name], acts, is_atomic=False)
            note_only(schema_name, [*unsaid, *_noted_as(release.order[name], name)])
        finally:
            _run("SELECT set_config('lock_timeout', '0', false), set_config('statement_timeout', '0', false)")
            limits.impose(connection.connection)
    privileges.grant(schema_name)


def _rendered(release: Release, had: Had, name: str) -> str | None:
    """The statements to replay, or None when Django has to do it."""
    if not is_replayable(release.order[name]):
        return None
    key = release.key(had, name)
    if key not in _known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT statements FROM public.tenants_renderedstep WHERE key = %s", [key])
            found = cursor.fetchone()
        if found is None:
            return None
        _known[key] = found[0]
    return _known[key]


_known: dict[str, str] = {}


def _through_django(release: Release, schema_name: str, had: Had, name: str) -> None:
    migration, statements = release.order[name], list[str]()

    def listen(execute: Callable[..., Any], sql: str, params: Any, many: bool, told: dict[str, Any]) -> Any:
        answer = execute(sql, params, many, told)
        if not _NO_CHANGE.match(sql):
            written = told["cursor"].cursor.mogrify(sql, params)
            statements.append(written.decode().rstrip().rstrip(";"))
        return answer

    is_kept = is_replayable(migration)
    with connection.execute_wrapper(listen) if is_kept else nullcontext():
        _perform(migration, release.acts(had, name), is_atomic=True)
    text = ";\n".join(statements)
    # A statement that names its schema would follow into every other store.
    if is_kept and schema_name not in text:
        _keep(release.key(had, name), name, text)


def _keep(key: str, name: str, text: str) -> None:
    RenderedStep.objects.bulk_create(
        [RenderedStep(key=key, migration=name, statements=text)], ignore_conflicts=True
    )


def _perform(migration: migrations.Migration, acts: list[Act], *, is_atomic: bool) -> None:
    """What `Migration.apply` does, with states that were built before."""
    with connection.schema_editor(atomic=is_atomic) as editor:
        for act in acts:
            one: AbstractContextManager[Any] = nullcontext()
            if act.operation.atomic or (migration.atomic and act.operation.atomic is not False):
                one = nullcontext() if is_atomic else transaction.atomic()
            with one:
                act.operation.database_forwards(migration.app_label, editor, act.before, act.after)


def is_replayable(migration: migrations.Migration) -> bool:
    """Whether a migration is the same statements for every store that has had the same ones before."""
    return migration.atomic and all(_is_fixed(each) for each in migration.operations)


def _is_fixed(operation: Operation) -> bool:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return all(_is_fixed(each) for each in operation.database_operations)
    if isinstance(operation, migrations.RunSQL):
        texts = [operation.sql] if isinstance(operation.sql, str) else list(operation.sql)
        return not any(_NO_CHANGE.match(text if isinstance(text, str) else text[0]) for text in texts)
    if isinstance(operation, AddField | AlterField):
        return _gives_all_the_same(operation.field)
    return type(operation).__module__.startswith(("django.db.migrations.", "django.contrib.postgres.")) and (
        not isinstance(operation, migrations.RunPython | NotInTransactionMixin)
    )


def _gives_all_the_same(field: "models.Field[Any, Any]") -> bool:
    """Whether rows that exist get no token or time that would then be equal in all stores."""
    is_clock = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    is_fixed = not callable(field.default) or field.default in (*_SAFE_DEFAULTS, models.NOT_PROVIDED)
    return is_fixed and not is_clock


def _drop_half_made(schema_name: str, acts: list[Act]) -> None:
    """An index whose making broke off stays behind, invalid, and has the new one's name."""
    for act in acts:
        index = getattr(act.operation, "index", None)
        if isinstance(act.operation, NotInTransactionMixin) and index is not None:
            with connection.cursor() as cursor:
                cursor.execute(_INVALID, [f'"{schema_name}"."{index.name}"'])
                if cursor.fetchone():
                    cursor.execute(f'DROP INDEX CONCURRENTLY "{schema_name}"."{index.name}"')


_INVALID: Final = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid"


def _noted_as(migration: migrations.Migration, name: str) -> list[str]:
    return [*(f"{app}.{old}" for app, old in migration.replaces), name]


def _is_noted(schema_name: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_IS_NOTED.format(schema_name), [name])
        return cursor.fetchone() is not None


def _run(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)
