"""A store that is deleted: closed at once, undone until the last day, gone with a proof."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.utils import timezone

from tenants import breaches, context, hosts, provisioning, schemas, work
from tenants.archive import backups, exporting, leaving, places, sealed, vault
from tenants.models import (
    ArchiveKind,
    ArchiveState,
    DeletionState,
    Hostname,
    Job,
    JobState,
    Membership,
    PlatformAct,
    ReleasedDomain,
    Store,
    StoreArchive,
    StoreDeletion,
    StoreKey,
    StoreState,
    User,
)
from tenants.permissions import SYSTEM
from tests.conftest import client_at
from tests.factories.catalog import make_product
from tests.tenants.test_archive_backups import everything_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_stays(settings, tmp_path: Path) -> Iterator[None]:
    settings.BACKUP_DIR, settings.ARCHIVE_DIR = tmp_path / "backups", tmp_path / "archives"
    yield
    StoreDeletion.objects.all().delete()
    StoreArchive.objects.all().delete()
    StoreKey.objects.all().delete()
    ReleasedDomain.objects.all().delete()


@pytest.fixture
def teh(sari: User, kopi: Store) -> Store:
    """A store that will go, with goods, a picture, a domain, a backup and something in the cache."""
    store = provisioning.open_store(owner=sari, name="Teh Sari", slug="teh")
    work.work_until_idle()
    store.refresh_from_db()
    Hostname.objects.create(name="teh.example", kind="STOREFRONT", store=store, verified_at=timezone.now())
    with context.in_store(store):
        make_product("Teh Melati")
        places.keep_media("originals/one.jpg", ContentFile(b"picture one"))
        caches["default"].set("something", 1)
    backups.back_up(store=store, actor=SYSTEM, now=timezone.now())
    return store


def leave(store: Store) -> StoreDeletion:
    row = leaving.ask(store=store, actor=SYSTEM, now=timezone.now(), reason="Moving to Bali")
    work.work_until_idle()
    row.refresh_from_db()
    return row


def wait_for_the_day(row: StoreDeletion) -> None:
    StoreDeletion.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    leaving.let_due_ones_go()
    work.work_until_idle()
    row.refresh_from_db()


def test_a_store_that_leaves_answers_nobody_and_nothing_of_it_is_gone(teh: Store, settings):
    shop = client_at(f"teh.{settings.STOREFRONT_SUFFIX}")
    assert shop.get("/").status_code == 200
    before = everything_of(teh)

    row = leave(teh)

    assert shop.get("/").status_code == 404
    assert client_at("teh.example").get("/").status_code == 404
    assert [step["step"] for step in row.steps] == ["closed", "written_down"]
    assert everything_of(teh) == before
    assert breaches.check_platform() == []
    last = StoreArchive.objects.get(kind=ArchiveKind.LAST)
    assert (last.state, last.expires_at) == (ArchiveState.READY, row.due_at)
    assert exporting.path_of(last).is_file()
    assert [letter.to for letter in mail.outbox] == [["sari@example.com"]]


def test_it_can_be_undone_until_the_last_day(teh: Store, settings):
    before = everything_of(teh)
    row = leave(teh)

    leaving.undo(store=teh, actor=SYSTEM, now=row.due_at - timedelta(seconds=1))

    row.refresh_from_db()
    assert (row.state, Store.objects.get(pk=teh.pk).state) == (DeletionState.UNDONE, StoreState.ACTIVE)
    assert client_at(f"teh.{settings.STOREFRONT_SUFFIX}").get("/").status_code == 200
    assert everything_of(teh) == before
    with pytest.raises(leaving.CannotStay):
        leaving.undo(store=teh, actor=SYSTEM, now=timezone.now())


def test_after_that_nothing_is_left_and_it_can_be_proven(teh: Store, batik: Store):
    of_batik = everything_of(batik)
    row = leave(teh)

    wait_for_the_day(row)

    assert row.state == DeletionState.DONE
    done = {step["step"]: step["counts"] for step in row.steps}
    assert list(done) == ["closed", "written_down", *(name for name, _do in leaving.STEPS), "looked_again"]
    assert done["files_removed"] == {"files": 1, "bytes": 11}
    assert done["rows_removed"]["tables"] > 40
    assert done["rows_removed"]["secrets"] == 1
    assert done["key_destroyed"] == {"keys": 1, "sealed_archives": 2}
    assert done["names_released"] == {"names": 3, "resting": 1}
    assert set(done["looked_again"].values()) == {0}
    assert not schemas.exists(teh.schema_name)
    assert everything_of(batik) == of_batik
    assert breaches.check_platform() == []


def test_a_copy_of_its_backups_that_nobody_thought_of_opens_nowhere(teh: Store, settings, tmp_path: Path):
    copy = shutil.copytree(settings.BACKUP_DIR / str(teh.uid), tmp_path / "copy" / str(teh.uid))
    wait_for_the_day(leave(teh))

    for path in copy.glob("*/manifest.json"):
        with pytest.raises(sealed.DoesNotOpen):
            vault.opened(path)
    assert all(sealed.is_sealed(path) for path in copy.rglob("*") if path.is_file())
    assert not StoreKey.objects.exists()


def test_its_address_stays_taken_and_its_domain_rests(teh: Store, tono: User):
    wait_for_the_day(leave(teh))

    with pytest.raises(provisioning.SlugTaken):
        provisioning.open_store(owner=tono, name="Teh", slug="teh")
    assert ReleasedDomain.objects.get().name == "teh.example"
    assert not Membership.objects.filter(store=teh).exists()
    tombstone = Store.objects.get(pk=teh.pk)
    assert (tombstone.state, tombstone.name) == (StoreState.CLOSED, "-")
    assert PlatformAct.objects.filter(store=teh, action="store.leaving").exists()


def test_owners_are_told_when_all_is_done(teh: Store):
    row = leave(teh)
    wait_for_the_day(row)
    mail.outbox.clear()

    Job.objects.filter(kind=leaving.TELL_GONE).update(next_at=timezone.now())
    work.work_until_idle()

    (letter,) = mail.outbox
    assert letter.to == ["sari@example.com"]
    assert str(row.uid) in letter.body


@pytest.mark.parametrize("step", [name for name, _do in leaving.STEPS])
def test_a_worker_that_dies_goes_on_where_the_record_ends(
    teh: Store, step: str, monkeypatch: pytest.MonkeyPatch
):
    row = leave(teh)
    StoreDeletion.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    with monkeypatch.context() as patch:
        patch.setattr(leaving, "STEPS", tuple((n, _dying if n == step else do) for n, do in leaving.STEPS))
        with pytest.raises(SystemExit):
            leaving.purge(deletion_id=row.pk)

    leaving.purge(deletion_id=row.pk)

    row.refresh_from_db()
    assert row.state == DeletionState.DONE
    assert sum(each["step"] == step for each in row.steps) == 1


def _dying(store: Store) -> dict[str, int]:
    raise SystemExit


def test_nothing_goes_before_its_day(teh: Store):
    row = leave(teh)

    leaving.let_due_ones_go()
    leaving.purge(deletion_id=row.pk)

    assert not Job.objects.filter(kind=leaving.PURGE, state=JobState.WAITING).exists()
    assert schemas.exists(teh.schema_name)


def test_a_store_that_leaves_already_cannot_leave_again(teh: Store):
    leave(teh)

    with pytest.raises(leaving.CannotLeave):
        leaving.ask(store=teh, actor=SYSTEM, now=timezone.now())

    assert StoreDeletion.objects.count() == 1


def test_what_is_forgotten_is_found_when_somebody_looks_again(teh: Store, monkeypatch: pytest.MonkeyPatch):
    row = leave(teh)
    StoreDeletion.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    forgetful = tuple(
        (name, (lambda _store: {}) if name == "files_removed" else do) for name, do in leaving.STEPS
    )
    monkeypatch.setattr(leaving, "STEPS", forgetful)

    with pytest.raises(RuntimeError, match="'files': 1"):
        leaving.purge(deletion_id=row.pk)

    row.refresh_from_db()
    assert row.state == DeletionState.SCHEDULED
    with context.in_store(teh):
        places.drop_media()
    assert hosts.resolve("teh.example") is None
