"""What a schema is made of, as lines that two equal schemas have in common, and a hash over them.

Relations, columns, indexes, constraints, triggers, sequences and rights; no rows, and no order of columns,
which differs between a store that grew and one that was made yesterday.
"""

import hashlib
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Final

from django.conf import settings
from django.db import connection

from tenants import context


def fingerprint(schema_name: str) -> str:
    """A hash over the structure of one schema. Raises KeyError where there is none."""
    return fingerprints([schema_name])[schema_name]


def fingerprints(schema_names: Iterable[str]) -> dict[str, str]:
    """Schema -> hash over its structure, in one statement. Schemas that do not exist are left out."""
    return {
        name: hashlib.sha256("\n".join(line for _, line in said).encode()).hexdigest()
        for name, said in groupby(_said(schema_names), itemgetter(0))
    }


def lines(schema_name: str) -> list[str]:
    """The structure in words: to see what it is in which two schemas differ."""
    return [line for _, line in _said([schema_name])]


def _said(schema_names: Iterable[str]) -> list[tuple[str, str]]:
    told = {"schemas": list(schema_names), "tolerated": list(settings.TOLERATED_TRIGGERS)}
    # In public: what lies in the search path would be named without its schema.
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_STRUCTURE, told)
        return list(cursor.fetchall())


# Roles are told apart by what they are to a relation, not by name: databases may call them differently.
_STRUCTURE: Final = """
WITH here AS (SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname = ANY(%(schemas)s)),
relation AS (
    SELECT class.*, here.nspname FROM pg_class AS class JOIN here ON here.oid = class.relnamespace
    WHERE class.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
),
field AS (
    SELECT relation.nspname, relation.relname, relation.relkind, relation.relowner, pg_attribute.*
    FROM relation JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
),
owned AS (
    SELECT nspname, 'schema' AS what, nspowner AS owner, coalesce(nspacl, acldefault('n', nspowner)) AS acl
    FROM here
    UNION ALL
    SELECT nspname, relname, relowner,
        coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM relation
    UNION ALL
    SELECT nspname, relname || ' ' || attname, relowner, attacl FROM field
),
said AS (
    SELECT nspname, concat_ws(' ', 'relation', relkind, relname, relpersistence, reloptions) AS line
    FROM relation
    UNION ALL
    SELECT nspname, concat_ws(' ', 'right', what, CASE
        WHEN given.grantee = owner THEN 'owner' WHEN given.grantee = 0 THEN 'everybody'
        WHEN pg_get_userbyid(given.grantee) = session_user THEN 'product'
        ELSE pg_get_userbyid(given.grantee) END, given.privilege_type, given.is_grantable)
    FROM owned, aclexplode(owned.acl) AS given
    UNION ALL
    SELECT nspname, concat_ws(' ', 'column', relname, attname, format_type(atttypid, atttypmod),
        CASE WHEN attnotnull THEN 'not null' END, 'identity', attidentity, 'generated', attgenerated,
        collname, pg_get_expr(adbin, adrelid))
    FROM field
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    LEFT JOIN pg_collation ON pg_collation.oid = attcollation
    WHERE relkind <> 'S'
    UNION ALL
    SELECT nspname, concat_ws(' ', 'index', pg_get_indexdef(indexrelid),
        CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END)
    FROM relation JOIN pg_index ON indrelid = relation.oid
    UNION ALL
    SELECT nspname, concat_ws(' ', 'constraint', relname, conname, pg_get_constraintdef(pg_constraint.oid),
        CASE WHEN convalidated THEN 'valid' ELSE 'not valid' END)
    FROM relation JOIN pg_constraint ON conrelid = relation.oid WHERE contype <> 'n'
    UNION ALL
    SELECT nspname, concat_ws(' ', 'trigger', pg_get_triggerdef(pg_trigger.oid), tgenabled)
    FROM relation JOIN pg_trigger ON tgrelid = relation.oid
    WHERE NOT tgisinternal AND tgname <> ALL(%(tolerated)s)
    UNION ALL
    SELECT nspname, concat_ws(' ', 'sequence', relation.relname, format_type(seqtypid, NULL), seqstart,
        seqincrement, seqmin, seqmax, seqcache, seqcycle, 'of', of_table.relname, attname)
    FROM relation JOIN pg_sequence ON seqrelid = relation.oid
    LEFT JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = relation.oid
        AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
    LEFT JOIN pg_class AS of_table ON of_table.oid = refobjid
    LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
)
SELECT nspname, replace(line, nspname || '.', '') COLLATE "C" AS line FROM said ORDER BY nspname, line
"""
