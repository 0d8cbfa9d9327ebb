"""Backups every night, and a store that goes back to one while no other notices."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from core.catalog.models import Product
from core.kernel import audit_chain, sequences
from core.kernel.models import AuditEntry
from core.orders.models import Order
from tenants import breaches, context, schemas, structure, work
from tenants.archive import (
    backups,
    dumps,
    exporting,
    loading,
    parts,
    places,
    restoring,
    sealed,
    snapshot,
    vault,
)
from tenants.models import (
    ArchiveState,
    Job,
    JobState,
    PlatformAct,
    Restoration,
    RestorationState,
    Store,
    StoreArchive,
    StoreKey,
    StoreState,
)
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_product
from tests.factories.orders import placed_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_stays(kopi: Store, settings, tmp_path: Path) -> Iterator[None]:
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.MEDIA_ROOT = tmp_path / "media"
    yield
    for row in Restoration.objects.all():
        for name in (row.new_schema, row.kept_schema):
            if name:
                schemas.drop(name)
    Restoration.objects.all().delete()
    StoreArchive.objects.all().delete()
    StoreKey.objects.all().delete()


@pytest.fixture
def backup(kopi: Store) -> StoreArchive:
    """Kopi with goods, an order and a picture, backed up."""
    with context.in_store(kopi):
        make_product(title="Kopi Gayo")
        placed_order()
        places.keep_media("originals/one.jpg", ContentFile(b"picture one"))
    return backups.back_up(store=kopi, actor=SYSTEM, now=timezone.now())


@pytest.fixture(params=["pg_dump", "NDJSON"])
def either_form(request, monkeypatch: pytest.MonkeyPatch) -> str:
    """With pg_dump, and where there is none."""
    if request.param == "NDJSON":
        found = dumps.program
        monkeypatch.setattr(dumps, "program", lambda name: None if name == "pg_dump" else found(name))
    return str(request.param)


def everything_of(store: Store) -> dict[str, list[str]]:
    """Every row of every table, and its structure."""
    with snapshot.taken(store.schema_name) as taken:
        found = {table.name: list(taken.lines(table)) for table in taken.tables}
    return {**found, "structure": structure.lines(store.schema_name)}


def spoil(store: Store) -> None:
    """What a bad morning does to a store."""
    with context.in_store(store):
        Product.objects.update(title="x")
        make_product(title="Made since")
        Order.objects.update(tags=["x"])
        places.drop_media()


def go_back(store: Store, archive: StoreArchive) -> Restoration:
    row = restoring.ask(store=store, archive=archive, actor=SYSTEM, reason="Wrong prices")
    work.work_until_idle()
    row.refresh_from_db()
    return row


def test_a_store_goes_back_and_the_other_does_not_notice(
    either_form: str, backup: StoreArchive, kopi: Store, batik: Store
):
    before, of_batik = everything_of(kopi), everything_of(batik)
    spoil(kopi)

    row = go_back(kopi, backup)

    assert (row.state, row.trouble) == (RestorationState.DONE, "")
    after = everything_of(kopi)
    differing = {name for name in before if before[name] != after[name]}
    assert differing <= {"kernel_auditentry", "kernel_auditlink", "kernel_audithead"}
    assert everything_of(batik) == of_batik
    assert breaches.check_platform() == []


def test_a_store_that_went_back_is_whole(backup: StoreArchive, kopi: Store):
    spoil(kopi)
    go_back(kopi, backup)

    kopi.refresh_from_db()
    assert kopi.state == StoreState.ACTIVE
    with context.in_store(kopi):
        assert {*parts.troubles()} <= {*backups.manifest_in(backups.folder_of(backup)).troubles}
        assert list(audit_chain.broken_links()) == []
        assert list(places.media_names()) == ["originals/one.jpg"]
        assert places.open_media("originals/one.jpg").read() == b"picture one"
        assert AuditEntry.objects.latest("pk").action == "store.restored"
    assert PlatformAct.objects.latest("pk").action == "store.going_back"


def test_numbers_that_were_given_out_since_are_not_given_out_again(backup: StoreArchive, kopi: Store):
    with context.in_store(kopi):
        seen = max(sequences.next_number("orders"), sequences.next_number("orders"))
        newest = make_product(title="Made since").pk
    go_back(kopi, backup)

    with context.in_store(kopi):
        assert sequences.next_number("orders") == seen + 1
        assert make_product(title="Made later").pk > newest


def test_what_the_store_was_before_can_be_had_again(backup: StoreArchive, kopi: Store):
    spoil(kopi)
    spoilt = everything_of(kopi)
    row = go_back(kopi, backup)

    restoring.undo(store=kopi, uid=row.uid, actor=SYSTEM, now=timezone.now())

    assert everything_of(kopi) == spoilt
    row.refresh_from_db()
    assert (row.state, row.kept_schema, row.new_schema) == (RestorationState.UNDONE, "", "")
    assert breaches.check_platform() == []
    with pytest.raises(restoring.NothingKept):
        restoring.undo(store=kopi, uid=row.uid, actor=SYSTEM, now=timezone.now())


def test_what_was_put_aside_is_dropped_after_a_week(backup: StoreArchive, kopi: Store):
    row = go_back(kopi, backup)
    Restoration.objects.update(keep_until=timezone.now() - timedelta(minutes=1))

    restoring.drop_what_was_kept()

    assert not schemas.exists(row.kept_schema)
    assert breaches.check_platform() == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "rows.dump").write_bytes(b"PGDMP" + b"\0" * 100),
        lambda folder: (folder / "rows.dump").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{}"),
        lambda folder: _clear(folder / "manifest.json"),
        lambda folder: _clear(folder / "rows.dump"),
        lambda folder: _shorten(folder / "rows.dump"),
        lambda folder: (folder / "files.ndjson").replace(folder / "rows.dump"),
        lambda folder: StoreKey.objects.all().delete(),
        lambda folder: _change(folder / "manifest.json", '"rows": 1,', '"rows": 7,'),
        lambda folder: _change(folder / "manifest.json", "0001_initial", "9999_unknown"),
    ],
)
def test_a_damaged_backup_leaves_the_store_as_it_is(backup: StoreArchive, kopi: Store, damage: Callable):
    damage(backups.folder_of(backup))
    before = everything_of(kopi)

    row = restoring.ask(store=kopi, archive=backup, actor=SYSTEM)
    Job.objects.update(max_attempts=1)
    work.work_until_idle()

    row.refresh_from_db()
    assert row.state == RestorationState.FAILED
    assert row.trouble
    assert (row.new_schema, row.kept_schema) == ("", "")
    assert everything_of(kopi) == before
    assert breaches.check_platform() == []


def _change(path: Path, old: str, new: str) -> None:
    """What somebody with the store's key could do."""
    with vault.opened(path) as file:
        text = file.read().decode()
    assert old in text
    with vault.written(path, Store.objects.get(slug="kopi")) as file:
        file.write(text.replace(old, new).encode())


