"""What must be true of stores as a whole (INV-8)."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from tenants import breaches
from tenants.models import Blueprint, Breach, Hostname, SpareSchema, Store, StoreState


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


def test_a_store_behind_head_is_named_once_the_roll_out_should_be_over(kopi: Store, batik: Store):
    now = timezone.now()
    newer = Blueprint.objects.create(digest="f" * 32, fingerprint="f" * 64, drawn_at=now)
    assert rules() == []

    Blueprint.objects.update(drawn_at=now - timedelta(hours=3))
    Blueprint.objects.filter(pk=newer.pk).update(drawn_at=now - timedelta(hours=2))

    assert rules() == [("INV-8.5", "kopi"), ("INV-8.5", "batik")]


def test_a_store_that_was_changed_by_hand_is_named(kopi: Store):
    Blueprint.objects.update(drawn_at=timezone.now() - timedelta(hours=2))
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{kopi.schema_name}".catalog_brand ALTER name DROP NOT NULL')

    assert rules() == [("INV-8.5", "kopi")]


def test_a_spare_owns_its_schema(kopi: Store):
    spare = SpareSchema.objects.create(schema_name="s_bbbbbbbbbbbbbbbb", fingerprint="0" * 64)
    assert rules() == [("INV-8.2", f"spare {spare.schema_name}")]

    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{spare.schema_name}"')

    assert rules() == []
