"""Which store the current line of code works for.

Two things must always agree: the ContextVar here (what we mean) and the connection's schema (what the
database will do). `in_store` is the only way to change them, and the database backend refuses to run a
query when they differ.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from tenants import meters

if TYPE_CHECKING:
    from tenants.models import Store

PUBLIC = "public"

_current: ContextVar["Store | None"] = ContextVar("current_store", default=None)


class NoStoreContext(RuntimeError):
    """Store data was asked for outside any store."""


class CrossStoreError(RuntimeError):
    """Something of one store was about to be used in another: a prevented leak, so an incident."""

    def __init__(self, *why: object) -> None:
        meters.GUARD_REFUSALS.labels("cross_store").inc()
        super().__init__(*why)


class StoreSchemaMissing(RuntimeError):
    """The store's schema does not exist. PostgreSQL would have answered from `public` in silence."""

    def __init__(self, *why: object) -> None:
        meters.GUARD_REFUSALS.labels("schema_missing").inc()
        super().__init__(*why)


def current_store() -> "Store | None":
    """The store in force, or None on the platform's own ground."""
    return _current.get()


def require_store() -> "Store":
    """The store in force. Raises NoStoreContext where there is none."""
    store = _current.get()
    if store is None:
        raise NoStoreContext("This needs a store: wrap it in in_store(store).")
    return store


def expected_schema() -> str:
    """The schema that every query of this context must run in."""
    store = _current.get()
    return store.schema_name if store is not None else PUBLIC


@contextmanager
def in_store(store: "Store") -> Iterator["Store"]:
    """Work inside `store` until the block ends, then return to wherever we were."""
    with _entered(store):
        yield store


@contextmanager
def in_public() -> Iterator[None]:
    """Work on the platform's own tables until the block ends."""
    with _entered(None):
        yield


@contextmanager
def _entered(store: "Store | None") -> Iterator[None]:
    before = _current.get()
    enter(store)
    try:
        yield
    finally:
        enter(before)


def enter(store: "Store | None") -> None:
    """Switch without a way back: for the middleware and the worker, which reset at their end."""
    _current.set(store)
    _move(connections[DEFAULT_DB_ALIAS], store)
    if len(connections.settings) == 1:
        return
    for other in connections.all(initialized_only=True):
        if other.alias != DEFAULT_DB_ALIAS:
            _move(other, store)


def follow(alias: str) -> None:
    """Bring another connection than the first to where we are: it may just have been made."""
    _move(connections[alias], _current.get())


def _move(line: Any, store: "Store | None") -> None:
    if store is None:
        if line.schema_name != PUBLIC or not line.include_public_schema:
            line.set_schema_to_public()
    else:
        line.set_tenant(store)


def on_commit(callback: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Run `callback` after commit, in the store that is in force now.

    Django's own on_commit runs callbacks in whatever context the commit happens in.
    """
    store = _current.get()

    def back_in_store() -> None:
        with _entered(store):
            callback(*args, **kwargs)

    transaction.on_commit(partial(back_in_store))


def before_commit(callback: Callable[[list[Any]], None], value: Any) -> None:
    """Have `callback` called as the last thing of this transaction, in the store that is in force now.

    It is called once, with every value that was given for it. For what takes a lock that the whole store
    waits for: taken last, it is held for the commit alone and can be part of no deadlock.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("There is no transaction to end.")
    connection.last_acts.setdefault((_current.get(), callback), []).append(value)  # type: ignore[attr-defined]


def run_last_acts() -> None:
    """Call what `before_commit` was told. The database backend does so before it commits."""
    acts, connection.last_acts = connection.last_acts, {}  # type: ignore[attr-defined]
    for (store, callback), values in acts.items():
        with _entered(store):
            callback(values)
