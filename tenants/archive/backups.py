"""Backups: every store every night, each in a folder of its own, kept for days, weeks and months.

    BACKUP_DIR/<store>/<moment>/manifest.json   what is in it, and what it must come out as again
                                rows.dump       pg_dump's own format; or rows.zip where there is no pg_dump
                                platform.json   what the platform knows of the store
                                files.ndjson    its pictures and other files at that moment
    BACKUP_DIR/<store>/files/<hash>             each file once, however many backups need it

Rows, sums and counters are read at the very moment of the dump. Every file is sealed with the store's own key
(`tenants.archive.vault`), and secrets once more inside: a backup is good in this deployment only.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import acts, context, work
from tenants.archive import dumps, exporting, manifest, places, sealed, snapshot, vault, writing
from tenants.archive.manifest import Manifest, TableFacts
from tenants.archive.snapshot import Snapshot
from tenants.errors import CommerceError
from tenants.models import ArchiveKind, ArchiveState, Job, Store, StoreArchive, StoreState
from tenants.permissions import SYSTEM, Actor
from tenants.routines import every

ROWS_DUMP, ROWS_ZIP, FILES, PLATFORM = "rows.dump", "rows.zip", "files.ndjson", "platform.json"
# At night, and by day only what has missed its night.
_NIGHT: Final = range(1, 5)
_REST = timedelta(minutes=15)
_SOON, _LATE = timedelta(hours=20), timedelta(hours=26)
_WORTH_KEEPING: Final = (StoreState.ACTIVE, StoreState.SUSPENDED, StoreState.LEAVING)


def folder_of(archive: StoreArchive) -> Path:
    """Where a backup is."""
    return places.backup_dir() / archive.path


def back_up(*, store: Store, actor: Actor, now: datetime) -> StoreArchive:
    """Write a backup of one store now. One that cannot be finished leaves nothing."""
    with context.in_public():
        archive = exporting.new_row(store, ArchiveKind.BACKUP, actor)
    archive.is_sealed = True
    archive.path = f"{store.uid}/{now:%Y%m%dT%H%M%S}-{str(archive.uid)[:8]}"
    folder = folder_of(archive)
    try:
        found = _write(folder, store, now)
    except BaseException:
        if folder.exists():
            places.remove(folder)
        exporting.settle(archive, ArchiveState.FAILED)
        raise
    archive.rows, archive.files, archive.taken_at = found.rows, found.media["files"], now
    archive.bytes = sum(each.stat().st_size for each in folder.iterdir())
    exporting.settle(archive, ArchiveState.READY)
    (places.backup_dir() / "last").touch()
    return archive


def _write(folder: Path, store: Store, now: datetime) -> Manifest:
    folder.mkdir(mode=0o700, parents=True)
    if dumps.program("pg_dump"):
        with snapshot.taken(store.schema_name) as taken:
            found = writing.describe(taken, store, now=now, left_out=False)
            found.tables = {table.name: _facts(taken, table) for table in taken.tables}
            with vault.written(folder / ROWS_DUMP, store) as file:
                dumps.dump(
                    store.schema_name, file, snapshot=taken.exported(), still_there=lambda: work.report(1, 3)
                )
    else:
        with vault.written(folder / ROWS_ZIP, store) as file:
            found = writing.write_into(file, store, now=now, tell=_tell, whole=True, media=False)
    found.media = _keep_files(folder, store)
    with vault.written(folder / PLATFORM, store) as file:
        file.write(json.dumps(_platform_rows(store), cls=DjangoJSONEncoder, indent=1).encode())
    # Written last: a folder without a manifest is no backup.
    with vault.written(folder / manifest.NAME, store) as file:
        file.write(found.written())
    return found


def _tell(done: int, total: int, note: str) -> None:
    work.report(done, total)


def _facts(taken: Snapshot, table: snapshot.Table) -> TableFacts:
    totals = taken.totals(table)
    return TableFacts(ROWS_DUMP, totals.rows, "", list(table.columns), totals.sums)


def _keep_files(folder: Path, store: Store) -> dict[str, int]:
    """Copy the files that no earlier backup has; the list says which ones there were."""
    known, kept = _known_files(folder.parent), folder.parent / "files"
    count = size = 0
    with vault.written(folder / FILES, store) as listed, context.in_store(store):
        for name in places.media_names():
            # A file is never changed under its name, so that it need not be read again.
            facts = known.get(name)
            if facts is None or facts["bytes"] != places.media_size(name):
                facts = _keep_file(name, kept, store)
            listed.write(json.dumps(facts).encode() + b"\n")
            count, size = count + 1, size + facts["bytes"]
            if count % 100 == 0:
                work.report(2, 3)
    return {"files": count, "bytes": size}


def _keep_file(name: str, kept: Path, store: Store) -> dict[str, Any]:
    with places.open_media(name) as source:
        size, digest = places.copy(source)
    if not sealed.is_sealed(kept / digest):
        with places.open_media(name) as source, vault.written(kept / digest, store) as file:
            places.copy(source, file)
    return {"name": name, "bytes": size, "sha256": digest}


def _known_files(store_folder: Path) -> dict[str, dict[str, Any]]:
    """What the newest finished backup says about files, as far as they are kept."""
    finished = sorted(path.parent for path in store_folder.glob(f"*/{manifest.NAME}"))
    if not finished:
        return {}
    return {
        facts["name"]: facts
        for facts in files_in(finished[-1])
        if sealed.is_sealed(store_folder / "files" / facts["sha256"])
    }


def files_in(folder: Path) -> Iterable[dict[str, Any]]:
    """The files that a store had at the moment of a backup."""
    with vault.opened(folder / FILES) as listed:
        yield from (json.loads(line) for line in listed)


def bring_file(folder: Path, facts: dict[str, Any]) -> None:
    """Put one file of a backup back into the store in force. Raises NotAnArchive when it was changed."""
    kept = folder.parent / "files" / facts["sha256"]
    with vault.opened(kept) as source:
        if places.copy(source)[1] != facts["sha256"]:
            raise manifest.NotAnArchive(_("%(name)s was changed") % {"name": facts["name"]})
        source.seek(0)
        places.keep_media(facts["name"], source)


def manifest_in(folder: Path) -> Manifest:
    """What a backup says about itself. Raises NotAnArchive."""
    try:
        with vault.opened(folder / manifest.NAME) as source:
            return manifest.read(source)
    except FileNotFoundError as missing:
        raise manifest.NotAnArchive("manifest.json") from missing


def _platform_rows(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row of public that belongs to the store, but duties and archives: for hands in an emergency."""
    told: dict[str, list[dict[str, Any]]] = {}
    with context.in_public():
        for relation in Store._meta.related_objects:
            model: type[Model] = relation.related_model
            if model._meta.model_name in ("job", "storearchive", "storekey", "storemove", "breach"):
                continue
            rows = model._default_manager.filter(**{relation.field.name: store.pk}).order_by("pk")
            told[model._meta.db_table] = list(rows.values())
        told["tenants_store"] = list(Store.objects.filter(pk=store.pk).values())
    return told


