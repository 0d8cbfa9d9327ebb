"""Refuses migrations that a busy store or the release before would not survive.

Two releases serve side by side while the fleet moves, and every statement waits for a lock that all later
queries of its table wait behind. So: expand, fill in batches, switch, contract, two releases apart. What
breaks a rule on purpose stands in `tenants.fleet.allowed` with the reason.
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.operations import AddConstraintNotValid, NotInTransactionMixin
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenants.fleet.allowed import ALLOWED, LARGE

RULES: Final = {
    "rename": "old code still asks for the old name: add the new one, copy, and drop the old one later",
    "drop": 'old code still reads it: drop it a release after its last use, with "Contract step" in the note',
    "not_null": "old code does not fill it: give it null=True or a db_default (Django drops a mere default)",
    "index": "writes to a large table wait for it: AddIndexConcurrently, alone, with atomic = False",
    "check": "all of a large table is read under a lock: AddConstraintNotValid, later ValidateConstraint",
    "type": "the table is written anew under a lock: add a column, copy in batches, switch, drop the old one",
    "mixed": "rows and structure in one transaction hold the locks too long: two files",
    "one_way": "nobody can go back: say what undoes it, or migrations.RunPython.noop where nothing needs to",
    "alone": "without a transaction, what broke off is done again: one operation per file",
    "note": 'the docstring says what it does, expand or contract, what it costs each store, and "Back:"',
    "stale": "this exception is not needed any more: take it out",
}
_OURS: Final = ("core.", "storefront", "channels", "tenants", "billing")
_SQL_DROPS = re.compile(r"\bDROP\s+(TABLE|COLUMN)\b", re.IGNORECASE)
_SQL_RENAMES = re.compile(r"\bALTER\s+TABLE\b.*\bRENAME\b", re.IGNORECASE | re.DOTALL)
_SQL_INDEX = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY).*?\bON\s+(?:\w+\.)?\"?(\w+)",
    re.IGNORECASE | re.DOTALL,
)
_VARCHAR = re.compile(r"varchar\((\d+)\)")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One rule that one migration breaks."""

    migration: str
    rule: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.migration}: {self.rule} ({self.where}): {RULES[self.rule]}"


def findings() -> list[Finding]:
    """What is wrong with our own migrations, exceptions left out; needless exceptions are named as well."""
    broken = set(_all())
    known = {(each.migration, each.rule) for each in broken}
    excused = {(name, rule) for name, rules in ALLOWED.items() for rule in rules}
    stale = [Finding(name, "stale", rule) for name, rule in excused - known]
    return sorted([*stale, *(each for each in broken if (each.migration, each.rule) not in excused)])


def _all() -> Iterator[Finding]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    labels = {each.label for each in apps.get_app_configs() if each.name.startswith(_OURS)}
    for app, name in sorted(loader.disk_migrations):
        if app in labels:
            before = loader.project_state((app, name), at_end=False)
            yield from check(loader.disk_migrations[app, name], before, _note_of(loader, app, name))


def _note_of(loader: MigrationLoader, app: str, name: str) -> str:
    return inspect.getdoc(inspect.getmodule(type(loader.disk_migrations[app, name]))) or ""


def check(migration: migrations.Migration, before: ProjectState, note: str) -> Iterator[Finding]:
    """What is wrong with one migration.

    before   the models as they are when it begins
    note     its docstring
    """
    name = f"{migration.app_label}.{migration.name}"
    state, fresh = before.clone(), set[str]()
    for operation in migration.operations:
        for each in _parts(operation):
            if isinstance(each, migrations.CreateModel):
                fresh.add(each.name_lower)
            elif _model_of(each) not in fresh:
                for rule, where in _broken(each, migration.app_label, state):
                    if rule != "drop" or "contract step" not in note.lower():
                        yield Finding(name, rule, where)
        operation.state_forwards(migration.app_label, state)
    yield from (Finding(name, rule) for rule in _broken_as_a_whole(migration, note, fresh))


def _parts(operation: Operation) -> list[Operation]:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return list(operation.database_operations)
    return [operation]


