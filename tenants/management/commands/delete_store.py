"""`manage.py delete_store <address> --reason ... | --undo | --proof`: delete, undo, or show the record."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import context
from tenants.archive import leaving
from tenants.errors import CommerceError
from tenants.management.lifecycle import operator, store_called
from tenants.models import StoreDeletion


class Command(BaseCommand):
    help = "Close a store at once and delete it after thirty days; undo that; or print what was removed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address and what is wanted."""
        parser.add_argument("store", help="the address (slug)")
        parser.add_argument("--reason", default="", help="why; stands in the platform's audit log")
        parser.add_argument("--undo", action="store_true")
        parser.add_argument("--proof", action="store_true")

    def handle(self, *, store: str, reason: str, undo: bool, proof: bool, **options: Any) -> None:
        """Do it, and print the record."""
        meant, now = store_called(store), timezone.now()
        if not (reason or proof):
            raise CommandError("Say why: --reason.")
        try:
            if undo:
                leaving.undo(store=meant, actor=operator(), now=now, reason=reason)
            elif not proof:
                leaving.ask(store=meant, actor=operator(), now=now, reason=reason)
        except CommerceError as refusal:
            raise CommandError(refusal.message) from None
        with context.in_public():
            rows = list(StoreDeletion.objects.filter(store=meant).order_by("asked_at"))
        for row in rows:
            self.stdout.write(f"{row.uid} {row.store_slug}: {row.state}, due {row.due_at:%Y-%m-%d %H:%M %Z}")
            for step in row.steps:
                counts = ", ".join(f"{name} {count}" for name, count in step["counts"].items())
                self.stdout.write(f"  {step['at'][:19]} {step['step']:24} {counts}")
