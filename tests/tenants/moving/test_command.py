"""`manage.py move_store` and the console's button: moved, gone on with, undone."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenants import work
from tenants.management.commands import move_store
from tenants.models import Job, MoveState, PlatformAct, Store, StoreMove, StoreState
from tenants.moving import services
from tests.billing.conftest import console, rina
from tests.tenants.moving.conftest import There

__all__ = ["console", "rina"]
pytestmark = pytest.mark.django_db(transaction=True)
WHY = ("--reason", "Its own server")


def run(*told: object) -> str:
    out = StringIO()
    call_command("move_store", *map(str, told), stdout=out, stderr=out)
    return out.getvalue()


def state() -> str:
    return Store.objects.get(slug="teh").state


@pytest.fixture(autouse=True)
def _a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move_store.time, "sleep", lambda _seconds: work.work_until_idle())


def test_a_store_moves_by_a_name_and_comes_back(teh: Store, there: There):
    told = run("teh", "--to", "lain", *WHY)

    assert "DONE" in told
    assert "switched" in told
    assert there.rows("SELECT state FROM tenants_store") == [("ACTIVE",)]
    assert "UNDONE" in run("teh", "--undo", *WHY)
    assert (state(), there.schemas()) == (StoreState.ACTIVE, set())
    done = list(PlatformAct.objects.filter(reason=WHY[1]).values_list("action", "actor_kind").order_by("pk"))
    assert done == [("store.moving", "OPERATOR"), ("store.turned_back", "OPERATOR")]


def test_an_address_is_gone_to_at_once_and_kept_nowhere(
    teh: Store, there: There, monkeypatch: pytest.MonkeyPatch
):
    for line in there.file.read_text().splitlines()[1:]:
        name, _is, value = line.partition("=")
        monkeypatch.setenv(f"MOVE_TO_{name}", value)

    run("teh", "--to", there.url, "--media", there.folder / "media", *WHY)

    row = StoreMove.objects.get()
    assert row.state == MoveState.DONE
    assert there.url.rpartition("@")[2].startswith(row.target.partition(":")[0])
    assert not Job.objects.filter(kind=services.WALK).exists()
    assert there.url not in str([StoreMove.objects.values().get(), list(PlatformAct.objects.values())])
    assert there.rows("SELECT state FROM tenants_store") == [("ACTIVE",)]


def test_what_was_killed_goes_on_when_it_is_asked_for_again(teh: Store, there: There):
    services.ask(store=teh, target="lain", actor=move_store.operator(), reason="Its own server")
    Job.objects.all().delete()

    assert "DONE" in run("teh", "--to", "lain", *WHY)

    assert StoreMove.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        ("--to", "nowhere", *WHY),
        ("--to", "lain"),
        ("--to", "postgres://host", "--media", "/nowhere", *WHY),
        ("--undo", *WHY),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(teh: Store, there: There, told: tuple[str, ...]):
    with pytest.raises(CommandError):
        run("teh", *told)

    assert state() == StoreState.ACTIVE
    assert not StoreMove.objects.exists()


def test_staff_move_a_store_and_undo_that(teh: Store, there: There, console: Client):
    why = {"reason": "support request 12"}
    assert b"/stores/teh/move/" in console.get("/stores/teh/").content
    assert console.post("/stores/teh/move/", {**why, "target": "elsewhere"}).status_code == 422
    assert console.post("/stores/teh/move/", {"target": "lain"}).status_code == 422
    assert not StoreMove.objects.exists()

    assert console.post("/stores/teh/move/", {**why, "target": "lain"}).status_code == 302
    work.work_until_idle()
    page = console.get("/stores/teh/").content
    assert StoreMove.objects.get().state == MoveState.DONE
    assert b"switched" in page
    assert b"/stores/teh/move/back/" in page
    assert b"/stores/teh/stay/" not in page

    console.post("/stores/teh/move/back/", why)
    work.work_until_idle()

    assert (StoreMove.objects.get().state, state()) == (MoveState.UNDONE, StoreState.ACTIVE)
    assert PlatformAct.objects.latest("pk").actor_name == "Rina"
