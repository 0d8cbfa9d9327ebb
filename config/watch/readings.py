"""What is read from the database when somebody asks for metrics: what waits, what is broken, what is full."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError

from core.kernel import outbox
from tenants import context, heads

log = logging.getLogger(__name__)
KEPT_SECONDS: Final = 5.0
_STORES_SECONDS: Final = 60.0
_PATIENCE: Final = "5s"
# Kinds of duties that act on what providers told us.
INBOX: Final = ("core.payments.services.notices.apply_notice",)

_OPEN_DUTIES = """
SELECT kind, count(*) FILTER (WHERE state = 'WAITING' AND next_at <= statement_timestamp()),
    count(*) FILTER (WHERE state = 'WAITING' AND next_at > statement_timestamp()),
    count(*) FILTER (WHERE state = 'RUNNING' AND lease_until >= statement_timestamp()),
    count(*) FILTER (WHERE state = 'RUNNING' AND lease_until < statement_timestamp()),
    coalesce(extract(epoch FROM statement_timestamp() - min(next_at) FILTER (
        WHERE state = 'WAITING' AND next_at <= statement_timestamp()
    )), 0)
FROM tenants_job WHERE state IN ('WAITING', 'RUNNING') GROUP BY kind ORDER BY kind
"""
# Locks of the first few tables stand in each backend's own fast path, not in the shared table.
_DATABASE = """
SELECT (SELECT count(*) FROM pg_locks WHERE NOT fastpath),
    current_setting('max_locks_per_transaction')::bigint
        * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint),
    current_setting('max_connections')::bigint,
    pg_database_size(current_database()),
    (SELECT coalesce(extract(epoch FROM max(statement_timestamp() - xact_start)), 0) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid())
"""
# A store is backed up every night, and by day when it missed its night.
_UNSAVED = """
SELECT count(*) FROM tenants_store AS store
WHERE state = 'ACTIVE' AND created_at < statement_timestamp() - interval '26 hours' AND NOT EXISTS (
    SELECT 1 FROM tenants_storearchive AS archive
    WHERE archive.store_id = store.id AND archive.kind = 'BACKUP' AND archive.state = 'READY'
        AND archive.taken_at > statement_timestamp() - interval '26 hours'
)
"""
_ARCHIVE = """
SELECT coalesce(extract(epoch FROM statement_timestamp() - last_archived_time), 0),
    (last_failed_time IS NOT NULL
        AND (last_archived_time IS NULL OR last_failed_time > last_archived_time))::int
FROM pg_stat_archiver WHERE current_setting('archive_mode') <> 'off'
"""


class Readings(Collector):
    """Gauges of the moment. Read at most every few seconds, however often they are asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[GaugeMetricFamily] = []
        self._read_at = float("-inf")
        self._behind: tuple[float, int] = (float("-inf"), 0)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self._lock:
            if time.monotonic() - self._read_at > KEPT_SECONDS:
                self._kept = [*self._read(), *_machine()]
                self._read_at = time.monotonic()
            yield from self._kept

    def _read(self) -> list[GaugeMetricFamily]:
        """Everything of the database, or that it did not answer."""
        try:
            with context.in_public(), transaction.atomic():
                _rows(f"SET LOCAL statement_timeout = '{_PATIENCE}'")
                found = [*_duties(), *_database(), *_platform(), _stores_behind(self._count_behind())]
        except DatabaseError:
            log.warning("the database did not answer for the metrics")
            return [_gauge("database_up", "Whether the database answered for these metrics.", 0)]
        finally:
            # Asked by a thread of its own each time: the connection would stay open for nobody.
            connections.close_all()
        return [_gauge("database_up", "Whether the database answered for these metrics.", 1), *found]

    def _count_behind(self) -> int:
        """This one query looks into every schema: once a minute is enough."""
        at, behind = self._behind
        if time.monotonic() - at > _STORES_SECONDS:
            behind = len(heads.stores_behind())
            self._behind = (time.monotonic(), behind)
        return behind


def _gauge(
    name: str, says: str, value: float | None = None, labels: Iterable[str] = (), rows: Iterable[Any] = ()
) -> GaugeMetricFamily:
    """One gauge: a single value, or rows of (label values..., value)."""
    family = GaugeMetricFamily(f"smartseller_{name}", says, value=value, labels=list(labels) or None)
    for *of, number in rows:
        family.add_metric([str(each) for each in of], float(number))
    return family


