"""Duties: claimed once, tried again, buried, shared fairly, and never counted twice."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.kernel.models import NumberSequence
from tenants import claims, context, work
from tenants.context import NoStoreContext
from tenants.models import Job, JobState, Store, StoreState

Duty = Callable[..., Job | None]


@pytest.fixture
def duty() -> Iterator[Callable[..., Duty]]:
    """Register a function as a duty for one test: `duty(body, retries=1)`."""
    known = dict(work._duties)

    def make(body: Callable[..., None], **options: Any) -> Duty:
        return work.store_task(**options)(body)

    yield make
    work._duties.clear()
    work._duties.update(known)


def row(job: Job | None) -> Job:
    assert job is not None
    with context.in_public():
        return Job.objects.select_related("store").get(pk=job.pk)


def change(job: Job | None, **fields: Any) -> None:
    assert job is not None
    with context.in_public():
        Job.objects.filter(pk=job.pk).update(**fields)


def leave_a_mark(name: str = "mark") -> None:
    NumberSequence.objects.create(name=name)


def marks() -> int:
    return NumberSequence.objects.filter(name__startswith="mark").count()


def test_runs_once_in_its_own_store_and_is_done(store: Store, duty: Callable[..., Duty]):
    seen: list[str] = []
    job = duty(lambda n: seen.append(f"{context.require_store().slug} {n}"))(n=7)

    assert work.work_until_idle() == 1
    assert seen == ["kopi 7"]
    assert (row(job).state, row(job).attempts, row(job).lease_until) == (JobState.DONE, 1, None)


def test_a_duty_of_a_store_is_refused_outside_any_store(kopi: Store, duty: Callable[..., Duty]):
    """T-TASKCTX."""
    with pytest.raises(NoStoreContext):
        duty(lambda: None)()
    assert not work.is_anything_due()


def test_a_payload_that_is_no_json_is_refused(store: Store, duty: Callable[..., Duty]):
    """T-PICKLE."""
    with pytest.raises(TypeError):
        duty(lambda thing: None)(thing=object())


def test_a_failure_takes_its_writes_back_and_is_tried_again_later(store: Store, duty: Callable[..., Duty]):
    def fail() -> None:
        leave_a_mark()
        raise ValueError("the courier\x00sleeps")

    job = duty(fail, retries=1)()
    before = timezone.now()
    work.work_until_idle()

    assert marks() == 0
    assert row(job).state == JobState.WAITING
    assert row(job).last_error == "ValueError: the couriersleeps"
    assert timedelta(seconds=1.5) < row(job).next_at - before < timedelta(seconds=5)


def test_gives_up_after_its_last_attempt(store: Store, duty: Callable[..., Duty]):
    job = duty(lambda: 1 / 0, retries=1)()
    work.work_until_idle()
    change(job, next_at=timezone.now())
    work.work_until_idle()

    assert (row(job).state, row(job).attempts) == (JobState.DEAD, 2)
    assert work.work_until_idle() == 0


def test_a_kind_that_this_worker_does_not_know_waits_for_one_that_does(store: Store):
    work.register("tests.from.tomorrow", lambda: None, retries=1)
    job = work.enqueue("tests.from.tomorrow", {})
    del work._duties["tests.from.tomorrow"]

    work.work_until_idle()
    assert row(job).state == JobState.WAITING
    change(job, next_at=timezone.now())
    work.work_until_idle()
    assert row(job).state == JobState.DEAD
    assert row(job).last_error == "UnknownDuty: tests.from.tomorrow"


def test_a_duty_that_kills_its_workers_is_buried(store: Store, duty: Callable[..., Duty]):
    job = duty(leave_a_mark, retries=1)()
    change(job, state=JobState.RUNNING, attempts=2, lease_until=timezone.now() - timedelta(seconds=1))

    work.work_until_idle()

    assert row(job).state == JobState.DEAD
    assert marks() == 0


def test_a_worker_whose_lease_was_taken_counts_for_nothing(store: Store, duty: Callable[..., Duty]):
    """Two workers on one duty: the slow one must take its writes back."""
    job = duty(leave_a_mark)()
    slow = claims.claim()
    change(job, lease_until=timezone.now() - timedelta(seconds=1))
    quick = claims.claim()
    assert slow is not None
    assert quick is not None

    work.run(quick)
    work.run(slow)

    assert marks() == 1
    assert (row(job).state, row(job).attempts) == (JobState.DONE, 2)


def test_a_long_duty_extends_its_lease_and_stops_when_it_has_lost_it(store: Store, duty: Callable[..., Duty]):
    leases: list[Any] = []

    def long() -> None:
        leases.append(row(job).lease_until)
        work.report(1, 3, "first")
        leases.append(row(job).lease_until)
        change(job, lease_until=timezone.now() + timedelta(hours=1))
        work.report(2, 3)
        leave_a_mark()

    job = duty(long, atomic=False)()
    work.work_until_idle()

    assert leases[1] > leases[0]
    assert (row(job).state, row(job).progress_done, row(job).progress_note) == ("RUNNING", 1, "first")
    assert marks() == 0


def test_stops_where_a_person_asked_it_to(store: Store, duty: Callable[..., Duty]):
    def long() -> None:
        change(job, cancel_requested=True)
        work.report(1, 3)
        leave_a_mark()

    job = duty(long, atomic=False)()
    work.work_until_idle()

    assert row(job).state == JobState.CANCELLED
    assert marks() == 0


def test_a_worker_that_is_told_to_stop_hands_its_duty_on_at_once(store: Store, duty: Callable[..., Duty]):
    def interrupted() -> None:
        leave_a_mark()
        raise KeyboardInterrupt

    job = duty(interrupted)()
    with pytest.raises(KeyboardInterrupt):
        work.work_until_idle()

    assert (row(job).state, row(job).attempts, row(job).lease_until) == (JobState.WAITING, 0, None)
    assert marks() == 0


def test_equal_calls_are_one_duty_while_it_waits(store: Store, duty: Callable[..., Duty]):
    later = duty(lambda a, b: None, dedupe=True)

    assert later(a=1, b="x" * 300) is not None
    assert later(b="x" * 300, a=1) is None
    assert later(a=1, b="x" * 300 + "y") is not None


def test_a_call_while_an_equal_one_runs_is_a_duty_of_its_own(store: Store, duty: Callable[..., Duty]):
    """The running one may have read the world before this call changed it."""
    runs: list[int] = []

    def push() -> None:
        runs.append(1)
        if len(runs) == 1:
            later()

    later = duty(push, dedupe=True)
    later()

    assert work.work_until_idle() == 2


def test_equal_duties_of_two_stores_are_two(kopi: Store, batik: Store, duty: Callable[..., Duty]):
    later = duty(lambda: None, dedupe=True)
    for home in (kopi, batik):
        with context.in_store(home):
            assert later() is not None


def test_no_store_takes_more_than_its_share(kopi: Store, batik: Store, duty: Callable[..., Duty]):
    later = duty(lambda: None)
    with context.in_store(kopi):
        for _ in range(5):
            later()
    with context.in_store(batik):
        later()

    claimed = [job.store.slug for job in iter(claims.claim, None)]  # type: ignore[union-attr]

    assert claimed == ["kopi", "kopi", "batik"]


@pytest.mark.parametrize(
    ("state", "ends_as"), [(StoreState.SUSPENDED, JobState.WAITING), (StoreState.CLOSED, JobState.CANCELLED)]
)
def test_a_store_that_does_not_work_is_left_alone(
    store: Store, duty: Callable[..., Duty], state: str, ends_as: str
):
    job = duty(leave_a_mark)()
    with context.in_public():
        Store.objects.filter(pk=store.pk).update(state=state)

    work.work_until_idle()

    assert (row(job).state, row(job).attempts) == (ends_as, 0 if ends_as == "WAITING" else 1)
    assert marks() == 0


def test_a_duty_and_its_cause_are_one_transaction(store: Store, duty: Callable[..., Duty]):
    with transaction.atomic():
        leave_a_mark()
        duty(lambda: None)()
        transaction.set_rollback(True)

    assert not work.is_anything_due()


def test_the_bell_rings_once_per_transaction(store: Store, duty: Callable[..., Duty]):
    later = duty(lambda: None)
    with transaction.atomic():
        for _ in range(3):
            later()

    assert [callback for _, callback, *_ in connection.run_on_commit] == [work.ring]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_the_databases_clock_tells_leases_and_turns_not_this_machines(
    store: Store, duty: Callable[..., Duty], monkeypatch: pytest.MonkeyPatch, minutes: int
):
    """A report by a clock that is ten minutes slow would end its own lease, and another would begin anew."""
    skewed = timezone.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(timezone, "now", lambda: skewed)
    leases = []

    def reports() -> None:
        work.report(1, 2)
        leases.append(row(job).lease_until)

    job = duty(reports, atomic=False)()
    assert work.is_anything_due()
    assert work.work_until_idle() == 1

    monkeypatch.undo()
    left = leases[0] - timezone.now()
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
