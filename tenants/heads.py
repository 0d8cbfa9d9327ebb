"""Which migrations this release knows, and who lacks some of them: the platform's schema, or stores."""

from collections.abc import Iterator, Sequence
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tenants import context
from tenants.models import StoreState

_MADE = [
    StoreState.PREPARED,
    StoreState.ACTIVE,
    StoreState.SUSPENDED,
    StoreState.MOVING,
    StoreState.LEAVING,
]

# One query looks into this many schemas: planning a larger one takes longer than asking twice.
_AT_ONCE = 100
_WITH_LIST = """
SELECT schema_name, to_regclass(format('%%I.django_migrations', schema_name)) IS NOT NULL
FROM tenants_store WHERE state = ANY(%s) ORDER BY schema_name
"""
# Schema names come from our own table, where a constraint keeps them to letters and digits.
_HAD = """
SELECT '{0}', count(*) FROM "{0}".django_migrations WHERE app || '.' || name = ANY(%(known)s)
"""


@cache
def known(installed: str) -> frozenset[str]:
    """Names of this release's migrations, as `app.name`.

    installed   `SHARED_APPS` or `TENANT_APPS`: the list whose tables are meant
    """
    labels = {
        config.label for config in apps.get_app_configs() if config.name in getattr(settings, installed)
    }
    return frozenset(f"{app}.{name}" for app, name in _on_disk() if app in labels)


@cache
def _on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def lacking_in_public() -> list[str]:
    """Migrations that this release knows and the platform's schema has not had."""
    had: set[str] = set()
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute("SELECT app || '.' || name FROM public.django_migrations")
            had = {row[0] for row in cursor.fetchall()}
    return sorted(known("SHARED_APPS") - had)


def stores_behind() -> list[str]:
    """Schemas of stores that lack a migration of this release."""
    names = sorted(known("TENANT_APPS"))
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_WITH_LIST, [_MADE])
        rows = cursor.fetchall()
        behind = {schema for schema, has_list in rows if not has_list}
        for some in _chunks([schema for schema, has_list in rows if has_list]):
            cursor.execute(" UNION ALL ".join(_HAD.format(schema) for schema in some), {"known": names})
            behind |= {schema for schema, had in cursor.fetchall() if had < len(names)}
    return sorted(behind)


def _chunks(schemas: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(schemas), _AT_ONCE):
        yield schemas[start : start + _AT_ONCE]
