"""The search for canaries itself: it must find one where there is one."""

from django.apps import apps

from core.kernel import profile
from tenants import context
from tenants.models import Store
from tests.canaries import CANARY, canary_columns


def test_the_other_stores_texts_are_marked(batik: Store):
    with context.in_store(batik):
        assert CANARY in profile.current().legal_name


def test_no_row_of_kopi_carries_a_canary_of_batik(kopi: Store, batik: Store):
    """INV-10, over every table of a store."""
    tables = [model for model in apps.get_models() if model.__module__.startswith(("core.", "storefront"))]

    assert len(tables) >= 5
    assert {
        model.__name__: canary_columns(kopi, model) for model in tables if canary_columns(kopi, model)
    } == {}
    assert canary_columns(batik, apps.get_model("kernel", "StoreProfile")) == 1
