"""`manage.py run_worker`: answers the bell. Processes, not threads, so that a stuck duty can be killed."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils.module_loading import import_string

from tenants.backend import limits
from tenants.bell import huey


class Command(BaseCommand):
    help = "Run duties when the bell rings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many processes work side by side."""
        parser.add_argument("--processes", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the consumer; it returns when it is told to stop."""
        for path in settings.ON_START:
            import_string(path)()
        import_string(settings.BEFORE_FORK)()
        # Where they share a machine with the web, somebody who waits for a page comes first.
        os.nice(settings.WORK_NICENESS)
        # The processes are forked: a connection opened before would be shared between them.
        connections.close_all()
        limits.for_worker()
        consumer = huey.create_consumer(
            workers=options["processes"],
            worker_type="process",
            periodic=False,
            check_worker_health=True,
            health_check_interval=2,
        )
        consumer.run()
