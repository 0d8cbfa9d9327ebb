"""What people see of a store's duties, and what they may do about them: look, replay, stop."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import context
from tenants.errors import CommerceError
from tenants.models import Job, JobState, Store
from tenants.work import OPEN_STATES, duties, ring_after_commit

PAGE = 25
LARGEST_PAGE = 100
ENDED = (JobState.DONE, JobState.CANCELLED)


class JobNotFound(CommerceError):
    code = "job_not_found"
    http_status = 404

    def __init__(self) -> None:
        super().__init__(_("This work is not listed any more. Finished work is removed after a while."))


class JobNotFailed(CommerceError):
    code = "job_not_failed"

    def __init__(self) -> None:
        super().__init__(_("Only work that failed can be run again."))


class JobNotStoppable(CommerceError):
    code = "job_not_stoppable"

    def __init__(self) -> None:
        super().__init__(_("This work is about to end and cannot be stopped any more."))


class Show(StrEnum):
    """Which part of the list is asked for."""

    ALL = "all"
    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"


_STATES: dict[Show, tuple[str, ...]] = {
    Show.ALL: tuple(JobState),
    Show.WAITING: (JobState.WAITING,),
    Show.RUNNING: (JobState.RUNNING,),
    Show.FAILED: (JobState.DEAD,),
    Show.DONE: ENDED,
}


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One duty in the words of the people who wait for it."""

    id: uuid.UUID
    label: str
    state: str
    attempts: int
    max_attempts: int
    next_at: datetime
    created_at: datetime
    finished_at: datetime | None
    progress_done: int
    progress_total: int
    progress_note: str
    seconds_left: int | None
    stop_asked: bool
    last_error: str

    @property
    def is_failed(self) -> bool:
        return self.state == JobState.DEAD

    @property
    def is_running(self) -> bool:
        return self.state == JobState.RUNNING

    @property
    def is_retrying(self) -> bool:
        """Whether it failed at least once and will be tried again by itself."""
        return self.state == JobState.WAITING and self.attempts > 0

    @property
    def may_be_stopped(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING) and not self.stop_asked

    @property
    def minutes_left(self) -> int | None:
        return None if self.seconds_left is None else -(-self.seconds_left // 60)


def label_of(kind: str) -> str:
    """What people call a kind of duty."""
    duty = duties().get(kind)
    return str(duty.label) if duty is not None and duty.label else _("Other work")


def work_items(
    *, store: Store, show: Show = Show.ALL, after: uuid.UUID | None = None, limit: int = PAGE
) -> tuple[list[WorkItem], uuid.UUID | None]:
    """A page of the store's duties, newest first, and where the next page starts.

    after    the id of the last duty of the page before
    Returns  the duties and the id for the next page, None on the last one
    Raises   JobNotFound when the duty after which to go on has been removed
    """
    limit = max(1, min(limit, LARGEST_PAGE))
    now = timezone.now()
    with context.in_public():
        rows = Job.objects.filter(store=store, state__in=_STATES[show])
        if after is not None:
            rows = rows.filter(_before(_found(store, after)))
        found = list(rows.order_by("-created_at", "-pk")[: limit + 1])
    items = [_item(row, now) for row in found[:limit]]
    return items, items[-1].id if len(found) > limit else None


def _before(last: Job) -> Q:
    return Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)


def work_item(*, store: Store, job_id: uuid.UUID) -> WorkItem:
    """One duty of the store. Raises JobNotFound."""
    with context.in_public():
        return _item(_found(store, job_id), timezone.now())


def _found(store: Store, job_id: uuid.UUID) -> Job:
    job = Job.objects.filter(pk=job_id, store=store).first()
    if job is None:
        raise JobNotFound
    return job


def _item(job: Job, now: datetime) -> WorkItem:
    return WorkItem(
        id=job.pk,
        label=label_of(job.kind),
        state=job.state,
        attempts=job.attempts,
        max_attempts=job.max_attempts,
        next_at=job.next_at,
        created_at=job.created_at,
        finished_at=job.finished_at,
        progress_done=min(job.progress_done, job.progress_total),
        progress_total=job.progress_total,
        progress_note=job.progress_note,
        seconds_left=_seconds_left(job, now),
        stop_asked=job.cancel_requested,
        last_error=job.last_error,
    )


