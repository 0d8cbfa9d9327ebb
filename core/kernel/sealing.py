"""Secrets that sellers entrust to us: sealed values are bound to their store, table and row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from tenants import sealing
from tenants.archive import parts
from tenants.context import require_store
from tenants.sealing import SealBroken

__all__ = ["SealBroken", "SealedColumn", "columns", "keep_sealed", "reseal", "seal", "unseal"]

_BATCH = 200


def _bound_to(place: str) -> str:
    return f"{require_store().uid}|{place}"


def seal(value: Any, *, place: str) -> str:
    """Encrypt a JSON value for one place of this store, for example `payments_paymentmethod|MIDTRANS`."""
    return sealing.seal(value, bound_to=_bound_to(place))


def unseal(text: str, *, place: str) -> Any:
    """The value behind a sealed text. Raises SealBroken."""
    return sealing.unseal(text, bound_to=_bound_to(place))


# Keys are rotated


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed texts, and the place that each row's text is bound to."""

    model: type[models.Model]
    name: str
    place: Callable[[Any], str]

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.name}"


_columns: list[SealedColumn] = []


def keep_sealed(model: type[models.Model], name: str, *, place: Callable[[Any], str]) -> None:
    """Say that a column holds sealed texts, so that rotating the keys reaches it. For `AppConfig.ready`.

    Archives leave the house without them: they open nowhere else.
    """
    _columns.append(SealedColumn(model, name, place))
    parts.leave_out(model._meta.db_table, name, why="sealed with keys of this deployment; enter it again")


def columns() -> list[SealedColumn]:
    """Every column that was named, by table."""
    return sorted(_columns, key=str)


def reseal(column: SealedColumn) -> int:
    """Seal what an older key sealed with the newest one. Safe to stop and to run again.

    Returns  how many rows were sealed anew
    Raises   SealBroken for a text that no key opens
    Locks    a batch of rows at a time
    """
    return sum(_reseal_batch(column, pks) for pks in _batches(column))


def _batches(column: SealedColumn) -> Iterator[list[Any]]:
    rows = column.model._default_manager.exclude(**{column.name: ""})
    old = rows.exclude(**{f"{column.name}__startswith": f"{sealing.newest_key()}."})
    pks = list(old.order_by("pk").values_list("pk", flat=True))
    yield from (pks[start : start + _BATCH] for start in range(0, len(pks), _BATCH))


@transaction.atomic
def _reseal_batch(column: SealedColumn, pks: list[Any]) -> int:
    newest, count = sealing.newest_key(), 0
    for row in column.model._default_manager.select_for_update().filter(pk__in=pks).order_by("pk"):
        text = getattr(row, column.name)
        # Somebody may have written it meanwhile.
        if text and sealing.key_of(text) != newest:
            place = column.place(row)
            setattr(row, column.name, seal(unseal(text, place=place), place=place))
            row.save(update_fields=[column.name])
            count += 1
    return count
