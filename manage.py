#!/usr/bin/env python
"""Django's command line for SmartSeller."""

import os
import sys

from django.core.management import execute_from_command_line

from config.launch.joining import join

if __name__ == "__main__":
    join(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    execute_from_command_line(sys.argv)
