"""The guard: no query runs in a store that nobody meant. Ids as in the threat list (T-...)."""

import threading

import pytest
from django.core.cache import caches
from django.db import connection, connections, transaction

from core.kernel import profile
from core.kernel.models import AuditEntry, NumberSequence, StoreProfile
from tenants import context
from tenants.context import CrossStoreError, NoStoreContext, StoreSchemaMissing
from tenants.models import Store


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_two_threads_never_meet_in_one_store():
    """T-THREADCTX: 2 threads, 300 rounds each, nested; every round runs in the store it entered."""
    stores = list(Store.objects.order_by("pk"))
    wrong: list[str] = []

    def go(mine: Store, other: Store) -> None:
        for _ in range(300):
            with context.in_store(mine):
                with context.in_store(other):
                    if _schema() != other.schema_name:
                        wrong.append("inner")
                if _schema() != mine.schema_name:
                    wrong.append("outer")
        connections.close_all()

    threads = [threading.Thread(target=go, args=pair) for pair in (stores, stores[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_store_data_outside_a_store_is_refused(kopi: Store):
    """T-STALE."""
    with pytest.raises(NoStoreContext):
        StoreProfile.objects.count()
    with pytest.raises(NoStoreContext):
        profile.current()


def test_a_connection_left_in_a_store_is_refused_on_the_platform(kopi: Store):
    """T-STALE: someone switched the connection behind our back."""
    connection.set_tenant(kopi)
    try:
        with pytest.raises(CrossStoreError):
            Store.objects.count()
    finally:
        connection.set_schema_to_public()


def test_a_schema_that_is_gone_answers_nothing(kopi: Store):
    """T-GONE: PostgreSQL would fall through to public in silence."""
    ghost = Store(pk=999, slug="ghost", schema_name="s_aaaaaaaaaaaaaaaa")

    with pytest.raises(StoreSchemaMissing), context.in_store(ghost):
        StoreProfile.objects.count()


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_schema_holds_through_rollbacks(kopi: Store, depth: int):
    """T-ROLLBACK: savepoints rolled back at any depth leave the store in force."""

    def nest(level: int) -> None:
        try:
            with transaction.atomic():
                NumberSequence.objects.create(name=f"level {level}")
                if level:
                    nest(level - 1)
                raise RuntimeError
        except RuntimeError:
            assert _schema() == kopi.schema_name

    with context.in_store(kopi):
        nest(depth)
        assert NumberSequence.objects.filter(name__startswith="level").count() == 0
    assert _schema() == "public"


def test_a_row_of_one_store_cannot_be_saved_in_the_other(kopi: Store, batik: Store):
    """T-STAMP: both stores have a profile with primary key 1."""
    with context.in_store(kopi):
        mine = profile.current()
        mine.legal_name = "CANARY-KOPI"
    with context.in_store(batik):
        for act in (mine.save, mine.delete, mine.refresh_from_db):
            with pytest.raises(CrossStoreError):
                act()
        assert profile.current().legal_name != "CANARY-KOPI"


def test_a_query_built_in_one_store_does_not_run_in_the_other(kopi: Store, batik: Store):
    """T-STAMP: lazy querysets."""
    with context.in_store(kopi):
        entries = AuditEntry.objects.filter(subject="profile")
    with context.in_store(batik):
        for act in (
            list,
            lambda rows: rows.count(),
            lambda rows: rows.exists(),
            lambda rows: rows.update(action="x"),
        ):
            with pytest.raises(CrossStoreError):
                act(entries.all())


@pytest.mark.django_db(transaction=True)
def test_a_callback_after_commit_runs_in_its_own_store():
    """T-ONCOMMIT."""
    kopi, batik = Store.objects.order_by("pk")
    seen: list[str] = []

    with transaction.atomic():
        with context.in_store(kopi):
            context.on_commit(lambda: seen.append(context.require_store().slug))
        with context.in_store(batik):
            context.on_commit(lambda: seen.append(context.require_store().slug))

    assert seen == ["kopi", "batik"]
    assert context.current_store() is None


def test_equal_cache_keys_of_two_stores_are_two_keys(kopi: Store, batik: Store):
    """T-CACHE."""
    cache = caches["default"]
    with context.in_store(kopi):
        cache.set("cart", "CANARY-KOPI", 60)
        cache.set("count", 1, 60)
        cache.incr("count")
    with context.in_store(batik):
        assert cache.get("cart") is None
        assert cache.get_many(["cart", "count"]) == {}
        assert cache.add("count", 10, 60)
    with context.in_store(kopi):
        assert cache.get("cart") == "CANARY-KOPI"
        assert cache.get("count") == 2
        cache.delete_many(["cart", "count"])
    with pytest.raises(NoStoreContext):
        cache.get("cart")
