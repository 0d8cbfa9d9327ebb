"""Duties: what must happen later, and is never lost.

A duty is a row of `Job`, written in the transaction that causes it. After commit a bell is rung through
Redis; a worker claims due rows with SKIP LOCKED, enters the row's store and runs the registered function.
A poll heals a lost bell, a lease heals a lost worker. Everything runs at least once, so it must be
idempotent. What people see and do about duties is in `tenants.worklist`.
"""

import hashlib
import json
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from redis.exceptions import RedisError

from tenants import context, meters, scopes
from tenants.bell import huey
from tenants.claims import claim
from tenants.claims import is_anything_due as is_anything_due
from tenants.failpoints import failpoint
from tenants.models import Job, JobState, StoreState

log = logging.getLogger(__name__)
LONGEST_ERROR = 2000
OPEN_STATES = (JobState.WAITING, JobState.RUNNING)
_AT_REST = (StoreState.SUSPENDED, StoreState.MOVING, StoreState.LEAVING)


class JobCancelled(Exception):
    """Raised inside a task when a person asked it to stop."""


class LeaseLost(Exception):
    """The lease ran out and another worker took the duty: whatever this one did must not count."""


class UnknownDuty(Exception):
    """No code of this worker is registered for the kind. An older worker meets this during a roll-out."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A registered function, how it is run, and what the seller calls it."""

    run: Callable[..., Any]
    retries: int
    atomic: bool
    label: Any
    of_platform: bool


_duties: dict[str, Duty] = {}


def store_task(
    *, retries: int = 5, atomic: bool = True, dedupe: bool = False, label: Any = ""
) -> Callable[[Callable[..., None]], Callable[..., Job | None]]:
    """Make a function a duty of the store it is called in.

    Calling it writes a Job row and returns at once; a worker runs the body later, in that store. Arguments
    are keyword-only ids and plain values.

    atomic   run the body and mark it done in one transaction; False for bodies that call providers
    dedupe   calling again with equal arguments while one is waiting changes nothing
    label    what the seller reads on "Background work", lazily translated
    """

    def decorate(body: Callable[..., None]) -> Callable[..., Job | None]:
        kind = f"{body.__module__}.{body.__qualname__}"
        register(kind, body, retries=retries, atomic=atomic, label=label)

        @wraps(body)
        def later(*, run_at: datetime | None = None, **arguments: Any) -> Job | None:
            key = _dedupe_key(kind, arguments) if dedupe else None
            return enqueue(kind, arguments, run_at=run_at, dedupe_key=key)

        later.now = body  # type: ignore[attr-defined]
        later.kind = kind  # type: ignore[attr-defined]
        return later

    return decorate


def register(
    kind: str,
    run: Callable[..., Any],
    *,
    retries: int = 5,
    atomic: bool = True,
    label: Any = "",
    of_platform: bool = False,
) -> None:
    """Make `kind` known to the workers. `of_platform` duties run in public and belong to no store."""
    _duties[kind] = Duty(run, retries, atomic, label, of_platform)


def duties() -> dict[str, Duty]:
    """Every registered duty by its kind."""
    return dict(_duties)


def _dedupe_key(kind: str, arguments: dict[str, Any]) -> str:
    told = json.dumps(arguments, sort_keys=True, default=str)
    digest = hashlib.sha256(told.encode()).hexdigest()[:32]
    return f"{context.require_store().schema_name}:{kind}:{digest}"[-200:]


def enqueue(
    kind: str, payload: dict[str, Any], *, run_at: datetime | None = None, dedupe_key: str | None = None
) -> Job | None:
    """Write a duty of the current store (or of the platform) in the caller's transaction.

    Returns  the row, or None when an equal one is already waiting
    Raises   NoStoreContext for a store's duty outside any store
    Locks    with a dedupe_key, the equal waiting row: it cannot start before the caller has committed
    """
    row = _written(kind, payload, run_at)
    row.dedupe_key = dedupe_key
    is_new = _insert_once(row)
    if run_at is None:
        ring_after_commit()
    return row if is_new else None


