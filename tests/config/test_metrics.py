"""What Prometheus reads: that it is true, has an end, and adds up over processes."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from config.embedded.ports import free_port
from config.watch import exposition, loads, readings
from tenants import context, meters, poolers, provisioning, work
from tenants.context import CrossStoreError
from tenants.models import Breach, Job, JobState, Store, StoreArchive, User
from tests.architecture.source import ROOT
from tests.conftest import client_at

KOPI = f"kopi.{django_settings.STOREFRONT_SUFFIX}"


def samples(text: str) -> dict[tuple[str, frozenset], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"smartseller_{name}", labels) or 0.0


@pytest.fixture
def read(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., float | None]:
    """A gauge as it is now; None when it is not told."""
    monkeypatch.setattr(connections, "close_all", lambda: None)

    def gauge(gauge: str, /, **labels: str) -> float | None:
        told = "".join(
            f"{sample.name} {json.dumps(sample.labels, sort_keys=True)} {sample.value}\n"
            for family in readings.Readings().collect()
            for sample in family.samples
        )
        found = re.search(
            rf"^smartseller_{gauge} {re.escape(json.dumps(labels, sort_keys=True))} (.*)$", told, re.M
        )
        return float(found[1]) if found else None

    return gauge


# Requests


def test_a_request_is_counted_by_the_pattern_of_its_address(dashboard: Callable[..., Client], sari: User):
    labels = {"host_kind": "dashboard", "route": "/products/", "method": "GET", "status": "2xx"}
    before = counted("requests_total", **labels)

    dashboard(sari).get("/products/?q=gayo")

    assert counted("requests_total", **labels) == before + 1
    assert counted("request_seconds_count", host_kind="dashboard", route="/products/") >= before + 1


def test_addresses_that_nobody_knows_make_no_new_labels(kopi: Store, platform: Client):
    for number in range(20):
        client_at(f"nobody{number}.example").get(f"/{number}")
        platform.get(f"/made-up/{number}")
        client_at(KOPI).generic(f"MADE{number}", f"/{number}")

    routes = {
        sample.labels["route"] for sample in meters.REQUESTS.collect()[0].samples if "made-up" in str(sample)
    }
    methods = {sample.labels.get("method", "") for sample in meters.REQUESTS.collect()[0].samples}
    assert routes == set()
    assert not any(method.startswith("MADE") for method in methods)


def test_probes_are_no_requests_of_people(platform: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(poolers, "is_direct", lambda: False)
    labels = {"host_kind": "internal", "route": "/readyz", "method": "GET", "status": "5xx"}
    before = counted("requests_total", **labels)

    platform.get("/readyz")

    assert counted("requests_total", **labels) == before + 1


def test_a_store_is_charged_for_its_requests_and_its_seconds(kopi: Store, batik: Store):
    before = meters.LOADS.totals()

    client_at(KOPI).get("/cart/")  # which is never kept, and so always asks the database

    after = meters.LOADS.totals()
    was = before.get(kopi.schema_name, [0, 0, 0.0])
    assert after[kopi.schema_name][0] == was[0] + 1
    assert after[kopi.schema_name][2] > was[2]
    assert after.get(batik.schema_name, [0])[0] == before.get(batik.schema_name, [0])[0]


def test_only_the_heaviest_stores_become_labels(monkeypatch: pytest.MonkeyPatch):
    crowd = meters.StoreLoads("")
    for number in range(1_000):
        crowd.add(f"s_{number:04}", crowd.DATABASE_SECONDS, number)
    monkeypatch.setattr(meters, "LOADS", crowd)

    told = {family.name: family for family in loads.LoadsCollector().collect()}

    heavy = told["smartseller_store_database_seconds"].samples
    assert [sample.labels["store"] for sample in heavy[:2]] == ["s_0999", "s_0998"]
    assert len(heavy) == loads.MOST == 200
    assert told["smartseller_all_stores_database_seconds"].samples[0].value == sum(range(1_000))


# What is counted elsewhere


def test_a_refused_log_in_is_counted(platform: Client):
    before = counted("login_failures_total")

    platform.post("/accounts/login/", {"login": "sari@example.com", "password": "not-hers-at-all"})

    assert counted("login_failures_total") == before + 1


def test_a_prevented_leak_is_counted(kopi: Store, batik: Store):
    before = counted("guard_refusals_total", guard="cross_store")

    with context.in_store(kopi):
        connection.set_tenant(batik)
        with pytest.raises(CrossStoreError):
            connection.cursor()

    assert counted("guard_refusals_total", guard="cross_store") == before + 1


def test_how_a_duty_ended_is_counted(kopi: Store):
    work.register("tests.counts", lambda: None)
    before = counted("duties_total", kind="tests.counts", state="done")
    with context.in_store(kopi):
        work.enqueue("tests.counts", {})

    work.work_until_idle()
    work._duties.pop("tests.counts")

    assert counted("duties_total", kind="tests.counts", state="done") == before + 1
    assert counted("duty_seconds_count", kind="tests.counts") >= 1


def test_a_call_that_fails_is_timed_as_failed():
    with pytest.raises(OSError), meters.timed_call("tests"):
        raise OSError

    assert counted("provider_seconds_count", provider="tests", outcome="failed") == 1


# Readings


def test_duties_are_told_by_kind_state_and_age(kopi: Store, read):
    now = timezone.now()
    for state, due in (("WAITING", -90), ("WAITING", -10), ("WAITING", 60), ("DEAD", -5)):
        Job.objects.create(
            store=kopi, kind="tests.told", payload={}, state=state, next_at=now + timedelta(seconds=due)
        )
    Job.objects.create(
        store=kopi,
        kind="tests.told",
        payload={},
        state=JobState.RUNNING,
        lease_until=now - timedelta(seconds=1),
        next_at=now,
    )

    assert read("duties_open", kind="tests.told", state="due") == 2
    assert read("duties_open", kind="tests.told", state="later") == 1
    assert read("duties_open", kind="tests.told", state="abandoned") == 1
    assert 90 <= (read("duties_oldest_seconds", kind="tests.told") or 0) < 120
    assert read("duties_dead", kind="tests.told") == 1
    assert read("outbox_lag_seconds") == 0


def test_an_event_that_waits_is_lag(kopi: Store, read):
    past = timezone.now() - timedelta(seconds=300)
    Job.objects.create(store=kopi, kind="core.inventory.handlers.show_availability", payload={}, next_at=past)
    Job.objects.create(store=kopi, kind=readings.INBOX[0], payload={}, next_at=past)

    assert 300 <= (read("outbox_lag_seconds") or 0) < 330
    assert 300 <= (read("inbox_lag_seconds") or 0) < 330


def test_what_does_not_add_up_is_told_by_rule(kopi: Store, read):
    now = timezone.now()
    Breach.objects.create(store=kopi, room="orders", rule="INV-4", first_seen_at=now, last_seen_at=now)

    assert read("invariants_broken", rule="INV-4") == 1


def test_the_database_tells_how_full_it_is(read):
    assert (read("database_connections", state="active") or 0) > 0
    assert (read("database_connections_limit") or 0) >= 20
    assert 0 <= (read("database_locks_used_ratio") or -1) < 0.6
    assert read("database_up") == read("redis_up") == 1
    assert read("stores_behind_head") == 0
    assert read("stores", state="ACTIVE") == 2
    assert 0 < (read("disk_free_ratio") or 0) < 1


def test_a_store_behind_head_is_told(batik: Store, read):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {batik.schema_name}.django_migrations WHERE app = 'catalog'")

    assert read("stores_behind_head") == 1


def test_stores_that_were_not_backed_up_are_told(kopi: Store, batik: Store, read):
    long_ago = timezone.now() - timedelta(days=3)
    Store.objects.update(created_at=long_ago)
    for store, hours in ((kopi, 3), (batik, 30)):
        StoreArchive.objects.create(
            store=store,
            store_uid=store.uid,
            kind="BACKUP",
            state="READY",
            asked_by="SYSTEM",
            taken_at=timezone.now() - timedelta(hours=hours),
        )

    assert read("stores_without_backup") == 1


def test_a_store_that_opens_is_timed(kopi: Store):
    before = counted("provisioning_seconds_count")

    provisioning._open(kopi)

    assert counted("provisioning_seconds_count") == before + 1


def test_files_of_the_operator_are_told_by_their_age(read, settings, tmp_path: Path):
    mark = tmp_path / "last-base-backup"
    mark.touch()
    settings.BACKUP_MARKS = [str(mark), str(tmp_path / "none")]
    settings.CERTIFICATES = [str(tmp_path / "none.pem")]

    assert read("backup_seconds", name="last-base-backup") == pytest.approx(time.time(), abs=60)
    assert read("certificate_expires_seconds", name="none") is None


def test_readings_are_kept_for_a_few_seconds(
    db: None, django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "close_all", lambda: None)
    ours = readings.Readings()
    list(ours.collect())

    with django_assert_num_queries(0):
        list(ours.collect())


# Over processes

CHILD = """
import os, sys
from tenants import meters
meters.LOGIN_FAILURES.inc({amount})
meters.LOADS.add("s_one", meters.LOADS.REQUESTS, {amount})
pid = os.fork()
meters.REQUESTS.labels("platform", "/", "GET", "2xx").inc({amount})
meters.LOADS.add("s_two", meters.LOADS.REQUESTS, {amount})
meters.LOADS.flush(now=True)
if pid:
    os.waitpid(pid, 0)
