"""What the commands over a whole store share: who acts, which store is meant, and a bar that fills."""

import getpass
import sys
import uuid
from typing import Any, Final

from django.core.management.base import CommandError, CommandParser

from tenants import context
from tenants.models import Store
from tenants.permissions import Actor

_WIDTH: Final = 30


def operator() -> Actor:
    """Whoever sits at the machine; what they do is written down as done by them."""
    return Actor("OPERATOR", "", getpass.getuser()[:80])


def store_called(slug: str) -> Store:
    """The store with this address. Raises CommandError."""
    with context.in_public():
        found = Store.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no store {slug}.")
    return found


def uid_of(text: str) -> uuid.UUID:
    """The id of a backup. Raises CommandError."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise CommandError(f"{text} is no id of a backup.") from None


def ask_reason(parser: CommandParser) -> None:
    """What is done to a store is done for a reason, which stands in the log for good."""
    parser.add_argument("--reason", required=True, help="why; stands in the platform's audit log")


class Bar:
    """One line that fills, on a terminal; silence elsewhere."""

    def __init__(self, stdout: Any) -> None:
        self.stdout, self.shown = stdout, ""

    def __call__(self, done: int, total: int, note: str) -> None:
        """Draw how far it is."""
        part = min(done, total) / max(total, 1)
        line = f"\r{'#' * int(part * _WIDTH):<{_WIDTH}} {part:4.0%} {note[:30]:30}"
        if line != self.shown and sys.stdout.isatty():
            self.shown = line
            self.stdout.write(line, ending="")
            self.stdout.flush()

    def end(self) -> None:
        """Leave the line."""
        if self.shown:
            self.stdout.write("")
