"""Who may do what in the database: tables belong to one role, the product logs in as another.

With DATABASE_OWNER_ROLE set, schemas and tables are made in the name of that role (it cannot log in; the role
in DATABASE_URL is a member of it), and the product gets no more than it needs: rows it may read and write,
but the append-only tables it can neither change nor empty. Once, by the database's administrator:

    CREATE ROLE smartseller_owner NOLOGIN;
    CREATE ROLE smartseller LOGIN NOINHERIT PASSWORD '...';
    GRANT smartseller_owner TO smartseller;
    GRANT CREATE ON DATABASE smartseller TO smartseller_owner;
    GRANT CREATE ON SCHEMA public TO smartseller_owner;

This stops a wrong line of the product and an injected condition. Somebody who can run statements of their own
choice may still take the owner's role on: against them stands the audit log's chain, which shows it.

Without the setting, as on one machine with embedded servers, the product owns its tables and nothing here
does anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.db import connection
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from tenants import context

# Tables that only grow, and the columns that may change all the same: a store that goes leaves its acts.
APPEND_ONLY: Final[dict[str, tuple[str, ...]]] = {
    "kernel_auditentry": (),
    "kernel_auditlink": (),
    "inventory_stockmovement": (),
    "tenants_platformact": ("store_id",),
    "billing_feeentry": (),
    "billing_balanceentry": (),
    # On which statement it stands.
    "billing_commissionentry": ("payout_id",),
}


@contextmanager
def as_owner() -> Iterator[None]:
    """Make and change tables in the name of the role that owns them, where there is one."""
    if not settings.DATABASE_OWNER_ROLE:
        yield
        return
    _run(f"SET ROLE {_quoted(settings.DATABASE_OWNER_ROLE)}")
    try:
        yield
    finally:
        # A transaction that failed forgets the role by itself, and takes no statement before it ends.
        raw = connection.connection
        if raw is not None and raw.info.transaction_status != TRANSACTION_STATUS_INERROR:
            _run("RESET ROLE")


def grant(schema_name: str) -> None:
    """Give the role that the product logs in as what it needs in a schema, as its owner would."""
    if not settings.DATABASE_OWNER_ROLE:
        return
    with context.in_public(), as_owner():
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            login = cursor.fetchone()[0]
        for statement in statements(schema_name, login):
            _run(statement)


def statements(schema_name: str, login: str) -> list[str]:
    """What `grant` runs; also to be read by whoever looks after the database."""
    schema, role = _quoted(schema_name), _quoted(login)
    granted = [
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    ]
    for table, columns in APPEND_ONLY.items():
        if not _exists(schema_name, table):
            continue
        name = f"{schema}.{_quoted(table)}"
        granted.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM {role}")
        if columns:
            granted.append(f"GRANT UPDATE ({', '.join(map(_quoted, columns))}) ON {name} TO {role}")
    return granted


def _exists(schema_name: str, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{_quoted(schema_name)}.{_quoted(table)}"])
        return bool(cursor.fetchone()[0])


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
