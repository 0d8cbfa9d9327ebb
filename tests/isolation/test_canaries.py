"""The search for canaries itself: it must find one where there is one."""

from core.kernel import profile
from tenants import context
from tenants.models import Store
from tests.canaries import CANARY, canary_columns, store_models


def test_the_other_stores_texts_are_marked(batik: Store):
    with context.in_store(batik):
        assert CANARY in profile.current().legal_name


def test_no_row_of_kopi_carries_a_canary_of_batik(kopi: Store):
    """INV-10, over every column of every table of a store."""
    marked = {model.__name__: canary_columns(kopi, model) for model in store_models()}

    assert len(marked) >= 40
    assert {name: rows for name, rows in marked.items() if rows} == {}
