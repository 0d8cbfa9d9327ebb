"""Bodies that no API was made for: refused as documented, within two seconds, with nothing changed.

Every operation that takes a body gets its valid one with each of its values exchanged, and 27 bodies that are
wrong as a whole. Of texts, numbers and bodies each value or operation meets a third, the next one the next;
`ABUSE=all` lets everything meet everything.
"""

import os
import time
from collections import Counter
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tenants import context
from tests.isolation import bodies
from tests.isolation.conftest import Play, play
from tests.isolation.places import filled
from tests.isolation.table import Row, route_of, rows
from tests.isolation.test_attacks import undone
from tests.isolation.writes import writes, written_since
from tests.security.nonsense import (
    BARE,
    HUGE,
    NUMBERS,
    OTHER_TYPES,
    TEXTS,
    broken_bodies,
    dumped,
    leaves,
    put,
)

__all__ = ["play"]
pytestmark = pytest.mark.attack
REFUSED = {400, 403, 404, 409, 410, 413, 415, 422}
TAKING = [
    row
    for row in rows("API", "SHOP_API")
    if row.methods[0] != "GET" and bodies.BODIES.get(route_of(row).name)
]
# No gateway answers here, and an operation that asks one says so.
ASKS_A_GATEWAY = {
    *(
        "connect_payment_gateway",
        "check_payment_gateway",
        "check_payment",
        "create_refund",
        "confirm_payment",
    ),
    *("disconnect_payment_gateway", "cancel_order"),
}
# Every field of theirs has a default.
MAY_BE_EMPTY = {
    "confirm_payment",
    "resume_webhook",
    "create_fulfilment",
    "storefront_create_cart",
    "storefront_quote",
}
SECONDS = 2.0
SHARE = 1 if os.environ.get("ABUSE") == "all" else 3
_FINGERPRINT = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} AS t"


def fingerprint(tables: frozenset[str]) -> tuple:
    """What stands in these tables now."""
    with context.in_public(), connection.cursor() as cursor:
        found = []
        for table in sorted(tables):
            schema, name = table.split(".")
            cursor.execute(_FINGERPRINT.format(f'"{schema}"."{name}"'))
            found.append(cursor.fetchone())
    return tuple(found)


NO_NUMBERS = ("1e3", "NaN", "0x10", "1.5", "", [1], 1.5, 2**63, 10**400)


@cache
def at_rest(tables: frozenset[str]) -> tuple:
    """What stood there before: whatever a call does is undone after it."""
    return fingerprint(tables)


def caller(row: Row, play: Play) -> Client:
    if row.kind == "API":
        return play.programs.with_everything()
    return play.crowd["STOREFRONT"][-1].fresh()


class Door:
    """An operation, called with whatever body."""

    def __init__(self, row: Row, play: Play) -> None:
        self.row, self.client = row, caller(row, play)
        operation = route_of(row).name
        things = bodies.things_for(operation, play.things)
        self.address = filled(route_of(row).address, things)
        self.valid = bodies.body_of(operation, things)
        self.wrong: list[tuple] = []
        self.seen: Counter[int] = Counter()
        self.refusals = REFUSED | ({503} if operation in ASKS_A_GATEWAY else set())

    def send(self, body: bytes | str, kind: str = "application/json", *, told: Any = "") -> int:
        before, began = writes(), time.process_time()
        with undone():
            answer = self.client.generic(self.row.methods[0], self.address, body, content_type=kind)
            took = time.process_time() - began
            touched = frozenset(written_since(before))
            left = fingerprint(touched) if answer.status_code >= 400 and touched else ()
        self.seen[answer.status_code] += 1
        changed = touched if touched and left and left != at_rest(touched) else ""
        if answer.status_code >= 400 and (answer.status_code not in self.refusals or changed):
            self.wrong.append((str(told)[:60], answer.status_code, changed))
        elif answer.status_code >= 400 and "problem+json" not in answer.headers["Content-Type"]:
            self.wrong.append((str(told)[:60], "no problem document"))
        if took > SECONDS:
            self.wrong.append((str(told)[:60], f"{took:.1f} seconds"))
        return answer.status_code


@pytest.mark.parametrize("row", TAKING, ids=str)
def test_values_that_no_field_was_made_for(row: Row, play: Play):
    door = Door(row, play)
    for at, (path, value) in enumerate(leaves(door.valid)):
        told = TEXTS if isinstance(value, str) else NUMBERS if type(value) is int else ()
        for other in (*told[at % SHARE :: SHARE], *OTHER_TYPES[at % 2 :: 2]):
            door.send(dumped(put(door.valid, path, other)), told=(path, other))
    assert door.wrong == []


@pytest.mark.parametrize("row", TAKING, ids=str)
def test_numbers_that_are_none(row: Row, play: Play):
    door = Door(row, play)
    for path, value in leaves(door.valid):
        if type(value) is int:
            for bare in BARE[::SHARE]:
                body = dumped(put(door.valid, path, "@@")).replace('"@@"', bare)
                assert door.send(body, told=(path, bare)) >= 400, (path, bare)
            for text in NO_NUMBERS[::SHARE]:
                assert door.send(dumped(put(door.valid, path, text)), told=(path, text)) >= 400, (path, text)
    assert door.wrong == []


@pytest.mark.parametrize("row", TAKING, ids=str)
def test_bodies_that_are_wrong_as_a_whole(row: Row, play: Play):
    door = Door(row, play)
    at = TAKING.index(row)
    for name, (body, kind) in list(broken_bodies(door.valid).items())[at % SHARE :: SHARE]:
        status = door.send(body, kind, told=name)
        assert status >= 400 or (name in {"nothing", "null"} and route_of(row).name in MAY_BE_EMPTY), name
    assert door.wrong == []


def test_ten_megabytes_in_a_text(play: Play):
    row = next(each for each in TAKING if route_of(each).name == "update_order")
    door = Door(row, play)

    assert door.send(dumped({"staff_note": HUGE})) == 413
    assert door.wrong == []


def test_an_operation_without_a_body_ignores_or_refuses_one(play: Play):
    wrong = []
    for row in rows("API"):
        if row.methods[0] in {"POST", "DELETE"} and not bodies.BODIES.get(route_of(row).name):
            door = Door(row, play)
            for body, kind in list(broken_bodies({}).values())[::SHARE]:
                door.send(body, kind)
            wrong += door.wrong
    assert wrong == []
