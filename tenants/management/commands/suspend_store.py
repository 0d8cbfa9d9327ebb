"""`manage.py suspend_store <address> --reason ...`: close a store's doors."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import care
from tenants.errors import CommerceError
from tenants.management.lifecycle import ask_reason, operator, store_called


class Command(BaseCommand):
    help = "Let all addresses of a store answer like unknown ones. Nothing is deleted; resume_store opens it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address and why."""
        parser.add_argument("store", help="the address (slug)")
        ask_reason(parser)

    def handle(self, *, store: str, reason: str, **options: Any) -> None:
        """Close it."""
        try:
            care.suspend(store=store_called(store), reason=reason, actor=operator())
        except CommerceError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{store} is closed to everybody.")