def _rows(statement: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def _duties() -> Iterator[GaugeMetricFamily]:
    rows = _rows(_OPEN_DUTIES)
    states = (("due", 1), ("later", 2), ("running", 3), ("abandoned", 4))
    depth = [(row[0], state, row[at]) for row in rows for state, at in states]
    yield _gauge("duties_open", "Duties that are not done, by kind.", labels=["kind", "state"], rows=depth)
    oldest = [(row[0], row[5]) for row in rows]
    yield _gauge("duties_oldest_seconds", "How long the oldest due duty waits.", labels=["kind"], rows=oldest)
    told = {kind for kinds in outbox.handlers().values() for kind in kinds}
    for name, says, kinds in (
        ("outbox_lag_seconds", "How long the oldest event has waited for its handler.", told),
        ("inbox_lag_seconds", "How long the oldest message of a provider has waited.", set(INBOX)),
    ):
        yield _gauge(name, says, max((float(row[5]) for row in rows if row[0] in kinds), default=0.0))
    dead = _rows("SELECT kind, count(*) FROM tenants_job WHERE state = 'DEAD' GROUP BY kind ORDER BY kind")
    yield _gauge(
        "duties_dead", "Duties that were given up and wait for a person.", labels=["kind"], rows=dead
    )


def _database() -> Iterator[GaugeMetricFamily]:
    states = _rows(
        "SELECT coalesce(state, 'none'), count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "GROUP BY 1 ORDER BY 1"
    )
    yield _gauge("database_connections", "Connections, by state.", labels=["state"], rows=states)
    [(held, limit, most, size, oldest)] = _rows(_DATABASE)
    yield _gauge("database_connections_limit", "Connections that PostgreSQL takes at most.", most)
    yield _gauge("database_locks_used_ratio", "How much of the shared lock table is used.", held / limit)
    yield _gauge("database_size_bytes", "Size of the database.", size)
    yield _gauge("database_oldest_transaction_seconds", "Age of the oldest transaction.", float(oldest))
    for age, failing in _rows(_ARCHIVE):
        yield _gauge("wal_archive_age_seconds", "Since the last WAL file was archived.", float(age))
        yield _gauge("wal_archive_failing", "Whether the last try to archive a WAL file failed.", failing)


def _platform() -> Iterator[GaugeMetricFamily]:
    states = _rows("SELECT state, count(*) FROM tenants_store GROUP BY state ORDER BY state")
    yield _gauge("stores", "Stores, by state.", labels=["state"], rows=states)
    broken = _rows(
        "SELECT rule, count(*) FROM tenants_breach WHERE ended_at IS NULL GROUP BY rule ORDER BY rule"
    )
    yield _gauge("invariants_broken", "Things that do not add up.", labels=["rule"], rows=broken)
    [(unsaved,)] = _rows(_UNSAVED)
    yield _gauge("stores_without_backup", "Open stores without a backup of the last 26 hours.", unsaved)
    failing = _rows("SELECT count(*) FROM tenants_domainclaim WHERE failing_since IS NOT NULL")
    yield _gauge("domains_failing", "Sellers' domains whose DNS no longer leads to us.", failing[0][0])


def _stores_behind(count: int) -> GaugeMetricFamily:
    return _gauge("stores_behind_head", "Stores that lack a migration of this release.", count)


def _machine() -> Iterator[GaugeMetricFamily]:
    """What is not in the database. Each part that cannot be read is left out, and its alert says so."""
    room = shutil.disk_usage(settings.DATA_DIR)
    yield _gauge("disk_free_ratio", "Free room where files are kept.", room.free / room.total)
    yield _gauge("redis_up", "Whether Redis answers.", int(_redis_answers()))
    for name, says, read, paths in (
        ("certificate_expires_seconds", "When a certificate ends (Unix time).", _ends, settings.CERTIFICATES),
        ("backup_seconds", "When the last backup was complete (Unix time).", _written, settings.BACKUP_MARKS),
    ):
        found = ((path, _value(read, path)) for path in paths)
        rows = [(Path(path).stem, value) for path, value in found if value is not None]
        yield _gauge(name, says, labels=["name"], rows=rows)


def _redis_answers() -> bool:
    line = Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
    try:
        return bool(line.ping())
    except RedisError:
        return False
    finally:
        line.close()


def _value(read: Callable[[str], float], path: str) -> float | None:
    try:
        return read(path)
    except (OSError, ValueError):
        log.warning("%s cannot be read for the metrics", path)
        return None


def _ends(path: str) -> float:
    """The first certificate of a chain is the one that is shown."""
    return x509.load_pem_x509_certificate(Path(path).read_bytes()).not_valid_after_utc.timestamp()


def _written(path: str) -> float:
    return Path(path).stat().st_mtime
