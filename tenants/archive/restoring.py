"""A store goes back to one of its backups, and no other store notices.

The rows are built up in a new schema beside the store's, brought to head and looked over while the store
goes on selling. Only then the two change names, in one transaction; the store's schema has the name that it
always had. What it was before is kept aside for some days, to change back. A worker that dies begins anew;
one that fails leaves the store as it is.
"""

import copy
import uuid
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.cache import caches
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2 import sql

from tenants import acts, context, hosts, privileges, schemas, structure, work
from tenants.archive import backups, exporting, loading, parts, places, snapshot, vault
from tenants.archive.manifest import Manifest, NotAnArchive
from tenants.errors import CommerceError
from tenants.models import (
    ArchiveKind,
    ArchiveState,
    Job,
    JobState,
    Restoration,
    RestorationState,
    Store,
    StoreArchive,
    StoreState,
)
from tenants.permissions import Actor
from tenants.routines import every
from tenants.work import OPEN_STATES

_MAY_GO_BACK: Final = (StoreState.ACTIVE, StoreState.SUSPENDED)
_OPEN: Final = (RestorationState.WAITING, RestorationState.BUILDING)
_SWAPS: Final = 5


class AlreadyGoingBack(CommerceError):
    code = "already_going_back"

    def __init__(self) -> None:
        super().__init__(_("The store is being brought back already. Wait until that has ended."))


class CannotGoBack(CommerceError):
    code = "cannot_go_back"

    def __init__(self) -> None:
        super().__init__(_("A store in this state cannot be brought back to a backup."))


class NothingKept(CommerceError):
    code = "nothing_kept"

    def __init__(self) -> None:
        super().__init__(_("What the store was before is not kept any more."))


def backup_of(store: Store, uid: uuid.UUID) -> StoreArchive:
    """One finished backup of the store. Raises ArchiveNotFound."""
    with context.in_public():
        found = StoreArchive.objects.filter(
            uid=uid, store=store, kind=ArchiveKind.BACKUP, state=ArchiveState.READY
        ).first()
    if found is None or not backups.folder_of(found).is_dir():
        raise exporting.ArchiveNotFound
    return found


@transaction.atomic
def ask(*, store: Store, archive: StoreArchive, actor: Actor, reason: str = "") -> Restoration:
    """Have a worker bring the store back to a backup.

    Raises   CannotGoBack, AlreadyGoingBack
    """
    if store.state not in _MAY_GO_BACK:
        raise CannotGoBack
    with context.in_public():
        try:
            with transaction.atomic():
                row = Restoration.objects.create(store=store, archive=archive, asked_by=actor.name[:80])
        except IntegrityError:
            raise AlreadyGoingBack from None
        facts = {"taken_at": archive.taken_at.isoformat() if archive.taken_at else ""}
        acts.note(
            actor=actor,
            action="store.going_back",
            store=store,
            subject_id=str(archive.uid),
            reason=reason,
            changes=facts,
        )
        work.enqueue(RESTORE, {"restoration_id": row.pk})
    return row


# The duty


def restore(*, restoration_id: int) -> None:
    """Build the store as it was, look it over, and let it take the store's place."""
    row = Restoration.objects.select_related("store", "archive").get(pk=restoration_id)
    if row.state not in _OPEN:
        return
    try:
        if not row.kept_schema:
            _build(row)
        _finish(row)
    except BaseException as trouble:
        job = work.running()
        if isinstance(trouble, CommerceError) or job is None or job.attempts >= job.max_attempts:
            _give_up(row, trouble)
            if isinstance(trouble, CommerceError):
                return
        raise


def _build(row: Restoration) -> None:
    if row.archive is None:
        raise exporting.ArchiveNotFound
    _forget_half(row)
    folder = backups.folder_of(row.archive)
    found = backups.manifest_in(folder)
    row.new_schema, row.state = schemas.new_schema_name(), RestorationState.BUILDING
    row.save()
    loading.build_tables(row.new_schema, found)
    if structure.fingerprint(row.new_schema) != found.schema["fingerprint"]:
        raise NotAnArchive(_("its tables are built differently"))
    with loading.filling(row.new_schema) as cursor:
        _fill(cursor, row, folder, found)
    if wrong := loading.differences(row.new_schema, found):
        raise NotAnArchive(_("%(tables)s came out differently") % {"tables": ", ".join(wrong)})
    loading.bring_to_head(row.new_schema)
    _look_over(row, found)
    row.counts = {"rows": found.rows, "files": found.media.get("files", 0)}
    _swap(row, row.store.schema_name, row.new_schema)


def _fill(cursor: Any, row: Restoration, folder: Path, found: Manifest) -> None:
    def tell(done: int, total: int, note: str) -> None:
        work.report(done, total, str(_("Bringing rows back")))

    if (folder / backups.ROWS_DUMP).exists():
        with vault.opened(folder / backups.ROWS_DUMP) as dump:
            loading.fill_from_dump(cursor, row.new_schema, dump, found, tell)
    elif (folder / backups.ROWS_ZIP).exists():
        with vault.opened(folder / backups.ROWS_ZIP) as source, zipfile.ZipFile(source) as file:
            loading.fill_from_zip(cursor, row.new_schema, file, row.store, tell)
    else:
        raise NotAnArchive(_("%(name)s is missing") % {"name": backups.ROWS_DUMP})


