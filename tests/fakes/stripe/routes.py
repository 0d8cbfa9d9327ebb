"""The table of calls: method, path, parameter types and who answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.shapes import Obj

if TYPE_CHECKING:
    from tests.fakes.stripe.account import Account

Answer = Callable[..., Obj]


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the API. `name` is what faults and histories call it."""

    method: str
    pattern: re.Pattern[str]
    name: str
    types: str
    answer: Answer


ROUTES: list[Route] = []


def route(method: str, path: str, name: str, types: str) -> Callable[[Answer], Answer]:
    """Register a function `(account, params, *ids)` for a path with `{}` for each id."""
    pattern = re.compile(re.escape(path).replace(r"\{\}", "([^/]+)"))

    def register(answer: Answer) -> Answer:
        ROUTES.append(Route(method, pattern, name, types, answer))
        return answer

    return register


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of a request and the ids in its path."""
    for known in ROUTES:
        if known.method == method and (match := known.pattern.fullmatch(path)):
            return known, match.groups()
    return None


def retrieve(path: str, kind: str, name: str, types: str) -> None:
    """A call that gives one object as it is."""

    @route("GET", path, name, types)
    def answer(account: Account, params: Params, id: str) -> Obj:
        return account.books.get(kind, id)


def listing(path: str, kind: str, name: str, types: str, *fields: str) -> None:
    """A call that lists objects of a kind, filtered by these fields."""

    @route("GET", path, name, types)
    def answer(account: Account, params: Params) -> Obj:
        wanted: dict[str, Any] = {field: params[field] for field in fields if field in params}
        return account.page(account.books.all(kind, **wanted), params, path)
