"""A store is deleted, and it can be proven: closed at once, written down once more, gone after thirty days.

Until then the owner or our staff can undo it. Every step is written into the StoreDeletion with what it
counted; the last one looks again and finds nothing. Steps are safe to run again: a worker that dies goes on
where the record ends. Of the store's row only its address and its ids stay, so that nobody else ever gets the
address.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.cache import caches
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import acts, context, hosts, platform_mails, provisioning, schemas, work
from tenants.archive import exporting, parts, places, snapshot, vault
from tenants.domains import servable
from tenants.domains.services import QUARANTINE
from tenants.errors import CommerceError
from tenants.failpoints import failpoint
from tenants.models import (
    ArchiveKind,
    ArchiveState,
    DeletionState,
    Hostname,
    Job,
    JobState,
    PlatformAct,
    ReleasedDomain,
    Restoration,
    Store,
    StoreArchive,
    StoreDeletion,
    StoreKey,
    StoreMove,
    StoreState,
)
from tenants.permissions import Actor
from tenants.routines import every
from tenants.work import OPEN_STATES

_MAY_LEAVE: Final = (StoreState.ACTIVE, StoreState.SUSPENDED)
# What is left of a store in public: what was done to it, its archives' records, and the proof.
_STAYS: Final = (PlatformAct, StoreArchive, StoreDeletion, StoreMove)
Counts = dict[str, int]


class CannotLeave(CommerceError):
    code = "cannot_be_deleted"

    def __init__(self) -> None:
        super().__init__(_("A store in this state cannot be deleted."))


class CannotStay(CommerceError):
    code = "cannot_be_undone"

    def __init__(self) -> None:
        super().__init__(_("This deletion cannot be undone any more."))


class NotGoneYet(RuntimeError):
    """The proof is not complete; it is mailed when it is."""


@transaction.atomic
def ask(*, store: Store, actor: Actor, now: datetime, reason: str = "") -> StoreDeletion:
    """Close a store at once and for good: its hosts answer nobody, and in thirty days nothing of it is left.

    Raises   CannotLeave
    Locks    the store's row
    """
    with context.in_public():
        held = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        if held.state not in _MAY_LEAVE or Restoration.objects.filter(
            store=held, state__in=["WAITING", "BUILDING"]
        ):
            raise CannotLeave
        row = StoreDeletion.objects.create(
            store=held,
            store_uid=held.uid,
            store_slug=held.slug,
            state_before=held.state,
            language=held.language,
            asked_by=actor.name[:80],
            reason=reason,
            asked_at=now,
            due_at=now + timedelta(days=settings.DELETION_DAYS),
            steps=[_step("closed", now, {})],
        )
        provisioning.move(held, StoreState.LEAVING)
        acts.note(actor=actor, action="store.leaving", store=held, subject_id=str(row.uid), reason=reason)
        work.enqueue(WRITE_LAST, {"deletion_id": row.pk})
        work.enqueue(TELL_LEAVING, {"deletion_id": row.pk})
        store.state = held.state
    context.on_commit(hosts.forget, store)
    context.on_commit(servable.publish)
    return row


@transaction.atomic
def undo(*, store: Store, actor: Actor, now: datetime, reason: str = "") -> StoreDeletion:
    """Let a store that is being deleted be what it was before.

    Raises   CannotStay when it is not being deleted, or its time is up
    Locks    the deletion
    """
    with context.in_public():
        rows = StoreDeletion.objects.select_for_update().filter(store=store, state=DeletionState.SCHEDULED)
        row = rows.first()
        # A store that moved away comes back by undoing the move.
        if row is None or row.due_at <= now or row.state_before not in _MAY_LEAVE:
            raise CannotStay
        row.state, row.ended_at = DeletionState.UNDONE, now
        row.steps = [*row.steps, _step("undone", now, {})]
        row.save()
        held = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        provisioning.move(held, row.state_before)
        store.state = held.state
        Job.objects.filter(store=held, state=JobState.WAITING).update(next_at=now)
        acts.note(actor=actor, action="store.stays", store=held, subject_id=str(row.uid), reason=reason)
    context.on_commit(hosts.forget, store)
    context.on_commit(servable.publish)
    return row


def days() -> int:
    """How long a deletion can be undone."""
    return int(settings.DELETION_DAYS)


def scheduled(store: Store) -> StoreDeletion | None:
    """The deletion that the store is waiting for."""
    with context.in_public():
        return StoreDeletion.objects.filter(store_id=store.pk, state=DeletionState.SCHEDULED).first()


def record(uid: uuid.UUID) -> StoreDeletion | None:
    """The proof of one deletion."""
    with context.in_public():
        return StoreDeletion.objects.filter(uid=uid).first()


def _step(name: str, now: datetime, counts: Counts) -> dict[str, Any]:
    return {"step": name, "at": now.isoformat(), "counts": counts}


# At once: the last archive, and a mail


def write_last(*, deletion_id: int) -> None:
    """Write the store down once more, for its owner to fetch until the day it goes."""
    row = StoreDeletion.objects.select_related("store").get(pk=deletion_id)
    if row.state != DeletionState.SCHEDULED or row.store is None or _is_done(row, "written_down"):
        return
    archive = StoreArchive.objects.create(
        store=row.store, store_uid=row.store_uid, kind=ArchiveKind.LAST, asked_by=row.asked_by
    )
    found = exporting.write_now(archive, row.store, now=timezone.now())
    archive.expires_at = row.due_at
    exporting.settle(archive, ArchiveState.READY)
    _note(row, "written_down", {"rows": found.rows, "files": found.media["files"], "bytes": archive.bytes})


def _tell(template: str, row: StoreDeletion, people: list[tuple[str, str]]) -> None:
    facts = {
        "slug": row.store_slug,
        "until": row.due_at,
        "link": f"{hosts.platform_origin()}/stores/",
        "number": str(row.uid),
        "steps": row.steps,
    }
    for email, language in people:
        platform_mails.send(template, email, language, facts)


def tell_leaving(*, deletion_id: int) -> None:
    """Mail every owner until when the deletion can be undone, and where."""
    row = StoreDeletion.objects.select_related("store").get(pk=deletion_id)
    if row.store is not None and row.state == DeletionState.SCHEDULED:
        owners = exporting.owners_of(row.store)
        _tell("store_leaving", row, [(owner.user.email, owner.user.language) for owner in owners])


def tell_gone(*, deletion_id: int, people: list[list[str]]) -> None:
    """Mail the proof to those who were owners. They are told by address, for their memberships are gone."""
    row = StoreDeletion.objects.get(pk=deletion_id)
    if row.state != DeletionState.DONE:
        raise NotGoneYet
    _tell("store_gone", row, [(email, language) for email, language in people])


# After thirty days


@every(hours=1, of_platform=True)
def let_due_ones_go() -> None:
    """Write a duty for each store whose thirty days are over."""
    due = StoreDeletion.objects.filter(state=DeletionState.SCHEDULED, due_at__lte=timezone.now())
    for row in due.order_by("due_at")[:100]:
        work.enqueue(PURGE, {"deletion_id": row.pk}, dedupe_key=f"{PURGE}:{row.pk}")


def purge(*, deletion_id: int) -> None:
    """Remove everything, step by step. Safe to run again after a crash."""
    row = StoreDeletion.objects.select_related("store").get(pk=deletion_id)
    store = row.store
    if row.state != DeletionState.SCHEDULED or store is None or row.due_at > timezone.now():
        return
    _will_tell(row, store)
    for number, (name, remove) in enumerate(STEPS, start=1):
        if not _is_done(row, name):
            counts = remove(store)
            failpoint("leaving.step_unnoted")
            _note(row, name, counts)
            failpoint("leaving.step_noted")
        work.report(number, len(STEPS) + 1, name)
    left = what_is_left(store)
    _note(row, "looked_again", left)
    if any(left.values()):
        raise RuntimeError(f"Something is left of a deleted store: {left}")
    row.state, row.ended_at = DeletionState.DONE, timezone.now()
    row.save()


def _will_tell(row: StoreDeletion, store: Store) -> None:
    """Have the proof mailed when all is done, while it is still known to whom."""
    people = [[owner.user.email, owner.user.language] for owner in exporting.owners_of(store)]
    if people and not _is_done(row, "shut"):
        later = timezone.now() + timedelta(minutes=5)
        told = {"deletion_id": row.pk, "people": people}
        work.enqueue(TELL_GONE, told, run_at=later, dedupe_key=f"{TELL_GONE}:{row.pk}")


def _is_done(row: StoreDeletion, name: str) -> bool:
    return any(step["step"] == name for step in row.steps)


def _note(row: StoreDeletion, name: str, counts: Counts) -> None:
    row.steps = [*row.steps, _step(name, timezone.now(), counts)]
    row.save(update_fields=["steps"])


def _close(store: Store) -> Counts:
    """From here on there is no way back."""
    if store.state != StoreState.CLOSED:
        provisioning.move(store, StoreState.CLOSED)
    hosts.forget(store)
    open_duties = Job.objects.filter(store=store, state__in=OPEN_STATES)
    return {"duties_cancelled": open_duties.update(state=JobState.CANCELLED, finished_at=timezone.now())}


def _drop_files(store: Store) -> Counts:
    with context.in_store(store):
        count, size = places.drop_media()
    return {"files": count, "bytes": size}


def _forget_cached(store: Store) -> Counts:
    with context.in_store(store):
        caches["default"].clear()
    return {"caches": 1}


def _drop_rows(store: Store) -> Counts:
    """Every table, with all secrets in it: they were sealed to the store and open nowhere else."""
    if not schemas.exists(store.schema_name):
        return {"tables": 0, "rows": 0, "secrets": 0}
    counts = _counted(store)
    schemas.drop(store.schema_name)
    return counts


def _counted(store: Store) -> Counts:
    sealed = {gap.table: gap.column for gap in parts.left_out() if gap.column}
    with snapshot.taken(store.schema_name) as taken, taken.raw.cursor() as cursor:
        rows = sum(taken.totals(table).rows for table in taken.tables)
        secrets = 0
        for table, column in sealed.items():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}" <> \'\'')  # noqa: S608
            secrets += cursor.fetchone()[0]
    return {"tables": len(taken.tables), "rows": rows, "secrets": secrets}


def _drop_kept(store: Store) -> Counts:
    names = [
        name
        for row in Restoration.objects.filter(store=store)
        for name in (row.kept_schema, row.new_schema)
        if name
    ]
    for name in names:
        schemas.drop(name)
    return {"schemas": len(names)}


def _destroy_key(store: Store) -> Counts:
    """Copies of backups and archives that lie elsewhere open nowhere from here on."""
    sealed = StoreArchive.objects.filter(store_uid=store.uid, is_sealed=True)
    return {"keys": vault.destroy(store), "sealed_archives": sealed.count()}


def _drop_archives(store: Store) -> Counts:
    count = sum(
        places.remove(folder / str(store.uid)) for folder in (places.archive_dir(), places.backup_dir())
    )
    there = StoreArchive.objects.filter(store_uid=store.uid).exclude(state=ArchiveState.GONE)
    return {"files": count, "archives": there.update(state=ArchiveState.GONE, asked_by="")}


@transaction.atomic
def _release_names(store: Store) -> Counts:
    """Domains rest before anybody else may prove them; our own two addresses are never given out again."""
    suffixes = (settings.DASHBOARD_SUFFIX, settings.STOREFRONT_SUFFIX)
    names = list(Hostname.objects.filter(store=store).values_list("name", "verified_at"))
    hosts.forget_names([name for name, _at in names])
    own = [f"{store.slug}.{suffix}" for suffix in suffixes]
    resting = [name for name, verified_at in names if verified_at and name not in own]
    until = timezone.now() + QUARANTINE
    for name in resting:
        ReleasedDomain.objects.update_or_create(name=name, defaults={"store": None, "until": until})
    Hostname.objects.filter(store=store).delete()
    context.on_commit(servable.publish)
    return {"names": len(names), "resting": len(resting)}


@transaction.atomic
def _drop_platform_rows(store: Store) -> Counts:
    """Every row of public that belongs to the store, but what was done to it, this proof, and our books."""
    counts: Counts = {}
    for relation in _relations():
        model: type[models.Model] = relation.related_model
        gone = model._default_manager.filter(**{relation.field.name: store.pk}).delete()[1]
        for label, count in gone.items():
            counts[label] = counts.get(label, 0) + count
    Store.objects.filter(pk=store.pk).update(name="-", entitlements={}, is_demo=False)
    return counts


def _relations() -> list[Any]:
    found = [
        each
        for each in Store._meta.get_fields(include_hidden=True)
        # Keys that protect belong to books, such as invoices: the law has them kept for years.
        if isinstance(each, models.ForeignObjectRel)
        and each.related_model not in _STAYS
        and each.on_delete is not models.PROTECT
    ]
    return sorted(found, key=lambda each: str(each.related_model))


def what_is_left(store: Store) -> Counts:
    """Look everywhere again: how much is still there of a store that is gone."""
    with context.in_public():
        rows = sum(
            each.related_model._default_manager.filter(**{each.field.name: store.pk}).count()
            for each in _relations()
        )
    kept = (places.archive_dir(), places.backup_dir())
    with context.in_store(store):
        files = sum(1 for _name in places.media_names())
    return {
        "schemas": int(schemas.exists(store.schema_name)),
        "rows": rows,
        "files": files,
        "keys": StoreKey.objects.filter(store_uid=store.uid).count(),
        "archives": sum((folder / str(store.uid)).exists() for folder in kept),
        "hosts": sum(
            hosts.resolve(f"{store.slug}.{suffix}") is not None
            for suffix in (settings.DASHBOARD_SUFFIX, settings.STOREFRONT_SUFFIX)
        ),
    }


STEPS: Final[tuple[tuple[str, Callable[[Store], Counts]], ...]] = (
    ("shut", _close),
    ("files_removed", _drop_files),
    ("caches_emptied", _forget_cached),
    ("rows_removed", _drop_rows),
    ("kept_schemas_removed", _drop_kept),
    ("key_destroyed", _destroy_key),
    ("archives_removed", _drop_archives),
    ("names_released", _release_names),
    ("platform_rows_removed", _drop_platform_rows),
)

WRITE_LAST = "tenants.archive.leaving.write_last"
TELL_LEAVING = "tenants.archive.leaving.tell_leaving"
TELL_GONE = "tenants.archive.leaving.tell_gone"
PURGE = "tenants.archive.leaving.purge"
work.register(WRITE_LAST, write_last, atomic=False, retries=5, of_platform=True)
work.register(TELL_LEAVING, tell_leaving, of_platform=True)
work.register(TELL_GONE, tell_gone, retries=20, of_platform=True)
work.register(PURGE, purge, atomic=False, retries=20, of_platform=True)
