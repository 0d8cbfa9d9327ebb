"""The staff see which store stays behind and why, and have it tried again, saying why."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tenants import work
from tenants.fleet import ledger, retrying, standing
from tenants.fleet.plans import Release
from tenants.models import FleetRun, Job, PlatformAct, RunState, StepState, Store, StoreVersion
from tests.conftest import client_at

pytestmark = pytest.mark.django_db
REASON = {"reason": "Ticket 4711: the column is gone"}


@pytest.fixture
def late(kopi: Store) -> Store:
    """Kopi, which lacks an index and failed to get it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {kopi.schema_name}.fulfilment_by_waybill")
        cursor.execute(
            f"DELETE FROM {kopi.schema_name}.django_migrations WHERE name = '0002_search_by_waybill'"
        )
    run = FleetRun.objects.create(target="t", started_at=timezone.now(), state=RunState.FAILED)
    StoreVersion.objects.create(
        store=kopi,
        run=run,
        target="t",
        migration="fulfilment.0002_search_by_waybill",
        state=StepState.FAILED,
        attempts=5,
        error="OperationalError: lock timeout",
        due_at=run.started_at,
        ended_at=run.started_at,
    )
    return kopi


def test_a_store_that_failed_is_shown_with_its_error(console: Client, late: Store):
    page = console.get("/fleet/").content.decode()

    for text in ("fulfilment.0002_search_by_waybill", "OperationalError: lock timeout", late.schema_name):
        assert text in page


def test_views_narrow_and_count(console: Client, late: Store, batik: Store):
    behind = standing.ids_behind()

    assert behind == {late.pk}
    assert standing.view_counts(behind) == {"": 2, "behind": 1, "failed": 1, "waiting": 0, "head": 1}
    assert batik.schema_name not in console.get("/fleet/", {"view": "failed"}).content.decode()
    assert batik.schema_name in console.get("/fleet/", {"q": "batik"}).content.decode()


def test_another_try_is_a_duty_and_stands_in_the_log(console: Client, late: Store):
    answer = console.post("/fleet/kopi/retry/", REASON)

    assert answer.status_code == 302
    assert Job.objects.get(kind=retrying.MOVE).payload == {"store_id": late.pk}
    act = PlatformAct.objects.get(action="store.migration_retried")
    assert (act.store_id, act.reason, act.actor_name) == (late.pk, REASON["reason"], "Rina")


def test_the_worker_brings_the_store_to_head(console: Client, late: Store):
    console.post("/fleet/kopi/retry/", REASON)

    work.work_until_idle()

    assert ledger.behind(Release()) == []
    row = StoreVersion.objects.get(store=late)
    assert (row.state, row.error, row.attempts) == (StepState.DONE, "", 1)
    assert FleetRun.objects.order_by("-pk").first().state == RunState.DONE


def test_without_a_reason_nothing_happens(console: Client, late: Store):
    answer = console.post("/fleet/kopi/retry/", {"reason": ""})

    assert answer.status_code == 422
    assert not Job.objects.filter(kind=retrying.MOVE).exists()
    assert not PlatformAct.objects.filter(action="store.migration_retried").exists()


def test_a_store_that_lacks_nothing_is_not_tried(console: Client, kopi: Store):
    assert console.post("/fleet/kopi/retry/", REASON).status_code == 422
    assert not Job.objects.filter(kind=retrying.MOVE).exists()


def test_an_unknown_store_is_not_found(console: Client):
    assert console.post("/fleet/nobody/retry/", REASON).status_code == 404


def test_a_run_that_was_killed_is_not_shown_as_running(console: Client, late: Store):
    FleetRun.objects.update(state=RunState.RUNNING)
    console.cookies["lang"] = "en"

    assert "Broken off" in console.get("/fleet/").content.decode()


def test_strangers_and_sellers_see_no_fleet(settings, dashboard, sari):
    assert client_at(settings.CONSOLE_HOST).get("/fleet/").status_code == 302
    assert dashboard(sari).get("/fleet/").status_code == 404


def test_the_page_asks_the_same_number_of_times_for_any_number_of_stores(
    console: Client, late: Store, django_assert_max_num_queries
):
    with django_assert_max_num_queries(22):
        console.get("/fleet/")
