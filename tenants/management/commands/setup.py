"""`manage.py setup`: everything a fresh or updated database needs before the web starts."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils.module_loading import import_string

from tenants import context, pool, privileges, schemas
from tenants.models import Store, StoreState


class Command(BaseCommand):
    help = "Migrate the public schema, run the platform's set-up, then bring every store to head."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps in order; each can run again."""
        with context.in_public():
            with privileges.as_owner():
                self._make_extensions()
                call_command("migrate_one", verbosity=0, interactive=False)
            privileges.grant("public")
            for path in settings.PLATFORM_SETUP:
                import_string(path)()
            schemas.draw_blueprint()
            pool.ask_to_fill(soon=True)
            stores = list(Store.objects.exclude(state__in=[StoreState.REQUESTED, StoreState.CLOSED]))
        for number, store in enumerate(stores, start=1):
            schemas.migrate(store.schema_name)
            self.stdout.write(f"store {number} of {len(stores)} is at head")

    def _make_extensions(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
