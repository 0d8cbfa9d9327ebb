"""Settings for processes on a copy of the tests' database: of this release, or of the next one."""

import os

from tests.chaos.settings import *  # noqa: F403

FAILPOINTS_ALLOWED = True
if os.environ.get("FLEET_RELEASE"):
    MIGRATION_MODULES = {"customers": f"tests.tenants.fleet.releases.{os.environ['FLEET_RELEASE']}"}
