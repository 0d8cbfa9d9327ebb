"""Which duty a worker takes next: the one that is due longest, of a store that has room.

No store has more than its share running, so that nobody waits behind somebody's ten thousand.
"""

from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from tenants import context
from tenants.models import Job, JobState

# The advisory lock of whoever claims: any number that nobody else locks.
_CLAIMING: Final = 7_306_512
# A claimed row gives its dedupe key up: what is asked from now on may not have been read by it.
_CLAIM = """
UPDATE tenants_job
SET state = 'RUNNING', attempts = attempts + 1, dedupe_key = NULL, started_at = clock_timestamp(),
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
WHERE id = (
    SELECT id FROM tenants_job
    WHERE state IN ('WAITING', 'RUNNING') AND next_at <= statement_timestamp()
      AND (lease_until IS NULL OR lease_until < statement_timestamp())
      AND (store_id IS NULL OR store_id NOT IN (
          SELECT busy.store_id FROM tenants_job AS busy
          WHERE busy.state = 'RUNNING' AND busy.lease_until >= statement_timestamp()
            AND busy.store_id IS NOT NULL
          GROUP BY busy.store_id HAVING count(*) >= %(per_store)s
      ))
    ORDER BY next_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


def jobs_per_store() -> int:
    """How many duties of one store run at a time: its share, and never more than half of the workers."""
    return min(settings.WORK_JOBS_PER_STORE, max(1, settings.WORK_PROCESSES // 2))


def claim() -> Job | None:
    """Take one due duty, fairly: no store has more than its share running. None when nothing is due.

    Locks    the row by a lease; when a worker dies, the lease runs out and another one takes the row
    """
    with context.in_public(), transaction.atomic(), connection.cursor() as cursor:
        # One claim at a time: two that counted at once would both find room for the same store.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIMING])
        cursor.execute(_CLAIM, {"lease": settings.WORK_LEASE_SECONDS, "per_store": jobs_per_store()})
        found = cursor.fetchone()
    if found is None:
        return None
    with context.in_public():
        return Job.objects.select_related("store").get(pk=found[0])


def is_anything_due() -> bool:
    """Whether a worker would find something to do now."""
    with context.in_public():
        return (
            Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING], next_at__lte=Now())
            .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))
            .exists()
        )
