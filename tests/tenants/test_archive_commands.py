"""Each part of a store's life as one command."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tenants import context, schemas, work
from tenants.management.commands import restore_store
from tenants.models import (
    PlatformAct,
    ReleasedDomain,
    Restoration,
    Store,
    StoreArchive,
    StoreDeletion,
    StoreState,
)
from tests.factories.catalog import make_product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_stays(kopi: Store, settings, tmp_path: Path) -> Iterator[None]:
    settings.BACKUP_DIR, settings.ARCHIVE_DIR = tmp_path / "backups", tmp_path / "archives"
    yield
    for row in Restoration.objects.exclude(kept_schema=""):
        schemas.drop(row.kept_schema)
    for model in (Restoration, StoreDeletion, StoreArchive, ReleasedDomain):
        model.objects.all().delete()
    Store.objects.filter(pk=kopi.pk).update(state=StoreState.ACTIVE)


def run(*told: object) -> str:
    out = StringIO()
    call_command(*map(str, told), stdout=out, stderr=out)
    return out.getvalue()


def state() -> str:
    return Store.objects.get(slug="kopi").state


def test_suspend_and_resume(kopi: Store):
    assert "closed" in run("suspend_store", "kopi", "--reason", "Unpaid")
    assert state() == StoreState.SUSPENDED
    with pytest.raises(CommandError):
        run("suspend_store", "kopi", "--reason", "Again")

    run("resume_store", "kopi", "--reason", "Paid")

    assert state() == StoreState.ACTIVE
    assert list(PlatformAct.objects.order_by("-pk").values_list("reason", "actor_kind")[:2]) == [
        ("Paid", "OPERATOR"),
        ("Unpaid", "OPERATOR"),
    ]


def test_export_and_import(kopi: Store, tmp_path: Path):
    path = tmp_path / "kopi.zip"

    told = run("export_store", "kopi", "--to", path, "--reason", "Moving")
    made = run("import_store", path, "--owner", "sari@example.com", "--slug", "kopi-baru")

    assert "left out: payments_paymentmethod.credentials" in told
    assert "all equal" in made
    assert Store.objects.get(slug="kopi-baru").state == StoreState.ACTIVE


@pytest.mark.parametrize(
    "told",
    [
        ("import_store", "/nowhere.zip", "--owner", "sari@example.com", "--slug", "kopi-baru"),
        ("import_store", "/nowhere.zip", "--owner", "nobody@example.com", "--slug", "kopi-baru"),
        ("suspend_store", "nothing", "--reason", "Unpaid"),
        ("back_up_stores", "--store", "nothing"),
        ("restore_store", "kopi", "--backup", "latest", "--reason", "Spoilt"),
        ("restore_store", "kopi", "--backup", "no-id", "--reason", "Spoilt"),
        ("restore_store", "kopi", "--undo"),
        ("delete_store", "kopi"),
        ("delete_store", "kopi", "--undo", "--reason", "Stays"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(told: tuple[str, ...], kopi: Store):
    with pytest.raises(CommandError):
        run(*told)

    assert state() == StoreState.ACTIVE
    assert Store.objects.count() == 2


def test_back_up_and_restore(kopi: Store, monkeypatch: pytest.MonkeyPatch):
    with context.in_store(kopi):
        product = make_product("Kopi Gayo")
    assert "kopi: " in run("back_up_stores", "--store", "kopi")
    with context.in_store(kopi):
        type(product).objects.update(title="x")
    monkeypatch.setattr(restore_store.time, "sleep", lambda _seconds: work.work_until_idle())

    assert str(StoreArchive.objects.get().uid) in run("restore_store", "kopi")
    assert "Done" in run("restore_store", "kopi", "--backup", "latest", "--reason", "Spoilt")

    with context.in_store(kopi):
        product.refresh_from_db()
        assert product.title == "Kopi Gayo"
    assert "again" in run("restore_store", "kopi", "--undo")
    with context.in_store(kopi):
        product.refresh_from_db()
        assert product.title == "x"


def test_a_sealed_backup_is_opened_by_hand(kopi: Store, tmp_path: Path):
    run("back_up_stores", "--store", "kopi")
    made, folder = StoreArchive.objects.get(), tmp_path / "clear"

    run("open_backup", "kopi", "--backup", made.uid, "--to", folder, "--reason", "Ticket 7")

    assert (folder / "rows.dump").read_bytes().startswith(b"PGDMP")
    assert b'"slug": "kopi"' in (folder / "platform.json").read_bytes()
    assert PlatformAct.objects.latest("pk").action == "backup.opened"
    with pytest.raises(CommandError):
        run("open_backup", "kopi", "--backup", made.uid, "--to", folder, "--reason", "Ticket 7")


def test_delete_and_undo(kopi: Store):
    assert "SCHEDULED" in run("delete_store", "kopi", "--reason", "Asked by letter")
    assert state() == StoreState.LEAVING

    assert "UNDONE" in run("delete_store", "kopi", "--undo", "--reason", "Called again")

    assert state() == StoreState.ACTIVE
    assert "closed" in run("delete_store", "kopi", "--proof")
