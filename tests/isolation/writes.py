"""Which tables were written to: the database's own count of this transaction, over every schema."""

from collections import Counter

from django.db import connection

from tenants import context

_COUNTS = """
SELECT schemaname || '.' || relname, n_tup_ins + n_tup_upd + n_tup_del
FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""


def writes() -> Counter[str]:
    """How many rows of each table were inserted, changed or removed so far, also if it was undone since."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        return Counter(dict(cursor.fetchall()))


def written_since(before: Counter[str]) -> dict[str, int]:
    """The tables that were written to since, and how often."""
    return dict(writes() - before)
