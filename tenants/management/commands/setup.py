"""`manage.py setup`: everything a fresh or updated database needs before the web starts."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.module_loading import import_string

from tenants import context, heads, pool, privileges, schemas
from tenants.fleet import gate, runner
from tenants.fleet.plans import Release
from tenants.management.commands import migrate_fleet


class Command(BaseCommand):
    help = "Migrate the public schema, run the platform's set-up, then bring every store to head."
    # Checks load every page, which takes longer than all of this when nothing is to be done.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps in order; each can run again, and a second one waits for the first."""
        with context.in_public(), gate.one_runner():
            with privileges.as_owner():
                self._make_extensions()
                if heads.lacking_in_public():
                    call_command("migrate_one", verbosity=0, interactive=False)
            privileges.grant("public")
            for path in settings.PLATFORM_SETUP:
                import_string(path)()
            runner.bring_template(Release())
            schemas.draw_blueprint()
            pool.ask_to_fill(soon=True)
            self._migrate_fleet()

    def _migrate_fleet(self) -> None:
        """A store that stays behind is named, and keeps no release from all the others."""
        try:
            call_command("migrate_fleet", stdout=self.stdout)
        except CommandError as left:
            if left.returncode != migrate_fleet.SOME_BEHIND:
                raise
            self.stderr.write(f"{left} Correct them, then run migrate_fleet again.")

    def _make_extensions(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
