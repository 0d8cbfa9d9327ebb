"""What a release costs before the web starts when nothing is to be done."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants import heads
from tenants.management.commands import migrate_fleet, migrate_one, setup
from tenants.models import Store


def test_a_set_up_with_nothing_to_do_asks_little_and_migrates_nothing(
    kopi: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(migrate_one.Command, "handle", lambda *told, **more: pytest.fail("migrated"))

    with CaptureQueriesContext(connection) as asked:
        call_command("setup", verbosity=0)

    assert len(asked) <= 60


def test_what_runs_before_each_start_loads_no_pages():
    assert setup.Command.requires_system_checks == ()
    assert migrate_fleet.Command.requires_system_checks == ()


def test_a_database_without_anything_lacks_every_migration(monkeypatch: pytest.MonkeyPatch, db: None):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE public.django_migrations RENAME TO django_migrations_then")

    assert heads.lacking_in_public() == sorted(heads.known("SHARED_APPS"))
