"""Pages of lists, and objects within objects.

https://docs.stripe.com/api/pagination, https://docs.stripe.com/api/expanding_objects
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.stripe.books import Books
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.shapes import INCLUDABLE, Obj, list_of, public

# What only an explicit `expand` brings, by kind and field: filled by the rooms that own it.
Include = Callable[[Books, Obj], Any]
INCLUDES: dict[tuple[str, str], Include] = {}
# Names that hold ids of other objects and may be replaced by them.
_IDS = frozenset(
    "customer subscription latest_invoice invoice payment_intent payment_method "
    "default_payment_method product "
    "default_price latest_charge charge coupon promotion_code schedule setup_intent "
    "pending_setup_intent discounts "
    "test_clock configuration price customer_balance_transaction refund discount credit_note".split()
)


def page(rows: list[Obj], params: Params, url: str) -> Obj:
    """One page of rows that are newest first."""
    limit = params.get("limit") or 10
    if not 1 <= limit <= 100:
        raise invalid("Invalid integer: limit must be between 1 and 100", param="limit")
    for name, test in _moments(params.get("created")):
        rows = [row for row in rows if test(row.get("created", 0), name)]
    after, before = params.get("starting_after"), params.get("ending_before")
    if after:
        rows = rows[_place(rows, after, "starting_after") + 1 :]
    if before:
        rows = rows[: _place(rows, before, "ending_before")]
        return list_of(rows[-limit:], url, has_more=len(rows) > limit)
    return list_of(rows[:limit], url, has_more=len(rows) > limit)


def _place(rows: list[Obj], id: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == id:
            return place
    raise invalid(f"No such object: '{id}'", param=param, code="resource_missing")


def _moments(created: Any) -> list[tuple[int, Callable[[int, int], bool]]]:
    if created is None:
        return []
    if not isinstance(created, dict):
        return [(int(created), lambda at, limit: at == limit)]
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": lambda at, limit: at > limit,
        "gte": lambda at, limit: at >= limit,
        "lt": lambda at, limit: at < limit,
        "lte": lambda at, limit: at <= limit,
    }
    return [(int(value), tests[name]) for name, value in created.items() if value is not None]


def rendered(books: Books, obj: Obj, expand: list[str]) -> Obj:
    """What goes over the wire: a copy with the wished objects inside."""
    answer = public(obj)
    for path in expand or []:
        steps = path.split(".")
        if len([step for step in steps if step != "data"]) > 4:
            raise invalid(f"You cannot expand more than 4 levels of a property ({path})", param="expand")
        _expand(books, answer, steps, path)
    return answer


def _expand(books: Books, at: Any, steps: list[str], path: str) -> None:
    if isinstance(at, list):
        for inner in at:
            _expand(books, inner, steps, path)
        return
    if not steps or not isinstance(at, dict):
        return
    name, rest = steps[0], steps[1:]
    kind = str(at.get("object", ""))
    if name in INCLUDABLE.get(kind, ()) and name not in at:
        at[name] = public(INCLUDES[kind, name](books, books.get(kind, at["id"])))
    if name not in at:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand[0]")
    at[name] = _whole(books, at[name], name, path, last=not rest)
    _expand(books, at[name], rest, path)


def _whole(books: Books, value: Any, name: str, path: str, *, last: bool) -> Any:
    if isinstance(value, list) and name in _IDS:
        return [_whole(books, inner, name, path, last=last) for inner in value]
    if isinstance(value, str):
        if name not in _IDS:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand[0]")
        found = books.anywhere(value)
        return public(found) if found else value
    return value
