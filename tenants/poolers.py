"""Whether what a connection is told stays with it (T-NOPOOLER).

A pooler in transaction mode gives each statement whichever server connection is free. The schema that one
request chose would then serve another store's, in silence: such a set-up must not get any traffic. That the
database backend compares the path in force with the one it means (tenants.backend.base) does not help: what a
server connection last told is no word about the one that gets the next statement.
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import psycopg2
from django.db import connection

ASKED: Final = 20
Ask = Callable[[str, list[str]], Any]


def keeps_settings(ask: Ask, busy: Ask) -> bool:
    """Tell one connection something once and have it repeated; meanwhile another one takes what is free.

    ask, busy   run a statement on the one and on the other connection, and return its only value
    """
    mark = uuid4().hex
    ask("SELECT set_config('app.pooler_probe', %s, false)", [mark])
    for turn in range(ASKED):
        # A pooler with one free server connection gives it to the same client again, so take it away.
        if turn == ASKED // 2:
            busy("BEGIN", [])
            busy("SELECT current_setting('app.pooler_probe', true)", [])
        if ask("SELECT current_setting('app.pooler_probe', true)", []) != mark:
            return False
    return busy("SELECT current_setting('app.pooler_probe', true)", []) != mark


def is_direct() -> bool:
    """Try it with two connections of their own, as the product makes them."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    one, other = psycopg2.connect(**parameters), psycopg2.connect(**parameters)
    try:
        one.autocommit = other.autocommit = True
        return keeps_settings(_asker(one), _asker(other))
    finally:
        one.close()
        other.close()


def _asker(line: Any) -> Ask:
    def ask(statement: str, values: list[str]) -> Any:
        with line.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()[0] if cursor.description else None

    return ask
