"""T-MASS: a body says what its operation asks for and nothing else (A48)."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from ninja.responses import NinjaJSONEncoder

from config.api import dashboard_api, storefront_api
from core.orders.models import Order
from tenants.models import Store
from tests.canaries import store_models
from tests.factories.shopping import checkout_form, sellable, shopper_at
from tests.isolation import bodies
from tests.isolation.conftest import Play
from tests.isolation.table import Row, route_of, rows
from tests.isolation.test_attacks import call, undone
from tests.isolation.writes import writes, written_since

# What would hurt most, whatever the room.
ALWAYS = {
    *("id", "pk", "public_id", "store", "store_id", "tenant", "schema", "schema_name", "status", "state"),
    *("role", "scopes", "is_staff", "is_superuser", "is_active", "permissions", "owner", "actor", "user_id"),
    *("price", "price_amount", "total", "total_amount", "subtotal_amount", "discount_amount", "paid_amount"),
    *("shipping_amount", "unique_code_amount", "payment_state", "fulfilment_state", "token", "created_at"),
    *("currency", "entitlements", "credentials", "secret", "key_hash", "on_hand", "allocated", "__proto__"),
}


@cache
def described() -> dict[str, dict[str, Any]]:
    """Every operation of both documents that takes a body, with the document's shapes."""
    found = {}
    for api, prefix in ((dashboard_api, "api/v1/"), (storefront_api, "api/storefront/v1/")):
        document = json.loads(json.dumps(api.get_openapi_schema(path_prefix=prefix), cls=NinjaJSONEncoder))
        for methods in document["paths"].values():
            for each in methods.values():
                if "requestBody" in each:
                    found[each["operationId"]] = each["requestBody"]["content"]
    return found


def names_of(room: str) -> set[str]:
    """Every column of the room's tables, and what would hurt anywhere."""
    models = {model for model in store_models() if model._meta.app_label == room}
    if room == "tenants":
        models = set(apps.get_app_config("tenants").get_models())
    columns = {field.name for model in models for field in model._meta.get_fields()}
    return ALWAYS | columns | {f"{name}_id" for name in columns}


def objects_in(body: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every object of a body, itself included."""
    if isinstance(body, dict):
        yield where
        for name, value in body.items():
            yield from objects_in(value, (*where, name))
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from objects_in(value, (*where, number))


def with_bodies() -> list[Row]:
    return [row for row in rows("API", "SHOP_API") if route_of(row).name in bodies.BODIES]


def test_every_operation_with_a_body_has_a_valid_one_here():
    told = described()

    assert sorted(told.keys() - bodies.BODIES.keys() - bodies.FORMS.keys()) == [], "add it to bodies.py"
    assert sorted((bodies.BODIES | bodies.FORMS).keys() - told.keys()) == []
    assert {name for name, content in told.items() if "multipart/form-data" in content} == set(bodies.FORMS)


@pytest.mark.parametrize("row", with_bodies(), ids=lambda row: route_of(row).name)
def test_a_body_with_more_than_was_asked_for_changes_nothing(row: Row, play: Play):
    operation, room = route_of(row).name, route_of(row).app
    valid = bodies.body_of(operation, play.things)
    client = play.programs.with_everything() if row.kind == "API" else play.crowd["STOREFRONT"][0].fresh()
    before = writes()
    for where in objects_in(valid):
        body = json.loads(json.dumps(valid))
        target = body
        for step in where:
            target = target[step]
        more = {name: 1 for name in names_of(room) if name not in known_at(operation, where)}
        target.update(more)
        answer = call(client, row, play, body=body)
        assert answer.status_code == 422, answer.content
        refused = {error["field"].rpartition(".")[2] for error in answer.json()["errors"]}
        assert refused >= more.keys() - {"__proto__"}
    assert written_since(before) == {}


@pytest.mark.parametrize("row", with_bodies(), ids=lambda row: route_of(row).name)
def test_the_same_body_without_it_is_understood(row: Row, play: Play):
    """Otherwise the refusals above would prove nothing."""
    client = play.programs.with_everything() if row.kind == "API" else play.crowd["STOREFRONT"][0].fresh()
    with undone():
        answer = call(client, row, play)
    assert answer.status_code in {200, 201, 204, 503}, answer.content


@pytest.mark.parametrize("operation", sorted(bodies.FORMS))
def test_a_form_with_more_fields_than_asked_for_keeps_none_of_them(operation: str, play: Play):
    row = next(row for row in rows("API") if route_of(row).name == operation)
    more = dict.fromkeys(names_of(route_of(row).app) - {"alt_text", "file"}, "1")
    told = []
    for form in ({}, more):
        with undone():
            answer = call(play.programs.with_everything(), row, play, more=form)
            told.append((answer.status_code, _plain(answer.json())))
    assert told[1][0] == 422 or told[0] == told[1]


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Without what is random in every answer."""
    return {name: value for name, value in told.items() if name not in {"id", "logo", "created_at"}}


def known_at(operation: str, where: tuple[Any, ...]) -> set[str]:
    """The names that the document allows at this place of the body."""
    shapes = _shapes()
    (content,) = described()[operation].values()
    options = _opened(content["schema"], shapes)
    for step in where:
        below = [
            option["items"] if isinstance(step, int) else option["properties"][step] for option in options
        ]
        options = [found for each in below for found in _opened(each, shapes)]
    return {name for option in options for name in option.get("properties", {})}


@cache
def _shapes() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for api, prefix in ((dashboard_api, "api/v1/"), (storefront_api, "api/storefront/v1/")):
        document = api.get_openapi_schema(path_prefix=prefix)
        found |= json.loads(json.dumps(document["components"]["schemas"], cls=NinjaJSONEncoder))
    return found


def _opened(schema: dict[str, Any], shapes: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects or lists that a schema may be."""
    if "$ref" in schema:
        return _opened(shapes[schema["$ref"].rsplit("/", 1)[1]], shapes)
    if "anyOf" in schema:
        return [found for each in schema["anyOf"] for found in _opened(each, shapes)]
    return [schema] if schema.get("type") in {"object", "array"} else []


def test_a_checkout_with_more_fields_than_asked_for_is_the_same_order(store: Store):
    """The shop's form names goods, an address and two choices; what it costs and how it stands is not."""
    goods, placed = sellable(on_hand=5), []
    asked = checkout_form().keys()
    more = {name: "1" for name in names_of("orders") | names_of("checkout") if name not in asked}
    for told in ({}, more):
        shopper = shopper_at("kopi")
        shopper.put_in(goods)
        placed.append(shopper.buy(**told))

    first, second = placed
    columns = [field.name for field in Order._meta.concrete_fields]
    # Each order has a code of its own that its transfer is known by.
    amounts = {name for name in columns if name.endswith(("_amount", "state"))} - {"unique_code_amount"}
    assert len(amounts) > 6
    for order in placed:
        order.total_amount -= order.unique_code_amount
    assert [getattr(first, name) for name in amounts] == [getattr(second, name) for name in amounts]
