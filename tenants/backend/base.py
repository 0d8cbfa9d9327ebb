"""The database backend: PostgreSQL by schema, with a guard.

django-tenants sends `SET search_path` before each cursor. PostgreSQL accepts a path to a schema that does
not exist and answers from `public`; and nothing notices a connection left in another store. Both are
refused here.

The path is sent once, not before each cursor: PostgreSQL (from 18 on) tells with every answer which path is
in force, whoever changed it and however, so each cursor compares what was told with what is meant. A rolled
back transaction or savepoint, a `SET`, a reset or a new connection thus differ, and the path is sent
again. An older server tells nothing, and is told the path each time. Whether the schema exists is asked with
the path, and again by every request and duty: the same question finds out whether the connection is alive.
One that is dropped in between answers with "relation does not exist", since no table of a store has a
namesake in `public`.
"""

import time
from collections.abc import Callable
from typing import Any

import psycopg2
from django.db.utils import DatabaseError, InternalError, ProgrammingError
from django_tenants.postgresql_backend import base as schema_backend

from tenants import meters, shop_state
from tenants.backend import limits
from tenants.context import PUBLIC, CrossStoreError, StoreSchemaMissing, expected_schema, run_last_acts
from tenants.failpoints import failpoint

# One statement sets the path, leaves a mark that triggers can read, and says whether the schema exists.
_SET_PATH = (
    "SELECT set_config('search_path', %s, false), set_config('app.expected_schema', %s, false), "
    "to_regnamespace(%s) IS NOT NULL"
)


def _path(schema_name: str, include_public: bool) -> str:
    """The path as PostgreSQL is told it and tells it. Raises ValidationError for what is no schema name."""
    names = [schema_name] if schema_name == PUBLIC or not include_public else [schema_name, PUBLIC]
    for name in names:
        schema_backend._check_schema_name(name)
    return ",".join(f'"{name}"' for name in names)


class DatabaseWrapper(schema_backend.DatabaseWrapper):
    """Refuses a query when the connection's schema is not the one that the context expects."""

    _setting_search_path: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What must happen at the end of the transaction, see tenants.context.before_commit.
        self.last_acts: dict[Any, list[Any]] = {}
        # Which parts of which shops this transaction changes, see tenants.shop_state.
        self.shop_changes: set[shop_state.Change] = set()
        # The schema that was found to exist since the last request or duty began.
        self.found_schema: str | None = None
        # The path that was last written down, and for what.
        self.written_path: tuple[object, str] = None, ""
        self.execute_wrappers.append(self._watched)

    def _watched(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, told: Any) -> Any:
        """Count the seconds that each store spends in the database: one may be too loud for the others."""
        began = time.perf_counter()
        try:
            changes = shop_state.changes_of(sql)
            if not changes:
                return execute(sql, params, many, told)
            return self._noted(changes, lambda: execute(sql, params, many, told), told)
        except ProgrammingError:
            # A table that is not there: the whole schema may have gone.
            self.found_schema = None
            raise
        finally:
            spent = time.perf_counter() - began
            meters.LOADS.add(self.schema_name, meters.LOADS.DATABASE_SECONDS, spent)

    def _noted(self, changes: set[shop_state.Change], execute: Callable[[], Any], told: Any) -> Any:
        """Remember what shoppers will see differently until the commit; there may be none to wait for."""
        if changes <= self.shop_changes:
            return execute()
        if not self.in_atomic_block:
            return self._told(changes, execute)
        result = execute()
        if told["cursor"].rowcount != 0:
            self.shop_changes |= changes
        return result

    def _told(self, changes: set[shop_state.Change], commit: Callable[[], Any]) -> Any:
        shop_state.changing(changes)
        try:
            return commit()
        finally:
            shop_state.changed(changes)

    def init_connection_state(self) -> None:
        super().init_connection_state()
        limits.impose(self.connection)

    def commit(self) -> None:
        """Do what was left for the end, then commit; roll back when it fails."""
        if self.last_acts:
            try:
                run_last_acts()
                failpoint("database.before_commit")
            except BaseException:
                self.rollback()
                raise
        changes, self.shop_changes = self.shop_changes, set()
        if changes:
            self._told(changes, super().commit)
        else:
            super().commit()

    def rollback(self) -> None:
        self.last_acts, self.shop_changes = {}, set()
        super().rollback()

    def close(self) -> None:
        self.last_acts, self.shop_changes, self.found_schema = {}, set(), None
        super().close()

    def close_if_unusable_or_obsolete(self) -> None:
        """Between two requests or duties: whatever was found out about the schema may be over."""
        self.found_schema = None
        super().close_if_unusable_or_obsolete()

    def is_usable(self) -> bool:
        """Whether the connection answers; asked with the path, which the next query needs anyhow."""
        if self.connection is None:
            return False
        try:
            with self.connection.cursor() as bare:
                self._set_path(bare)
        except (psycopg2.Error, DatabaseError):
            return False
        return True

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._setting_search_path:
            return
        expected = expected_schema()
        if self.schema_name != expected and not self._is_migrating():
            raise CrossStoreError(f"The connection is in {self.schema_name!r}, the context in {expected!r}.")
        if self.found_schema != self.schema_name or self._told_path() != self._wanted_path():
            self._send_path(cursor)

    def _told_path(self) -> str | None:
        """The path that is in force, as PostgreSQL reported it; None from a server before 18."""
        told: str | None = self.connection.get_parameter_status("search_path")
        return told

    def _wanted_path(self) -> str:
        meant = (self.schema_name, self.include_public_schema)
        if self.written_path[0] != meant:
            self.written_path = meant, _path(*meant)
        return self.written_path[1]

    def _send_path(self, cursor: Any) -> None:
        self._setting_search_path = True
        own = self.connection.cursor() if cursor is None else None
        # The bare driver cursor keeps this statement out of query logs and query-count tests.
        bare = own or getattr(cursor, "cursor", cursor)
        try:
            exists = self._set_path(bare)
        finally:
            self._setting_search_path = False
            if own is not None:
                own.close()
        if not exists:
            raise StoreSchemaMissing(f"The schema {self.schema_name!r} does not exist.")

    def _set_path(self, bare: Any) -> bool:
        self.found_schema = None
        try:
            with self.wrap_database_errors:
                bare.execute(_SET_PATH, [self._wanted_path(), self.schema_name, f'"{self.schema_name}"'])
        except InternalError:
            # The transaction is already aborted; whatever comes next fails with the real reason.
            return True
        exists = bool(bare.fetchone()[2])
        if exists:
            self.found_schema = self.schema_name
        return exists

    def _is_migrating(self) -> bool:
        """Migrations name their schema themselves (see tenants.schemas.migrating)."""
        return bool(getattr(self, "migrating_schema", None) == self.schema_name)