def _clear(path: Path) -> None:
    """The same content, not sealed."""
    with vault.opened(path) as file:
        content = file.read()
    path.write_bytes(content)


def _shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


class Killed(BaseException):
    """What is left of a worker that dies."""


@pytest.mark.parametrize(
    ("module", "name"), [(loading, "build_tables"), (loading, "bring_to_head"), (restoring, "_finish")]
)
def test_a_worker_that_dies_leaves_no_half(
    backup: StoreArchive, kopi: Store, monkeypatch: pytest.MonkeyPatch, module, name: str
):
    before = everything_of(kopi)["catalog_product"]
    spoil(kopi)
    row = restoring.ask(store=kopi, archive=backup, actor=SYSTEM)
    with monkeypatch.context() as patch, pytest.raises(Killed):  # noqa: PT012
        patch.setattr(restoring, "_give_up", lambda row, trouble: None)
        patch.setattr(module, name, dying)
        restoring.restore(restoration_id=row.pk)

    work.work_until_idle()

    row.refresh_from_db()
    assert row.state == RestorationState.DONE
    assert everything_of(kopi)["catalog_product"] == before
    assert breaches.check_platform() == []


def dying(*args: object) -> None:
    raise Killed


def test_duties_of_what_is_gone_are_called_off(backup: StoreArchive, kopi: Store):
    later = timezone.now() + timedelta(hours=1)
    with context.in_store(kopi):
        job = work.enqueue("core.kernel.tasks.check_invariants", {}, run_at=later)
    go_back(kopi, backup)

    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED


def test_nothing_of_a_store_can_be_read_on_the_disk(either_form: str, backup: StoreArchive, kopi: Store):
    files = [path for path in places.backup_dir().rglob("*") if path.is_file() and path.name != "last"]

    assert {path.name for path in files} >= {"manifest.json", "platform.json", "files.ndjson"}
    assert [path.name for path in files if not sealed.is_sealed(path)] == []
    written = b"".join(path.read_bytes() for path in files)
    assert not any(
        word in written for word in (b"PGDMP", b"Kopi", b"catalog_product", b"picture one", b"sari@")
    )


def test_a_backup_from_before_there_were_keys_still_restores(
    either_form: str, backup: StoreArchive, kopi: Store
):
    for path in places.backup_dir().rglob("*"):
        if path.is_file() and sealed.is_sealed(path):
            _clear(path)
    StoreArchive.objects.update(is_sealed=False)
    StoreKey.objects.all().delete()
    before = everything_of(kopi)["catalog_product"]
    spoil(kopi)

    assert go_back(kopi, backup).state == RestorationState.DONE
    assert everything_of(kopi)["catalog_product"] == before
    with context.in_store(kopi):
        assert places.open_media("originals/one.jpg").read() == b"picture one"


