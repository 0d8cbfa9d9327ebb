"""The page "Your data": owners only, after showing who they are; and what the platform offers afterwards."""

import io
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as config
from django.core import mail
from django.test import Client
from django.utils import timezone

from core.catalog.models import Product
from tenants import context, proof, schemas, work
from tenants.archive import backups, exporting, leaving, restoring, sealed
from tenants.models import (
    ArchiveState,
    Job,
    PlatformAct,
    Restoration,
    Role,
    Store,
    StoreArchive,
    StoreDeletion,
    StoreState,
    User,
)
from tenants.permissions import SYSTEM
from tests.conftest import PASSWORD, client_at
from tests.factories.catalog import make_product

pytestmark = pytest.mark.django_db(transaction=True)
Dashboard = Callable[..., Client]
PAGE = "/settings/data/"


@pytest.fixture(autouse=True)
def _nothing_stays(kopi: Store, settings, tmp_path: Path) -> Iterator[None]:
    settings.BACKUP_DIR, settings.ARCHIVE_DIR = tmp_path / "backups", tmp_path / "archives"
    yield
    for row in Restoration.objects.exclude(kept_schema=""):
        schemas.drop(row.kept_schema)
    Restoration.objects.all().delete()
    StoreDeletion.objects.all().delete()
    StoreArchive.objects.all().delete()
    Store.objects.filter(pk=kopi.pk).update(state=StoreState.ACTIVE)


def prove(client: Client) -> Client:
    """What happens when somebody has just shown who they are."""
    session = client.session
    session["proved_at"] = int(time.time())
    session.save()
    return client


@pytest.fixture
def owner(dashboard: Dashboard, sari: User) -> Client:
    return prove(dashboard(sari))


@pytest.fixture
def backup(kopi: Store) -> StoreArchive:
    with context.in_store(kopi):
        make_product("Kopi Gayo")
    return backups.back_up(store=kopi, actor=SYSTEM, now=timezone.now())


def body_of(answer) -> bytes:
    return b"".join(answer)


def test_everything_is_fetched_by_the_link_in_the_mail(owner: Client, kopi: Store):
    assert owner.post(f"{PAGE}archives/make/").headers["Location"] == PAGE
    work.work_until_idle()

    (letter,) = mail.outbox
    link = next(word for word in letter.body.split() if "/settings/data/archives/" in word)
    answer = owner.get(link.partition(config.DASHBOARD_SUFFIX)[2].partition("/")[2].join(["/", ""]))

    assert answer.headers["Content-Disposition"].startswith('attachment; filename="kopi-')
    body, made = body_of(answer), StoreArchive.objects.get()
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(body)).namelist()
    assert int(answer.headers["Content-Length"]) == len(body) == made.bytes
    assert sealed.is_sealed(exporting.path_of(made))
    assert PlatformAct.objects.latest("pk").action == "archive.fetched"


def link(archive: StoreArchive) -> str:
    return f"{PAGE}archives/{archive.uid}/?key={exporting.key_for(archive)}"


@pytest.fixture
def archive(kopi: Store) -> StoreArchive:
    row = exporting.ask(store=kopi, actor=SYSTEM, now=timezone.now())
    work.work_until_idle()
    row.refresh_from_db()
    return row


def test_a_link_alone_opens_nothing(
    archive: StoreArchive, dashboard: Dashboard, sari: User, member: Callable
):
    asked = dashboard(sari).get(link(archive))
    refused = prove(dashboard(member(Role.ADMIN))).get(link(archive))

    assert asked.status_code == 302
    assert "/stores/kopi/prove/?next=" in asked.headers["Location"]
    assert refused.status_code == 403
    assert client_at(f"kopi.{config.DASHBOARD_SUFFIX}").get(link(archive)).status_code == 302


def test_a_link_is_of_one_archive_and_one_store(
    archive: StoreArchive, owner: Client, dashboard: Dashboard, tono: User, batik: Store
):
    assert prove(dashboard(tono, batik)).get(link(archive)).status_code == 404
    assert owner.get(f"{PAGE}archives/{archive.uid}/?key=x").status_code == 404
    assert owner.get(f"{PAGE}archives/{uuid.uuid4()}/?key={exporting.key_for(archive)}").status_code == 404


def test_after_a_day_the_file_is_removed(archive: StoreArchive, owner: Client):
    path = exporting.path_of(archive)
    assert path.is_file()
    StoreArchive.objects.update(expires_at=timezone.now())

    assert owner.get(link(archive)).status_code == 404
    exporting.remove_old_downloads()

    archive.refresh_from_db()
    assert archive.state == ArchiveState.GONE
    assert not path.exists()