def enqueue_all(wanted: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Write several duties, each a kind and its payload, in the caller's transaction; all begin at once.

    Raises   as enqueue
    """
    _insert([_written(kind, payload) for kind, payload in wanted])
    ring_after_commit()


def _written(kind: str, payload: dict[str, Any], run_at: datetime | None = None) -> Job:
    """The row of a duty. Without `next_at`, which the database then sets to its own time."""
    duty = _duties[kind]
    return Job(
        store_id=None if duty.of_platform else context.require_store().pk,
        kind=kind,
        payload=payload,
        max_attempts=duty.retries + 1,
        created_at=timezone.now(),
        **({"next_at": run_at} if run_at else {}),
    )


def _insert_once(row: Job) -> bool:
    """Insert, or hold on to the equal row that waits; a row that was claimed meanwhile counts no more."""
    while not _insert([row]):
        equal = Job.objects.filter(dedupe_key=row.dedupe_key, state__in=OPEN_STATES)
        with context.in_public(), transaction.atomic(savepoint=False):
            if equal.select_for_update().values_list("pk", flat=True).first() is not None:
                return False
    return True


def _insert(rows: Sequence[Job]) -> int:
    """Write rows where we are: the table has its schema's name, so a store need not be left for it.

    Returns  how many were written; one whose equal is open already is not
    """
    columns = (
        [row.pk for row in rows],
        [row.store_id for row in rows],
        [row.kind for row in rows],
        [json.dumps(row.payload) for row in rows],
        [row.dedupe_key for row in rows],
        [row.max_attempts for row in rows],
        [row.next_at for row in rows],
        [row.created_at for row in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        written: int = cursor.rowcount
    for row in rows:
        row._state.adding = False
    return written


# A purchase writes several: Django takes longer to write such a statement than PostgreSQL to do it.
_INSERT = """
INSERT INTO public.tenants_job (
    id, store_id, kind, payload, dedupe_key, state, attempts, max_attempts, next_at, last_error,
    progress_done, progress_total, progress_note, cancel_requested, created_at
)
SELECT id, store_id, kind, payload, dedupe_key, 'WAITING', 0, max_attempts,
    coalesce(next_at, statement_timestamp()), '', 0, 0, '', false, created_at
FROM unnest(
    %s::uuid[], %s::bigint[], %s::varchar[], %s::jsonb[], %s::varchar[], %s::smallint[], %s::timestamptz[],
    %s::timestamptz[]
) AS told (id, store_id, kind, payload, dedupe_key, max_attempts, next_at, created_at)
ON CONFLICT (dedupe_key) WHERE state IN ('WAITING', 'RUNNING') DO NOTHING
"""


def is_waiting(dedupe_key: str) -> bool:
    """Whether a duty with this key is still to begin. Takes no lock: it may begin at this moment."""
    with context.in_public():
        return Job.objects.filter(dedupe_key=dedupe_key, state__in=OPEN_STATES).exists()


# Running


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
    with scopes.piece_of_work(f"job-{job.pk}", duty=job.kind), meters.timed_duty(job.kind):
        scopes.tell_store(job.store)
        _try(job)


def _try(job: Job) -> None:
    failpoint("work.after_claim")
    if job.attempts > job.max_attempts:
        _bury(job, "The worker died each time it tried this.")
        return
    if job.store is not None and not _is_at_work(job, job.store.state):
        return
    try:
        _run_in_store(job)
    except LeaseLost:
        log.warning("job %s %s took longer than its lease; another worker has it", job.kind, job.pk)
    except JobCancelled:
        _write(job, state=JobState.CANCELLED, finished_at=timezone.now())
    except Exception as error:  # the worker is the outermost door: whatever fails is written down and retried
        log.exception("job %s %s failed", job.kind, job.pk)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        _retry(job, error)
    except BaseException:
        # The worker was told to stop: the next one starts over, without waiting for the lease.
        _write(job, state=JobState.WAITING, attempts=job.attempts - 1)
        raise


def _is_at_work(job: Job, state: str) -> bool:
    """Whether the duty's store can work; puts the duty off, or ends it, when it cannot."""
    if state in _AT_REST:
        later = timezone.now() + timedelta(hours=1)
        _write(job, state=JobState.WAITING, attempts=job.attempts - 1, next_at=later)
    elif state == StoreState.CLOSED:
        _write(job, state=JobState.CANCELLED, finished_at=timezone.now())
    return state not in (*_AT_REST, StoreState.CLOSED)


def _run_in_store(job: Job) -> None:
    duty = _duties.get(job.kind)
    if duty is None:
        raise UnknownDuty(job.kind)
    with _ground(job):
        if not duty.atomic:
            _call(job, duty)
            failpoint("work.before_done")
            _finish(job)
            return
        with transaction.atomic():
            _hold(job)
            _call(job, duty)
            _finish(job)
            failpoint("work.before_commit")


def _ground(job: Job) -> AbstractContextManager[Any]:
    return context.in_store(job.store) if job.store is not None else context.in_public()


def _call(job: Job, duty: Duty) -> None:
    token = _running.set(job)
    try:
        duty.run(**job.payload)
    finally:
        _running.reset(token)


def _leased(job: Job) -> QuerySet[Job]:
    """The row while the lease is ours: the lease's end tells one claim from every other."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, lease_until=job.lease_until)


def _hold(job: Job) -> None:
    """Lock the row until the duty's transaction ends. Nobody claims it meanwhile, however long it takes."""
    with context.in_public():
        if _leased(job).select_for_update().values_list("pk", flat=True).first() is None:
            raise LeaseLost


def _write(job: Job, **fields: Any) -> bool:
    """Let go of the row with its new state, unless another worker has it by now."""
    with context.in_public():
        is_ours = bool(_leased(job).update(lease_until=None, **fields))
    if is_ours:
        meters.DUTIES.labels(job.kind, fields["state"].lower()).inc()
    return is_ours


def _finish(job: Job) -> None:
    if not _write(job, state=JobState.DONE, finished_at=timezone.now(), last_error=""):
        raise LeaseLost


def _retry(job: Job, error: Exception) -> None:
    """Back off 2, 8, 32, ... seconds with jitter, at most an hour; give up after the last attempt."""
    why = f"{type(error).__name__}: {error}"
    if job.attempts >= job.max_attempts:
        _bury(job, why)
        return
    wait = min(2 * 4 ** (job.attempts - 1), 3600) * random.uniform(0.8, 1.2)  # noqa: S311
    due = Now() + timedelta(seconds=wait)
    _write(job, state=JobState.WAITING, next_at=due, last_error=_storable(why))


def _bury(job: Job, why: str) -> None:
    _write(job, state=JobState.DEAD, finished_at=timezone.now(), last_error=_storable(why))


def _storable(why: str) -> str:
    return why.replace("\x00", "")[:LONGEST_ERROR]


# Inside a running duty

_running: ContextVar[Job | None] = ContextVar("running_job", default=None)


def running() -> Job | None:
    """The duty that this code is part of. Its id is the same on every attempt."""
    return _running.get()


def report(done: int, total: int, note: str = "") -> None:
    """Say how far a long, non-atomic duty has come, and extend its lease.

    Raises   JobCancelled when a person asked it to stop, LeaseLost when another worker has taken over
    """
    job = _running.get()
    if job is None:
        return
    # As in a claim, the database tells the time: this machine's clock may be wrong.
    lease = Now() + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    with context.in_public():
        still_ours = _leased(job).update(
            progress_done=done, progress_total=total, progress_note=note[:120], lease_until=lease
        )
        if not still_ours:
            raise LeaseLost
        job.lease_until = Job.objects.values_list("lease_until", flat=True).get(pk=job.pk)
        if _leased(job).filter(cancel_requested=True).exists():
            raise JobCancelled


# The bell


@huey.task(name="work")
def answer() -> None:
    """What a worker process does when the bell rings."""
    # No request ends here, so nobody else retires a connection that is old or broken.
    close_old_connections()
    try:
        work_until_idle()
    finally:
        meters.LOADS.flush(now=True)
        close_old_connections()


def ring() -> None:
    """Wake one worker. Redis being away is not an error: the poll finds the duty."""
    failpoint("work.before_bell")
    try:
        answer()
    except (RedisError, OSError):
        log.warning("the bell is silent; the poll will find the duty")


def ring_after_commit() -> None:
    """Ring once per transaction, however many duties it wrote."""
    if not any(callback is ring for _, callback, *_ in connection.run_on_commit):
        transaction.on_commit(ring)
