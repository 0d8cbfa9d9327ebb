"""`manage.py receive_store fits|take|open|look|forget`: the other side of `move_store`, which starts it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.moving import receiving, talking


class Command(BaseCommand):
    help = "Not for people: `move_store` of another deployment starts it here, and talks to it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what is asked."""
        parser.add_argument("what", choices=sorted(receiving.ACTIONS))

    def handle(self, *, what: str, **options: Any) -> None:
        """Read it on standard input, and answer on standard output."""
        talking.answer_with(receiving.ACTIONS[what], sys.stdin, sys.stdout)
