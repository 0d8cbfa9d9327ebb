"""PostgreSQL and Redis for development and tests, from wheels: nothing to install, nothing to configure.

`start` gives the URLs of both servers. A URL that the environment already sets (`DATABASE_URL`, `REDIS_URL`)
wins, and its server is left alone. No module here imports Django: the servers are up before it is.
"""

from config.embedded.errors import CannotStart
from config.embedded.servers import Servers, start

__all__ = ["CannotStart", "Servers", "start"]
