"""What must be true of stores as a whole (INV-8)."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from tenants import breaches
from tenants.models import Breach, Hostname, Store, StoreState


def rules() -> list[tuple[str, str]]:
    return [(each.rule, each.subject) for each in breaches.check_platform()]


def test_two_whole_stores_are_no_alert(kopi: Store, batik: Store):
    assert rules() == []


def test_a_store_that_stays_half_built_is_named(kopi: Store):
    Store.objects.filter(pk=kopi.pk).update(
        state=StoreState.MIGRATED, state_changed_at=timezone.now() - timedelta(hours=1)
    )

    assert rules() == [("INV-8.1", "kopi")]


def test_a_lost_schema_and_one_without_a_store_are_named(kopi: Store):
    lost, stray = "s_" + "a" * 16, f"schema {kopi.schema_name}"
    Store.objects.filter(pk=kopi.pk).update(schema_name=lost)

    assert rules() == [("INV-8.2", "kopi"), ("INV-8.3", stray)]


def test_a_store_without_a_main_name_is_named(kopi: Store):
    Hostname.objects.filter(store=kopi, kind="STOREFRONT").update(verified_at=None)

    assert rules() == [("INV-8.4", "kopi STOREFRONT")]
    assert Breach.objects.get(rule="INV-8.4").store is None


def test_a_mended_store_ends_its_alert(kopi: Store):
    with connection.cursor() as cursor:
        cursor.execute('CREATE SCHEMA "s_bbbbbbbbbbbbbbbb"')
        assert [rule for rule, _ in rules()] == ["INV-8.3"]
        cursor.execute('DROP SCHEMA "s_bbbbbbbbbbbbbbbb"')

    assert rules() == []
    assert list(breaches.open_breaches()) == []
