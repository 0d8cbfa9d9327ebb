"""`manage.py import_store store.zip --owner sari@example.com --slug kopi`: make a store of an archive."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.archive import importing
from tenants.errors import CommerceError
from tenants.management.lifecycle import Bar, operator
from tenants.models import User


class Command(BaseCommand):
    help = "Make a new store of an archive, in this or in a fresh deployment: all of it, or nothing is left."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the owner's mail address and the new store's address."""
        parser.add_argument("archive", type=Path)
        parser.add_argument("--owner", required=True, help="mail address of an account that is there")
        parser.add_argument("--slug", required=True, help="the new store's address")

    def handle(self, *, archive: Path, owner: str, slug: str, **options: Any) -> None:
        """Make it, and say what has to be entered again."""
        person = User.objects.filter(email=owner.strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody has an account with {owner}: sign up first.")
        bar = Bar(self.stdout)
        try:
            store, found = importing.import_store(
                archive, owner=person, slug=slug, actor=operator(), now=timezone.now(), tell=bar
            )
        except CommerceError as refusal:
            raise CommandError(refusal.message) from None
        except (BadZipFile, OSError) as trouble:
            raise CommandError(f"{archive}: {trouble}") from None
        bar.end()
        files = found.media.get("files", 0)
        self.stdout.write(
            f"{store.slug}: {len(found.tables)} tables, {found.rows} rows, {files} files, all equal"
        )
        for gap in found.left_out:
            name = ".".join(filter(None, (gap["table"], gap["column"])))
            self.stdout.write(f"  not in the archive: {name} ({gap['why']})")
