"""`manage.py messages`: translations without the gettext package."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.kernel import message_files
from core.kernel.message_sources import UnreadableSource

_MOST_SHOWN = 40


class Command(BaseCommand):
    help = "Collect texts from the sources, check their translations, compile them for Django."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--collect", action="store_true", help="bring the .po files up to date")
        parser.add_argument("--compile", action="store_true", help="write the .mo files that Django reads")
        parser.add_argument("--check", action="store_true", help="fail when a reader would miss a text")

    def handle(self, **options: Any) -> None:
        """Do what was asked in the order collect, compile, check."""
        root = Path(settings.BASE_DIR)
        if not any(options[verb] for verb in ("collect", "compile", "check")):
            raise CommandError("Say what to do: --collect, --compile or --check.")
        try:
            if options["collect"]:
                self._collect(root)
            if options["compile"]:
                written = message_files.compile_catalogues(root)
                self.stdout.write(f"Compiled {len(written)} file(s).")
            if options["check"]:
                self._check(root)
        except UnreadableSource as unreadable:
            raise CommandError(f"Cannot read {unreadable}") from unreadable

    def _collect(self, root: Path) -> None:
        for language, count in message_files.collect(root).items():
            self.stdout.write(f"{language}: {count} text(s) without a translation.")

    def _check(self, root: Path) -> None:
        faults = list(message_files.problems(root))
        for fault in faults[:_MOST_SHOWN]:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} problem(s) in the translations.")
        self.stdout.write("Every text is translated.")
