"""`manage.py run_scheduler`: starts routines, heals a lost bell, and works itself while Redis is away."""

import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from tenants import routines, work
from tenants.backend import limits
from tenants.bell import huey

log = logging.getLogger(__name__)
ROUTINES_SECONDS = 30


class Command(BaseCommand):
    help = "Look for due duties and routines every few seconds."

    def handle(self, *args: Any, **options: Any) -> None:
        """Poll until told to stop."""
        stop = threading.Event()

        def leave(number: int, frame: FrameType | None) -> None:
            stop.set()

        connections.close_all()
        limits.for_worker()
        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        for path in settings.ON_START:
            import_string(path)()
        looked = float("-inf")
        while not stop.wait(settings.WORK_POLL_SECONDS):
            close_old_connections()
            try:
                if time.monotonic() - looked > ROUTINES_SECONDS:
                    routines.start_due(timezone.now())
                    looked = time.monotonic()
                poll()
            except DatabaseError:
                log.exception("the database did not answer; the next poll tries again")
                connections.close_all()


def poll() -> None:
    """Ring for duties that are due, or run them here when there is nobody to ring for."""
    if not work.is_anything_due():
        return
    try:
        waiting = huey.pending_count()
    except (RedisError, OSError):
        work.work_until_idle()
        return
    if not waiting:
        work.ring()
