"""`manage.py events`: the store's vocabulary, and who hears each word."""

from typing import Any

from django.core.management.base import BaseCommand

from core.kernel import outbox


class Command(BaseCommand):
    help = "Print every event with the functions that hear it."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        """One line per event, one below it per handler."""
        for event, kinds in sorted(outbox.handlers().items(), key=lambda row: row[0].__name__):
            self.stdout.write(event.__name__)
            for kind in sorted(kinds):
                self.stdout.write(f"    {kind}")
