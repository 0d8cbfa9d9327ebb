"""Stores on more than one machine: each store's schema is one shard, which Citus keeps on one of its nodes.

With the setting CITUS, a schema is registered when it is made, empty, so that its tables are born where they
will stay. Everything else is as without: a statement names one store, and its node answers it. That works as
long as a store's schema has nothing that Citus refuses; `unsuited` finds what it has.
"""

from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from tenants import context
from tenants.errors import CommerceError


def register(schema_name: str) -> None:
    """Let Citus place an empty schema on a node. Nothing happens without Citus, or a second time."""
    if not settings.CITUS:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT citus_schema_distribute(%s::regnamespace)", [f'"{schema_name}"'])


class NoCluster(CommerceError):
    code = "no_cluster"

    def __init__(self) -> None:
        super().__init__(_("This deployment is no Citus cluster."))


def move(schema_name: str, host: str, port: int) -> None:
    """Let Citus bring a schema to another of its nodes; it goes on being used meanwhile. Raises NoCluster."""
    if not settings.CITUS:
        raise NoCluster
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_MOVE, [f'"{schema_name}"', host, port])


_MOVE: Final = "SELECT citus_schema_move(%s::regnamespace, %s, %s)"


def unsuited(schema_name: str) -> list[str]:
    """What this schema has that Citus would refuse, each in a line; empty when it could be moved there."""
    told: dict[str, Any] = {"schema": schema_name, "tolerated": list(settings.TOLERATED_TRIGGERS)}
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_UNSUITED, told)
        return [f"{kind}: {name}" for kind, name in cursor.fetchall()]


# As citus_schema_distribute checks it (its EnsureTenantTable), and as its manual limits distributed tables.
_UNSUITED: Final = """
WITH here AS (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s),
relation AS (SELECT class.* FROM pg_class AS class JOIN here ON here.oid = class.relnamespace)
SELECT 'key to or from another schema', conname::text
    FROM pg_constraint
    JOIN pg_class AS one ON one.oid = conrelid JOIN pg_class AS other ON other.oid = confrelid
    WHERE contype = 'f' AND one.relnamespace <> other.relnamespace
      AND (SELECT oid FROM here) IN (one.relnamespace, other.relnamespace)
UNION ALL
SELECT 'trigger', tgname::text FROM pg_trigger JOIN relation ON relation.oid = tgrelid
    WHERE NOT tgisinternal AND tgname <> ALL(%(tolerated)s)
UNION ALL
SELECT 'rule', rulename::text FROM pg_rewrite JOIN relation ON relation.oid = ev_class
    WHERE rulename <> '_RETURN'
UNION ALL
SELECT 'inheritance or partition', relname::text FROM relation
    WHERE relkind IN ('r', 'p')
      AND oid IN (SELECT inhrelid FROM pg_inherits UNION SELECT inhparent FROM pg_inherits)
UNION ALL
SELECT 'view or foreign table', relname::text FROM relation WHERE relkind IN ('v', 'm', 'f')
UNION ALL
SELECT 'temporary or unlogged table', relname::text FROM relation
    WHERE relkind = 'r' AND relpersistence <> 'p'
UNION ALL
SELECT 'sequence below bigint', relname::text FROM pg_sequence JOIN relation ON relation.oid = seqrelid
    WHERE seqtypid <> 'bigint'::regtype
UNION ALL
SELECT 'exclusion constraint', conname::text FROM pg_constraint
    WHERE contype = 'x' AND connamespace IN (SELECT oid FROM here)
UNION ALL
SELECT 'function', proname::text FROM pg_proc WHERE pronamespace IN (SELECT oid FROM here)
UNION ALL
SELECT 'extension', extname::text FROM pg_extension WHERE extnamespace IN (SELECT oid FROM here)
ORDER BY 1, 2
"""
