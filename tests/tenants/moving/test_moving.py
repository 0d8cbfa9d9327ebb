"""A store moves to another deployment's database: whole, once, resumed after every crash, and back."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as config
from django.core import mail
from django.utils import timezone

from tenants import breaches, context, hosts, schemas, work
from tenants.archive import leaving, places, sealed
from tenants.errors import CommerceError
from tenants.models import (
    DeletionState,
    Job,
    JobState,
    MoveState,
    PlatformAct,
    Store,
    StoreDeletion,
    StoreMove,
    StoreState,
    User,
)
from tenants.moving import services, steps, talking, targets
from tenants.permissions import SYSTEM
from tests.canaries import CANARY
from tests.conftest import client_at
from tests.factories.catalog import make_product
from tests.tenants.moving.conftest import There
from tests.tenants.test_archive_backups import everything_of

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = [name for name, _do in steps.STEPS]


def quietly(done: int, total: int, note: str) -> None:
    """Nobody is watching."""


def ask(store: Store) -> StoreMove:
    return services.ask(store=store, target="lain", actor=SYSTEM, reason="Its own server")


def move(store: Store) -> StoreMove:
    row = ask(store)
    work.work_until_idle()
    row.refresh_from_db()
    return row


def state(store: Store) -> str:
    return Store.objects.get(pk=store.pk).state


def shop(host: str = f"teh.{config.STOREFRONT_SUFFIX}"):
    return client_at(host).get("/products/?page=2")


def test_a_store_moves_with_everything(teh: Store, batik: Store, there: There):
    before, of_batik = everything_of(teh), everything_of(batik)

    row = move(teh)

    assert (row.state, row.trouble, [step["step"] for step in row.steps]) == (MoveState.DONE, "", STEPS)
    assert state(teh) == StoreState.LEAVING
    assert everything_of(teh) == before
    [(schema, uid, there_state)] = there.rows("SELECT schema_name, uid, state FROM tenants_store")
    assert (str(uid), there_state) == (str(teh.uid), "ACTIVE")
    assert there.rows(f"SELECT title FROM {schema}.catalog_product") == [("Teh Melati",)]
    assert there.rows(f"SELECT total_amount FROM {schema}.orders_order") != []
    assert there.media() == {f"{teh.uid}/originals/one.jpg": b"picture one"}
    assert everything_of(batik) == of_batik
    assert breaches.check_platform() == []


def test_nothing_of_any_other_store_goes_along(teh: Store, batik: Store, there: There):
    move(teh)

    tables = there.rows(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname = 'public' OR schemaname LIKE 's\\_%'"
    )
    found = " ".join(
        str(rows) for (name,) in tables if (rows := there.rows(f"SELECT t::text FROM {name} AS t"))
    )
    assert str(teh.uid) in found
    assert CANARY.lower() not in found.lower()
    assert not any(word in found for word in (str(batik.uid), batik.schema_name, "tono@", "kopi."))


def test_secrets_are_sealed_with_the_key_of_the_other_deployment(teh: Store, there: There):
    move(teh)

    [(schema,)] = there.rows("SELECT schema_name FROM tenants_store")
    [(text,)] = there.rows(f"SELECT credentials FROM {schema}.payments_paymentmethod WHERE credentials <> ''")
    [(key,)] = there.rows(f"SELECT key FROM {schema}.kernel_audithead")
    assert (text.split(".")[0], key.split(".")[0]) == ("there", "there")
    actions = there.rows(f"SELECT action FROM {schema}.kernel_auditentry ORDER BY id DESC LIMIT 1")
    assert actions == [("store.moved",)]


def test_people_come_without_their_passwords(teh: Store, there: There, sari: User):
    Job.objects.create(store=teh, kind="core.any", next_at=timezone.now() + timedelta(hours=1))

    move(teh)

    assert there.rows("SELECT email, left(password, 1) FROM tenants_user") == [("sari@example.com", "!")]
    assert there.rows("SELECT role FROM tenants_membership") == [("OWNER",)]
    assert there.rows("SELECT email, role FROM tenants_invitation") == [
        ("warehouse@example.com", "WAREHOUSE")
    ]
    assert there.rows("SELECT kind FROM tenants_job WHERE store_id IS NOT NULL") == [("core.any",)]
    assert there.rows("SELECT count(*) FROM billing_subscription") == [(1,)]
    names = {name for (name,) in there.rows("SELECT name FROM tenants_hostname")}
    assert names == {"teh.app.lain.localhost", "teh.shop.lain.localhost", "teh.example"}
    letters = [letter for letter in mail.outbox if "teh.app.lain.localhost" in letter.body]
    assert [letter.to for letter in letters] == [["sari@example.com"]]


def test_shoppers_are_told_to_wait_and_then_led_on(teh: Store, there: There, monkeypatch):
    during = []
    monkeypatch.setattr(steps, "clear", lambda _path: None)
    send = talking.ask
    monkeypatch.setattr(
        talking, "ask", lambda *told, **more: (during.append(shop().status_code), send(*told, **more))[1]
    )
    assert shop("teh.example").status_code != 503

    move(teh)

    assert during[1:] == [503, 503]
    after = shop()
    assert (after.status_code, after.headers["Location"]) == (
        302,
        hosts.origin("teh.shop.lain.localhost") + "/products/?page=2",
    )
    assert client_at(f"teh.{config.STOREFRONT_SUFFIX}").post("/cart/").status_code == 503
    assert shop("nobody.example").status_code == 404


class Killed(BaseException):
    """What is left of a worker that dies."""


def walk_until_done(row: StoreMove, target: targets.Target) -> int:
    """Go on after each death, as the next worker does. Returns how often it died."""
    deaths = 0
    while True:
        try:
            services.walk(StoreMove.objects.get(pk=row.pk), target, quietly)
        except Killed:
            deaths += 1
            context.enter(None)
            continue
        return deaths


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let every step be the last of a worker twice: when it is done but not noted, and once it is noted."""

    def arm() -> None:
        note, seen = services._note, set()

        def die(moment: str) -> None:
            if moment not in seen:
                seen.add(moment)
                raise Killed(moment)

        def noted(row: StoreMove, name: str, counts: dict) -> None:
            die(f"before {name}")
            note(row, name, counts)
            die(f"after {name}")

        monkeypatch.setattr(services, "_note", noted)

    return arm


