"""`python -m tests.chaos.worker run_worker`: a management command that knows the duties of these tests."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.chaos.settings"

import django
from django.core.management import execute_from_command_line

django.setup()

from tests.chaos import duties  # noqa: E402, F401

execute_from_command_line(["manage.py", *sys.argv[1:]])
