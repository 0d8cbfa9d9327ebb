"""Questions that are asked in the same words all day: their SQL is written once in a process."""

from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

from tenants.context import require_store


class Statement:
    """One query without anything that changes from asking to asking.

    Django takes longer to write a statement than PostgreSQL to answer a small one. The guard of the database
    backend watches over its cursor as over every other.
    """

    def __init__(self, question: Callable[[], QuerySet]) -> None:
        """Keep a question for later; `question` makes the queryset."""
        self._question = question
        self._told: tuple[str, tuple[Any, ...]] | None = None

    def rows(self) -> list[tuple[Any, ...]]:
        """Ask it in the store in force. Returns what stands in the columns. Raises NoStoreContext."""
        require_store()
        if self._told is None:
            self._told = self._question().query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(*self._told)
            return list(cursor.fetchall())

    def objects(self) -> list[Any]:
        """The same as rows of the model, for a question about whole rows of one table without JSON."""
        model = self._question().model
        names = [field.attname for field in model._meta.concrete_fields]
        return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in self.rows()]
