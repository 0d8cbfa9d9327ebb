"""Ways to take a guard away for a while. Nothing here can be reached from the product."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from unittest import mock

from django.db import connection

from tenants import context
from tenants.models import Store

Break = Callable[[], Any]


def replaced(path: str, by: Any) -> Break:
    """Put something else in the place of `package.module:Class.name`. A name that is gone is an error."""
    module, _, name = path.partition(":")

    def breaking() -> Any:
        owner: Any = import_module(module)
        *classes, last = name.split(".")
        for each in classes:
            owner = getattr(owner, each)
        # A class's own attribute, so that one that moved to its base is noticed.
        if last not in vars(owner):
            raise LookupError(f"There is no {path} any more.")
        return mock.patch.object(owner, last, by)

    return breaking


def unlocked(label: str) -> Break:
    """Let `select_for_update` of one model lock nothing."""

    @contextmanager
    def breaking() -> Iterator[None]:
        module = import_module("tenants.store_model")
        lock = module.StoreQuerySet.select_for_update

        def maybe(rows: Any, *args: Any, **kwargs: Any) -> Any:
            if rows.model._meta.label == label:
                return rows.all()
            return lock(rows, *args, **kwargs)

        with mock.patch.object(module.StoreQuerySet, "select_for_update", maybe):
            yield

    return breaking


def without_constraint(table: str, name: str) -> Break:
    """Drop a constraint in every store, and put it back."""

    @contextmanager
    def breaking() -> Iterator[None]:
        dropped = [(store.schema_name, _drop(store.schema_name, table, name)) for store in _stores()]
        try:
            yield
        finally:
            for schema, definition in dropped:
                _run(f'ALTER TABLE "{schema}"."{table}" ADD CONSTRAINT "{name}" {definition}')

    return breaking


def _stores() -> list[Store]:
    with context.in_public():
        return list(Store.objects.order_by("pk"))


def _drop(schema: str, table: str, name: str) -> str:
    """Returns how the constraint was defined."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
            "WHERE c.conname = %s AND t.relname = %s AND t.relnamespace = %s::regnamespace",
            [name, table, f'"{schema}"'],
        )
        found = cursor.fetchone()
    if found is None:
        raise LookupError(f"{table} has no constraint {name} any more.")
    _run(f'ALTER TABLE "{schema}"."{table}" DROP CONSTRAINT "{name}"')
    return str(found[0])


def _run(statement: str) -> None:
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(statement)


def elsewhere(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same function on a connection, and so in a transaction, of its own."""

    def apart(*args: Any, **kwargs: Any) -> Any:
        store, ended = context.current_store(), []

        def body() -> None:
            try:
                context.enter(store)
                ended.append(work(*args, **kwargs))
            finally:
                connection.close()

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        return ended[0] if ended else None

    return apart