def test_only_a_few_archives_a_day(kopi: Store, owner: Client):
    for _number in range(exporting.MOST_A_DAY):
        exporting.ask(store=kopi, actor=SYSTEM, now=timezone.now())
        StoreArchive.objects.update(state=ArchiveState.READY)

    owner.post(f"{PAGE}archives/make/")

    assert StoreArchive.objects.count() == exporting.MOST_A_DAY


def test_a_backup_says_what_it_has_and_what_there_is_now(backup: StoreArchive, owner: Client, kopi: Store):
    with context.in_store(kopi):
        make_product("Made since")

    answer = owner.get(f"{PAGE}backups/{backup.uid}/?q=gayo")

    rows = {row.label: (row.then, row.now) for row in answer.context["differences"]}
    assert (1, 2) in rows.values()
    assert [thing.title for thing in answer.context["found"]] == ["Kopi Gayo"]


def test_the_store_goes_back_when_its_address_is_typed(backup: StoreArchive, owner: Client):
    address = f"{PAGE}backups/{backup.uid}/restore/"

    assert owner.post(address, {"address": "batik"}).status_code == 422
    assert not Restoration.objects.exists()
    assert owner.post(address, {"address": "kopi"}).headers["Location"] == PAGE

    work.work_until_idle()
    row = Restoration.objects.get()
    assert row.state == "DONE"
    assert b'data-dialog-open="undo-' in owner.get(PAGE).content
    owner.post(f"{PAGE}restorations/{row.uid}/undo/")
    row.refresh_from_db()
    assert row.state == "UNDONE"


def test_one_product_is_brought_back(backup: StoreArchive, owner: Client, kopi: Store):
    with context.in_store(kopi):
        product = make_product("Other")
        known = type(product).objects.get(title="Kopi Gayo")
        type(product).objects.filter(pk=known.pk).update(title="x")

    owner.post(f"{PAGE}backups/{backup.uid}/products/{known.public_id}/", {"q": "gayo"})

    with context.in_store(kopi):
        known.refresh_from_db()
        assert known.title == "Kopi Gayo"


@pytest.mark.parametrize(
    "address",
    [
        "archives/make/",
        "backups/{uid}/restore/",
        "backups/{uid}/products/x/",
        "restorations/{uid}/undo/",
        "leave/",
    ],
)
def test_nothing_happens_before_one_has_shown_who_one_is(
    address: str, backup: StoreArchive, dashboard: Dashboard, sari: User
):
    jobs = Job.objects.count()

    answer = dashboard(sari).post(PAGE + address.format(uid=backup.uid), {"address": "kopi"})

    assert answer.headers["Location"] == PAGE
    assert (Job.objects.count(), Restoration.objects.count()) == (jobs, 0)
    assert not StoreDeletion.objects.exists()


def test_only_the_owner_gets_in(dashboard: Dashboard, member: Callable, tono: User, backup: StoreArchive):
    for person in (member(Role.ADMIN), member(Role.FINANCE)):
        for path in ("", f"backups/{backup.uid}/", "leave/"):
            assert prove(dashboard(person)).get(PAGE + path).status_code == 403
    assert dashboard(tono).get(PAGE).status_code in (302, 403)


def test_another_stores_backup_is_not_there(
    backup: StoreArchive, dashboard: Dashboard, tono: User, batik: Store
):
    client = prove(dashboard(tono, batik))

    assert client.get(f"{PAGE}backups/{backup.uid}/").status_code == 404
    assert client.post(f"{PAGE}backups/{backup.uid}/restore/", {"address": "batik"}).status_code == 404
    assert not Restoration.objects.exists()


def test_a_backup_is_made_when_asked_but_not_all_the_time(owner: Client, kopi: Store):
    owner.post(f"{PAGE}backups/make/")
    owner.post(f"{PAGE}backups/make/")
    work.work_until_idle()
    owner.post(f"{PAGE}backups/make/")
    work.work_until_idle()

    assert StoreArchive.objects.count() == 1


def test_the_page_takes_few_queries(
    owner: Client, backup: StoreArchive, archive: StoreArchive, kopi: Store, django_assert_max_num_queries
):
    for number in range(5):
        StoreArchive.objects.create(
            store=kopi, store_uid=kopi.uid, kind="BACKUP", state="READY", taken_at=timezone.now(), rows=number
        )

    with django_assert_max_num_queries(16):
        assert owner.get(PAGE).status_code == 200


# Showing who one is


def test_one_shows_who_one_is_on_the_platform_and_comes_back(
    log_in: Callable[[User], Client], sari: User, dashboard: Dashboard
):
    platform, there = log_in(sari), dashboard(sari)

    asked = platform.get("/stores/kopi/prove/?next=/settings/data/")
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    back = platform.post(asked.headers["Location"], {"password": PASSWORD})
    word = platform.get(back.headers["Location"]).headers["Location"]
    there.get(word[word.index("/auth/proof/") :])

    assert b"archives/make/" in there.get(PAGE).content


