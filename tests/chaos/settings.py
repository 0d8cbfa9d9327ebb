"""The suite's settings for processes of their own: short leases, quick polls, and duties made for dying."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

DATABASES["default"]["NAME"] = os.environ["CHAOS_DATABASE"]
WORK_LEASE_SECONDS = 2
WORK_POLL_SECONDS = 0.3
