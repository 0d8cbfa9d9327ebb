"""`python -m tests.chaos.worker run_worker`: a management command that knows the duties of these tests."""

import os
import signal
import sys
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.chaos.settings"

import django
from django.core.management import execute_from_command_line

django.setup()

from tenants import provisioning  # noqa: E402
from tests.chaos import duties  # noqa: E402, F401


def die_at(state: str, when: str) -> None:
    """Let this worker and its children be killed before or after a step of a new store."""
    step, then = provisioning._STEPS[state]

    def deadly(store: Any) -> None:
        if when == "after":
            step(store)
        os.killpg(0, signal.SIGKILL)

    provisioning._STEPS[state] = (deadly, then)


if "CHAOS_DIE_AT" in os.environ:
    die_at(*os.environ["CHAOS_DIE_AT"].split(":"))

execute_from_command_line(["manage.py", *sys.argv[1:]])
