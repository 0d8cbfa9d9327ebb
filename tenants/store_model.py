"""The base of every table that belongs to one store.

A row remembers the schema it was read from, and a queryset the schema it was built in; using either in
another store is refused, since an equal primary key there would be overwritten in silence.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.db import models

from tenants.context import CrossStoreError, NoStoreContext, current_store


def _schema() -> str:
    store = current_store()
    if store is None:
        raise NoStoreContext("Store data was asked for outside any store: wrap it in in_store(store).")
    return store.schema_name


class StoreQuerySet(models.QuerySet):
    """A queryset that runs only in the store it was built in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        store = current_store()
        self._built_in = store.schema_name if store is not None else None

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._built_in = self._built_in or clone._built_in
        return clone

    def _refuse_elsewhere(self) -> None:
        here = _schema()
        # Set where a row's relation is followed: `order.lines`, `line.order`.
        start = self._hints.get("instance")  # type: ignore[attr-defined]
        if isinstance(start, StoreModel):
            start.refuse_elsewhere()
        if self._built_in not in (None, here):
            raise CrossStoreError(f"A query of {self._built_in} was about to run in {here}.")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._refuse_elsewhere()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse_elsewhere()
        return super().iterator(*args, **kwargs)

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._refuse_elsewhere()
        return super().aggregate(*args, **kwargs)

    def count(self) -> int:
        self._refuse_elsewhere()
        return super().count()

    def exists(self) -> bool:
        self._refuse_elsewhere()
        return super().exists()

    def update(self, **kwargs: Any) -> int:
        self._refuse_elsewhere()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_elsewhere()
        return super().delete()

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        self._refuse_elsewhere()
        created = super().bulk_create(objs, *args, **kwargs)
        for row in created:
            row._state.schema = _schema()  # type: ignore[attr-defined]
        return created

    def bulk_update(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        for row in rows:
            row.refuse_elsewhere()
        return super().bulk_update(rows, *args, **kwargs)


StoreManager = models.Manager.from_queryset(StoreQuerySet, "StoreManager")


class StoreModel(models.Model):
    """A row of one store. Refuses to be saved, deleted or refreshed in another."""

    objects = StoreManager()

    class Meta:
        abstract = True
        # Relations are followed by the base manager, which is Django's plain one unless it is named.
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.refuse_elsewhere()
        super().save(*args, **kwargs)
        self._state.schema = _schema()  # type: ignore[attr-defined]

    @classmethod
    def from_db(  # type: ignore[override]
        cls, db: str | None, field_names: Sequence[str], values: Sequence[Any]
    ) -> Self:
        row = super().from_db(db, field_names, values)
        row._state.schema = _schema()  # type: ignore[attr-defined]
        return row

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.refuse_elsewhere()
        return super().delete(*args, **kwargs)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        self.refuse_elsewhere()
        super().refresh_from_db(*args, **kwargs)

    def refuse_elsewhere(self) -> None:
        """Raise CrossStoreError unless this row is new or was read in the store in force."""
        here = _schema()
        home = getattr(self._state, "schema", None)
        if home not in (None, here):
            raise CrossStoreError(
                f"{type(self).__name__} {self.pk} of {home} was about to be used in {here}."
            )