os._exit(0)
"""


def test_processes_and_their_forks_add_up(tmp_path: Path):
    told = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for amount in (1, 2):
        subprocess.run([sys.executable, "-c", CHILD.format(amount=amount)], env=told, check=True)

    script = (
        "import django; django.setup(); from config.watch import exposition; "
        "print(exposition.page().decode())"
    )
    page = subprocess.run(
        [sys.executable, "-c", script],
        env={**told, "METRICS_READINGS": "0", "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        check=True,
        capture_output=True,
        text=True,
    )

    found = samples(page.stdout)
    labels = frozenset({"host_kind": "platform", "route": "/", "method": "GET", "status": "2xx"}.items())
    assert found["smartseller_login_failures_total", frozenset()] == 3
    assert found["smartseller_requests_total", labels] == 6
    assert found["smartseller_store_requests_total", frozenset({("store", "s_one")})] == 3
    assert found["smartseller_store_requests_total", frozenset({("store", "s_two")})] == 6
    assert found["smartseller_all_stores_requests_total", frozenset()] == 9


# The port


@pytest.fixture
def port(settings, monkeypatch: pytest.MonkeyPatch) -> int:
    settings.METRICS_PORT, settings.METRICS_READINGS = free_port(), False
    monkeypatch.setattr(exposition, "_TRY_AGAIN_SECONDS", 0.05)
    exposition.start()
    return settings.METRICS_PORT


def _page(port: int, path: str = "/metrics") -> tuple[int, str]:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nobody serves the metrics")


def test_the_port_of_its_own_shows_them_and_nothing_else(port: int):
    status, body = _page(port)

    assert status == 200
    assert "smartseller_requests_total" in body
    assert _page(port, "/readyz")[0] == _page(port, "/")[0] == 404


SERVES = """
import os, sys, time
import django
django.setup()
from config.watch import exposition
from tenants import meters
exposition._TRY_AGAIN_SECONDS = 0.05
meters.LOGIN_FAILURES.inc()
exposition.start()
meters.LOADS.add("s_one", meters.LOADS.REQUESTS, 1)
for _ in range({children}):
    time.sleep(1)
    if os.fork() == 0:
        time.sleep(90)
        os._exit(0)