def test_a_word_is_good_for_its_person_and_store_only(
    sari: User, tono: User, kopi: Store, batik: Store, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
):
    client = dashboard(sari)
    wrong = [proof.issue(user=tono, store=kopi), proof.issue(user=sari, store=batik), "x", ""]
    for word in wrong:
        assert client.get("/auth/proof/", {"word": word}).status_code == 403
    old = proof.issue(user=sari, store=kopi)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: time.time_ns() / 1e9 + 61)
        assert client.get("/auth/proof/", {"word": old}).status_code == 403

    assert b"archives/make/" not in client.get(PAGE).content


def test_a_word_leads_nowhere_else(sari: User, kopi: Store, dashboard: Dashboard):
    word = proof.issue(user=sari, store=kopi)

    answer = dashboard(sari).get("/auth/proof/", {"word": word, "next": "https://evil.example/"})

    assert answer.headers["Location"] == "/"


# Leaving


def test_a_store_is_deleted_when_its_address_is_typed(owner: Client, kopi: Store):
    assert owner.post(f"{PAGE}leave/", {"address": "kopii"}).status_code == 422
    assert not StoreDeletion.objects.exists()

    assert owner.post(f"{PAGE}leave/", {"address": "kopi"}).status_code == 200

    kopi.refresh_from_db()
    assert kopi.state == StoreState.LEAVING
    assert owner.get(PAGE).status_code == 404


@pytest.fixture
def leaving_kopi(kopi: Store) -> Store:
    leaving.ask(store=kopi, actor=SYSTEM, now=timezone.now())
    work.work_until_idle()
    return kopi


def test_the_owner_undoes_it_from_the_list_of_stores(
    leaving_kopi: Store, log_in: Callable[[User], Client], sari: User
):
    platform = log_in(sari)
    assert b"/stores/kopi/stay/" in platform.get("/stores/").content

    platform.post("/stores/kopi/stay/")

    leaving_kopi.refresh_from_db()
    assert leaving_kopi.state == StoreState.ACTIVE
    assert platform.post("/stores/kopi/stay/").status_code == 302


def test_the_last_archive_is_fetched_after_showing_who_one_is(
    leaving_kopi: Store, log_in: Callable[[User], Client], sari: User
):
    platform = log_in(sari)
    asked = platform.get("/stores/kopi/archive/").headers["Location"]

    back = platform.post(asked, {"password": PASSWORD})

    answer = platform.get(back.headers["Location"])
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(body_of(answer))).namelist()


def test_nobody_but_its_owner_undoes_or_fetches(
    leaving_kopi: Store, log_in: Callable[[User], Client], tono: User, member: Callable
):
    strangers = log_in(tono)
    assert strangers.post("/stores/kopi/stay/").status_code == 404
    strangers.logout()
    admin = log_in(member(Role.ADMIN))

    assert admin.post("/stores/kopi/stay/").status_code == 404
    assert b"/stores/kopi/stay/" not in admin.get("/stores/").content
    leaving_kopi.refresh_from_db()
    assert leaving_kopi.state == StoreState.LEAVING


def test_a_restoration_that_waits_holds_the_door(kopi: Store, backup: StoreArchive):
    restoring.ask(store=kopi, archive=backup, actor=SYSTEM)

    with pytest.raises(leaving.CannotLeave):
        leaving.ask(store=kopi, actor=SYSTEM, now=timezone.now())


# By API


def test_a_program_has_archives_and_backups_made(api: Client, kopi: Store):
    made = api.post("/api/v1/archives")
    assert (made.status_code, made.json()["state"]) == (202, "WAITING")
    assert api.post("/api/v1/backups").status_code == 202

    work.work_until_idle()

    (archive,) = api.get("/api/v1/archives").json()["items"]
    (backup,) = api.get("/api/v1/backups").json()["items"]
    assert (archive["id"], archive["state"], backup["state"]) == (made.json()["id"], "READY", "READY")
    assert api.post("/api/v1/backups").status_code == 409


def test_a_program_brings_a_product_back(api: Client, backup: StoreArchive, kopi: Store):
    address = f"/api/v1/backups/{backup.uid}/products"
    (found,) = api.get(address, {"q": "gayo"}).json()["items"]
    with context.in_store(kopi):
        Product.objects.update(title="x")

    assert api.post(f"{address}/{found['id']}").status_code == 204

    with context.in_store(kopi):
        assert Product.objects.get(public_id=found["id"]).title == "Kopi Gayo"
    assert api.post(f"{address}/prd_nothing").status_code == 404
    assert api.get(f"/api/v1/backups/{uuid.uuid4()}/products").status_code == 404
