"""How the stores share what there is: requests, and the workers that do their duties."""

import os

# Requests that one store may make, as (per second, at once); see tenants.fair_share. Pages that are kept for
# everybody, pictures and notices of payment gateways are not counted.
FAIR_SHARES: dict[str, tuple[float, int] | None] = {
    # One API key; and all keys of a store together, of which a plan may grant more (`api_per_second`).
    "key": (4, 40),
    "api": (20, 200),
    # What asks the store's API with no key or a wrong one, by address.
    "stranger": (1, 20),
    # A storefront of one's own, and the pages of dashboard and shop.
    "shop": (50, 500),
    "pages": (100, 1000),
}

# Duties: what is done later.
WORK_POLL_SECONDS = 2.0
WORK_LEASE_SECONDS = 300
# One store has at most so many duties running, and at most half of all worker processes.
WORK_JOBS_PER_STORE = 2
WORK_PROCESSES = int(os.environ.get("WORK_PROCESSES", "2"))
WORK_NICENESS = int(os.environ.get("WORK_NICENESS", "10"))
WORK_KEEP_DONE_DAYS = 14
WORK_KEEP_FAILED_DAYS = 90