time.sleep(90)
"""


def test_when_the_process_that_shows_them_is_killed_another_goes_on(tmp_path: Path):
    """Also when the killed one leaves a child behind, as a worker would."""
    port = free_port()
    told = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "METRICS_PORT": str(port),
        "METRICS_READINGS": "0",
    }
    crew = []
    try:
        for children in (1, 0):
            script = SERVES.format(children=children)
            crew.append(subprocess.Popen([sys.executable, "-c", script], env=told, start_new_session=True))
            _wait_until(lambda: _failures(port) == len(crew))
        time.sleep(1.5)
        assert _both_told(port)
        crew[0].kill()
        _wait_until(lambda: _failures(port) == 2)
    finally:
        for each in crew:
            os.killpg(each.pid, signal.SIGKILL)
            each.wait()


def _failures(port: int) -> float:
    return samples(_page(port)[1])["smartseller_login_failures_total", frozenset()]


def _both_told(port: int) -> bool:
    """What the process that only waits has summed up stands there too, though nobody asks it for more."""
    return samples(_page(port)[1])["smartseller_store_requests_total", frozenset({("store", "s_one")})] == 2


def _wait_until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def test_without_a_port_nothing_listens():
    before = threading.active_count()

    exposition.start()

    assert threading.active_count() == before


@pytest.mark.parametrize("host", [django_settings.PLATFORM_HOST, KOPI, "anything.example"])
def test_no_host_of_ours_shows_metrics(host: str, kopi: Store):
    assert client_at(host).get("/metrics").status_code == 404