def test_a_worker_that_dies_at_every_step_loses_and_doubles_nothing(
    teh: Store, batik: Store, there: There, mortal: Callable[[], None]
):
    of_batik = everything_of(batik)
    row, target = ask(teh), targets.named("lain")
    mortal()

    # A step and its note stand or fall together where both are rows of ours.
    assert walk_until_done(row, target) == 2 * len(STEPS)

    row.refresh_from_db()
    assert row.state == MoveState.DONE
    assert sorted(step["step"] for step in row.steps) == sorted(STEPS)
    assert len(there.schemas()) == 1
    assert there.rows("SELECT count(*), max(state) FROM tenants_store") == [(1, "ACTIVE")]
    assert there.rows("SELECT count(*) FROM tenants_membership") == [(1,)]
    assert StoreDeletion.objects.count() == 1
    assert everything_of(batik) == of_batik
    assert not list(places.archive_dir().rglob("move-*"))


def test_a_program_there_that_is_killed_leaves_nothing_half(teh: Store, there: There, monkeypatch):
    row, target = ask(teh), targets.named("lain")

    def killing(done: int, total: int, note: str) -> None:
        if note == "orders_order":
            raise Killed

    with pytest.raises(Killed):
        services.walk(StoreMove.objects.get(pk=row.pk), target, killing)
    assert there.rows("SELECT state FROM tenants_store") == [("MIGRATED",)]

    services.walk(StoreMove.objects.get(pk=row.pk), target, quietly)

    assert len(there.schemas()) == 1
    assert there.rows("SELECT state FROM tenants_store") == [("ACTIVE",)]


_NAMESAKE = """
INSERT INTO tenants_store (uid, schema_name, slug, name, state, language, time_zone, currency, entitlements,
    is_demo, created_at, state_changed_at)
VALUES (gen_random_uuid(), 's_aaaaaaaaaaaaaaaa', 'teh', 'Teh', 'ACTIVE', 'id', 'Asia/Jakarta', 'IDR', '{}',
    false, now(), now())
"""


def test_a_refusal_leaves_the_store_open(teh: Store, there: There):
    there.do(_NAMESAKE)

    row = move(teh)

    assert (row.state, state(teh)) == (MoveState.UNDONE, StoreState.ACTIVE)
    assert "teh" in row.trouble
    assert row.steps == []
    assert there.rows("SELECT count(*) FROM tenants_store") == [(1,)]
    assert shop().status_code != 503


def test_what_arrives_otherwise_is_not_opened(teh: Store, there: There, monkeypatch):
    send = talking.ask

    def spoilt(target, what, told, *, tell):
        answer = send(target, what, told, tell=tell)
        if what == "take":
            answer["tables"]["orders_order"][1] = "0" * 64
        return answer

    monkeypatch.setattr(talking, "ask", spoilt)
    before = everything_of(teh)

    row = move(teh)

    assert (row.state, state(teh)) == (MoveState.UNDONE, StoreState.ACTIVE)
    assert "orders_order" in row.trouble
    assert there.schemas() == set()
    assert there.media() == {}
    assert everything_of(teh) == before


