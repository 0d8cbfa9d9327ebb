"""The store's duties, for its other systems: look, run again, stop."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema

from tenants import worklist
from tenants.models import JobState
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest
from tenants.shapes import answers
from tenants.worklist import LARGEST_PAGE, PAGE, Show, WorkItem

router = Router(tags=["Background work"])


class Progress(Schema):
    """How far a long job has come."""

    done: int
    total: int
    note: str
    seconds_left: int | None


class JobOut(Schema):
    """Something that the store does in the background."""

    id: uuid.UUID
    label: str
    state: JobState
    attempts: int
    max_attempts: int
    next_at: datetime
    created_at: datetime
    finished_at: datetime | None
    progress: Progress
    last_error: str

    @classmethod
    def of(cls, item: WorkItem) -> "JobOut":
        progress = Progress(
            done=item.progress_done,
            total=item.progress_total,
            note=item.progress_note,
            seconds_left=item.seconds_left,
        )
        return cls(
            id=item.id,
            label=item.label,
            state=JobState(item.state),
            attempts=item.attempts,
            max_attempts=item.max_attempts,
            next_at=item.next_at,
            created_at=item.created_at,
            finished_at=item.finished_at,
            progress=progress,
            last_error=item.last_error,
        )


class JobPage(Schema):
    """A page of jobs, and the cursor of the next one."""

    items: list[JobOut]
    next: str | None


Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Cursor = Annotated[uuid.UUID | None, Query(description="The `next` of the page before.")]


@router.get("/jobs", response=answers(JobPage), operation_id="list_jobs")
@requires(Permission.VIEW_JOBS)
def list_jobs(request: StoreRequest, show: Show = Show.ALL, after: Cursor = None, limit: Limit = PAGE) -> Any:
    """What the store does in the background, newest first."""
    items, following = worklist.work_items(store=request.store, show=show, after=after, limit=limit)
    return JobPage(items=[JobOut.of(item) for item in items], next=str(following) if following else None)


@router.get("/jobs/{uuid:job_id}", response=answers(JobOut), operation_id="get_job")
@requires(Permission.VIEW_JOBS)
def get_job(request: StoreRequest, job_id: uuid.UUID) -> Any:
    """One job and how far it is."""
    return JobOut.of(worklist.work_item(store=request.store, job_id=job_id))


@router.post("/jobs/{uuid:job_id}/replay", response=answers(JobOut), operation_id="replay_job")
@requires(Permission.REPLAY_JOBS)
def replay_job(request: StoreRequest, job_id: uuid.UUID) -> Any:
    """Run a failed job again. 409 when it has not failed."""
    return JobOut.of(worklist.replay(store=request.store, job_id=job_id))


@router.post("/jobs/{uuid:job_id}/cancel", response=answers(JobOut), operation_id="cancel_job")
@requires(Permission.REPLAY_JOBS)
def cancel_job(request: StoreRequest, job_id: uuid.UUID) -> Any:
    """Stop a job: a waiting one at once, a running one at its next step. 409 when it has ended."""
    return JobOut.of(worklist.stop(store=request.store, job_id=job_id))
