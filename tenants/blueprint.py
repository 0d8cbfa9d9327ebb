"""The SQL that makes an empty store, written down once and replayed for every further one.

Django builds its models anew for each of dozens of migrations, which takes seconds; the statements themselves
take a fraction of one. `manage.py setup` makes the template by its migrations and writes down what they do,
in a file named after the migrations' contents. A test compares both ways by structure.

Which release's structure is head stands in the database, so that workers of two releases, side by side while
a new one is rolled out, agree on it.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from tenants import context
from tenants.pool_models import Blueprint

# What is asked or bracketed, and what Django remembers about migrations, is no part of the structure.
# SET CONSTRAINTS stands before the statement that drops a key, in one piece with it.
_NO_STRUCTURE = re.compile(
    r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|SET\b(?!\s+CONSTRAINTS)|LOCK)\b", re.IGNORECASE
)
_MEMORY = MigrationRecorder.Migration._meta.db_table
_REMEMBER = "INSERT INTO django_migrations (app, name, applied) VALUES ('{app}', '{name}', now())"


@cache
def digest() -> str:
    """A name for what this release's migrations build."""
    contents = hashlib.sha256()
    for name in settings.TENANT_APPS:
        folder = Path(apps.get_app_config(name.rpartition(".")[2]).path) / "migrations"
        for path in sorted(folder.glob("*.py")):
            contents.update(f"{name} {path.name}\n".encode() + path.read_bytes())
    return contents.hexdigest()[:32]


def _file() -> Path:
    return Path(settings.DATA_DIR) / "blueprints" / f"{digest()}.sql"


def is_written() -> bool:
    """Whether this release's blueprint is there."""
    return _file().is_file()


def head() -> Blueprint | None:
    """The structure that every store should have: the one that was declared last, by whichever release."""
    with context.in_public():
        return Blueprint.objects.order_by("-drawn_at", "-pk").first()


def declare(fingerprint: str) -> None:
    """Make what this release's migrations build head. Nothing is written when it is."""
    now = head()
    if now is not None and (now.digest, now.fingerprint) == (digest(), fingerprint):
        return
    with context.in_public():
        Blueprint.objects.update_or_create(
            digest=digest(), defaults={"fingerprint": fingerprint, "drawn_at": timezone.now()}
        )


@contextmanager
def written_down(schema_name: str) -> Iterator[None]:
    """Keep what migrations do to an empty schema. Nothing is kept when the block fails."""
    statements: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        answer = execute(sql, params, many, context)
        if not _NO_STRUCTURE.match(sql) and f'INTO "{_MEMORY}"' not in sql:
            written = context["cursor"].cursor.mogrify(sql, params)
            statements.append(written.decode().rstrip().rstrip(";").replace(" CONCURRENTLY", ""))
        return answer

    with connection.execute_wrapper(note):
        yield
    applied = MigrationRecorder(connection).applied_migrations()
    statements.extend(_REMEMBER.format(app=app, name=name) for app, name in applied)
    text = ";\n".join(statements)
    # A statement that names its schema would follow into every other store.
    if schema_name not in text:
        _keep(text)


def _keep(text: str) -> None:
    _file().parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=_file().parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(_file())


def replay() -> None:
    """Make all tables in the empty schema that the connection is in, or none of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_file().read_text(encoding="utf-8"))
