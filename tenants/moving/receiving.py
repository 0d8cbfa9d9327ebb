"""The side that a store moves to: looks whether it can come, takes it in unseen, opens it, or forgets it.

Every one of these may be asked again, by a program that knows nothing of one that was killed.
"""

import base64
import hashlib
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import acts, blueprint, context, hosts, provisioning, schemas, sealing, slugs, structure
from tenants.archive import importing, loading, parts, places, sealed, snapshot
from tenants.archive.manifest import Manifest
from tenants.archive.writing import Tell, neutral
from tenants.domains import servable
from tenants.errors import CommerceError
from tenants.models import HostKind, MoveState, Store, StoreMove, StoreState
from tenants.moving import belongings
from tenants.permissions import SYSTEM

Told = dict[str, Any]


class CannotCome(CommerceError):
    code = "cannot_come"

    def __init__(self, why: str) -> None:
        super().__init__(why)


def fits(told: Told, tell: Tell) -> Told:
    """Whether the store can come: same release, nothing of it is somebody else's here. Changes nothing."""
    if told["digest"] != blueprint.digest():
        raise CannotCome(_("Both deployments must run the same release."))
    sealing.refuse_clash(told["sealing_keys"])
    slug = slugs.check(told["slug"])
    mine = _row(told)
    held = mine.store_id if mine else None
    if Store.objects.filter(uid=told["store_uid"]).exclude(pk=held).exists():
        raise CannotCome(_("The store is there already, or was deleted there."))
    if Store.objects.filter(slug=slug).exclude(pk=held).exists():
        raise provisioning.SlugTaken(slug)
    if held is None and (taken := belongings.clashes(told["belongings"], slug=slug)):
        raise CannotCome(_("Somebody else has %(names)s there.") % {"names": ", ".join(taken)})
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    return {"name": settings.PLATFORM_HOST}


def take(told: Told, tell: Tell) -> Told:
    """Bring everything in, and look at it as it stands here. The store answers nobody yet."""
    with _alone(told), _opened(told, told["bundle"]) as source, zipfile.ZipFile(source) as file:
        found = loading.manifest_of(file)
        digest = hashlib.sha256(found.written()).hexdigest()
        row = _row(told)
        if row is not None and row.facts.get("digest") == digest and row.has_done("taken"):
            return dict(row.facts["taken"])
        if row is not None:
            _drop(row)
        row = _register(told, found)
        assert row.store is not None
        taken = _bring(file, row.store, found, told, tell)
        row.facts = {"digest": digest, "taken": taken}
        provisioning.move(row.store, StoreState.PREPARED)
        _note(row, "taken", {"rows": found.rows})
        return taken


def _register(told: Told, found: Manifest) -> StoreMove:
    facts = told["belongings"]["store"]
    with transaction.atomic():
        store = Store(
            uid=told["store_uid"],
            slug=slugs.check(told["slug"]),
            schema_name=schemas.new_schema_name(),
            state=StoreState.MIGRATED,
            **facts,
        )
        store.save(force_insert=True)
        provisioning.name_hosts(store)
        row, _is_new = StoreMove.objects.update_or_create(
            uid=told["move"],
            defaults={
                "store": store,
                "store_uid": store.uid,
                "store_slug": store.slug,
                "target_slug": store.slug,
                "is_arrival": True,
                "target": "",
                "state": MoveState.WALKING,
                "state_before": told["state"],
                "asked_by": told["asked_by"],
                "reason": told["reason"],
                "steps": [],
                "facts": {},
            },
        )
    store.refresh_from_db()
    return row


def _bring(file: zipfile.ZipFile, store: Store, found: Manifest, told: Told, tell: Tell) -> Told:
    loading.build_tables(store.schema_name, found)
    fingerprint = structure.fingerprint(store.schema_name)
    if fingerprint != found.schema["fingerprint"]:
        raise importing.ArrivedDifferently(_("its tables are built differently"))
    with loading.filling(store.schema_name) as cursor:
        loading.fill_from_zip(cursor, store.schema_name, file, store, tell)
    loading.bring_media(file, store, found, tell)
    # Before anything here writes to them: they must be what was sent.
    counted = {name: [*each] for name, each in contents(store, found).items()}
    with context.in_store(store):
        media = {"files": 0, "bytes": 0}
        for name in places.media_names():
            media = {"files": media["files"] + 1, "bytes": media["bytes"] + places.media_size(name)}
    with sealing.lent(told["sealing_keys"]), context.in_store(store), transaction.atomic():
        for moved in parts.moves():
            moved(store)
    with context.in_store(store):
        if troubles := sorted({*parts.troubles()} - {*found.troubles}):
            raise importing.ArrivedDifferently(troubles[0])
    return {"fingerprint": fingerprint, "tables": counted, "media": media}


