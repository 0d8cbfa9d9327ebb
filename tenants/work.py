"""Duties: what must happen later, and is never lost.

A duty is a row of `Job`, written in the transaction that causes it. After commit a bell is rung through
Redis; a worker claims due rows with SKIP LOCKED, enters the row's store and runs the registered function.
A poll heals a lost bell, a lease heals a lost worker. Everything runs at least once, so it must be
idempotent.
"""

import logging
import random
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from redis.exceptions import RedisError

from tenants import context
from tenants.bell import huey
from tenants.models import Job, JobState, Store, StoreState

log = logging.getLogger(__name__)


class JobCancelled(Exception):
    """Raised inside a task when a person asked it to stop."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A registered function and how it is run."""

    run: Callable[..., Any]
    retries: int
    atomic: bool


_duties: dict[str, Duty] = {}


def store_task(
    *, retries: int = 5, atomic: bool = True, dedupe: bool = False
) -> Callable[[Callable[..., None]], Callable[..., Job | None]]:
    """Make a function a duty of the store it is called in.

    Calling it writes a Job row and returns at once; a worker runs the body later, in that store. Arguments
    are keyword-only ids and plain values.

    atomic   run the body and mark it done in one transaction; False for bodies that call providers
    dedupe   calling again with equal arguments while one is waiting changes nothing
    """

    def decorate(body: Callable[..., None]) -> Callable[..., Job | None]:
        kind = f"{body.__module__}.{body.__qualname__}"
        register(kind, body, retries=retries, atomic=atomic)

        @wraps(body)
        def later(*, run_at: datetime | None = None, **arguments: Any) -> Job | None:
            key = _dedupe_key(kind, arguments) if dedupe else None
            return enqueue(kind, arguments, run_at=run_at, dedupe_key=key)

        later.now = body  # type: ignore[attr-defined]
        later.kind = kind  # type: ignore[attr-defined]
        return later

    return decorate


def register(kind: str, run: Callable[..., Any], *, retries: int = 5, atomic: bool = True) -> None:
    """Make `kind` known to the workers."""
    _duties[kind] = Duty(run, retries, atomic)


def _dedupe_key(kind: str, arguments: dict[str, Any]) -> str:
    store = context.current_store()
    where = store.schema_name if store else context.PUBLIC
    return f"{where}:{kind}:{sorted(arguments.items())}"[:200]


def enqueue(
    kind: str, payload: dict[str, Any], *, run_at: datetime | None = None, dedupe_key: str | None = None
) -> Job | None:
    """Write a duty of the current store (or of the platform) in the caller's transaction.

    Returns  the row, or None when an equal one is already open
    """
    duty = _duties[kind]
    store = context.current_store()
    row = Job(
        store_id=store.pk if store else None,
        kind=kind,
        payload=payload,
        dedupe_key=dedupe_key,
        max_attempts=duty.retries + 1,
        next_at=run_at or timezone.now(),
    )
    with context.in_public(), transaction.atomic():
        if dedupe_key is None:
            row.save(force_insert=True)
        elif not _insert_once(row):
            return None
    if run_at is None:
        _ring_after_commit()
    return row


def _insert_once(row: Job) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


# Claiming and running

