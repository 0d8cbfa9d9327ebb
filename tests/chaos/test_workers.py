"""Real workers, killed, starved of their bell and fed nonsense: nothing is lost or done twice."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from redis import Redis

from core.kernel.models import NumberSequence
from tenants import context, provisioning, work
from tenants.models import Job, JobState, Store, User
from tests.chaos import duties
from tests.tenants.test_provisioning import assert_whole

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parent.parent.parent
Start = Callable[..., subprocess.Popen]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a management command as a process; whatever still runs at the end is killed with its children."""
    running: list[subprocess.Popen] = []
    where = connection.settings_dict

    def spawn(*command: str, **told: str) -> subprocess.Popen:
        log = (tmp_path / f"{command[0]}-{len(running)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.worker", *command],
            cwd=ROOT,
            env={**os.environ, "CHAOS_DATABASE": where["NAME"], "REDIS_URL": settings.REDIS_URL, **told},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield spawn
    for process in running:
        kill(process)


@pytest.fixture(autouse=True)
def _silence() -> None:
    """No bell of an earlier test."""
    Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def kopi() -> Store:
    return Store.objects.get(slug="kopi")


def kill(process: subprocess.Popen) -> None:
    """Kill a process and its children at once, as a machine that loses power does."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def eventually(holds: Callable[[], bool], within: float = 30) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, list(
            Job.objects.values("kind", "state", "attempts", "last_error")
        )
        time.sleep(0.1)


def is_over() -> bool:
    return not Job.objects.filter(state__in=work.OPEN_STATES).exists()


def marks(store: Store) -> list[str]:
    with context.in_store(store):
        return sorted(NumberSequence.objects.filter(name__contains="-").values_list("name", flat=True))


def test_a_worker_killed_in_the_middle_loses_nothing_and_does_nothing_twice(kopi: Store, start: Start):
    """F-WRK: kill -9 while the duty's transaction is open; another worker takes over when the lease ends."""
    with context.in_store(kopi):
        duties.leave_mark(name="job", seconds=2)
    first = start("run_worker", "--processes", "1")
    eventually(lambda: Job.objects.filter(state=JobState.RUNNING).exists())
    kill(first)
    assert marks(kopi) == []

    start("run_worker", "--processes", "1")
    start("run_scheduler")
    eventually(is_over)

    assert marks(kopi) == ["job-begun", "job-ended"]
    assert Job.objects.get(kind__endswith="leave_mark").attempts == 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("state", list(provisioning._STEPS))
def test_a_worker_killed_at_any_step_of_a_new_store_leaves_nothing_half_made(
    start: Start, state: str, when: str
):
    """F-PROV: kill -9 in earnest; what was done and not written down is done again."""
    owner = User.objects.create_user("teh@example.com", "kata-sandi-panjang")
    store = provisioning.open_store(owner=owner, name="Teh", slug="teh")
    first = start("run_worker", "--processes", "1", CHAOS_DIE_AT=f"{state}:{when}")
    eventually(lambda: first.poll() is not None)
    store.refresh_from_db()
    assert (first.returncode, store.state) == (-signal.SIGKILL, state)

    start("run_worker", "--processes", "1")
    start("run_scheduler")
    eventually(is_over)

    assert_whole(store)


def test_a_flushed_redis_between_commit_and_bell_loses_nothing(kopi: Store, start: Start):
    """F-REDIS: the bell was rung, and Redis forgot it before any worker heard."""
    with context.in_store(kopi):
        for number in range(5):
            duties.leave_mark(name=f"job{number}")
    redis = Redis.from_url(settings.REDIS_URL)
    assert redis.dbsize() > 0
    redis.flushdb()

    start("run_worker", "--processes", "2")
    start("run_scheduler")
    eventually(is_over)

    assert len(marks(kopi)) == 10


def test_a_crash_between_commit_and_bell_loses_nothing(
    kopi: Store, start: Start, monkeypatch: pytest.MonkeyPatch
):
    """The process died after COMMIT: nobody rang."""
    with context.in_store(kopi), transaction.atomic():
        duties.leave_mark(name="job")
        connection.run_on_commit.clear()
    assert Redis.from_url(settings.REDIS_URL).dbsize() == 0

    start("run_worker", "--processes", "1")
    start("run_scheduler")
    eventually(is_over)

    assert marks(kopi) == ["job-begun", "job-ended"]


def test_a_pickle_in_the_queue_is_never_opened(kopi: Store, start: Start, tmp_path: Path):
    """T-PICKLE: who can write to Redis cannot run code, and cannot stop the worker either."""
    trap = tmp_path / "trap"

    class Trap:
        def __reduce__(self) -> tuple:
            return (Path.touch, (trap,))

    redis = Redis.from_url(settings.REDIS_URL)
    with context.in_store(kopi):
        duties.leave_mark(name="job")
    queue = next(key for key in redis.keys("huey.*") if redis.type(key) == b"list")
    for nonsense in (pickle.dumps(Trap()), b"{}", b"[]", b"\xff"):
        redis.rpush(queue, nonsense)

    start("run_worker", "--processes", "1")
    start("run_scheduler")
    eventually(is_over)

    assert not trap.exists()
    assert marks(kopi) == ["job-begun", "job-ended"]


def test_two_hundred_duties_of_two_stores_each_run_in_their_own(kopi: Store, start: Start):
    """T-TASKCTX: interleaved, on two workers of two processes, one in five failing."""
    batik = Store.objects.get(slug="batik")
    for number in range(200):
        store = (kopi, batik)[number % 2]
        with context.in_store(store):
            duties.say_where(number=number, slug=store.slug, fails=number % 5 == 0)

    for _ in range(2):
        start("run_worker", "--processes", "2")
    start("run_scheduler")
    eventually(is_over, within=60)

    for rest, store in enumerate((kopi, batik)):
        expected = sorted(f"{number}-right" for number in range(rest, 200, 2) if number % 5)
        assert [name for name in marks(store) if "CANARY" not in name] == expected
    assert Job.objects.filter(kind__endswith="say_where", state=JobState.DEAD).count() == 40
