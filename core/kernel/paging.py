"""Cursor paging: a page and the cursor of the next one, steady while rows are added."""

import base64
import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.kernel.errors import InvalidInput

LARGEST_PAGE = 100
# Where a page begins: behind the row with this value and primary key; None for the first page.
Place = tuple[Any, int] | None


def page(
    rows: QuerySet, *, after: str = "", limit: int = 24, key: str = "-pk"
) -> tuple[list[Any], str | None]:
    """Up to `limit` rows after the cursor, in the order of `key` (ties by pk).

    key      one field name, `-` first for descending; never user text
    Returns  the rows and the next cursor, None on the last page
    Raises   InvalidInput for a cursor we did not make
    """
    limit = max(1, min(limit, LARGEST_PAGE))
    descending, field = key.startswith("-"), key.lstrip("-")
    if after:
        try:
            rows = rows.filter(_beyond(field, descending, *_decode(after)))
        except (ValueError, TypeError, OverflowError, ValidationError) as broken:
            raise _invalid_cursor() from broken
    sign = "-" if descending else ""
    found = list(rows.order_by(f"{sign}{field}", f"{sign}pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], _encode(getattr(last, field), last.pk)


def place(after: str, read: Callable[[Any], Any]) -> Place:
    """The place that a cursor of `cursor_after` means, for a selector that writes its own SQL.

    read     makes a column's value of the cursor's; ValueError or TypeError for one that is none
    Raises   InvalidInput for a cursor we did not make
    """
    if not after:
        return None
    try:
        value, pk = _decode(after)
        if abs(pk) >= 2**63:
            raise ValueError(pk)
        return read(value), pk
    except (ValueError, TypeError, OverflowError) as broken:
        raise _invalid_cursor() from broken


def cursor_after(value: Any, pk: int) -> str:
    """The cursor of the page behind the row with this value and primary key."""
    return _encode(value, pk)


def _beyond(field: str, descending: bool, value: Any, pk: int) -> Q:
    side = "lt" if descending else "gt"
    if field == "pk":
        return Q(**{f"pk__{side}": pk})
    # The first condition adds nothing but a bound that an index can begin at: page 1,000 costs as page 1.
    bound = Q(**{f"{field}__{side}e": value})
    return bound & (Q(**{f"{field}__{side}": value}) | Q(**{field: value, f"pk__{side}": pk}))


def _encode(value: Any, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, pk], default=str).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, int]:
    value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    # Text that PostgreSQL could not take: NUL, or half a surrogate pair, which does not encode.
    if not isinstance(pk, int) or not isinstance(value, str | int | float) or b"\x00" in str(value).encode():
        raise TypeError(cursor)
    return value, pk


def _invalid_cursor() -> InvalidInput:
    return InvalidInput(_("This page link is not valid. Start again from the first page."), "after")
