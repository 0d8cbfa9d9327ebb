"""`manage.py open_backup <address> --backup ID --to FOLDER --reason ...`: a backup's files in the clear."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import acts
from tenants.archive import backups, places, restoring, vault
from tenants.errors import CommerceError
from tenants.management.lifecycle import ask_reason, operator, store_called, uid_of


class Command(BaseCommand):
    help = "Write what a sealed backup holds into a folder, for pg_restore and your own eyes. Then remove it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address, which backup, where to, and why."""
        parser.add_argument("store", help="the address (slug)")
        parser.add_argument("--backup", required=True, help="id of a backup: `restore_store` lists them")
        parser.add_argument("--to", required=True, type=Path, help="a folder that is not there yet")
        ask_reason(parser)

    def handle(self, *, store: str, backup: str, to: Path, reason: str, **options: Any) -> None:
        """Write one file after the other; pictures stay where they are."""
        meant = store_called(store)
        try:
            archive = restoring.backup_of(meant, uid_of(backup))
            to.mkdir(mode=0o700)
            acts.note(
                actor=operator(),
                action="backup.opened",
                store=meant,
                subject_id=str(archive.uid),
                reason=reason,
            )
            for path in sorted(backups.folder_of(archive).iterdir()):
                with vault.opened(path) as source, (to / path.name).open("wb") as target:
                    size, _digest = places.copy(source, target)
                self.stdout.write(f"{to / path.name}: {size} bytes")
        except CommerceError as refusal:
            raise CommandError(refusal.message) from None
        except OSError as trouble:
            raise CommandError(str(trouble)) from None
