"""Background work: what members see of it, and the two things they may do."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core.catalog import tasks
from tenants import context, routines, work, worklist
from tenants.models import Job, JobState, Role, Store, User

Dashboard = Callable[..., Client]
PUBLISH = tasks.publish.kind  # type: ignore[attr-defined]


def make_job(store: Store, state: str = JobState.WAITING, **fields: object) -> Job:
    with context.in_public():
        return Job.objects.create(
            **{
                "store": store,
                "kind": PUBLISH,
                "payload": {"product_id": 0, "publish_at": "2026-11-25T00:00:00+00:00"},
                "state": state,
                "next_at": timezone.now(),
                "finished_at": timezone.now() if state in ("DONE", "DEAD", "CANCELLED") else None,
                **fields,
            }
        )


def state_of(job: Job) -> str:
    with context.in_public():
        return Job.objects.get(pk=job.pk).state


@pytest.fixture
def dead(kopi: Store) -> Job:
    return make_job(kopi, JobState.DEAD, attempts=6, last_error="ValueError: no such product")


def test_lists_the_stores_own_work_in_human_words(dashboard: Dashboard, sari: User, dead: Job, batik: Store):
    foreign = make_job(batik, JobState.DEAD)
    page = dashboard(sari).get("/work/", headers={"accept-language": "en"})

    assert [item.id for item in page.context["items"]] == [dead.pk]
    assert page.context["items"][0].label == str(work.duties()[PUBLISH].label)
    assert "no such product" in page.content.decode()
    assert str(foreign.pk) not in page.content.decode()


@pytest.mark.parametrize(
    ("show", "states"),
    [
        ("failed", {"DEAD"}),
        ("running", {"RUNNING"}),
        ("waiting", {"WAITING"}),
        ("done", {"DONE", "CANCELLED"}),
        ("all", set(JobState)),
        ("nonsense", set(JobState)),
    ],
)
def test_filters_by_state(dashboard: Dashboard, sari: User, kopi: Store, show: str, states: set[str]):
    for state in JobState:
        make_job(kopi, state)

    page = dashboard(sari).get("/work/", {"show": show})

    assert {item.state for item in page.context["items"]} == states


def test_pages_by_cursor_without_gaps(dashboard: Dashboard, sari: User, kopi: Store):
    made = {make_job(kopi).pk for _ in range(worklist.PAGE + 3)}
    browser = dashboard(sari)

    first = browser.get("/work/")
    second = browser.get(first.context["next_url"])

    seen = [item.id for page in (first, second) for item in page.context["items"]]
    assert len(seen) == len(set(seen))
    assert set(seen) == made
    assert second.context["next_url"] is None


def test_the_number_of_queries_does_not_grow_with_the_list(
    dashboard: Dashboard, sari: User, kopi: Store, django_assert_max_num_queries: Callable
):
    for _ in range(20):
        make_job(kopi)
    browser = dashboard(sari)

    with django_assert_max_num_queries(6):
        browser.get("/work/")


@pytest.mark.parametrize(
    ("state", "every"), [("RUNNING", "every 2s"), ("WAITING", "every 10s"), ("DONE", None)]
)
def test_asks_again_only_while_work_is_open(
    dashboard: Dashboard, sari: User, kopi: Store, state: str, every: str | None
):
    make_job(kopi, state)
    part = dashboard(sari).get("/work/", headers={"hx-request": "true"}).content.decode()

    assert part.lstrip().startswith('<div id="work"')
    assert (every in part) if every else ("hx-trigger" not in part)


def test_shows_how_far_a_running_task_is(dashboard: Dashboard, sari: User, kopi: Store):
    started = timezone.now() - timedelta(minutes=2)
    make_job(
        kopi,
        JobState.RUNNING,
        progress_done=100,
        progress_total=400,
        progress_note="kopi.csv",
        started_at=started,
    )

    page = dashboard(sari).get("/work/")

    assert page.context["items"][0].minutes_left == 6
    assert '<progress class="meter" value="100" max="400"' in page.content.decode()


def test_a_failed_task_runs_again(dashboard: Dashboard, sari: User, dead: Job):
    answer = dashboard(sari).post(f"/work/{dead.pk}/replay/", {"show": "failed"})

    assert answer.headers["Location"] == "/work/?show=failed"
    assert state_of(dead) == JobState.WAITING
    assert work.work_until_idle() == 1


def test_all_failed_tasks_run_again_at_once(dashboard: Dashboard, sari: User, kopi: Store, batik: Store):
    own = [make_job(kopi, JobState.DEAD) for _ in range(3)]
    foreign = make_job(batik, JobState.DEAD)

    dashboard(sari).post("/work/replay/")

    assert {state_of(job) for job in own} == {JobState.WAITING}
    assert state_of(foreign) == JobState.DEAD


def test_a_waiting_task_is_stopped(dashboard: Dashboard, sari: User, kopi: Store):
    job = make_job(kopi)
    dashboard(sari).post(f"/work/{job.pk}/stop/")

    assert state_of(job) == JobState.CANCELLED
    assert work.work_until_idle() == 0


@pytest.mark.parametrize("act", ["replay", "stop"])
def test_finished_work_can_be_neither_replayed_nor_stopped(
    dashboard: Dashboard, sari: User, kopi: Store, act: str
):
    job = make_job(kopi, JobState.DONE)

    assert dashboard(sari).post(f"/work/{job.pk}/{act}/").status_code == 409
    assert state_of(job) == JobState.DONE


@pytest.mark.parametrize("act", ["replay", "stop"])
def test_the_other_stores_work_is_not_there(dashboard: Dashboard, sari: User, batik: Store, act: str):
    job = make_job(batik, JobState.DEAD if act == "replay" else JobState.WAITING)
    before = state_of(job)

    assert dashboard(sari).post(f"/work/{job.pk}/{act}/").status_code == 404
    assert dashboard(sari).post(f"/work/{uuid.uuid4()}/{act}/").status_code == 404
    assert state_of(job) == before


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.WAREHOUSE])
def test_who_may_only_look_sees_no_buttons_and_is_refused(
    dashboard: Dashboard, member: Callable[[str], User], dead: Job, role: str
):
    browser = dashboard(member(role))

    assert f"/work/{dead.pk}/replay/" not in browser.get("/work/").content.decode()
    assert browser.post(f"/work/{dead.pk}/replay/").status_code == 403
    assert browser.post("/work/replay/").status_code == 403
    assert state_of(dead) == JobState.DEAD


def test_marketing_does_not_see_it(dashboard: Dashboard, member: Callable[[str], User]):
    assert dashboard(member(Role.MARKETING)).get("/work/").status_code == 403


# The same by API


def test_the_api_lists_reads_replays_and_cancels(api: Client, kopi: Store, dead: Job):
    waiting = make_job(kopi)

    first = api.get("/api/v1/jobs", {"limit": 1}).json()
    second = api.get("/api/v1/jobs", {"limit": 1, "after": first["next"]}).json()

    assert [first["items"][0]["id"], second["items"][0]["id"]] == [str(waiting.pk), str(dead.pk)]
    assert second["next"] is None
    assert api.get(f"/api/v1/jobs/{dead.pk}").json()["state"] == "DEAD"
    assert api.post(f"/api/v1/jobs/{dead.pk}/replay").json()["state"] == "WAITING"
    assert api.post(f"/api/v1/jobs/{waiting.pk}/cancel").json()["state"] == "CANCELLED"


def test_the_api_refuses_what_cannot_be(api: Client, kopi: Store, batik: Store):
    done, foreign = make_job(kopi, JobState.DONE), make_job(batik, JobState.DEAD)

    assert api.post(f"/api/v1/jobs/{done.pk}/replay").json()["code"] == "job_not_failed"
    assert api.post(f"/api/v1/jobs/{done.pk}/cancel").json()["code"] == "job_not_stoppable"
    assert api.get(f"/api/v1/jobs/{foreign.pk}").status_code == 404
    assert api.post(f"/api/v1/jobs/{foreign.pk}/replay").status_code == 404
    assert api.get("/api/v1/jobs", {"after": str(uuid.uuid4())}).status_code == 404
    assert api.get("/api/v1/jobs", {"limit": 0}).status_code == 422
    assert api.get("/api/v1/jobs", {"show": "x"}).status_code == 422


# What happens by itself


def test_ended_work_is_forgotten_and_failed_work_later(kopi: Store):
    long_ago, very_long_ago = (timezone.now() - timedelta(days=days) for days in (20, 100))
    kept = [
        make_job(kopi),
        make_job(kopi, JobState.DONE),
        make_job(kopi, JobState.DEAD, finished_at=long_ago),
    ]
    make_job(kopi, JobState.DONE, finished_at=long_ago)
    make_job(kopi, JobState.DEAD, finished_at=very_long_ago)

    removed = worklist.forget_ended(now=timezone.now(), done_days=14, failed_days=90)

    assert removed == 2
    assert {job.pk for job in kept} == set(Job.objects.filter(store=kopi).values_list("pk", flat=True))


def test_a_routine_starts_once_per_period(db: None):
    turns = Job.objects.filter(kind__in=routines.periods())
    routines.start_due(timezone.now())
    work.work_until_idle()
    assert turns.count() == len(routines.periods())

    routines.start_due(timezone.now())
    assert turns.count() == len(routines.periods())
    routines.start_due(timezone.now() + timedelta(days=2))
    assert turns.count() == 2 * len(routines.periods())


def test_a_store_that_fails_a_routine_keeps_no_other_waiting(kopi: Store, batik: Store):
    seen: list[str] = []

    def visit() -> None:
        if context.require_store() == kopi:
            raise ValueError("this one is broken")
        seen.append(context.require_store().slug)

    routines.every(hours=1)(visit)
    kind = next(kind for kind in routines.periods() if "visit" in kind)
    try:
        routines.start_due(timezone.now())
        work.work_until_idle()
    finally:
        del routines._periods[kind]

    assert seen == ["batik"]
    own = kind.removesuffix(".everywhere")
    assert list(Job.objects.filter(store=kopi, kind=own).values_list("attempts", flat=True)) == [1]


def test_operators_see_what_is_left_and_have_failed_duties_run_again(kopi: Store, batik: Store):
    for store, state, error in ((kopi, "DEAD", "no answer"), (batik, "DEAD", ""), (kopi, "WAITING", "")):
        make_job(store, state, kind="tests.sync", last_error=error)
    make_job(kopi, "DONE", kind="tests.sync")
    shown, said = StringIO(), StringIO()

    call_command("duties", stdout=shown)
    call_command("duties", "--repeat", "tests.sync", stdout=said)

    counts = [line.split()[:2] for line in shown.getvalue().splitlines() if "tests.sync" in line]
    assert counts == [["2", "DEAD"], ["1", "WAITING"]]
    assert "no answer" in shown.getvalue()
    assert said.getvalue() == "2 run again\n"
    assert Job.objects.filter(kind="tests.sync", state="WAITING").count() == 3
