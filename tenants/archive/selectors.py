"""What people see of archives, backups and their store's past."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg2 import sql

from tenants import context
from tenants.archive import backups, parts
from tenants.archive.manifest import NotAnArchive
from tenants.models import (
    ArchiveKind,
    ArchiveState,
    Job,
    Restoration,
    RestorationState,
    Store,
    StoreArchive,
    StoreDeletion,
)

MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Difference:
    """How many of something a backup has, and how many there are now."""

    label: str
    then: int
    now: int

    @property
    def change(self) -> int:
        """How many more there would be."""
        return self.then - self.now


def downloads(store: Store) -> list[StoreArchive]:
    """The archives that were asked for, newest first."""
    with context.in_public():
        rows = StoreArchive.objects.filter(store=store, kind=ArchiveKind.DOWNLOAD)
        return list(rows.order_by("-created_at", "-pk")[:5])


def backups_of(store: Store) -> list[StoreArchive]:
    """The backups that a store can go back to, newest first."""
    with context.in_public():
        rows = StoreArchive.objects.filter(store=store, kind=ArchiveKind.BACKUP, state=ArchiveState.READY)
        return list(rows.order_by("-taken_at", "-pk")[:MOST_SHOWN])


def restorations(store: Store) -> list[Restoration]:
    """When the store went back, and how that ended, newest first."""
    with context.in_public():
        rows = Restoration.objects.select_related("archive").filter(store=store)
        return list(rows.order_by("-created_at", "-pk")[:5])


def deletions(store: Store) -> list[StoreDeletion]:
    """When the store was to be deleted, with every step, newest first."""
    with context.in_public():
        return list(StoreDeletion.objects.filter(store=store).order_by("-asked_at"))


def is_going_back(store: Store) -> bool:
    """Whether a worker is about to bring the store back."""
    with context.in_public():
        open_states = [RestorationState.WAITING, RestorationState.BUILDING]
        return Restoration.objects.filter(store=store, state__in=open_states).exists()


def job_of(kind: str, **payload: Any) -> Job | None:
    """The duty that works for one of the above, for its progress."""
    with context.in_public():
        rows = Job.objects.filter(kind=kind, **{f"payload__{name}": value for name, value in payload.items()})
        return rows.order_by("-created_at").first()


def differences(store: Store, archive: StoreArchive) -> list[Difference]:
    """What a backup has against what there is now, in the words of sellers."""
    words = parts.words()
    try:
        then = backups.manifest_in(backups.folder_of(archive)).tables
    except NotAnArchive:
        return []
    with context.in_store(store), connection.cursor() as cursor:
        counted = {table: _count(cursor, table) for table in words}
    return [
        Difference(str(words[table]), then[table].rows if table in then else 0, counted[table])
        for table in sorted(words, key=lambda name: str(words[name]))
    ]


def _count(cursor: Any, table: str) -> int:
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
    return int(cursor.fetchone()[0])


def counts(store: Store) -> list[tuple[str, int]]:
    """How many there are of what sellers have words for."""
    words = parts.words()
    with context.in_store(store), connection.cursor() as cursor:
        return sorted((str(words[table]), _count(cursor, table)) for table in words)


def last_archive(store: Store, now: datetime) -> StoreArchive | None:
    """The archive that was written when the store was closed, while it can be fetched."""
    with context.in_public():
        rows = StoreArchive.objects.filter(store=store, kind=ArchiveKind.LAST, state=ArchiveState.READY)
        return rows.filter(expires_at__gt=now).order_by("-created_at").first()
