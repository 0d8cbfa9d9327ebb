"""A store full of things, every address of its pages, and texts planted in every column that holds any."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction

from core.integrations import services as integrations
from core.inventory import selectors as inventory
from core.orders import services as orders
from core.orders.models import Order
from tenants.permissions import SYSTEM
from tests.api.stage import known_ids
from tests.canaries import store_models
from tests.factories.inventory import location, stock
from tests.factories.orders import NOON, paid_order
from tests.factories.shipping import pickup_method, table_method
from tests.isolation.routes import Route, pages

# Columns that only our own code writes, or whose form the database or the page's sense depends on.
KEPT = re.compile(
    r"public_id|slug$|path$|state$|code$|_id$|uid|kind$|token|hash|prefix$|language|currency|credentials|sealed|"
    r"endpoint|reference|color|logo|original|fingerprint|caller|key$|preset|font|corner|density|event_|"
    r"public_ids|region_code|scopes|redirect_url|verb|status|image_url|^number$|^phone|whatsapp|postcode|query|url$"
)
# Where the columns above hold what people type.
TYPED = {"payments.BankAccount.number"}


def furnish() -> dict[str, list[str]]:
    """One of everything in the store in force. Returns ids by the name of their parameter in addresses."""
    ids = known_ids()
    ids["location_id"].append(location().public_id)
    stock(3)
    table_method()
    pickup_method()
    order = paid_order()
    orders.issue_invoice(order_id=order.pk, actor=SYSTEM, now=NOON)
    integrations.create_key(name="Kunci", scopes=list(SYSTEM.permissions), actor=SYSTEM)
    ids["order_id"].append(order.public_id)
    ids["token"].append(order.token)
    ids["slug"] = ids["handle"]
    ids["code"] += ["order_placed"]
    assert inventory.default_location()
    return ids


def addresses(kinds: tuple[str, ...], ids: dict[str, list[str]]) -> Iterator[tuple[Route, str]]:
    """Every address of the pages of these kinds of host, with values of things that are there."""
    for route in pages():
        if route.kind not in kinds:
            continue
        found = dict.fromkeys(filled for number in range(2) if (filled := _filled(route, ids, number)))
        for address in [*found, *(each for each in route.real() if each not in found)][:3]:
            yield route, address


def _filled(route: Route, ids: dict[str, list[str]], number: int) -> str:
    def value(place: re.Match[str]) -> str:
        name = place["name"]
        there = ids.get(name) or ids.get(f"{route.app.removesuffix('s')}_id") or ["x"]
        return there[number % len(there)]

    with suppress(KeyError):
        return "/" + re.sub(r"<(?:\w+:)?(?P<name>\w+)>", value, route.address).replace("\\Z", "")
    return ""


def text_columns() -> list[tuple[type[models.Model], models.Field]]:
    """Every column of a store that holds what somebody typed."""
    return [
        (model, field)
        for model in store_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | ArrayField | models.JSONField)
        and not getattr(field, "choices", None)
        and not (isinstance(field, ArrayField) and not isinstance(field.base_field, models.CharField))
        and (not KEPT.search(field.name) or f"{model._meta.label}.{field.name}" in TYPED)
    ]


def plant_texts(schema: str, text: str, short: str) -> list[str]:
    """Write `text` into every column of `text_columns`, `short` where an index cannot hold it.

    Widens the columns first: the test's transaction takes it all back. Returns the columns that took neither.
    """
    untouched = []
    _widen(schema)
    for model, field in text_columns():
        if not any(_try(model, field, told) for told in (text, short)):
            untouched.append(f"{model._meta.label}.{field.name}")
    return untouched


def _widen(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model, field in text_columns():
            if isinstance(field, models.CharField):
                cursor.execute(
                    f'ALTER TABLE "{schema}"."{model._meta.db_table}" ALTER "{field.column}" TYPE text'
                )


def _try(model: type[models.Model], field: models.Field, text: str) -> bool:
    value: Any = text
    if isinstance(field, ArrayField):
        value = [text]
    if isinstance(field, models.JSONField):
        return _json(model, field, text)
    try:
        with transaction.atomic():
            rows = model._default_manager.all()
            if (
                any(isinstance(each, models.UniqueConstraint) for each in model._meta.constraints)
                and value == text
            ):
                for number, pk in enumerate(rows.values_list("pk", flat=True)):
                    rows.filter(pk=pk).update(**{field.name: f"{number} {text}"})
            else:
                rows.update(**{field.name: value})
    except DatabaseError:
        return False
    return True


def _json(model: type[models.Model], field: models.Field, text: str) -> bool:
    """Replace the texts inside, where they are texts that people see."""
    for row in model._default_manager.all():
        changed = _replaced(getattr(row, field.name), text)
        model._default_manager.filter(pk=row.pk).update(**{field.name: changed})
    return True


_SEEN = {"title", "text", "announcement", "name", "note", "reason", "message", "before", "after", "tags"}


def _replaced(value: Any, text: str, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, text, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, text, name) for inner in value]
    return text if isinstance(value, str) and name in _SEEN else value


def orders_tokens() -> list[str]:
    """Of every order, for its page in the shop."""
    return list(Order.objects.values_list("token", flat=True))
