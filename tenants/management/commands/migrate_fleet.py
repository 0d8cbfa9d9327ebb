"""`manage.py migrate_fleet [--check] [--processes N]`: bring every store to this release's structure."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.fleet import ledger, runner
from tenants.fleet.moving import StepFailed
from tenants.fleet.plans import Release

# The exit status when stores were left behind one by one; 1 when the migration itself is wrong.
SOME_BEHIND = 3


class Command(BaseCommand):
    help = "Bring every store to this release's structure, while all of them go on serving."
    # Checks load every page, which takes longer than all of this when nothing is to be done.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many processes work side by side, and whether only to look."""
        parser.add_argument("--check", action="store_true", help="only name the stores that are behind")
        parser.add_argument("--processes", type=int, default=2)

    def handle(self, *, check: bool, processes: int, **options: Any) -> None:
        """Run or look. Ends with an error when a store is or stays behind, each of them named."""
        if check:
            self._check()
            return
        self._began, self._told, self._is_tty = time.monotonic(), -1, self.stdout.isatty()
        try:
            outcome = runner.run(processes=processes, say=self._say)
        except StepFailed as refused:
            raise CommandError(
                f"{refused.migration} does not work on an empty store; none was touched: {refused.__cause__}"
            ) from refused
        if self._told >= 0 and self._is_tty:
            self.stdout.write("")
        for row in outcome.failures:
            self.stdout.write(
                f"{row.store.slug} ({row.store.schema_name}): {row.migration}: {row.error.strip()}"
            )
        if outcome.is_stopped:
            raise CommandError(f"Stopped: {len(outcome.failures)} stores failed, the rest was left alone.")
        if outcome.failures:
            said = f"{len(outcome.failures)} stores stay behind, {outcome.moved} are at head."
            raise CommandError(said, returncode=SOME_BEHIND)
        word = f"{outcome.moved} stores were moved" if outcome.moved else "every store is at head"
        self.stdout.write(f"{word} ({time.monotonic() - self._began:.1f} s)")

    def _check(self) -> None:
        rows = ledger.behind(Release())
        for row in rows:
            self.stdout.write(f"{row.slug} ({row.schema_name})")
        if rows:
            raise CommandError(f"{len(rows)} stores are behind this release.")
        self.stdout.write("every store is at head")

    def _say(self, counts: dict[str, int]) -> None:
        """One line that grows on a terminal; elsewhere one line per tenth."""
        over, total = counts["DONE"] + counts["FAILED"], counts["all"]
        tenth = 10 * over // total if total else 10
        if not self._is_tty and tenth == self._told:
            return
        self._told = tenth
        spent = time.monotonic() - self._began
        left = f", {spent / over * (total - over):.0f} s left" if 0 < over < total else ""
        failed = f", {counts['FAILED']} failed" if counts["FAILED"] else ""
        bar = "#" * (2 * tenth) + "." * (20 - 2 * tenth)
        line = f"[{bar}] {over} of {total} stores{failed}{left}"
        self.stdout.write(f"\r{line:<70}" if self._is_tty else line, ending="" if self._is_tty else "\n")
