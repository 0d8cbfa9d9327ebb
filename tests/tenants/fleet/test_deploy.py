"""F-DEPLOY: two releases side by side, a runner that is killed wherever it is, and one store that cannot."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from config.launch.environment import ROOT

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
STORES = 28
Start = Callable[..., subprocess.Popen[str]]
BEHIND = (
    "SELECT slug FROM tenants_store "
    "WHERE NOT 'customers.s9001_field' = ANY(tenants_migrations_of(schema_name)) ORDER BY slug"
)


def _line(database: str) -> "psycopg2.extensions.connection":
    where = connection.settings_dict
    line = psycopg2.connect(
        host=where["HOST"],
        port=where["PORT"],
        user=where["USER"],
        password=where["PASSWORD"],
        dbname=database,
    )
    line.autocommit = True
    return line


@pytest.fixture
def copy() -> Iterator[str]:
    """A copy of the database of the tests: what is done to its stores stays there."""
    name = f"{connection.settings_dict['NAME']}_fleet"
    connection.close()
    with _line("postgres").cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{connection.settings_dict["NAME"]}"')
    yield name
    with _line("postgres").cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def start(copy: str, tmp_path: Path) -> Iterator[Start]:
    """Start somebody on the copy; whoever still runs at the end is killed with all children."""
    running: list[subprocess.Popen[str]] = []

    def spawn(*command: str, **told: str) -> subprocess.Popen[str]:
        env = {**os.environ, "CHAOS_DATABASE": copy, "REDIS_URL": settings.REDIS_URL, **told}
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.tenants.fleet.actor", *command],
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        running.append(child)
        return child

    yield spawn
    for child in running:
        kill(child)


def kill(child: subprocess.Popen[str]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()


def ask(copy: str, statement: str) -> list[tuple]:
    line = _line(copy)
    with line.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    line.close()
    return rows


def run_and_die(start: Start, points: Path, point: str, nth: int) -> None:
    """A runner in which one process is killed when it comes to a point, and a little later the others."""
    points.mkdir(exist_ok=True)
    (points / point).write_text(f"kill9 nth={nth}")
    child = start("migrate_fleet", FLEET_RELEASE="field", FAILPOINTS_DIR=str(points))
    while child.poll() is None and not (points / "fired" / point).exists():
        time.sleep(0.002)
    assert (points / "fired" / point).exists(), child.communicate()
    time.sleep(random.uniform(0, 0.05))
    kill(child)


def _run(start: Start) -> tuple[subprocess.Popen[str], str]:
    run = start("migrate_fleet", FLEET_RELEASE="field")
    said, _ = run.communicate(timeout=120)
    return run, said


def test_old_code_serves_while_the_runner_is_killed_and_a_bad_store_stays_alone(
    copy: str, start: Start, tmp_path: Path
):
    assert start("stores", str(STORES)).wait(120) == 0
    ((schema,),) = ask(copy, "SELECT schema_name FROM tenants_store WHERE slug = 'toko-7'")
    ask(copy, f"ALTER TABLE {schema}.customers_customer ADD COLUMN pet text DEFAULT ''")
    old = start("serve")
    assert old.stdout is not None and old.stdout.readline() == "serving\n"

    for point, nth in (
        ("fleet.before_commit", 1),  # on the template
        ("fleet.before_commit", 3),
        ("fleet.after_claim", 5),
        ("fleet.after_step", 4),
    ):
        run_and_die(start, tmp_path / f"{point}-{nth}", point, nth)
    last, said = _run(start)
    if ask(copy, BEHIND) != [("toko-7",)]:
        # On a busy machine a store that is asked all the time may have been waited for in vain.
        last, said = _run(start)
    old.send_signal(signal.SIGTERM)
    served, _ = old.communicate(timeout=60)

    assert last.returncode == 3
    assert f"toko-7 ({schema})" in said
    assert ask(copy, BEHIND) == [("toko-7",)], said[-3000:]
    assert "FAILED" not in served, served[:3000]
    assert int(served.split()[-1]) > STORES
    assert ask(copy, "SELECT DISTINCT state FROM tenants_storeversion WHERE state <> 'DONE'") == [("FAILED",)]