def _model_of(operation: Any) -> str:
    return str(getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", ""))


def _broken_as_a_whole(migration: migrations.Migration, note: str, fresh: set[str]) -> Iterator[str]:
    parts = [part for operation in migration.operations for part in _parts(operation)]
    in_python = [part for part in parts if isinstance(part, migrations.RunPython)]
    if in_python and len(in_python) < len(parts):
        yield "mixed"
    if not migration.atomic and len(parts) > 1:
        yield "alone"
    if any(not part.reversible for part in parts):
        yield "one_way"
    is_plain = migration.initial or not parts or len(fresh) == len(parts)
    if not is_plain and "back:" not in note.lower():
        yield "note"


def _broken(operation: Operation, app: str, state: ProjectState) -> Iterator[tuple[str, str]]:
    where = operation.describe()
    if isinstance(operation, migrations.RenameModel | migrations.RenameField | migrations.AlterModelTable):
        yield "rename", where
    elif isinstance(operation, migrations.DeleteModel | migrations.RemoveField):
        yield "drop", where
    elif isinstance(operation, migrations.AddField):
        yield from _of_new_field(operation, app)
    elif isinstance(operation, migrations.AlterField):
        yield from _of_changed_field(operation, app, state)
    elif isinstance(operation, migrations.AddIndex | migrations.AddConstraint):
        yield from _of_rule(operation, app)
    elif isinstance(operation, migrations.RunSQL):
        yield from _of_sql(operation)


def _of_new_field(operation: migrations.AddField, app: str) -> Iterator[tuple[str, str]]:
    field = operation.field
    if field.many_to_many:
        return
    if not field.null and not field.has_db_default() and not isinstance(field, models.GeneratedField):
        yield "not_null", operation.describe()
    if isinstance(field, models.GeneratedField):
        yield "type", operation.describe()
    if _has_index(field) and _is_large(app, operation.model_name_lower):
        yield "index", operation.describe()


def _of_changed_field(
    operation: migrations.AlterField, app: str, state: ProjectState
) -> Iterator[tuple[str, str]]:
    old, new = state.models[app, operation.model_name_lower].fields[operation.name], operation.field
    if old.null and not new.null:
        yield "not_null", operation.describe()
    if not new.is_relation and _rewrites(old.db_type(connection), new.db_type(connection)):
        yield "type", operation.describe()
    if _has_index(new) and not _has_index(old) and _is_large(app, operation.model_name_lower):
        yield "index", operation.describe()


def _rewrites(old: str | None, new: str | None) -> bool:
    """Whether PostgreSQL has to look at every row. A longer varchar, or text, is only written down."""
    before, after = (_VARCHAR.fullmatch(each or "") for each in (old, new))
    if before and after:
        return int(after[1]) < int(before[1])
    return old != new and not (before and new == "text")


def _of_rule(
    operation: migrations.AddIndex | migrations.AddConstraint, app: str
) -> Iterator[tuple[str, str]]:
    if not _is_large(app, operation.model_name_lower) or isinstance(
        operation, NotInTransactionMixin | AddConstraintNotValid
    ):
        return
    constraint = getattr(operation, "constraint", None)
    rule = "check" if isinstance(constraint, models.CheckConstraint) else "index"
    yield rule, operation.describe()


def _of_sql(operation: migrations.RunSQL) -> Iterator[tuple[str, str]]:
    texts = [operation.sql] if isinstance(operation.sql, str) else operation.sql
    for each in texts:
        text = each if isinstance(each, str) else each[0]
        if _SQL_DROPS.search(text):
            yield "drop", text[:60]
        if _SQL_RENAMES.search(text):
            yield "rename", text[:60]
        found = _SQL_INDEX.search(text)
        if found and _is_large(*found[1].split("_", 1)):
            yield "index", text[:60]


def _has_index(field: "models.Field[Any, Any]") -> bool:
    return bool(field.unique or getattr(field, "db_index", False))


def _is_large(app: str, model: str) -> bool:
    return f"{app}.{model}" in LARGE
