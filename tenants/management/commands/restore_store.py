"""`manage.py restore_store <address> [--backup ID --reason ...]`: list backups, or go back to one."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import context
from tenants.archive import restoring, selectors
from tenants.errors import CommerceError
from tenants.management.lifecycle import Bar, operator, store_called, uid_of
from tenants.models import Restoration, RestorationState, Store


class Command(BaseCommand):
    help = "Bring one store back to a backup; a worker does it, and no other store notices."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address, which backup, and why."""
        parser.add_argument("store", help="the address (slug)")
        parser.add_argument(
            "--backup", default="", help="id of a backup, or `latest`; without it they are listed"
        )
        parser.add_argument("--undo", action="store_true", help="back to what it was before it went back")
        parser.add_argument("--reason", default="", help="why; stands in the platform's audit log")

    def handle(self, *, store: str, backup: str, undo: bool, reason: str, **options: Any) -> None:
        """List, or ask and wait until a worker has done it."""
        meant = store_called(store)
        try:
            if undo:
                self._undo(meant)
            elif backup:
                self._restore(meant, backup, reason)
            else:
                self._list(meant)
        except CommerceError as refusal:
            raise CommandError(refusal.message) from None

    def _list(self, store: Store) -> None:
        for each in selectors.backups_of(store):
            self.stdout.write(
                f"{each.uid}  {each.taken_at:%Y-%m-%d %H:%M %Z}  {each.rows} rows, {each.files} files"
            )

    def _restore(self, store: Store, backup: str, reason: str) -> None:
        if not reason:
            raise CommandError("Say why: --reason.")
        if backup == "latest":
            newest = selectors.backups_of(store)[:1]
            if not newest:
                raise CommandError("There is no backup.")
            archive = newest[0]
        else:
            archive = restoring.backup_of(store, uid_of(backup))
        row = restoring.ask(store=store, archive=archive, actor=operator(), reason=reason)
        self.stdout.write("Waiting for a worker ...")
        self._watch(row)

    def _watch(self, row: Restoration) -> None:
        bar = Bar(self.stdout)
        while row.state in (RestorationState.WAITING, RestorationState.BUILDING):
            time.sleep(0.5)
            with context.in_public():
                row.refresh_from_db()
            job = selectors.job_of(restoring.RESTORE, restoration_id=row.pk)
            if job is not None:
                bar(job.progress_done, job.progress_total, job.progress_note)
        bar.end()
        if row.state != RestorationState.DONE:
            raise CommandError(f"Nothing was changed: {row.trouble}")
        self.stdout.write(f"Done: {row.counts}. Undo until {row.keep_until:%Y-%m-%d} with --undo.")

    def _undo(self, store: Store) -> None:
        for row in selectors.restorations(store):
            if row.kept_schema:
                restoring.undo(store=store, uid=row.uid, actor=operator(), now=timezone.now())
                self.stdout.write("The store is again what it was before.")
                return
        raise restoring.NothingKept
