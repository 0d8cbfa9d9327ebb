"""The database backend: PostgreSQL by schema, with a guard.

django-tenants sends `SET search_path` before each cursor. PostgreSQL accepts a path to a schema that does
not exist and answers from `public`; and nothing notices a connection left in another store. Both are
refused here, in the same round trip.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db.utils import InternalError
from django_tenants.postgresql_backend import base as schema_backend

from tenants import meters, shop_state
from tenants.backend import limits
from tenants.context import CrossStoreError, StoreSchemaMissing, expected_schema, run_last_acts
from tenants.failpoints import failpoint

# One statement sets the path, leaves a mark that triggers can read, and says whether the schema exists.
_SET_PATH = (
    "SELECT set_config('search_path', %s, false), set_config('app.expected_schema', %s, false), "
    "to_regnamespace(%s) IS NOT NULL"
)


class DatabaseWrapper(schema_backend.DatabaseWrapper):
    """Refuses a query when the connection's schema is not the one that the context expects."""

    _setting_search_path: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What must happen at the end of the transaction, see tenants.context.before_commit.
        self.last_acts: dict[Any, list[Any]] = {}
        # Which parts of which shops this transaction changes, see tenants.shop_state.
        self.shop_changes: set[shop_state.Change] = set()
        self.execute_wrappers += [self._timed, self._noted]

    def _timed(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, told: Any) -> Any:
        """Count the seconds that each store spends in the database: one may be too loud for the others."""
        began = time.perf_counter()
        try:
            return execute(sql, params, many, told)
        finally:
            spent = time.perf_counter() - began
            meters.LOADS.add(self.schema_name, meters.LOADS.DATABASE_SECONDS, spent)

    def _noted(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, told: Any) -> Any:
        """Remember what shoppers will see differently until the commit; there may be none to wait for."""
        changes = shop_state.changes_of(sql)
        if not changes or changes <= self.shop_changes:
            return execute(sql, params, many, told)
        if not self.in_atomic_block:
            return self._told(changes, lambda: execute(sql, params, many, told))
        result = execute(sql, params, many, told)
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
        self.last_acts, self.shop_changes = {}, set()
        super().close()

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._setting_search_path:
            return
        expected = expected_schema()
        if self.schema_name != expected and not self._is_migrating():
            raise CrossStoreError(f"The connection is in {self.schema_name!r}, the context in {expected!r}.")
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
        path = ",".join(f'"{name}"' for name in self._get_cursor_search_paths())
        try:
            with self.wrap_database_errors:
                bare.execute(_SET_PATH, [path, self.schema_name, f'"{self.schema_name}"'])
        except InternalError:
            # The transaction is already aborted; whatever comes next fails with the real reason.
            return True
        return bool(bare.fetchone()[2])

    def _is_migrating(self) -> bool:
        """Migrations name their schema themselves (see tenants.schemas.migrating)."""
        return bool(getattr(self, "migrating_schema", None) == self.schema_name)
