"""The team, the domains, the archives and the background work of a store, for its other systems."""

from tenants.archive_api import router as archive
from tenants.domains.api import router as domains
from tenants.team_api import router as team
from tenants.work_api import router as work

__all__ = ["archive", "domains", "team", "work"]