# When asked, and every night


class BackedUpJustNow(CommerceError):
    code = "backed_up_just_now"

    def __init__(self) -> None:
        super().__init__(_("A backup was made just now. Wait a quarter of an hour for the next one."))


def ask(*, store: Store, actor: Actor, now: datetime, reason: str = "") -> None:
    """Have a backup made now. Asking again while it waits changes nothing. Raises BackedUpJustNow."""
    with context.in_public():
        made = StoreArchive.objects.filter(store=store, kind=ArchiveKind.BACKUP, created_at__gt=now - _REST)
        if made.exists():
            raise BackedUpJustNow
        work.enqueue(BACK_UP, {"store_id": store.pk}, dedupe_key=f"{BACK_UP}:{store.pk}")
        acts.note(actor=actor, action="backup.asked", store=store, reason=reason)


def is_waiting(store: Store) -> bool:
    """Whether a backup of the store is about to be made."""
    with context.in_public():
        rows = Job.objects.filter(kind=BACK_UP, payload__store_id=store.pk, state__in=work.OPEN_STATES)
        return rows.exists()


def _write_due(*, store_id: int) -> None:
    """The duty: back one store up, then remove what need not be kept any longer."""
    store = Store.objects.filter(pk=store_id, state__in=_WORTH_KEEPING).first()
    if store is not None:
        back_up(store=store, actor=SYSTEM, now=timezone.now())
        thin_out(store)


@every(hours=1, of_platform=True)
def back_up_by_night() -> None:
    """Write a duty for each store whose backup is due: at night, or when it has missed a night."""
    now = timezone.now()
    is_night = now.astimezone(ZoneInfo(settings.TIME_ZONE)).hour in _NIGHT
    fresh = set(
        StoreArchive.objects.filter(
            kind=ArchiveKind.BACKUP,
            state=ArchiveState.READY,
            taken_at__gt=now - (_SOON if is_night else _LATE),
        ).values_list("store_id", flat=True)
    )
    begun_before = now if is_night else now - _LATE
    for store in Store.objects.filter(state__in=_WORTH_KEEPING, created_at__lte=begun_before).order_by("pk"):
        if store.pk not in fresh:
            work.enqueue(BACK_UP, {"store_id": store.pk}, dedupe_key=f"{BACK_UP}:{store.pk}")


def thin_out(store: Store) -> int:
    """Remove backups that need not be kept, and files that none of the others has. Returns how many went."""
    with context.in_public():
        ready = list(
            StoreArchive.objects.filter(
                store=store, kind=ArchiveKind.BACKUP, state=ArchiveState.READY
            ).order_by("-taken_at")
        )
    kept = worth_keeping([archive.taken_at for archive in ready if archive.taken_at])
    going = [archive for archive in ready if archive.taken_at not in kept]
    for archive in going:
        places.remove(folder_of(archive))
        exporting.settle(archive, ArchiveState.GONE)
    if going:
        _drop_unneeded_files(places.backup_dir() / str(store.uid))
    return len(going)


def worth_keeping(moments: list[datetime]) -> set[datetime]:
    """The newest of each of the last days, weeks and months that have one, and always the newest of all."""
    keep = settings.BACKUP_KEEP
    kept: set[datetime] = set()
    for form, most in (("%Y-%j", keep["daily"]), ("%G-%V", keep["weekly"]), ("%Y-%m", keep["monthly"])):
        newest: dict[str, datetime] = {}
        for moment in sorted(moments, reverse=True):
            newest.setdefault(f"{moment:{form}}", moment)
        kept.update(list(newest.values())[:most])
    return kept


def _drop_unneeded_files(store_folder: Path) -> None:
    needed = {facts["sha256"] for path in store_folder.glob(f"*/{FILES}") for facts in files_in(path.parent)}
    for path in (store_folder / "files").glob("*"):
        if path.name not in needed and not path.name.endswith(".part"):
            path.unlink()


BACK_UP = "tenants.archive.backups.back_up"
work.register(BACK_UP, _write_due, atomic=False, retries=3, of_platform=True)
