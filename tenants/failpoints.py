"""Places in the code where a fault can be made to happen on purpose, each under a name of its own.

Outside a run that was started for it, `failpoint` is an empty function: there is nothing to arm. Such a run
has settings that allow it and names a folder in FAILPOINTS_DIR. A file laid there, named like the point, arms
it: `kill9`, `raise`, `drop_db_conn` or `sleep 2.5`, and `kill9 nth=3` when the third hit is meant. A point
goes off once. What happened is told by files, which a killed process leaves behind: `fired/<name>` has gone
off, `met/<name>` was reached.
"""

import fcntl
import os
import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

VARIABLE = "FAILPOINTS_DIR"
_ORDER = re.compile(r"(kill9|raise|drop_db_conn|sleep)(?: (\d+(?:\.\d+)?))?(?: nth=(\d+))?")


class FaultInjected(RuntimeError):
    """What an armed failpoint raises."""


def _folder() -> Path | None:
    """Where points are armed. Raises ImproperlyConfigured where none may be: production must not start so."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    if not getattr(settings, "FAILPOINTS_ALLOWED", False):
        raise ImproperlyConfigured(f"{VARIABLE} is set, and these settings do not allow failpoints.")
    return Path(named)


def _nothing(name: str) -> None:
    """No fault can be armed in this process."""


def _armed(folder: Path) -> Callable[[str], None]:
    def meet(name: str) -> None:
        (folder / "met" / name).touch()
        order = _taken(folder, name)
        if order is not None:
            _act(order, name)

    for kind in ("met", "fired"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    return meet


def _taken(folder: Path, name: str) -> str | None:
    """The order of a point if this is the hit that was meant, and nobody else's."""
    try:
        file = (folder / name).open("r+")
    except FileNotFoundError:
        return None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        order = file.read()
        found = _ORDER.fullmatch(order.strip())
        if found is None:
            # Empty, because another process has just taken it.
            return None
        file.seek(0)
        file.truncate()
        left = int(found[3] or 1) - 1
        if left:
            seconds = f" {found[2]}" if found[2] else ""
            file.write(f"{found[1]}{seconds} nth={left}")
            return None
        (folder / name).rename(folder / "fired" / name)
    return order


def _act(order: str, name: str) -> None:
    action, _, seconds = order.partition(" nth=")[0].strip().partition(" ")
    if action == "kill9":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "raise":
        raise FaultInjected(name)
    elif action == "sleep":
        time.sleep(float(seconds))
    else:
        _cut()


def _cut() -> None:
    """Break the connection to the database, as a network that fails does."""
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)


_place = _folder()
failpoint: Callable[[str], None] = _armed(_place) if _place is not None else _nothing
