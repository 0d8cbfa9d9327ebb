"""Files that no row names: a process that is killed between a file and its row leaves one behind.

Every file that we make has 24 random digits in its name. Once a day those of files that are older than a
day are looked for in every row of the store, in whatever column, and in what was put aside when it went back
to a backup. What nothing names is removed; other names are left alone.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext_lazy
from psycopg2 import sql

from tenants import context, meters
from tenants.archive import places, snapshot
from tenants.models import Job, Restoration, Store
from tenants.routines import every
from tenants.work import OPEN_STATES

log = logging.getLogger(__name__)
OLD: Final = timedelta(days=1)
_MARK: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")
_FETCH: Final = 1_000


@every(days=1, label=gettext_lazy("Removal of files that nothing uses"))
def remove_from_store() -> None:
    """Remove what no row of the store in force names."""
    store = context.require_store()
    count, size = sweep(store, now=timezone.now())
    if count:
        meters.ORPHAN_FILES.inc(count)
        log.warning("removed %s files that no row names, %s bytes", count, size)


def sweep(store: Store, *, now: datetime) -> tuple[int, int]:
    """Remove the store's old files that nothing names. Returns how many, and their bytes."""
    with context.in_store(store):
        # Files before rows: what is written meanwhile is too young to be among them.
        unnamed = _old_files(now)
        if not unnamed:
            return 0, 0
        for schema in [store.schema_name, *_put_aside(store)]:
            for mark in _marks_in(schema):
                unnamed.pop(mark, None)
        for mark in _marks_of(_duties(store)):
            unnamed.pop(mark, None)
        names = [name for found in unnamed.values() for name in found]
        size = sum(max(places.media_size(name), 0) for name in names)
        for name in names:
            default_storage.delete(f"{store.uid}/{name}")
    return len(names), size


def _old_files(now: datetime) -> dict[str, list[str]]:
    """What is random in a name -> the files that have it, older than a day."""
    found: dict[str, list[str]] = {}
    for name in places.media_names():
        mark = _MARK.search(name.rpartition("/")[2]) or _MARK.search(name)
        if mark and _written_at(name) < now - OLD:
            found.setdefault(mark[0], []).append(name)
    return found


def _written_at(name: str) -> datetime:
    return default_storage.get_modified_time(f"{context.require_store().uid}/{name}")


def _put_aside(store: Store) -> list[str]:
    with context.in_public():
        rows = Restoration.objects.filter(store_id=store.pk)
        names = [name for row in rows for name in (row.kept_schema, row.new_schema)]
    return [name for name in names if name]


def _duties(store: Store) -> list[str]:
    with context.in_public():
        rows = Job.objects.filter(store_id=store.pk, state__in=OPEN_STATES)
        return [str(payload) for payload in rows.values_list("payload", flat=True)]


def _marks_in(schema: str) -> Iterator[str]:
    with snapshot.taken(schema) as taken:
        for table in taken.tables:
            query = sql.SQL("SELECT line::text FROM {} AS line WHERE line::text ~ '[0-9a-f]{{24}}'")
            with taken.raw.cursor(name="marks") as cursor:
                cursor.itersize = _FETCH
                cursor.execute(query.format(sql.Identifier(schema, table.name)))
                yield from _marks_of(text for (text,) in cursor)


def _marks_of(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _MARK.findall(text)
