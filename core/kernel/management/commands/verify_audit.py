"""`manage.py verify_audit [--store S]`: whether the audit logs are as they were written."""

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.kernel import audit_chain
from tenants import context, stores

_MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Walk the chain of each store's audit log; name the rows that were changed, deleted or inserted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address, for one store alone."""
        parser.add_argument("--store", default="", help="the address (slug) of one store")

    def handle(self, *, store: str, **options: Any) -> None:
        """One line per store, then one per broken place; fails when there is any."""
        chosen = stores.with_tables(slug=store)
        if store and not chosen:
            raise CommandError(f"There is no store {store}.")
        broken = []
        for each in chosen:
            with context.in_store(each):
                found = list(islice(audit_chain.broken_links(), _MOST_SHOWN))
                verdict = "is BROKEN" if found else "holds"
                self.stdout.write(f"{each.slug}: {audit_chain.length()} entries, the chain {verdict}")
            for link in found:
                self.stdout.write(f"    {link}")
            broken += [each.slug] if found else []
        if broken:
            raise CommandError(f"The audit log was tampered with: {', '.join(broken)}")
