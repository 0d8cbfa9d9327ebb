"""Questions that are written once are asked in the store in force."""

from core.kernel import profile
from core.kernel.models import StoreProfile
from core.kernel.statements import Statement
from tenants import context
from tenants.models import Store

NAMES = Statement(lambda: StoreProfile.objects.filter(pk=1).values_list("legal_name"))


def test_each_store_answers_for_itself(kopi: Store, batik: Store):
    for store in (kopi, batik):
        with context.in_store(store):
            profile.current()
            StoreProfile.objects.update(legal_name=f"PT {store.slug}")

    told = []
    for store in (kopi, batik, kopi):
        with context.in_store(store):
            told.append((NAMES.rows(), profile.current().legal_name))
    assert told == [([(f"PT {name}",)], f"PT {name}") for name in ("kopi", "batik", "kopi")]


def test_a_row_that_was_asked_so_can_be_saved(kopi: Store):
    with context.in_store(kopi):
        found = profile.current()
        found.legal_name = "PT Kopi Lereng"
        found.save(update_fields=["legal_name"])

        assert profile.current().legal_name == "PT Kopi Lereng"
