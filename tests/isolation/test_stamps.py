"""T-STAMP: no row and no query of one store is used in the other, whatever the table."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from core.kernel.models import NumberSequence
from tenants import context
from tenants.context import CrossStoreError
from tenants.models import Store
from tests.canaries import FULL, canary_columns, store_models, unmarked

MODELS = store_models()
by_name = pytest.mark.parametrize("model", MODELS, ids=[model._meta.label for model in MODELS])
QUESTIONS: dict[str, Callable[[models.QuerySet], Any]] = {
    "list": list,
    "first": lambda rows: rows.first(),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values()),
    "values_list": lambda rows: list(rows.values_list("pk")),
    "aggregate": lambda rows: rows.aggregate(n=models.Count("pk")),
    "in_bulk": lambda rows: rows.in_bulk(),
    "delete": lambda rows: rows.delete(),
    "update": lambda rows: rows.update(pk=models.F("pk")),
    "lock": lambda rows: list(rows.select_for_update()),
}


def test_every_table_of_the_other_store_holds_canaries(batik: Store):
    assert unmarked == []
    bare = {model._meta.label for model in MODELS if not canary_columns(batik, model)}
    assert bare - FULL <= _without_text()


def _without_text() -> set[str]:
    """Tables that hold numbers and keys only, or one row that the store's look depends on."""
    texts = (models.CharField, models.TextField, models.JSONField)
    plain = {
        model._meta.label
        for model in MODELS
        if not any(isinstance(field, texts) and not field.choices for field in model._meta.concrete_fields)
    }
    return plain | {"storefront.Theme", "checkout.CartLine", "shipping.ShippingRate"}


@by_name
def test_a_row_of_one_store_is_refused_in_the_other(kopi: Store, batik: Store, model: type[models.Model]):
    with context.in_store(batik):
        row = model._default_manager.order_by("pk").first()
    assert row is not None
    with context.in_store(kopi):
        for act in (row.save, row.delete, row.refresh_from_db):
            with pytest.raises(CrossStoreError):
                act()
        with pytest.raises(CrossStoreError):
            model._default_manager.bulk_update([row], [model._meta.concrete_fields[-1].name])


@by_name
def test_a_query_of_one_store_is_refused_in_the_other(kopi: Store, batik: Store, model: type[models.Model]):
    with context.in_store(batik):
        rows = model._default_manager.order_by("pk")
    with context.in_store(kopi):
        wrong = []
        for name, ask in QUESTIONS.items():
            try:
                with transaction.atomic():
                    ask(rows.all())
            except CrossStoreError:
                continue
            wrong.append(name)
    assert wrong == []


@by_name
def test_what_a_row_points_to_is_not_followed_into_the_other(
    kopi: Store, batik: Store, model: type[models.Model]
):
    keys = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    many = [relation.get_accessor_name() for relation in model._meta.related_objects if relation.one_to_many]
    with context.in_store(batik):
        row = model._default_manager.order_by("pk").first()
    with context.in_store(kopi):
        for key in keys:
            if getattr(row, key.attname) is not None:
                with pytest.raises(CrossStoreError):
                    getattr(row, key.name)
        for name in filter(None, many):
            if not name.endswith("+"):
                with pytest.raises(CrossStoreError):
                    list(getattr(row, name).all())


def test_the_database_itself_refuses_a_write_into_a_store_nobody_meant(kopi: Store, batik: Store):
    with context.in_store(kopi), connection.cursor() as cursor:
        for statement in (
            "INSERT INTO {}.kernel_numbersequence (name, last_number) VALUES ('x', 1)",
            "UPDATE {}.kernel_numbersequence SET last_number = 2",
            "DELETE FROM {}.kernel_numbersequence",
        ):
            with pytest.raises(DatabaseError, match="was meant"), transaction.atomic():
                cursor.execute(statement.format(f'"{batik.schema_name}"'))
    with context.in_store(batik):
        assert set(NumberSequence.objects.values_list("last_number", flat=True)) == {0}
