"""`python -m tests.bench.fleet`: what bringing the fleet to head costs. STORES=200 of them, DATA_DIR as ever.

On servers of its own. The rival, Django's own `migrate` per store as `migrate_schemas` runs it, is measured
on a few stores and multiplied; the floor is the same SQL sent over one plain connection. Three rounds of all,
one after the other; the medians count.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import django
import psycopg2

from config import embedded
from config.embedded import accounts
from config.launch.environment import ROOT
from tests.bench.report import DATA_DIR, Figure, at_most, finish

STORES = int(os.environ.get("STORES") or 200)
HOME = DATA_DIR / "bench-fleet"
SAMPLE, ROUNDS = 5, 3
RELEASE = "tests.tenants.fleet.releases"
LIST = "django_migrations WHERE app = 'customers' AND name LIKE 's9%'"


def main() -> int:
    """Start servers, make stores, measure, stop."""
    accounts.remove_reachable(HOME / "postgres")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    servers = embedded.start(HOME)
    os.environ |= {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "DATA_DIR": str(HOME),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "STORE_POOL_SIZE": "0",
    }
    try:
        django.setup()
        _make_stores()
        return finish(list(_measured()))
    finally:
        servers.stop()


def _make_stores() -> None:
    from django.core.management import call_command  # noqa: PLC0415

    from tenants import blueprint, schemas  # noqa: PLC0415
    from tenants.models import Store, StoreState  # noqa: PLC0415

    call_command("setup", verbosity=0)
    began = time.monotonic()
    for number in range(STORES):
        name = schemas.new_schema_name()
        schemas.make(name)
        with schemas.migrating(name):
            blueprint.replay()
        Store.objects.create(
            schema_name=name, slug=f"bench-{number}", name=f"Bench {number}", state=StoreState.ACTIVE
        )
    print(f"{STORES} stores made in {time.monotonic() - began:.0f} s")


def _measured() -> Iterator[Figure]:
    from tenants.fleet import runner  # noqa: PLC0415

    idle, fields, people, rivals, floors = [], [], [], [], []
    for _ in range(ROUNDS):
        idle.append(_timed(runner.run))
        rivals.append(_rival())
        _back()
        with _of("field"):
            fields.append(_timed(runner.run))
        text = _rendered()
        _back()
        floors.append(_timed(lambda text=text: _by_hand(text)))
        _back()
        with _of("people"):
            people.append(_timed(runner.run))
        _back()
    ours, rival, floor = map(statistics.median, (fields, rivals, floors))
    nothing = statistics.median(idle)
    name = f"fleet of {STORES}"
    yield at_most(f"{name}: one AddField", ours, "s", floor=floor, most=3.0 * STORES / 200)
    yield Figure(f"{name}: Django's migrate per store, of {SAMPLE} extrapolated", rival, "s")
    times = rival / ours
    yield Figure(f"{name}: one AddField, times faster than that", times, "x", None, None, 40.0, times >= 40)
    yield at_most(f"{name}: nothing to do", nothing, "s", most=1.0 * STORES / 200)
    yield at_most(f"{name}: nothing to do, the whole command", _command(), "s")
    each = statistics.median(people) / STORES * 1000
    yield at_most(f"{name}: a step in Python, per store", each, "ms", most=50.0)


class _of:
    """Be of a later release for a while."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        from django.conf import settings  # noqa: PLC0415

        settings.MIGRATION_MODULES = {"customers": f"{RELEASE}.{self.name}"}

    def __exit__(self, *trouble: object) -> None:
        from django.conf import settings  # noqa: PLC0415

        settings.MIGRATION_MODULES = {}


def _schemas() -> list[str]:
    from tenants.models import Store  # noqa: PLC0415

    return list(Store.objects.order_by("pk").values_list("schema_name", flat=True))


def _rival() -> float:
    """Seconds that Django's migrate takes for all stores, judged by a few of them."""
    from tenants import schemas  # noqa: PLC0415

    with _of("field"):
        spent = _timed(lambda: [schemas.migrate(name) for name in _schemas()[:SAMPLE]])
    return spent / SAMPLE * STORES


def _rendered() -> str:
    from tenants.models import RenderedStep  # noqa: PLC0415

    return str(RenderedStep.objects.get().statements)


def _by_hand(text: str) -> None:
    names = _schemas()
    line = psycopg2.connect(os.environ["DATABASE_URL"])
    line.autocommit = True
    with line.cursor() as cursor:
        for name in names:
            cursor.execute(
                f"BEGIN; SET LOCAL search_path = {name}, public; {text}; INSERT INTO django_migrations "
                "(app, name, applied) VALUES ('customers', 's9001_field', now()); COMMIT"
            )
    line.close()


def _back() -> None:
    """Every schema as it was, and nothing rendered."""
    from tenants.fleet import steps  # noqa: PLC0415

    line = psycopg2.connect(os.environ["DATABASE_URL"])
    line.autocommit = True
    with line.cursor() as cursor:
        for name in [*_schemas(), "template_of_stores"]:
            cursor.execute(
                f"BEGIN; SET LOCAL search_path = {name}; ALTER TABLE customers_customer "
                f"DROP COLUMN IF EXISTS pet; DELETE FROM {LIST}; COMMIT"
            )
        cursor.execute("DELETE FROM tenants_renderedstep")
    line.close()
    steps._known.clear()


def _command() -> float:
    command = [sys.executable, "manage.py", "migrate_fleet"]
    return _timed(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True))


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
