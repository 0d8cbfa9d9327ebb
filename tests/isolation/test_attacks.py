"""The attack table, tried: every door, every method, everybody, on things that exist.

What is refused must change nothing, in no table of either store nor of the platform.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.template import Template
from django.template.backends.django import Template as Page
from django.test import Client
from django.utils.safestring import mark_safe

from tests.isolation import bodies
from tests.isolation.conftest import Play
from tests.isolation.people import Person
from tests.isolation.places import Things, filled
from tests.isolation.routes import is_foreign
from tests.isolation.table import Row, outcome, route_of, routes, rows
from tests.isolation.writes import writes, written_since


@contextmanager
def undone() -> Iterator[None]:
    """Whatever an open door lets happen is rolled back."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def test_every_door_has_a_row_and_every_row_a_door():
    told: dict[tuple[str, str, str], Row] = {}
    for row in rows():
        is_page = row.kind not in ("API", "SHOP_API")
        told[("page", row.kind, row.address) if is_page else (row.kind, row.methods[0], row.address)] = row

    assert sorted(routes().keys() - told.keys()) == [], "doors that attack_table.toml does not know"
    assert sorted(told.keys() - routes().keys()) == [], "rows of attack_table.toml without a door"
    assert len(routes()) > 400


def test_no_line_stands_twice():
    lines = [(row.kind, method, row.address) for row in rows() for method in row.methods]
    assert len(lines) == len(set(lines))


# Pages

# What strangers wanted to do once they are logged in is remembered in a session that says nothing else.
MAY_CHANGE = {"PLATFORM": {"public.django_session"}}
# A GET that writes, and why nobody is harmed who is made to send one.
WRITES_ON_GET = {
    "stores/<slug:slug>/enter/": {
        "public.tenants_handoffcode"
    },  # good for a minute, for whoever is logged in
    "console/enter/": {"public.tenants_handoffcode"},
    "accounts/email/": {"public.account_emailaddress"},  # the account's own address, if it was in no list yet
    "accounts/2fa/recovery-codes/": {"public.mfa_authenticator"},  # when they were looked at
    "accounts/2fa/recovery-codes/download/": {"public.mfa_authenticator"},
    "partners/payouts.csv": {"public.tenants_platformact"},  # that accounts were taken out is written down
    "stores/<slug:slug>/": {"public.tenants_platformact"},  # that staff looked at a store is written down
}
# They do nothing but lead on, or show the parts that pages are made of, however they are asked.
ANY_METHOD = {"language/", "_gallery/"}
NOT_IN_BACKUPS = {"backups/{uuidstr:backup_id}/products/{slug:product_id}"}
_DRAWN = ("OWNER", "staff", "own", "stranger")


@pytest.mark.attack
@pytest.mark.parametrize("row", rows("DASHBOARD", "PLATFORM", "CONSOLE", "STOREFRONT"), ids=str)
def test_a_page(row: Row, play: Play, monkeypatch: pytest.MonkeyPatch):
    wrong = []
    before = writes()
    for person in play.crowd[row.kind]:
        expected = row.outcome(person.rank)
        if expected != "in":
            wrong += _tried(person, row, play, expected)
    assert written_since(before).keys() <= MAY_CHANGE.get(row.kind, set())
    for person in play.crowd[row.kind]:
        if row.outcome(person.rank) == "in":
            with undrawn(monkeypatch, person.rank not in _DRAWN):
                wrong += _tried(person, row, play, "in")
    assert wrong == []


def _tried(person: Person, row: Row, play: Play, expected: str) -> list[tuple[str, str, int, str]]:
    """What went otherwise than the table says."""
    wrong = []
    address, form = filled(row.address, play.things), bodies.fields_of(row.address, play.things)
    for method in row.methods[:1] if person.is_extra else row.methods:
        data, before = form if method == "POST" else "", writes()
        with undone() if expected == "in" else nullcontext():
            answer = person.fresh().generic(method, address, data, "application/x-www-form-urlencoded")
        got = outcome(answer)
        if got != expected and not (got == "login" and row.who == "who has the mail"):
            wrong.append((person.name, method, answer.status_code, answer.headers.get("Location", "")))
        if method == "GET":
            may_change = WRITES_ON_GET.get(row.address, set()) | MAY_CHANGE.get(row.kind, set())
            assert written_since(before).keys() <= may_change, "a GET writes"
    return wrong


