"""`manage.py duties [--repeat KIND]`: what workers have before them, and what they gave up."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tenants import worklist
from tenants.models import JobState


class Command(BaseCommand):
    help = "Show open and failed duties of all stores by kind, or have the failed ones of a kind run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the kind whose failed duties are to run again."""
        parser.add_argument("--repeat", metavar="KIND", default="", help="run the failed ones of it again")

    def handle(self, *, repeat: str, **options: Any) -> None:
        """Print one line per kind and state; below failed ones, what the last of them said."""
        if repeat:
            self.stdout.write(f"{worklist.replay_kind(kind=repeat)} run again")
            return
        now = timezone.now()
        for row in worklist.summary():
            late = max((now - row["since"]).total_seconds(), 0)
            self.stdout.write(f"{row['count']:7d} {row['state']:8} {late:8.0f} s late  {row['kind']}")
            if row["state"] == JobState.DEAD:
                self.stdout.write(f"        {row['example']}")
