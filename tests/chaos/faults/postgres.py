"""F-PG and F-TX: PostgreSQL dies, restarts, cuts its lines, or waits for locks that somebody else holds."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2

from tests.chaos import ground, truth
from tests.chaos.report import Report, Row
from tests.chaos.shop import Load, NoAnswer, Promise, Shop, until_answered
from tests.chaos.stage import Stage

RECOVERS_WITHIN = 15.0
_CLEAN = {201, 409, 503}


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Every row that was acknowledged survives, and the web comes back without a restart."""
    ways = (_crash_of_a_backend, _immediate_restart, _all_terminated, _lines_cut, _black_hole)
    with report.row("F-PG") as row:
        for way in ways[1:2] if short else ways:
            for _ in range(1 if short else 2):
                _under_load(row, stage, shops, way)


def _under_load(row: Row, stage: Stage, shops: list[Shop], way: Callable[[Stage], None]) -> None:
    row.runs += 1
    web = stage.pieces["web"].child.pid
    with Load(shops) as load:
        time.sleep(1)
        way(stage)
        began, before = time.monotonic(), len(load.made)
        row.eventually(
            lambda: len(load.made) > before,
            f"{way.__name__}: the web did not recover",
            within=RECOVERS_WITHIN,
        )
        print(f"    {way.__name__}: orders again after {time.monotonic() - began:.1f} s", flush=True)
        time.sleep(1)
    row.expect(stage.pieces["web"].child.pid == web, f"{way.__name__}: the web had to be restarted")
    row.expect(not load.troubles, f"{way.__name__}: orders were refused: {load.troubles[:2]}")
    bad = {status for told in load.made for status in told.statuses} - _CLEAN
    row.expect(not bad, f"{way.__name__}: shoppers saw {sorted(bad)}")
    truth.check(row, stage, shops)


def _crash_of_a_backend(stage: Stage) -> None:
    """kill -9 of one backend: PostgreSQL ends all others and recovers from its log."""
    with _session() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid() ORDER BY query_start DESC LIMIT 1"
        )
        os.kill(cursor.fetchone()[0], signal.SIGKILL)


def _immediate_restart(stage: Stage) -> None:
    ground.kill_postgres()
    time.sleep(1)
    ground.postgres.start()


def _all_terminated(stage: Stage) -> None:
    with _session() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


def _lines_cut(stage: Stage) -> None:
    for _ in range(5):
        stage.to_postgres.reset()
        time.sleep(0.4)


def _black_hole(stage: Stage) -> None:
    """The network takes everything and gives nothing back, for as long as people have patience."""
    stage.to_postgres.swallow()
    time.sleep(6)
    stage.to_postgres.heal()


@contextmanager
def _session() -> Iterator["psycopg2.extensions.cursor"]:
    """A session of our own, straight to the server; whatever it began ends with the block."""
    link = psycopg2.connect(ground.servers.database_url)
    try:
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()


# Locks that somebody else holds

_STOCK = 'SELECT 1 FROM "{schema}".inventory_stockitem ORDER BY id FOR UPDATE'
_HELD = (
    _STOCK,
    'SELECT 1 FROM "{schema}".checkout_cart WHERE public_id = %s FOR UPDATE',
    'SELECT 1 FROM "{schema}".kernel_numbersequence FOR UPDATE',
    'SELECT 1 FROM "{schema}".payments_paymentmethod FOR UPDATE',
)


def run_locks(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Locks held for long, for a moment, and crosswise: a clean answer in time, and no half purchase."""
    rounds = 3 if short else 20
    with report.row("F-TX") as row:
        for number in range(rounds):
            shop = shops[number % 2]
            kind = (_held_for_long, _held_for_a_moment, _crosswise)[number % 3]
            kind(row, shop, _HELD[number % len(_HELD)])
            row.runs += 1
        truth.check(row, stage, shops)


def _held_for_long(row: Row, shop: Shop, statement: str) -> None:
    told = shop.promise()
    began = time.monotonic()
    with _session() as cursor:
        cursor.execute(
            statement.format(schema=shop.store.schema_name), [told.cart] if "%s" in statement else None
        )
        status = _status(shop, told)
    row.expect(status in _CLEAN - {201}, f"a lock that is held: {status}")
    row.expect(time.monotonic() - began < 8, f"a lock that is held: {time.monotonic() - began:.0f} s")
    until_answered(lambda: shop.place(told))


def _held_for_a_moment(row: Row, shop: Shop, statement: str) -> None:
    """Shorter than anybody's patience: nobody notices."""
    told = shop.promise()
    with _session() as cursor:
        cursor.execute(
            statement.format(schema=shop.store.schema_name), [told.cart] if "%s" in statement else None
        )
        waiting = threading.Thread(target=_status, args=(shop, told))
        waiting.start()
        time.sleep(0.7)
    waiting.join(20)
    row.expect(told.is_acknowledged, f"a lock that was held for a moment: {told.statuses}")


def _crosswise(row: Row, shop: Shop, _statement: str) -> None:
    """We hold the method and want the stock; the purchase holds the stock and wants the method."""
    schema, told = shop.store.schema_name, shop.promise()
    with _session() as cursor:
        cursor.execute(_HELD[3].format(schema=schema))
        buying = threading.Thread(target=_status, args=(shop, told))
        buying.start()
        time.sleep(0.7)
        try:
            cursor.execute(_STOCK.format(schema=schema))
        except psycopg2.errors.DeadlockDetected:
            pass
    buying.join(20)
    row.expect(set(told.statuses) <= _CLEAN, f"a deadlock: {told.statuses}")
    until_answered(lambda: shop.place(told))


def _status(shop: Shop, told: Promise) -> int:
    try:
        return shop.place(told).status
    except NoAnswer:
        return 0
