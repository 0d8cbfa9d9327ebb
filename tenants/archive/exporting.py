"""Downloads: a seller asks for everything, a worker writes it down, the owners get a link for a day."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants import acts, context, hosts, platform_mails, work
from tenants.archive import places, sealed, vault, writing
from tenants.archive.manifest import Manifest
from tenants.errors import CommerceError
from tenants.models import ArchiveKind, ArchiveState, HostKind, Membership, Role, Store, StoreArchive
from tenants.permissions import Actor
from tenants.routines import every

MOST_A_DAY: Final = 4
_SALT: Final = "tenants.archive.download"


class TooManyArchives(CommerceError):
    code = "too_many_archives"
    http_status = 429

    def __init__(self) -> None:
        super().__init__(_("Enough archives were made today. Try again tomorrow."))


class ArchiveNotFound(CommerceError):
    """Never there, of another store, removed, or its link has run out: one answer for all."""

    code = "not_found"
    http_status = 404

    def __init__(self) -> None:
        super().__init__(_("This archive is not there any more. Make a new one."))


@transaction.atomic
def ask(*, store: Store, actor: Actor, now: datetime) -> StoreArchive:
    """Have a worker write everything down; while one is being prepared, that one.

    Raises   TooManyArchives
    Locks    the store's row
    """
    with context.in_public():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        mine = StoreArchive.objects.filter(store=store, kind=ArchiveKind.DOWNLOAD)
        waiting = mine.filter(state=ArchiveState.WAITING).first()
        if waiting is not None:
            return waiting
        if mine.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            raise TooManyArchives
        archive = new_row(store, ArchiveKind.DOWNLOAD, actor)
        acts.note(actor=actor, action="archive.asked", store=store, subject_id=str(archive.uid))
    with context.in_store(store):
        work.enqueue(WRITE, {"archive_id": archive.pk})
    return archive


def new_row(store: Store, kind: str, actor: Actor) -> StoreArchive:
    """The record of an archive that is to be written."""
    return StoreArchive.objects.create(store=store, store_uid=store.uid, kind=kind, asked_by=actor.name[:80])


def path_of(archive: StoreArchive) -> Path:
    """Where a download's file is."""
    return places.archive_dir() / archive.path


def open_file(archive: StoreArchive) -> IO[bytes]:
    """A download's content, to be closed by whoever sends it. Raises ArchiveNotFound when its key is gone."""
    try:
        return vault.opened(path_of(archive))
    except (FileNotFoundError, sealed.DoesNotOpen):
        raise ArchiveNotFound from None


# The duty


def write(*, archive_id: int) -> None:
    """Write the archive and tell the owners. Running again writes it anew."""
    with context.in_public():
        archive = StoreArchive.objects.select_related("store").get(pk=archive_id)
    if archive.store is None or archive.state != ArchiveState.WAITING:
        return
    try:
        write_now(archive, archive.store, now=timezone.now())
    except BaseException:
        job = work.running()
        if job is None or job.cancel_requested or job.attempts >= job.max_attempts:
            settle(archive, ArchiveState.FAILED)
        raise
    with context.in_public():
        work.enqueue(TELL, {"archive_id": archive_id})


def write_now(archive: StoreArchive, store: Store, *, now: datetime) -> Manifest:
    """Write the file, and make the archive ready to be fetched for a day."""
    archive.path, archive.is_sealed = f"{store.uid}/{archive.uid}.zip", True
    path = path_of(archive)
    with vault.written(path, store) as file:
        found = writing.write_into(file, store, now=now, tell=_teller(store))
    archive.bytes, archive.rows = vault.size(path), found.rows
    archive.files, archive.taken_at = found.media["files"], now
    archive.expires_at = timezone.now() + timedelta(hours=settings.ARCHIVE_HOURS)
    settle(archive, ArchiveState.READY)
    return found


def settle(archive: StoreArchive, state: str) -> None:
    """Write down what became of an archive."""
    archive.state = state
    with context.in_public():
        archive.save()


def _teller(store: Store) -> writing.Tell:
    with translation.override(store.language):
        rows, pictures = _("Writing rows down"), _("Copying pictures")

    def tell(done: int, total: int, note: str) -> None:
        work.report(done, total, pictures if note == "media" else rows)

    return tell


# Fetching


def key_for(archive: StoreArchive) -> str:
    """The signature that the link of a ready archive carries."""
    return signing.dumps(str(archive.uid), salt=_SALT)


def link_to(archive: StoreArchive, store: Store) -> str:
    """The address from which a ready archive can be fetched for a day, by an owner who shows who they are."""
    path = reverse("data:fetch", args=[archive.uid], urlconf=settings.DASHBOARD_URLCONF)
    return f"{hosts.store_origin(store, HostKind.DASHBOARD)}{path}?key={key_for(archive)}"


def by_link(*, store: Store, uid: uuid.UUID, key: str, now: datetime) -> StoreArchive:
    """A download whose file can be fetched, for somebody who came by its link.

    Raises   ArchiveNotFound
    """
    try:
        meant = signing.loads(key, salt=_SALT, max_age=timedelta(hours=settings.ARCHIVE_HOURS))
    except signing.BadSignature:
        raise ArchiveNotFound from None
    with context.in_public():
        archive = StoreArchive.objects.filter(
            uid=uid, store=store, kind=ArchiveKind.DOWNLOAD, state=ArchiveState.READY, expires_at__gt=now
        ).first()
    if archive is None or meant != str(uid) or not path_of(archive).is_file():
        raise ArchiveNotFound
    return archive


def note_fetched(archive: StoreArchive, store: Store, actor: Actor) -> None:
    """Write down who took everything along."""
    acts.note(actor=actor, action="archive.fetched", store=store, subject_id=str(archive.uid))


def tell_owners(*, archive_id: int) -> None:
    """Mail the link to every owner, in their language."""
    archive = StoreArchive.objects.select_related("store").filter(pk=archive_id).first()
    if archive is None or archive.store is None or archive.state != ArchiveState.READY:
        return
    facts = {
        "shop_name": archive.store.name,
        "bytes": archive.bytes,
        "until": archive.expires_at,
        "link": link_to(archive, archive.store),
    }
    for owner in owners_of(archive.store):
        platform_mails.send("archive_ready", owner.user.email, owner.user.language, facts)


def owners_of(store: Store) -> list[Membership]:
    """Everybody who is told what becomes of a store."""
    with context.in_public():
        rows = Membership.objects.select_related("user").filter(store_id=store.pk, role=Role.OWNER)
        return list(rows.filter(user__is_active=True).order_by("pk"))


# Clearing away


@every(hours=1, of_platform=True)
def remove_old_downloads() -> None:
    """Remove the files whose day is over. That they were made stays known."""
    over = StoreArchive.objects.filter(
        kind=ArchiveKind.DOWNLOAD, state=ArchiveState.READY, expires_at__lte=timezone.now()
    )
    for archive in over.order_by("pk"):
        places.remove(path_of(archive))
        settle(archive, ArchiveState.GONE)


WRITE = "tenants.archive.exporting.write"
TELL = "tenants.archive.exporting.tell_owners"
work.register(WRITE, write, atomic=False, retries=3, label=gettext_lazy("Download of all data"))
work.register(TELL, tell_owners, of_platform=True)