def contents(store: Store, found: Manifest) -> dict[str, tuple[int, str, dict[str, int]]]:
    """Table -> how many rows it has, a hash over them, and the sums of its figures, as in a manifest."""
    counted = {}
    with snapshot.taken(store.schema_name) as taken:
        there = {table.name: table for table in taken.tables}
        for name in sorted(found.tables.keys() & there.keys()):
            table = replace(there[name], columns=tuple(found.tables[name].columns))
            seen, count = hashlib.sha256(), 0
            for line in taken.lines(table):
                seen.update(neutral(line, store).encode() + b"\n")
                count += 1
            counted[name] = (count, seen.hexdigest(), taken.totals(there[name]).sums)
    return counted


def open_store(told: Told, tell: Tell) -> Told:
    """Let the store answer here, with its people, names and duties. From here on it lives here."""
    with _alone(told):
        row = _row(told)
        if row is None or row.store is None or not row.has_done("taken"):
            raise CannotCome(_("The store has not arrived there."))
        if row.state != MoveState.DONE:
            _open(row, row.store, told)
        return {"addresses": _addresses(row.store), "counts": row.facts["opened"]}


@transaction.atomic
def _open(row: StoreMove, store: Store, told: Told) -> None:
    now = timezone.now()
    if taken := belongings.clashes({**told["belongings"], "accounts": []}, slug="-"):
        raise CannotCome(_("Somebody else has %(names)s there.") % {"names": ", ".join(taken)})
    provisioning.move(store, StoreState.ACTIVE)
    if row.state_before == StoreState.SUSPENDED:
        provisioning.move(store, StoreState.SUSPENDED)
    counts = belongings.bring(store, told["belongings"], now=now)
    row.facts = {**row.facts, "opened": counts, "as_opened": _mark(store)}
    row.state, row.ended_at = MoveState.DONE, now
    row.save()
    _note(row, "opened", counts)
    acts.note(actor=SYSTEM, action="store.moved_in", store=store, subject_id=str(row.uid), reason=row.reason)
    context.on_commit(hosts.announce, store)
    context.on_commit(servable.publish)


def look(told: Told, tell: Tell) -> Told:
    """Whether the store is here, and whether anything was written to it since it opened."""
    row = _row(told)
    if row is None or row.store is None:
        return {"is_there": False, "is_open": False, "is_changed": False}
    is_open = row.state == MoveState.DONE
    return {
        "is_there": True,
        "is_open": is_open,
        "is_changed": is_open and _mark(row.store) != row.facts["as_opened"],
    }


def _mark(store: Store) -> str:
    """Changes with every row of the store that is written."""
    with context.in_public(), connection.cursor() as cursor:
        names = [table.name for table in snapshot.tables(cursor, store.schema_name)]
        seen = hashlib.sha256()
        for name in names:
            cursor.execute(
                f"SELECT count(*), sum(hashtextextended(line::text, 0)) "  # noqa: S608
                f'FROM "{store.schema_name}"."{name}" AS line'
            )
            seen.update(f"{name} {cursor.fetchone()}".encode())
    return seen.hexdigest()


def forget(told: Told, tell: Tell) -> Told:
    """Leave nothing of the store here. It is the side that it came from which has it now."""
    with _alone(told):
        row = _row(told)
        if row is not None:
            _drop(row)
            row.state, row.ended_at = MoveState.UNDONE, timezone.now()
            row.facts = {}
            row.save()
        return {}


def _drop(row: StoreMove) -> None:
    store = row.store
    if store is None:
        return
    hosts.forget(store)
    importing.forget(store)
    row.store, row.steps, row.facts = None, [], {}
    row.save()


def _row(told: Told) -> StoreMove | None:
    return StoreMove.objects.select_related("store").filter(uid=told["move"], is_arrival=True).first()


def _note(row: StoreMove, name: str, counts: dict[str, Any]) -> None:
    row.steps = [*row.steps, {"step": name, "at": timezone.now().isoformat(), "counts": counts}]
    row.save()


def _addresses(store: Store) -> dict[str, str]:
    """Where it is found from now on: by its own names here, until its domains lead here too."""
    return {
        HostKind.DASHBOARD: hosts.origin(f"{store.slug}.{settings.DASHBOARD_SUFFIX}"),
        HostKind.STOREFRONT: hosts.origin(f"{store.slug}.{settings.STOREFRONT_SUFFIX}"),
        "PLATFORM": hosts.platform_origin(),
    }


@contextmanager
def _opened(told: Told, path: str) -> Iterator[Any]:
    key = base64.b64decode(told["key"])
    with sealed.opened(Path(path), key, place=told["place"]) as source:
        yield source


@contextmanager
def _alone(told: Told) -> Iterator[None]:
    """Wait for another program that works for the same move: whoever asked for it may have been killed."""
    key = int.from_bytes(uuid.UUID(told["move"]).bytes[:7], "big")
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        with context.in_public(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


ACTIONS: Final[dict[str, Callable[[Told, Tell], Told]]] = {
    "fits": fits,
    "take": take,
    "open": open_store,
    "look": look,
    "forget": forget,
}
