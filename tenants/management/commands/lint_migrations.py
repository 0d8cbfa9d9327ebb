"""`manage.py lint_migrations`: refuse what a busy store or the release before would not survive."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.fleet import lint


class Command(BaseCommand):
    help = "Name migrations that lock too long, or that old code cannot live with."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per finding; end with an error when there is one."""
        found = lint.findings()
        for each in found:
            self.stdout.write(str(each))
        if found:
            raise CommandError(f"{len(found)} findings")
