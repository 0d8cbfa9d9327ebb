"""Writes a store down as a ZIP file: NDJSON per table, files, a manifest. Memory stays flat."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from tenants import blueprint, context, structure
from tenants.archive import parts, places, snapshot
from tenants.archive.manifest import NAME, README, Manifest, TableFacts
from tenants.archive.snapshot import Snapshot, Table
from tenants.models import Hostname, Membership, Store

# Told after every so many rows or files: how many are done, of how many, and what is being written.
Tell = Callable[[int, int, str], None]
_STEP: Final = 1_000
_MARK: Final = re.compile(r'"(@+)store/')


def neutral(line: str, store: Store) -> str:
    """A row that names no store: its own file keys begin with `@store/`."""
    return _MARK.sub(r'"@\1store/', line).replace(f'"{store.uid}/', '"@store/')


def at_home(line: str, store: Store) -> str:
    """A neutral row as one of `store`."""
    return _MARK.sub(lambda found: f'"{found[1][1:]}store/' if len(found[1]) > 1 else f'"{store.uid}/', line)


def write_zip(
    path: Path, store: Store, *, now: datetime, tell: Tell, whole: bool = False, media: bool = True
) -> Manifest:
    """Write a store with its files to `path`, for whoever reads it there: as `write_into`."""
    with places.written(path) as part, part.open("wb") as file:
        return write_into(file, store, now=now, tell=tell, whole=whole, media=media)


def write_into(
    target: IO[bytes], store: Store, *, now: datetime, tell: Tell, whole: bool = False, media: bool = True
) -> Manifest:
    """Write a store with its files into a file that need not be sought in, as its rows are committed now.

    whole   with secrets, still sealed: for backups of this very deployment
    media   with the store's files
    """
    with (
        snapshot.taken(store.schema_name) as taken,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file,
    ):
        progress = _Progress(tell, taken, store)
        writer = _TableWriter(file, taken, store, {} if whole else _blank(), progress)
        found = describe(taken, store, now=now, left_out=not whole)
        file.writestr("README.txt", README)
        file.writestr("store.json", json.dumps(_facts(store), indent=1, ensure_ascii=False))
        found.tables = {table.name: writer.write(table) for table in writer.tables()}
        if media:
            found.media = _write_media(file, store, progress)
        file.writestr(NAME, found.written())
    return found


class _Progress:
    """How far the writing has come, told now and then."""

    def __init__(self, tell: Tell, taken: Snapshot, store: Store) -> None:
        with context.in_store(store):
            files = sum(1 for _name in places.media_names())
        self.tell, self.done = tell, 0
        self.total = sum(taken.totals(table).rows for table in taken.tables) + files

    def step(self, note: str) -> None:
        self.done += 1
        if self.done % _STEP == 0:
            self.tell(self.done, max(self.total, self.done), note)


def describe(taken: Snapshot, store: Store, *, now: datetime, left_out: bool) -> Manifest:
    """The manifest of a snapshot, before any table is in it."""
    gaps = parts.left_out() if left_out else []
    with context.in_store(store):
        troubles = parts.troubles()
    return Manifest(
        taken_at=now.isoformat(),
        store={
            "uid": str(store.uid),
            "slug": store.slug,
            "name": store.name,
            "language": store.language,
            "time_zone": store.time_zone,
            "currency": store.currency,
        },
        schema={
            "digest": blueprint.digest(),
            "fingerprint": structure.fingerprint(store.schema_name),
            "migrations": taken.migrations(),
        },
        sequences=taken.last_numbers(),
        troubles=troubles,
        left_out=[{"table": gap.table, "column": gap.column, "why": gap.why} for gap in gaps],
    )


def _blank() -> dict[str, set[str]]:
    """Table -> the columns that are left out; {""} for a whole table."""
    found: dict[str, set[str]] = {}
    for gap in parts.left_out():
        found.setdefault(gap.table, set()).add(gap.column)
    return {table: {""} if "" in columns else columns for table, columns in found.items()}


@dataclass(frozen=True, slots=True)
class _TableWriter:
    """Writes tables into a ZIP file, without what must not leave the house."""

    file: zipfile.ZipFile
    taken: Snapshot
    store: Store
    blank: dict[str, set[str]]
    progress: _Progress

    def tables(self) -> list[Table]:
        return [table for table in self.taken.tables if self.blank.get(table.name) != {""}]

    def write(self, table: Table) -> TableFacts:
        name, seen, count = f"tables/{table.name}.ndjson", hashlib.sha256(), 0
        blank = frozenset(self.blank.get(table.name, ()))
        with self.file.open(name, "w", force_zip64=True) as target:
            for line in self.taken.lines(table, blank=blank):
                written = neutral(line, self.store).encode() + b"\n"
                target.write(written)
                seen.update(written)
                count += 1
                self.progress.step(table.name)
        sums = self.taken.totals(table).sums
        return TableFacts(name, count, seen.hexdigest(), list(table.columns), sums)


def _write_media(file: zipfile.ZipFile, store: Store, progress: _Progress) -> dict[str, int]:
    """The store's files, and a list of them. Pictures are packed as they are: they hardly get smaller."""
    listed: list[dict[str, Any]] = []
    with context.in_store(store):
        for name in places.media_names():
            entry = zipfile.ZipInfo(f"media/{name}")
            try:
                source = places.open_media(name)
            except FileNotFoundError:
                continue  # removed since the folder was read
            with source, file.open(entry, "w", force_zip64=True) as target:
                size, digest = places.copy(source, target)
            listed.append({"name": name, "bytes": size, "sha256": digest})
            progress.step("media")
    file.writestr("media.ndjson", "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in listed))
    return {"files": len(listed), "bytes": sum(each["bytes"] for each in listed)}


def _facts(store: Store) -> dict[str, Any]:
    """What the platform knows of a store, for people to read."""
    with context.in_public():
        hosts = Hostname.objects.filter(store_id=store.pk).order_by("pk")
        team = Membership.objects.select_related("user").filter(store_id=store.pk).order_by("pk")
        return {
            "name": store.name,
            "slug": store.slug,
            "opened_at": store.created_at.isoformat() if store.created_at else "",
            "entitlements": store.entitlements,
            "addresses": [{"name": row.name, "kind": row.kind, "is_main": row.is_primary} for row in hosts],
            "team": [{"email": row.user.email, "name": row.user.name, "role": row.role} for row in team],
        }
