"""`manage.py seed_demo`: two believable stores, and `demo.json` with their addresses and logins."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from config.demo import books
from config.demo.seed import fill, seed


class Command(BaseCommand):
    help = "Open the demo stores and write demo.json to DATA_DIR."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--books", action="store_true", help="only live through other sellers' year")
        parser.add_argument("--fill", metavar="SLUG", help="only put goods and orders into one open store")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and say where the logins are."""
        if options["books"]:
            books.fill(timezone.now())
            return
        if options["fill"]:
            fill(options["fill"])
            return
        seed(settings.DATA_DIR / "demo.json", tell=self._tell)
        self.stdout.write(f"logins are in {settings.DATA_DIR / 'demo.json'}")

    def _tell(self, words: str) -> None:
        """The launcher shows lines that begin with a dot to the person who waits."""
        self.stdout.write(f"· {words}")
        self.stdout.flush()
