"""`python -m tests.bench.growth`: the same page and the same sign-up beside 10 stores and beside many.

STORES=200 of them; 1,000 take some minutes to make. Then what touching all of them leaves in a backend of
PostgreSQL's, and what an empty one takes on disk.
"""

import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench import ground
from tests.bench.client import Link, Pages, load
from tests.bench.measuring import CROWD, ROUNDS, SECONDS
from tests.bench.report import DATA_DIR, Figure, at_least, at_most, finish, p95

SHOP = "bangku.shop.localhost"
FEW, SIGN_UPS, POOL = 10, 12, 16
# How much worse it may be beside many stores: what two runs on the same machine differ by.
_SAME = 1.25


def main() -> int:
    """Start beside few stores, go on beside many."""
    with ground.ready(stores=FEW, pool=POOL, home=DATA_DIR / "bench-growth") as filled:
        few = look(filled, number=0)
        from tests.bench import filling  # noqa: PLC0415

        filling.others(ground.STORES - FEW, first=FEW)
        figures = [*compared(few, look(filled, number=1), many=ground.STORES), *weights(filled)]
    return finish(figures)


def look(filled: ground.Filled, *, number: int) -> dict[str, float]:
    """The listing with one client and with 16, and sign-ups one after the other.

    number   how often this was done before
    """
    from tests.bench.sign_ups import Visitor, wait_for_the_pool  # noqa: PLC0415

    anew = Pages(lambda number: f"/categories/rak-{number % 20}/?anew=1", SHOP)
    # Every thread of every process has been asked once: the first round must not make the second look good.
    load(anew, clients=CROWD, seconds=SECONDS * 2)
    alone: list[float] = []
    rates = []
    for _ in range(ROUNDS):
        alone += load(anew, clients=1, seconds=SECONDS).times
        rates.append(load(anew, clients=CROWD, seconds=SECONDS).rate)
    wait_for_the_pool(POOL)
    visitors = [Visitor(1_000 + number * SIGN_UPS + each) for each in range(SIGN_UPS)]
    asked = [each.open_form().sign_up().request for each in visitors]
    return {
        "listing made anew, one client, p50": statistics.median(alone),
        "listing made anew, 16 clients": statistics.median(rates),
        "sign-up, request, p50": statistics.median(asked),
        "sign-up, request, p95": p95(asked),
    }


def compared(few: dict[str, float], many_stores: dict[str, float], *, many: int) -> Iterator[Figure]:
    """The figures beside many stores, with those beside few as their floor."""
    for name, value in many_stores.items():
        was = few[name]
        called = f"{many} stores beside {FEW}: {name}"
        if "clients" in name:
            yield at_least(called, value, "/s", floor=was, least=was / _SAME)
        else:
            # A few sign-ups say little about their slowest one; the limit of a sign-up holds for it.
            most = 130.0 if name.endswith("p95") else was * _SAME
            yield at_most(called, value, "ms", floor=was, most=most)


def weights(filled: ground.Filled) -> Iterator[Figure]:
    """What all stores weigh in a backend that has served each, and an empty one on disk."""
    from tenants.models import Store  # noqa: PLC0415

    slugs = list(Store.objects.filter(slug__startswith="lain-").order_by("pk").values_list("slug", flat=True))
    if not slugs:
        return
    for slug in slugs:
        link = Link(f"{slug}.shop.localhost")
        for path in ("/?anew=1", "/search/?q=kopi", "/cart/"):
            link.get(path)
        link.socket.close()
    name = f"largest backend of PostgreSQL's after touching {len(slugs)} stores"
    yield at_most(name, _largest_backend(), "MiB", most=150.0)
    yield at_most("an empty store on disk", _empty_store(), "MB", most=6.0)


def _largest_backend() -> float:
    """Private memory, in MiB, of the backend that holds most: shared buffers belong to all."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
        pids = [pid for (pid,) in cursor.fetchall()]
    held = [0.0]
    for pid in pids:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        private = sum(int(size) for size in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+)", rollup))
        held.append(private / 1024)
    return max(held)


def _empty_store() -> float:
    """What the tables and indexes of a store without goods take, in MB."""
    from django.db import connection  # noqa: PLC0415

    from tenants.schemas import TEMPLATE  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_relation_size(c.oid, fork)) FROM pg_class c, "
            "unnest(ARRAY['main', 'fsm', 'vm', 'init']) fork WHERE c.relkind IN ('r', 'i', 't', 'S') AND "
            "(c.relnamespace = to_regnamespace(%s) OR c.oid IN (SELECT t.reltoastrelid FROM pg_class t "
            "WHERE t.relnamespace = to_regnamespace(%s)) OR c.oid IN (SELECT i.indexrelid FROM pg_index i "
            "JOIN pg_class t ON t.reltoastrelid = i.indrelid WHERE t.relnamespace = to_regnamespace(%s)))",
            [TEMPLATE] * 3,
        )
        return float(cursor.fetchone()[0]) / 1_000_000


if __name__ == "__main__":
    sys.exit(main())