def _look_over(row: Restoration, found: Manifest) -> None:
    """Nothing may be wrong in it that was right when the backup was made."""
    beside = copy.copy(row.store)
    beside.schema_name = row.new_schema
    with context.in_store(beside):
        if troubles := sorted({*parts.troubles()} - {*found.troubles}):
            raise NotAnArchive(troubles[0])


def _swap(row: Restoration, live: str, other: str) -> None:
    """Let `other` take the name of the store's schema, which is kept under a new one.

    Locks   every table of both, so that nobody is in the middle of something
    """
    aside = schemas.new_schema_name()
    for attempt in range(1, _SWAPS + 1):
        try:
            with context.in_public(), privileges.as_owner(), transaction.atomic():
                _change_names(live, other, aside)
                row.new_schema, row.kept_schema = "", aside
                row.keep_until = timezone.now() + timedelta(days=settings.ASIDE_DAYS)
                row.save()
            return
        except OperationalError:
            # Somebody held a table for too long; shoppers come before restorations.
            if attempt == _SWAPS:
                raise


def _change_names(live: str, other: str, aside: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '3s'")
        for name in (live, other):
            locked = [sql.Identifier(name, table.name) for table in snapshot.tables(cursor, name)]
            listed = sql.SQL(", ").join(locked)
            cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(listed))
        _count_on(cursor, live, other)
        rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
        cursor.execute(rename.format(sql.Identifier(live), sql.Identifier(aside)))
        cursor.execute(rename.format(sql.Identifier(other), sql.Identifier(live)))


def _count_on(cursor: Any, live: str, other: str) -> None:
    """Numbers that the world has seen since the backup are not given out a second time."""
    now, then = snapshot.last_numbers(cursor, live), snapshot.last_numbers(cursor, other)
    loading.count_on(cursor, other, {name: last for name, last in now.items() if last > then.get(name, 0)})
    for each in parts.counters():
        names = {
            "old": sql.Identifier(live, each.table),
            "new": sql.Identifier(other, each.table),
            "column": sql.Identifier(each.column),
            "key": sql.Identifier(each.key),
        }
        cursor.execute(
            sql.SQL(
                "UPDATE {new} AS new SET {column} = old.{column} FROM {old} AS old "
                "WHERE new.{key} = old.{key} AND new.{column} < old.{column}"
            ).format(**names)
        )
        cursor.execute(
            sql.SQL(
                "INSERT INTO {new} ({key}, {column}) SELECT {key}, {column} FROM {old} AS old "
                "WHERE NOT EXISTS (SELECT FROM {new} AS new WHERE new.{key} = old.{key})"
            ).format(**names)
        )


def _finish(row: Restoration) -> None:
    """Files come back, duties of what is gone end, nothing old is remembered. Safe to run again."""
    if row.archive is not None:
        _bring_files(row.store, backups.folder_of(row.archive))
    open_duties = Job.objects.filter(store=row.store, state__in=OPEN_STATES)
    cancelled = open_duties.update(state=JobState.CANCELLED, finished_at=timezone.now())
    with context.in_store(row.store):
        caches["default"].clear()
        with transaction.atomic():
            for back in parts.returns():
                back(row.store)
    hosts.forget(row.store)
    row.counts = {**row.counts, "duties_cancelled": cancelled}
    row.state, row.ended_at = RestorationState.DONE, timezone.now()
    row.save()


def _bring_files(store: Store, folder: Path) -> int:
    """Put back the files that the store has no more. Returns how many."""
    count = 0
    with context.in_store(store):
        for facts in backups.files_in(folder):
            if places.media_size(facts["name"]) != facts["bytes"]:
                backups.bring_file(folder, facts)
                count += 1
    return count


def _give_up(row: Restoration, trouble: BaseException) -> None:
    if row.kept_schema:
        return
    _forget_half(row)
    row.state, row.trouble, row.ended_at = RestorationState.FAILED, str(trouble)[:300], timezone.now()
    row.save()


def _forget_half(row: Restoration) -> None:
    if row.new_schema:
        schemas.drop(row.new_schema)
        row.new_schema = ""
        row.save()


# Back to what it was before


def undo(*, store: Store, uid: uuid.UUID, actor: Actor, now: datetime) -> Restoration:
    """Give the store back what it was before it was brought back. What was written since is gone.

    Raises   NothingKept
    """
    with context.in_public():
        row = Restoration.objects.filter(store=store, uid=uid, state=RestorationState.DONE).first()
        if row is None or not row.kept_schema:
            raise NothingKept
        kept = row.kept_schema
        _swap(row, store.schema_name, kept)
        # What was put aside just now is what nobody wants.
        row.new_schema, row.kept_schema, row.keep_until = row.kept_schema, "", None
        row.state, row.ended_at = RestorationState.UNDONE, now
        row.save()
        _forget_half(row)
        acts.note(actor=actor, action="store.stayed", store=store, subject_id=str(uid))
    with context.in_store(store):
        caches["default"].clear()
    hosts.forget(store)
    return row


@every(hours=6, of_platform=True)
def drop_what_was_kept() -> None:
    """Drop schemas that were put aside long enough ago, each in a transaction of its own."""
    over = Restoration.objects.exclude(kept_schema="").filter(keep_until__lte=timezone.now())
    for row in over.order_by("pk"):
        schemas.drop(row.kept_schema)
        row.kept_schema, row.keep_until = "", None
        row.save()


RESTORE = "tenants.archive.restoring.restore"
work.register(RESTORE, restore, atomic=False, retries=3, of_platform=True)