def _seconds_left(job: Job, now: datetime) -> int | None:
    """An estimate from the pace so far; None before there is one."""
    if job.state != JobState.RUNNING or job.started_at is None or not job.progress_done:
        return None
    spent = int((now - job.started_at).total_seconds())
    return max(0, spent * (job.progress_total - job.progress_done) // job.progress_done)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many duties of a store wait, run and have failed."""

    waiting: int = 0
    running: int = 0
    failed: int = 0

    @property
    def open(self) -> int:
        return self.waiting + self.running


def counts(store: Store) -> Counts:
    """What is still to be done in the store, and what failed."""
    with context.in_public():
        rows = Job.objects.filter(store=store).exclude(state__in=ENDED).values("state")
        found = {row["state"]: row["n"] for row in rows.annotate(n=Count("pk")).order_by()}
    return Counts(
        waiting=found.get(JobState.WAITING, 0),
        running=found.get(JobState.RUNNING, 0),
        failed=found.get(JobState.DEAD, 0),
    )


def is_open(kind: str) -> bool:
    """Whether a duty of this kind of the store in force still waits or runs."""
    store = context.require_store()
    with context.in_public():
        return Job.objects.filter(store=store, kind=kind, state__in=OPEN_STATES).exists()


def stuck(store: Store, *, before: datetime) -> list[tuple[str, str, datetime]]:
    """Duties that no worker has touched since `before` although they could: kind, state and since when."""
    with context.in_public():
        rows = Job.objects.filter(store=store)
        waiting = rows.filter(state=JobState.WAITING, next_at__lt=before)
        lost = rows.filter(state=JobState.RUNNING, lease_until__lt=before)
        found = [*waiting.order_by("next_at")[:LARGEST_PAGE], *lost.order_by("lease_until")[:LARGEST_PAGE]]
    return [(job.kind, job.state, job.lease_until or job.next_at) for job in found]


def oldest_wait_seconds() -> float:
    """Age of the oldest due duty of all stores, for the alarm."""
    now = timezone.now()
    with context.in_public():
        due = Job.objects.filter(state=JobState.WAITING, next_at__lte=now).order_by("next_at")
        oldest = due.values_list("next_at", flat=True).first()
    return (now - oldest).total_seconds() if oldest else 0.0


def replay(*, store: Store, job_id: uuid.UUID) -> WorkItem:
    """Have a failed duty run again, with all its attempts.

    Raises   JobNotFound, JobNotFailed
    """
    with context.in_public():
        if not _revive(Job.objects.filter(pk=job_id, store=store, state=JobState.DEAD)):
            _found(store, job_id)
            raise JobNotFailed
    return work_item(store=store, job_id=job_id)


def replay_failed(*, store: Store) -> int:
    """Have every failed duty of the store run again. Returns how many there are."""
    with context.in_public():
        return _revive(Job.objects.filter(store=store, state=JobState.DEAD))


def replay_kind(*, kind: str) -> int:
    """Have every failed duty of one kind run again, in all stores. Returns how many there are."""
    with context.in_public():
        return _revive(Job.objects.filter(kind=kind, state=JobState.DEAD))


def summary() -> list[dict[str, Any]]:
    """For operators: what is open or failed on the whole platform, by kind and state, and since when."""
    with context.in_public():
        # Said this way, each part has an index: what is done is many times as much.
        left = Job.objects.filter(Q(state__in=OPEN_STATES) | Q(state=JobState.DEAD))
        rows = left.values("kind", "state").order_by("kind", "state")
        told = rows.annotate(count=Count("pk"), since=Min("next_at"), example=Max("last_error"))
        return [dict(row) for row in told]


def _revive(failed: QuerySet[Job]) -> int:
    revived = failed.update(
        state=JobState.WAITING,
        attempts=0,
        next_at=timezone.now(),
        finished_at=None,
        cancel_requested=False,
        progress_done=0,
        progress_note="",
    )
    if revived:
        ring_after_commit()
    return revived


@transaction.atomic
def stop(*, store: Store, job_id: uuid.UUID) -> WorkItem:
    """Cancel a waiting duty at once, or ask a running one to stop when it next reports how far it is.

    Raises   JobNotFound, JobNotStoppable for one that has ended, or that ends with its transaction
    """
    with context.in_public():
        row = Job.objects.filter(pk=job_id, store=store)
        cancelled = row.filter(state=JobState.WAITING).update(
            state=JobState.CANCELLED, finished_at=timezone.now(), cancel_requested=True
        )
        if not cancelled and not _ask_to_stop(row):
            _found(store, job_id)
            raise JobNotStoppable
    return work_item(store=store, job_id=job_id)


def _ask_to_stop(row: QuerySet[Job]) -> bool:
    # A duty that runs in one transaction holds its row; waiting for it would end in nothing to stop.
    free = row.filter(state=JobState.RUNNING).select_for_update(skip_locked=True)
    reachable = list(free.values_list("pk", flat=True))
    return bool(Job.objects.filter(pk__in=reachable).update(cancel_requested=True))


def forget_ended(*, now: datetime, done_days: int, failed_days: int) -> int:
    """Remove what ended long ago, of every store. Returns how many rows went."""
    ended = Q(state__in=ENDED, finished_at__lt=now - timedelta(days=done_days))
    failed = Q(state=JobState.DEAD, finished_at__lt=now - timedelta(days=failed_days))
    with context.in_public():
        return Job.objects.filter(ended | failed).delete()[0]
