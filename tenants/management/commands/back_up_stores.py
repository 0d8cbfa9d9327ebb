"""`manage.py back_up_stores [--store S]`: make backups now, and remove those that need not be kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import stores
from tenants.archive import backups
from tenants.management.lifecycle import operator


class Command(BaseCommand):
    help = "Back up every store (or one) into BACKUP_DIR. One that fails does not keep the others waiting."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address, for one store alone."""
        parser.add_argument("--store", default="", help="the address (slug) of one store")

    def handle(self, *, store: str, **options: Any) -> None:
        """One line per store; fails when one failed."""
        chosen = stores.with_tables(slug=store)
        if store and not chosen:
            raise CommandError(f"There is no store {store}.")
        failed = 0
        for number, each in enumerate(chosen, start=1):
            try:
                made = backups.back_up(store=each, actor=operator(), now=timezone.now())
            except Exception as trouble:  # the next store's backup matters as much
                failed += 1
                self.stderr.write(f"{number}/{len(chosen)} {each.slug}: FAILED, {trouble}")
                continue
            removed = backups.thin_out(each)
            facts = f"{made.rows} rows, {made.files} files, {made.bytes} bytes, {removed} old ones removed"
            self.stdout.write(f"{number}/{len(chosen)} {each.slug}: {facts}")
        if failed:
            raise CommandError(f"{failed} stores were not backed up.")