_CLAIM = """
UPDATE tenants_job
SET state = 'RUNNING', attempts = attempts + 1,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
WHERE id IN (
    SELECT id FROM tenants_job AS due
    WHERE state IN ('WAITING', 'RUNNING') AND next_at <= clock_timestamp()
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
      AND (store_id IS NULL OR (
          SELECT count(*) FROM tenants_job AS busy
          WHERE busy.store_id = due.store_id AND busy.state = 'RUNNING'
            AND busy.lease_until >= clock_timestamp()
      ) < %(per_store)s)
    ORDER BY next_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


def claim() -> Job | None:
    """Take one due duty, fairly: no store has more than its share running. None when nothing is due.

    Locks    the row by a lease; when a worker dies, the lease runs out and another one takes the row
    """
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM, {"lease": settings.WORK_LEASE_SECONDS, "per_store": settings.WORK_JOBS_PER_STORE}
        )
        found = cursor.fetchone()
    if found is None:
        return None
    with context.in_public():
        return Job.objects.select_related("store").get(pk=found[0])


def work_until_idle(most: int = 1_000) -> int:
    """Run due duties one after the other until none is due. Returns how many ran."""
    for count in range(most):
        job = claim()
        if job is None:
            return count
        run(job)
    return most


def run(job: Job) -> None:
    """Run a claimed duty in its store and write down how it ended."""
    duty = _duties.get(job.kind)
    if duty is None:
        _bury(job, f"No code is registered for {job.kind}")
        return
    if job.store is not None and job.store.state not in (StoreState.ACTIVE, StoreState.PREPARED):
        _bury(job, f"The store is {job.store.state}")
        return
    try:
        _run_in_store(job, duty)
    except JobCancelled:
        _finish(job, JobState.CANCELLED)
    except Exception as error:  # the worker is the outermost door: whatever fails is written down and retried
        log.exception("job %s %s failed", job.kind, job.pk)
        _retry(job, error)


def _run_in_store(job: Job, duty: Duty) -> None:
    arguments = job.payload
    with context.in_store(job.store) if job.store is not None else context.in_public():
        if duty.atomic:
            with transaction.atomic():
                _call(job, duty, arguments)
                _finish(job, JobState.DONE)
        else:
            _call(job, duty, arguments)
            _finish(job, JobState.DONE)


def _call(job: Job, duty: Duty, arguments: dict[str, Any]) -> None:
    token = _running.set(job)
    try:
        duty.run(**arguments)
    finally:
        _running.reset(token)


def _finish(job: Job, state: str) -> None:
    with context.in_public():
        Job.objects.filter(pk=job.pk).update(
            state=state, lease_until=None, finished_at=timezone.now(), last_error=""
        )


def _retry(job: Job, error: Exception) -> None:
    """Back off 2, 8, 32, ... seconds with jitter, at most an hour; give up after the last attempt."""
    if job.attempts >= job.max_attempts:
        _bury(job, f"{type(error).__name__}: {error}")
        return
    wait = min(2 * 4 ** (job.attempts - 1), 3600) * random.uniform(0.8, 1.2)  # noqa: S311
    with context.in_public():
        Job.objects.filter(pk=job.pk).update(
            state=JobState.WAITING,
            lease_until=None,
            next_at=timezone.now() + timedelta(seconds=wait),
            last_error=f"{type(error).__name__}: {error}"[:2000],
        )


def _bury(job: Job, why: str) -> None:
    with context.in_public():
        Job.objects.filter(pk=job.pk).update(
            state=JobState.DEAD, lease_until=None, finished_at=timezone.now(), last_error=why[:2000]
        )


def replay(job_id: uuid.UUID, store: Store) -> bool:
    """Run a dead duty of `store` again. Returns False when it is not dead, or not that store's."""
    with context.in_public():
        revived = Job.objects.filter(pk=job_id, store=store, state=JobState.DEAD).update(
            state=JobState.WAITING, attempts=0, next_at=timezone.now(), finished_at=None
        )
    if revived:
        _ring_after_commit()
    return bool(revived)


def ask_to_cancel(job_id: uuid.UUID, store: Store) -> bool:
    """Cancel a waiting duty at once, or ask a running one to stop at its next progress report."""
    with context.in_public():
        waiting = Job.objects.filter(pk=job_id, store=store, state=JobState.WAITING).update(
            state=JobState.CANCELLED, finished_at=timezone.now(), cancel_requested=True
        )
        running = Job.objects.filter(pk=job_id, store=store, state=JobState.RUNNING).update(
            cancel_requested=True
        )
    return bool(waiting or running)


# Inside a running duty

_running: ContextVar[Job | None] = ContextVar("running_job", default=None)


def report(done: int, total: int, note: str = "") -> None:
    """Say how far a long, non-atomic duty has come, and extend its lease.

    Raises   JobCancelled when a person asked it to stop
    """
    job = _running.get()
    if job is None:
        return
    lease = timezone.now() + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    with context.in_public():
        Job.objects.filter(pk=job.pk).update(
            progress_done=done, progress_total=total, progress_note=note[:120], lease_until=lease
        )
        stop = Job.objects.filter(pk=job.pk, cancel_requested=True).exists()
    if stop:
        raise JobCancelled


# The bell


@huey.task(name="work")
def answer() -> None:
    """What a worker process does when the bell rings."""
    work_until_idle()


def ring() -> None:
    """Wake one worker. Redis being away is not an error: the poll finds the duty."""
    try:
        answer()
    except (RedisError, OSError):
        log.warning("the bell is silent; the poll will find the duty")


def _ring_after_commit() -> None:
    """Ring once per transaction, however many duties it wrote."""
    if not any(callback is ring for _, callback, *_ in connection.run_on_commit):
        transaction.on_commit(ring)


# Looking on


def is_anything_due() -> bool:
    """Whether a worker would find something to do now."""
    now = timezone.now()
    with context.in_public():
        return (
            Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING], next_at__lte=now)
            .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
            .exists()
        )


def open_jobs(store: Store) -> int:
    """How many duties of `store` are still to be done."""
    with context.in_public():
        return Job.objects.filter(store=store, state__in=[JobState.WAITING, JobState.RUNNING]).count()


def oldest_wait_seconds() -> float:
    """Age of the oldest due duty, for the alarm."""
    with context.in_public():
        due = (
            Job.objects.filter(state=JobState.WAITING, next_at__lte=timezone.now())
            .order_by("next_at")
            .annotate(at=F("next_at"))
            .values_list("at", flat=True)
            .first()
        )
    return (timezone.now() - due).total_seconds() if due else 0.0
