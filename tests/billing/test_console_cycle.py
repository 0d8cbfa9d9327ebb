"""What staff may do to a store as a whole, always with a reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tenants import schemas, work
from tenants.archive import backups
from tenants.models import (
    ArchiveKind,
    PlatformAct,
    Restoration,
    Store,
    StoreArchive,
    StoreDeletion,
    StoreState,
)
from tenants.permissions import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"reason": "support request 12"}


@pytest.fixture(autouse=True)
def _nothing_stays(kopi: Store, settings, tmp_path: Path) -> Iterator[None]:
    settings.BACKUP_DIR, settings.ARCHIVE_DIR = tmp_path / "backups", tmp_path / "archives"
    yield
    for row in Restoration.objects.exclude(kept_schema=""):
        schemas.drop(row.kept_schema)
    for model in (Restoration, StoreDeletion, StoreArchive):
        model.objects.all().delete()
    Store.objects.filter(pk=kopi.pk).update(state=StoreState.ACTIVE)


def last_act() -> tuple[str, str, str]:
    act = PlatformAct.objects.latest("pk")
    return act.action, act.actor_name, act.reason


def test_an_archive_is_for_the_owners_and_a_backup_for_us(console: Client):
    console.post("/stores/kopi/export/", WHY)
    assert last_act() == ("archive.asked_by_staff", "Rina", WHY["reason"])
    console.post("/stores/kopi/backup/", WHY)
    assert last_act() == ("backup.asked", "Rina", WHY["reason"])

    work.work_until_idle()

    assert {*StoreArchive.objects.values_list("kind", "state")} == {
        (ArchiveKind.DOWNLOAD, "READY"),
        (ArchiveKind.BACKUP, "READY"),
    }


def test_a_store_is_brought_back(console: Client, kopi: Store):
    made = backups.back_up(store=kopi, actor=SYSTEM, now=timezone.now())

    console.post("/stores/kopi/restore/", {**WHY, "backup": str(made.uid)})
    work.work_until_idle()

    assert Restoration.objects.get().state == "DONE"
    assert PlatformAct.objects.filter(action="store.going_back", reason=WHY["reason"]).exists()


def test_a_store_is_deleted_and_that_is_undone(console: Client, kopi: Store):
    console.post("/stores/kopi/leave/", {**WHY, "address": "kopi"})
    kopi.refresh_from_db()
    assert kopi.state == StoreState.LEAVING
    assert b"/stores/kopi/stay/" in console.get("/stores/kopi/").content

    console.post("/stores/kopi/stay/", WHY)

    kopi.refresh_from_db()
    assert kopi.state == StoreState.ACTIVE
    assert last_act() == ("store.stays", "Rina", WHY["reason"])


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("export", {}),
        ("backup", {"reason": "x"}),
        ("restore", {**WHY, "backup": "00000000-0000-4000-8000-000000000000"}),
        ("restore", {**WHY, "backup": "no id"}),
        ("leave", {**WHY, "address": "batik"}),
        ("leave", {"address": "kopi"}),
        ("stay", WHY),
    ],
)
def test_what_is_not_whole_is_refused_and_changes_nothing(
    console: Client, kopi: Store, verb: str, told: dict[str, str]
):
    acts = PlatformAct.objects.count()

    assert console.post(f"/stores/kopi/{verb}/", told).status_code == 422

    kopi.refresh_from_db()
    assert kopi.state == StoreState.ACTIVE
    assert (StoreArchive.objects.count(), Restoration.objects.count()) == (0, 0)
    # Drawing the page with what is wrong writes nothing down.
    assert PlatformAct.objects.count() == acts