@contextmanager
def undrawn(monkeypatch: pytest.MonkeyPatch, is_on: bool) -> Iterator[None]:
    """Who comes in is decided before anything is drawn, and every page is drawn once: for its owner."""
    with monkeypatch.context() as patch:
        if is_on:
            patch.setattr(Page, "render", lambda self, context=None, request=None: mark_safe(""))
            patch.setattr(Template, "render", lambda self, context: mark_safe(""))
        yield


@pytest.mark.parametrize("kind", ["DASHBOARD", "PLATFORM", "CONSOLE", "STOREFRONT"])
def test_a_page_takes_no_method_that_its_row_does_not_name(kind: str, play: Play):
    taken: dict[str, set[str]] = {}
    for row in rows(kind):
        if is_foreign(route_of(row)):
            continue  # allauth's forms take a PUT for a POST
        taken.setdefault(row.address, set()).update(row.methods)
    person = play.crowd[kind][0]
    wrong, before = [], writes()
    for address, methods in taken.items():
        for method in ("GET", "POST", "PUT"):
            if method not in methods and address not in ANY_METHOD:
                answer = person.fresh().generic(method, filled(address, play.things))
                if answer.status_code not in (403, 404, 405):
                    wrong.append((method, address, answer.status_code))
    assert wrong == []
    assert written_since(before) == {}


# Operations


def call(
    client: Client,
    row: Row,
    play: Play,
    *,
    in_address: Things | None = None,
    in_body: Things | None = None,
    body: Any = None,
    more: dict[str, str] | None = None,
) -> Any:
    """Send an operation what it wants; other things in its address or body, or another body, where told."""
    operation = route_of(row).name
    things = bodies.things_for(operation, play.things)
    address = filled(route_of(row).address, {**things, **(in_address or {})})
    if operation in bodies.FORMS:
        form = {**bodies.FORMS[operation], "file": bodies.file_for(operation), **(more or {})}
        return client.post(address, form)
    if operation in bodies.QUERIES:
        address += "?" + urlencode(bodies.QUERIES[operation])
    told = body or bodies.body_of(operation, {**things, **(in_body or {})})
    return client.generic(
        row.methods[0], address, json.dumps(told) if told else "", content_type="application/json"
    )


@pytest.mark.attack
@pytest.mark.parametrize("row", rows("API"), ids=str)
def test_an_operation_of_the_store(row: Row, play: Play):
    before = writes()
    wrong = []
    for person in play.programs.strangers:
        answer = call(person.fresh(), row, play)
        if answer.status_code != 401:
            wrong.append((person.name, answer.status_code))
    for scope in row.scopes:
        answer = call(play.programs.without(scope), row, play)
        if answer.status_code != 403:
            wrong.append((f"a key that may everything but {scope}", answer.status_code))
    assert wrong == []
    assert written_since(before) == {}
    with undone():
        answer = call(play.programs.with_only(row.scopes), row, play)
    if row.methods == ("GET",):
        assert written_since(before) == {}, "a GET writes"
    # A key gives nobody more than it may itself: the door is open, and says what is wrong with the wish.
    is_beyond = b"role_beyond_yours" in answer.content
    # The stage is never committed, so that a backup of it holds no product that could be brought back.
    is_not_kept = row.address in NOT_IN_BACKUPS and answer.status_code == 404
    assert is_beyond or is_not_kept or outcome(answer) == "in", answer.content


@pytest.mark.attack
@pytest.mark.parametrize("row", rows("SHOP_API"), ids=str)
def test_an_operation_of_the_shop(row: Row, play: Play):
    for person in play.crowd["STOREFRONT"]:
        before = writes()
        with undone():
            answer = call(person.fresh(), row, play)
        assert outcome(answer) == row.outcome(person.rank), answer.content
        assert row.methods != ("GET",) or written_since(before) == {}, "a GET writes"