def test_what_is_written_meanwhile_is_sent_again(teh: Store, there: There, monkeypatch):
    compare, late = steps._compare, []

    def with_a_late_request(walk):
        if not late:
            late.append(1)
            with context.in_store(walk.store):
                make_product("Late tea")
        return compare(walk)

    monkeypatch.setattr(
        steps,
        "STEPS",
        tuple((name, with_a_late_request if name == "compared" else do) for name, do in steps.STEPS),
    )
    row, target = ask(teh), targets.named("lain")
    with pytest.raises(steps.ChangedMeanwhile):
        services.walk(row, target, quietly)
    services.walk(row, target, quietly)

    [(schema,)] = there.rows("SELECT schema_name FROM tenants_store")
    assert {title for (title,) in there.rows(f"SELECT title FROM {schema}.catalog_product")} == {
        "Teh Melati",
        "Late tea",
    }


def test_a_move_is_undone_until_the_store_is_deleted(teh: Store, there: There):
    before = everything_of(teh)
    row = move(teh)

    services.undo(store=teh, actor=SYSTEM, reason="They want to stay")
    work.work_until_idle()

    row.refresh_from_db()
    assert (row.state, row.trouble, state(teh)) == (MoveState.UNDONE, "", StoreState.ACTIVE)
    assert everything_of(teh) == before
    assert (there.schemas(), there.media()) == (set(), {})
    assert there.rows("SELECT count(*) FROM tenants_hostname") == [(0,)]
    assert StoreDeletion.objects.get().state == DeletionState.UNDONE
    assert shop().status_code not in (302, 503)


def test_an_undo_does_not_lose_what_was_written_there_since(teh: Store, there: There):
    row = move(teh)
    [(schema,)] = there.rows("SELECT schema_name FROM tenants_store")
    there.do(f"UPDATE {schema}.catalog_product SET title = 'Sold there'")

    services.undo(store=teh, actor=SYSTEM, reason="They want to stay")
    work.work_until_idle()
    row.refresh_from_db()
    assert (row.state, state(teh)) == (MoveState.DONE, StoreState.LEAVING)
    assert row.trouble

    services.undo(store=teh, actor=SYSTEM, reason="They insist", lose_newer=True)
    work.work_until_idle()
    row.refresh_from_db()
    assert (row.state, state(teh), there.schemas()) == (MoveState.UNDONE, StoreState.ACTIVE, set())


def test_a_month_later_it_is_deleted_here_with_a_proof(teh: Store, there: There):
    move(teh)
    row = StoreDeletion.objects.get()
    with pytest.raises(leaving.CannotStay):
        leaving.undo(store=teh, actor=SYSTEM, now=timezone.now())
    StoreDeletion.objects.update(due_at=timezone.now() - timedelta(minutes=1))

    leaving.let_due_ones_go()
    work.work_until_idle()

    row.refresh_from_db()
    assert (row.state, row.steps[0]["step"], row.steps[0]["counts"]["files"]) == (
        DeletionState.DONE,
        "moved",
        1,
    )
    assert not schemas.exists(teh.schema_name)
    assert there.rows("SELECT state FROM tenants_store") == [("ACTIVE",)]
    with pytest.raises(services.CannotTurnBack):
        services.undo(store=teh, actor=SYSTEM, reason="Too late")


def test_what_is_sent_is_sealed_and_the_way_there_is_written_nowhere(
    teh: Store, there: There, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(steps, "clear", lambda _path: None)
    row = move(teh)

    sent = list(places.archive_dir().rglob("move-*"))
    assert len(sent) == 2
    assert all(sealed.is_sealed(path) for path in sent)
    told = str(
        [StoreMove.objects.values().get(), list(Job.objects.values()), list(PlatformAct.objects.values())]
    )
    assert row.target == "lain"
    assert there.url not in told
    assert "postgres" not in told


def test_one_move_at_a_time_and_only_of_what_can_move(teh: Store, there: There):
    ask(teh)
    with pytest.raises(services.AlreadyMoving):
        ask(teh)
    StoreMove.objects.all().delete()
    Store.objects.filter(pk=teh.pk).update(state=StoreState.LEAVING)
    with pytest.raises(services.CannotMove):
        ask(teh)
    with pytest.raises(targets.NoSuchTarget):
        services.ask(store=teh, target="nowhere", actor=SYSTEM, reason="Its own server")
    assert not StoreMove.objects.exists()


def test_duties_of_a_store_that_moves_wait(teh: Store, there: There):
    Store.objects.filter(pk=teh.pk).update(state=StoreState.MOVING)
    with context.in_store(teh):
        job = Job.objects.create(store=teh, kind="core.any", next_at=timezone.now())
    work.work_until_idle()

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.WAITING, 0)


@pytest.mark.parametrize("given", ["sqlite:///x", "postgres://host", "not an address"])
def test_an_address_must_be_one_of_a_database(given: str):
    with pytest.raises(CommerceError):
        targets.at(given, "/media")


def test_a_target_prints_no_secret(there: There):
    assert there.url not in repr(targets.named("lain"))
    assert targets.names() == ["lain"]
    assert Path(config.MOVE_TARGETS).is_dir()
