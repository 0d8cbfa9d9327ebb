"""Reads the attack table: who may pass each door, and what everybody else gets."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpResponseBase

from tests.isolation.routes import Route, operations, pages

_FILE = Path(__file__).with_name("attack_table.toml")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_STATUS = {401: "login", 403: "refused", 404: "nothing", 405: "no such method"}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    kind: str
    methods: tuple[str, ...]
    address: str
    who: str

    def __str__(self) -> str:
        return f"{self.kind} {' '.join(self.methods)} {self.address}"

    def outcome(self, rank: str) -> str:
        """What somebody of this rank gets here."""
        may, others = _table()[self.kind]["may"][self.who], _table()[self.kind]["others"]
        if isinstance(may, str):
            may = dict.fromkeys(may.split(), "in")
        told = {**others, **may}
        return str(told.get(rank, told["default"]))

    @property
    def scopes(self) -> list[str]:
        """Of an operation of the store's API: what a key must be allowed."""
        return self.who.split()


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text())


@cache
def rows(*kinds: str) -> tuple[Row, ...]:
    """The lines for these kinds of door; all without any."""
    found = []
    for kind, told in _table().items():
        if kinds and kind not in kinds:
            continue
        for door, who in told["doors"].items():
            *methods, address = door.split(" ")
            found.append(Row(kind, tuple(methods), address, who))
    return tuple(found)


@cache
def routes() -> dict[tuple[str, str, str], Route]:
    """Every door by (kind, method, address); a page stands for all its methods."""
    found = {("page", route.kind, route.address): route for route in pages()}
    for route in operations():
        kind = "API" if route.kind == "DASHBOARD" else "SHOP_API"
        found[(kind, route.methods[0], short(route))] = route
    return found


def short(route: Route) -> str:
    """An operation's address without the API's own prefix."""
    return route.address.removeprefix("api/storefront/v1/").removeprefix("api/v1/")


def route_of(row: Row) -> Route:
    """The door of a line."""
    page = routes().get(("page", row.kind, row.address))
    return page or routes()[(row.kind, row.methods[0], row.address)]


def outcome(answer: HttpResponseBase) -> str:
    """The word for what somebody got."""
    there = answer.headers.get("Location", "")
    if answer.status_code in (301, 302) and ("/accounts/login/" in there or "/enter/?next=" in there):
        return "login"
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"broken: {answer.status_code}"
    return _STATUS.get(answer.status_code, "in")
