"""The team and the background work of a store, for its other systems."""

from tenants.team_api import router as team
from tenants.work_api import router as work

__all__ = ["team", "work"]