def test_a_picture_that_was_exchanged_on_the_backup_disk_is_not_brought_back(
    backup: StoreArchive, kopi: Store
):
    [kept] = (backups.folder_of(backup).parent / "files").iterdir()
    kept.write_bytes(b"another pic")
    spoil(kopi)
    row = restoring.ask(store=kopi, archive=backup, actor=SYSTEM)
    Job.objects.update(max_attempts=1)
    work.work_until_idle()

    with context.in_store(kopi):
        assert list(places.media_names()) == []
    assert kept.read_bytes() == b"another pic"
    row.refresh_from_db()
    assert row.state == RestorationState.BUILDING


def test_the_next_backup_seals_a_picture_that_was_kept_clear(backup: StoreArchive, kopi: Store):
    [kept] = (backups.folder_of(backup).parent / "files").iterdir()
    _clear(kept)

    backups.back_up(store=kopi, actor=SYSTEM, now=timezone.now() + timedelta(hours=1))

    assert sealed.is_sealed(kept)


def test_a_new_sealing_key_reaches_the_keys_of_stores(backup: StoreArchive, kopi: Store, settings):
    fresh = base64.b64encode(bytes(32)).decode()
    settings.SEALING_KEYS = f"fresh:{fresh},{settings.SEALING_KEYS}"

    assert (vault.reseal(), vault.reseal()) == (1, 0)

    settings.SEALING_KEYS = f"fresh:{fresh}"
    assert backups.manifest_in(backups.folder_of(backup)).store["slug"] == "kopi"


def test_one_restoration_at_a_time(backup: StoreArchive, kopi: Store):
    restoring.ask(store=kopi, archive=backup, actor=SYSTEM)

    with pytest.raises(restoring.AlreadyGoingBack):
        restoring.ask(store=kopi, archive=backup, actor=SYSTEM)

    assert Restoration.objects.count() == 1


def test_a_backup_of_another_store_is_not_found(backup: StoreArchive, batik: Store):
    with pytest.raises(exporting.ArchiveNotFound):
        restoring.backup_of(batik, backup.uid)


def test_a_file_is_kept_once_however_many_backups_need_it(backup: StoreArchive, kopi: Store):
    with context.in_store(kopi):
        places.keep_media("originals/two.jpg", ContentFile(b"picture two"))
    second = backups.back_up(store=kopi, actor=SYSTEM, now=timezone.now() + timedelta(hours=1))

    kept = backups.folder_of(second).parent / "files"
    assert len(list(kept.iterdir())) == 2
    assert (backup.files, second.files) == (1, 2)


def test_a_backup_that_fails_leaves_nothing(kopi: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backups, "_keep_files", dying)

    with pytest.raises(Killed):
        backups.back_up(store=kopi, actor=SYSTEM, now=timezone.now())

    assert StoreArchive.objects.get().state == ArchiveState.FAILED
    assert not list((places.backup_dir() / str(kopi.uid)).glob("*/*"))


def test_backups_are_kept_for_days_weeks_and_months():
    night = datetime(2026, 11, 23, 18, tzinfo=UTC)
    nights = [night - timedelta(days=count) for count in range(400)]

    kept = backups.worth_keeping(nights)

    assert set(nights[:7]) <= kept
    assert len({moment.strftime("%Y-%m") for moment in kept}) == 6
    assert 7 + 3 + 4 <= len(kept) <= 7 + 4 + 6


def test_what_need_not_be_kept_goes_with_its_files(backup: StoreArchive, kopi: Store, settings):
    settings.BACKUP_KEEP = {"daily": 1, "weekly": 1, "monthly": 1}
    with context.in_store(kopi):
        places.drop_media()
        places.keep_media("originals/two.jpg", ContentFile(b"picture two"))
    newer = backups.back_up(store=kopi, actor=SYSTEM, now=timezone.now() + timedelta(minutes=1))

    assert backups.thin_out(kopi) == 1

    backup.refresh_from_db()
    assert backup.state == ArchiveState.GONE
    assert not backups.folder_of(backup).exists()
    assert len(list((backups.folder_of(newer).parent / "files").iterdir())) == 1


def test_each_store_is_backed_up_once_a_night(kopi: Store, batik: Store, monkeypatch: pytest.MonkeyPatch):
    night = datetime(2030, 1, 1, 19, 30, tzinfo=UTC)  # half past two in Jakarta
    monkeypatch.setattr(backups.timezone, "now", lambda: night)
    Store.objects.update(created_at=night - timedelta(days=3))

    backups.back_up_by_night()
    backups.back_up_by_night()

    assert Job.objects.filter(kind=backups.BACK_UP, state=JobState.WAITING).count() == 2


def test_the_database_of_the_backup_is_read_at_one_moment(backup: StoreArchive):
    found = backups.manifest_in(backups.folder_of(backup))

    assert found.tables["catalog_product"].rows >= 1
    assert found.sequences["catalog_product_id_seq"] >= 1
    assert found.left_out == []
    assert connection.schema_name == "public"
