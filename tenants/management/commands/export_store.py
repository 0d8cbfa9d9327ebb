"""`manage.py export_store <address> --to store.zip --reason ...`: write a whole store into one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tenants import acts
from tenants.archive import writing
from tenants.management.lifecycle import Bar, ask_reason, operator, store_called


class Command(BaseCommand):
    help = "Write every row and file of a store into a documented ZIP file. Secrets stay out."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address, the file and why."""
        parser.add_argument("store", help="the address (slug)")
        parser.add_argument("--to", required=True, type=Path, help="the file to write")
        ask_reason(parser)

    def handle(self, *, store: str, to: Path, reason: str, **options: Any) -> None:
        """Write it, and say what is in it."""
        meant, bar = store_called(store), Bar(self.stdout)
        acts.note(actor=operator(), action="store.exported", store=meant, reason=reason)
        found = writing.write_zip(to, meant, now=timezone.now(), tell=bar)
        bar.end()
        size = to.stat().st_size
        self.stdout.write(
            f"{to}: {len(found.tables)} tables, {found.rows} rows, {found.media['files']} files, {size} bytes"
        )
        for gap in found.left_out:
            name = ".".join(filter(None, (gap["table"], gap["column"])))
            self.stdout.write(f"  left out: {name} ({gap['why']})")
